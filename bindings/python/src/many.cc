#include "many.h"

#include <algorithm>
#include <string>
#include <vector>

#include "context_reader.h"
#include "reference.h"
#include "results.h"
#include "text.h"

namespace expt::python {
namespace {

// Rows are read and decided by so many: no Python code runs meanwhile, so that their values can be viewed.
constexpr Py_ssize_t kPiece = 256;

struct PyColumn {
  std::string_view name;
  Reference key;     // holds the name
  Reference values;  // a tuple of our own: nobody changes it while decisions are made into objects
};

// False with an exception set.
bool ReadColumns(PyObject* dict, std::vector<PyColumn>& columns) {
  if (!PyDict_Check(dict)) {
    PyErr_Format(PyExc_TypeError, "columns: expected a dict of lists, got %s", Py_TYPE(dict)->tp_name);
    return false;
  }
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(dict, &position, &key, &value)) {
    const auto name = TextOf(key);
    if (!name) {
      PyErr_Format(PyExc_TypeError, "columns: column %zu: expected a name, got %s", columns.size() + 1,
                   Py_TYPE(key)->tp_name);
      return false;
    }
    if (!PyList_Check(value) && !PyTuple_Check(value)) {
      PyErr_Format(PyExc_TypeError, "columns: \"%U\": expected a list or a tuple, got %s", key,
                   Py_TYPE(value)->tp_name);
      return false;
    }
    columns.push_back({*name, Reference::Borrow(key), Reference::Steal(PySequence_Tuple(value))});
    if (!columns.back().values) return false;
  }
  return true;
}

// The decisions of rows [begin, begin + count).
std::vector<Decision> DecidePiece(const Snapshot& snapshot, std::string_view flag,
                                  const std::vector<PyColumn>& columns, Py_ssize_t begin, Py_ssize_t count,
                                  const EvaluateInput& input) {
  ContextReader reader;
  std::vector<std::vector<ValueView>> values(columns.size());
  std::vector<Column> views;
  for (size_t c = 0; c < columns.size(); ++c) {
    PyObject* const cells = columns[c].values.get();
    const Py_ssize_t end = std::min(PyTuple_GET_SIZE(cells), begin + count);
    for (Py_ssize_t row = begin; row < end; ++row) values[c].push_back(reader.Convert(PyTuple_GET_ITEM(cells, row)));
    views.push_back({columns[c].name, values[c]});
  }
  std::vector<Decision> decisions;
  decisions.reserve(static_cast<size_t>(count));
  EvaluateMany(snapshot, flag, views, static_cast<size_t>(count), input,
               [&](size_t /*row*/, const Decision& decision) { decisions.push_back(decision); });
  return decisions;
}

}  // namespace

PyObject* DecideMany(const Snapshot& snapshot, std::string_view flag, PyObject* dict, const EvaluateInput& input) {
  std::vector<PyColumn> columns;
  if (!ReadColumns(dict, columns)) return nullptr;
  Py_ssize_t rows = 0;
  for (const PyColumn& column : columns) rows = std::max(rows, PyTuple_GET_SIZE(column.values.get()));
  Reference list = Reference::Steal(PyList_New(0));
  for (Py_ssize_t begin = 0; list && begin < rows; begin += kPiece) {
    for (const Decision& decision :
         DecidePiece(snapshot, flag, columns, begin, std::min(kPiece, rows - begin), input)) {
      const Reference made = Reference::Steal(ToPython(decision, flag, Py_None, ValueType::kMissing));
      if (!made || PyList_Append(list.get(), made.get()) != 0) return nullptr;
    }
  }
  return list.release();
}

}  // namespace expt::python
