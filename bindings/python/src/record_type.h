// Frozen dataclasses of expt._types, made from C++.
#ifndef EXPT_BINDINGS_PYTHON_RECORD_TYPE_H_
#define EXPT_BINDINGS_PYTHON_RECORD_TYPE_H_

#include <Python.h>

#include <initializer_list>
#include <span>
#include <vector>

#include "reference.h"

namespace expt::python {

// One dataclass with slots. Sets the fields themselves: __init__ of a frozen class takes ten times as long.
class RecordType {
 public:
  // Looks the class and its fields up in expt._types. False with an exception set.
  bool Load(const char* name);

  // A new instance with `values` in the order of the fields; null, with an exception set, when one of them is null.
  PyObject* Make(std::initializer_list<PyObject*> values) const {
    return Make(std::span(values.begin(), values.size()));
  }
  PyObject* Make(std::span<PyObject* const> values) const;  // takes the references over

  bool IsInstance(PyObject* object) const { return reinterpret_cast<PyObject*>(Py_TYPE(object)) == type_.get(); }

 private:
  Reference type_;
  std::vector<Reference> fields_;  // names
};

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_RECORD_TYPE_H_
