#include "assignments.h"

#include <pybind11/pybind11.h>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "classes.h"
#include "errors.h"
#include "instance.h"
#include "reference.h"
#include "results.h"
#include "text.h"

namespace py = pybind11;

namespace expt::python {
namespace {

// One expt.Assignment of the rows that a StickyAssignments is made from.
class RowReader {
 public:
  RowReader(PyObject* row, size_t number) : row_(row), place_("assignments: row " + std::to_string(number)) {
    if (!Types().assignment.IsInstance(row)) Refuse("", "an expt.Assignment", row);
  }

  // Viewed until the reader goes.
  std::string_view Text(const char* name) {
    PyObject* const value = Field(name);
    const auto text = TextOf(value);
    if (text) return *text;
    if (!PyUnicode_Check(value)) Refuse(name, "a str", value);
    Raise(absl::InvalidArgumentError(place_ + ": " + name + ": expected text without lone surrogates"));
  }

  uint32_t Phase() {
    PyObject* const value = Field("phase");
    if (!PyLong_Check(value) || PyBool_Check(value)) Refuse("phase", "an int", value);
    int overflow = 0;
    const long long phase = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow != 0 || phase < 0 || phase > std::numeric_limits<uint32_t>::max()) {
      Raise(absl::InvalidArgumentError(place_ + ": phase: expected 0 to 4294967295"));
    }
    return static_cast<uint32_t>(phase);
  }

 private:
  PyObject* Field(const char* name) {
    fields_[count_] = Reference::Steal(PyObject_GetAttrString(row_, name));
    if (!fields_[count_]) throw py::error_already_set();
    return fields_[count_++].get();
  }

  [[noreturn]] void Refuse(const std::string& field, const char* expected, const PyObject* found) const {
    throw py::type_error(place_ + (field.empty() ? "" : ": " + field) + ": expected " + expected + ", got " +
                         Py_TYPE(found)->tp_name);
  }

  PyObject* row_;
  std::string place_;
  std::array<Reference, 5> fields_;
  size_t count_ = 0;
};

std::unique_ptr<StickyAssignments> Make(const py::iterable& rows) {
  auto assignments = std::make_unique<StickyAssignments>();
  size_t number = 0;
  for (const py::handle row : rows) {
    RowReader reader(row.ptr(), ++number);
    const std::string_view experiment_id = reader.Text("experiment_id");
    const uint32_t phase = reader.Phase();
    const std::string_view bucket_by = reader.Text("bucket_by");
    const std::string_view unit_id = reader.Text("unit_id");
    assignments->Set(experiment_id, phase, bucket_by, unit_id, reader.Text("variant"));
  }
  return assignments;
}

py::tuple Rows(const StickyAssignments& self) {
  py::tuple rows(self.size());
  for (size_t i = 0; i < self.size(); ++i) {
    const Assignment row = self.row(i);
    PyObject* const made =
        Types().assignment.Make({NewText(row.experiment_id), PyLong_FromUnsignedLong(row.phase),
                                 NewText(row.bucket_by), NewText(row.unit_id), NewText(row.variant)});
    if (made == nullptr) throw py::error_already_set();
    rows[i] = py::reinterpret_steal<py::object>(made);
  }
  return rows;
}

}  // namespace

bool ReadSticky(PyObject* argument, const StickyAssignments*& assignments) {
  assignments = nullptr;
  if (argument == nullptr || argument == Py_None) return true;
  if (IsInstanceOf<StickyAssignments>(argument)) assignments = Inside<StickyAssignments>(argument);
  if (assignments != nullptr) return true;  // null, too, for one made without __init__
  PyErr_Format(PyExc_TypeError, "sticky: expected an expt.StickyAssignments, got %s", Py_TYPE(argument)->tp_name);
  return false;
}

const StickyAssignments* StickyOf(PyObject* argument, ContextArgument& context) {
  const StickyAssignments* assignments = nullptr;
  if (!ReadSticky(argument, assignments)) {
    PyErr_Clear();
    context.Invalidate();
  }
  return assignments;
}

void DefineAssignments(py::module_& module) {
  py::class_<StickyAssignments> type(module, "StickyAssignments", py::is_final(),
                                     "What units were given before in sticky experiments, for the argument `sticky` of "
                                     "an evaluation. Immutable; of rows of one unit and phase the last counts.");
  type.def(py::init(&Make), py::arg("assignments"))
      .def("rows", &Rows, "Every expt.Assignment.")
      .def("__len__", &StickyAssignments::size)
      // Unit ids may identify a person, so they are not shown.
      .def("__repr__", [](const StickyAssignments& self) {
        return py::str("<expt.StickyAssignments: {} rows>").format(self.size());
      });
  class_of<StickyAssignments> = reinterpret_cast<PyTypeObject*>(type.ptr());
}

}  // namespace expt::python
