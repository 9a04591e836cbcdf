// One flag for many units: columns of Python lists.
#ifndef EXPT_BINDINGS_PYTHON_MANY_H_
#define EXPT_BINDINGS_PYTHON_MANY_H_

#include <Python.h>

#include <string_view>

#include "expt/evaluate.h"

namespace expt::python {

// A list of expt.Decision, one for each row of `columns`, a dict of lists or tuples by attribute name; there are as
// many rows as the longest column has. A new reference; null with an exception set.
PyObject* DecideMany(const Snapshot& snapshot, std::string_view flag, PyObject* columns, const EvaluateInput& input);

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_MANY_H_
