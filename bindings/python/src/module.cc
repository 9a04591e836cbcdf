// expt._core: StickyAssignments, Context, Root, Snapshot, Client and the exceptions. The package expt adds the dataclasses.
#include <pybind11/pybind11.h>

#include "classes.h"
#include "errors.h"
#include "expt/version.h"
#include "fast_call.h"
#include "results.h"

namespace py = pybind11;

PYBIND11_MODULE(_core, module) {
  module.doc() = "The engine and the client of expt.";
  module.attr("__version__") = EXPT_VERSION;
  if (!expt::python::Types().Load()) throw py::error_already_set();
  expt::python::DefineErrors(module);
  expt::python::DefineAssignments(module);
  expt::python::DefineContext(module);
  expt::python::DefineSnapshot(module);
  expt::python::DefineClient(module);
  expt::python::AddEmptyCall(module);
}
