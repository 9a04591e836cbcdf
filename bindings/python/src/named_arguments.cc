#include "named_arguments.h"

#include "errors.h"
#include "moment.h"
#include "text.h"

namespace py = pybind11;

namespace expt::python {
namespace {

[[noreturn]] void Refuse(const char* name, const char* expected, py::handle value) {
  throw py::type_error(std::string(name) + ": expected " + expected + ", got " + Py_TYPE(value.ptr())->tp_name);
}

}  // namespace

std::string ToText(const char* name, py::handle value, std::string otherwise) {
  if (value.is_none()) return otherwise;
  if (!PyUnicode_Check(value.ptr())) Refuse(name, "a str", value);
  const auto text = TextOf(value.ptr());
  if (!text) throw py::type_error(std::string(name) + ": expected text without lone surrogates");
  return std::string(*text);
}

bool ToFlag(const char* name, py::handle value) {
  if (!PyBool_Check(value.ptr())) Refuse(name, "a bool", value);
  return value.ptr() == Py_True;
}

size_t ToCount(const char* name, py::handle value, size_t otherwise) {
  if (value.is_none()) return otherwise;
  if (!PyLong_Check(value.ptr())) Refuse(name, "an int", value);
  const size_t count = PyLong_AsSize_t(value.ptr());
  if (count == static_cast<size_t>(-1) && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    throw py::value_error(std::string(name) + ": expected a count of at least 0");
  }
  return count;
}

std::chrono::milliseconds ToDuration(const char* name, py::handle value, std::chrono::milliseconds otherwise) {
  if (value.is_none()) return otherwise;
  const double seconds = PyFloat_AsDouble(value.ptr());
  if (seconds == -1 && PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    Refuse(name, "seconds as a number", value);
  }
  return ToMilliseconds(seconds);
}

Overlay::Stale ToStale(const char* name, std::string_view text) {
  if (text == "keep") return Overlay::Stale::kKeep;
  if (text == "defaults") return Overlay::Stale::kDefaults;
  if (text == "fail_closed") return Overlay::Stale::kFailClosed;
  Raise(absl::InvalidArgumentError(std::string(name) + ": expected \"keep\", \"defaults\" or \"fail_closed\", got \"" +
                                   std::string(text) + "\""));
}

std::string_view ToData(const char* name, py::handle value) {
  if (!PyBytes_Check(value.ptr())) Refuse(name, "bytes", value);
  return {PyBytes_AS_STRING(value.ptr()), static_cast<size_t>(PyBytes_GET_SIZE(value.ptr()))};
}

}  // namespace expt::python
