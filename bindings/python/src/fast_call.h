// The evaluations as vectorcall methods of classes that pybind11 made: no argument casting, no overload search.
#ifndef EXPT_BINDINGS_PYTHON_FAST_CALL_H_
#define EXPT_BINDINGS_PYTHON_FAST_CALL_H_

#include <pybind11/pybind11.h>

#include "client_engine.h"
#include "snapshot_engine.h"

namespace expt::python {

// Adds enabled, value, variant, decision, explain and all to the class of E's instances; many to a snapshot's.
template <typename E>
void AddEvaluation(pybind11::class_<E>& type);

extern template void AddEvaluation(pybind11::class_<ClientEngine>& type);
extern template void AddEvaluation(pybind11::class_<SnapshotEngine>& type);

// A call that does nothing, by the same way: the floor of what such a call costs.
void AddEmptyCall(pybind11::module_& module);

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_FAST_CALL_H_
