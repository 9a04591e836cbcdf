// expt.StickyAssignments: what units were given before, checked once, when it is made.
#ifndef EXPT_BINDINGS_PYTHON_ASSIGNMENTS_H_
#define EXPT_BINDINGS_PYTHON_ASSIGNMENTS_H_

#include <Python.h>

#include "context_argument.h"
#include "expt/evaluate.h"

namespace expt::python {

// The optional argument `sticky` of an evaluation: null where it is left out or None. Evaluations raise nothing, so
// what is no StickyAssignments makes `context` an invalid one.
const StickyAssignments* StickyOf(PyObject* argument, ContextArgument& context);

// The same for calls that may raise. False with TypeError set.
bool ReadSticky(PyObject* argument, const StickyAssignments*& assignments);

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_ASSIGNMENTS_H_
