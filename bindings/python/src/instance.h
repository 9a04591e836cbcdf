// The C++ object inside an instance of a class that pybind11 made, without a look-up.
//
// It works for classes that Python cannot derive from: one C++ base, held by a unique_ptr.
#ifndef EXPT_BINDINGS_PYTHON_INSTANCE_H_
#define EXPT_BINDINGS_PYTHON_INSTANCE_H_

#include <pybind11/pybind11.h>

namespace expt::python {

// The class of T's instances; set when the class is defined, kept until the process ends.
template <typename T>
inline PyTypeObject* class_of = nullptr;

template <typename T>
bool IsInstanceOf(PyObject* object) {
  return Py_TYPE(object) == class_of<T>;
}

// `object` is an instance of T's class. Null for one that was made without __init__.
template <typename T>
T* Inside(PyObject* object) {
  return static_cast<T*>(reinterpret_cast<pybind11::detail::instance*>(object)->simple_value_holder[0]);
}

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_INSTANCE_H_
