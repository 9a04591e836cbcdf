// Positional and keyword arguments of one vectorcall.
#ifndef EXPT_BINDINGS_PYTHON_ARGUMENTS_H_
#define EXPT_BINDINGS_PYTHON_ARGUMENTS_H_

#include <Python.h>

#include <array>
#include <cstddef>

namespace expt::python {

// What a call takes: the first `required` names must be given, the first `positional` may stand without their names.
template <size_t N>
struct Signature {
  const char* call;
  std::array<const char*, N> names;
  size_t required;
  size_t positional;
};

// The arguments by position of their names; null where one was left out. False with TypeError set.
template <size_t N>
bool Parse(const Signature<N>& signature, PyObject* const* arguments, Py_ssize_t count, PyObject* keywords,
           std::array<PyObject*, N>& given) {
  given.fill(nullptr);
  if (static_cast<size_t>(count) > signature.positional) {
    PyErr_Format(PyExc_TypeError, "%s() takes at most %zu positional arguments, got %zd", signature.call,
                 signature.positional, count);
    return false;
  }
  for (Py_ssize_t i = 0; i < count; ++i) given[static_cast<size_t>(i)] = arguments[i];
  const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
  for (Py_ssize_t k = 0; k < named; ++k) {
    PyObject* name = PyTuple_GET_ITEM(keywords, k);
    size_t at = 0;
    while (at < N && PyUnicode_CompareWithASCIIString(name, signature.names[at]) != 0) ++at;
    if (at == N || given[at] != nullptr) {
      PyErr_Format(PyExc_TypeError, "%s() got %s argument '%U'", signature.call, at == N ? "an unexpected" : "a second",
                   name);
      return false;
    }
    given[at] = arguments[count + k];
  }
  for (size_t i = 0; i < signature.required; ++i) {
    if (given[i] == nullptr) {
      PyErr_Format(PyExc_TypeError, "%s() needs the argument '%s'", signature.call, signature.names[i]);
      return false;
    }
  }
  return true;
}

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_ARGUMENTS_H_
