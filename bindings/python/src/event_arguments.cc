#include "event_arguments.h"

#include <array>
#include <limits>

#include "expt/context.h"
#include "text.h"

namespace py = pybind11;

namespace expt::python {
namespace {

ValueView ToScalar(PyObject* object) {
  if (const auto text = TextOf(object)) return *text;
  if (PyBool_Check(object)) return object == Py_True;
  if (PyLong_Check(object)) {
    int overflow = 0;
    const long long integer = PyLong_AsLongLongAndOverflow(object, &overflow);
    return overflow == 0 ? ValueView(integer) : ValueView();
  }
  if (PyFloat_Check(object)) return PyFloat_AS_DOUBLE(object);
  return {};
}

}  // namespace

std::optional<double> ToEventValue(py::handle value) {
  if (value.is_none()) return std::nullopt;
  const double number = PyBool_Check(value.ptr()) ? -1 : PyFloat_AsDouble(value.ptr());
  if (PyBool_Check(value.ptr()) || (number == -1 && PyErr_Occurred() != nullptr)) {
    PyErr_Clear();
    return std::numeric_limits<double>::quiet_NaN();
  }
  return number;
}

std::vector<Property> ToProperties(py::handle properties) {
  std::vector<Property> list;
  if (properties.is_none()) return list;
  if (!PyDict_Check(properties.ptr())) throw py::type_error("properties: expected a dict");
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(properties.ptr(), &position, &key, &value)) {
    list.push_back({TextOf(key).value_or(std::string_view()), ToScalar(value)});
  }
  return list;
}

std::string ToUnitId(py::handle unit_id) {
  std::array<char, 24> buffer;
  return std::string(UnitId(ToScalar(unit_id.ptr()), buffer));
}

UnitArguments::UnitArguments(py::handle units) {
  if (units.is_none()) return;
  if (!PyDict_Check(units.ptr())) throw py::type_error("units: expected a dict of unit type to unit id");
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(units.ptr(), &position, &key, &value)) {
    const std::string& unit_id = texts_.emplace_back(ToUnitId(value));
    units_.push_back({TextOf(key).value_or(std::string_view()), unit_id});
  }
}

}  // namespace expt::python
