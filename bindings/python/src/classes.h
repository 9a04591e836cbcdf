// The classes of the module, each defined in the file of its noun.
#ifndef EXPT_BINDINGS_PYTHON_CLASSES_H_
#define EXPT_BINDINGS_PYTHON_CLASSES_H_

#include <pybind11/pybind11.h>

namespace expt::python {

void DefineAssignments(pybind11::module_& module);  // StickyAssignments
void DefineContext(pybind11::module_& module);      // Context
void DefineSnapshot(pybind11::module_& module);     // Root, Snapshot
void DefineClient(pybind11::module_& module);       // Client

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_CLASSES_H_
