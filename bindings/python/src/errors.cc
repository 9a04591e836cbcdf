#include "errors.h"

#include <string>

#include "expt/snapshot.h"

namespace py = pybind11;

namespace expt::python {
namespace {

// Made once at import and kept until the process ends.
struct Classes {
  PyObject* base = nullptr;
  PyObject* invalid_argument = nullptr;
  PyObject* failed_precondition = nullptr;
  PyObject* unavailable = nullptr;
  PyObject* load = nullptr;
};
Classes classes;

PyObject* Define(py::module_& module, const char* name, const char* doc, PyObject* bases) {
  PyObject* type = PyErr_NewExceptionWithDoc((std::string("expt.") + name).c_str(), doc, bases, nullptr);
  if (type == nullptr) throw py::error_already_set();
  module.add_object(name, py::reinterpret_borrow<py::object>(type));
  return type;
}

PyObject* ClassOf(const absl::Status& status) {
  if (LoadErrorOf(status)) return classes.load;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return classes.invalid_argument;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kNotFound:
      return classes.failed_precondition;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return classes.unavailable;
    default:
      return classes.base;
  }
}

}  // namespace

void DefineErrors(py::module_& module) {
  classes.base = Define(module, "Error", "Base of what expt raises.", PyExc_Exception);
  const py::tuple invalid = py::make_tuple(py::handle(classes.base), py::handle(PyExc_ValueError));
  classes.invalid_argument =
      Define(module, "InvalidArgumentError", "A wrong option or argument: fix the call.", invalid.ptr());
  classes.failed_precondition =
      Define(module, "FailedPreconditionError", "Something else must be set right first.", classes.base);
  classes.unavailable = Define(module, "UnavailableError", "Not possible now: try again later.", classes.base);
  classes.load =
      Define(module, "LoadError",
             "A snapshot or Root was refused: at the acceptance step `step`, with the code `code`.", classes.base);
  py::handle(classes.load).attr("step") = 0;
  py::handle(classes.load).attr("code") = "";
}

void Raise(const absl::Status& status) {
  const std::string text(status.message().data(), status.message().size());
  const py::handle type(ClassOf(status));
  const py::object error = type(text);
  if (const auto load = LoadErrorOf(status)) {
    const std::string_view code = LoadCodeName(load->code);
    error.attr("step") = load->step;
    error.attr("code") = py::str(code.data(), code.size());
  }
  PyErr_SetObject(type.ptr(), error.ptr());
  throw py::error_already_set();
}

}  // namespace expt::python
