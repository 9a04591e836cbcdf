// Turns codes into Python exceptions, in one function.
#ifndef EXPT_BINDINGS_PYTHON_ERRORS_H_
#define EXPT_BINDINGS_PYTHON_ERRORS_H_

#include <pybind11/pybind11.h>

#include "absl/status/status.h"

namespace expt::python {

// Creates expt.Error and its subclasses in `module`.
void DefineErrors(pybind11::module_& module);

// Raises the exception of the status's code; expt.LoadError, with `step` and `code`, when it comes from loading.
[[noreturn]] void Raise(const absl::Status& status);

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_ERRORS_H_
