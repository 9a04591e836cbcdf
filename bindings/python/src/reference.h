// An owned reference to a Python object. Made, copied and destroyed with the GIL held.
#ifndef EXPT_BINDINGS_PYTHON_REFERENCE_H_
#define EXPT_BINDINGS_PYTHON_REFERENCE_H_

#include <Python.h>

#include <utility>

namespace expt::python {

class Reference {
 public:
  Reference() = default;
  // Takes over one reference; null is allowed.
  static Reference Steal(PyObject* object) { return Reference(object); }
  static Reference Borrow(PyObject* object) {
    Py_XINCREF(object);
    return Reference(object);
  }
  Reference(Reference&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Reference& operator=(Reference&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Reference() { Py_XDECREF(object_); }

  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Reference(PyObject* object) : object_(object) {}
  PyObject* object_ = nullptr;
};

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_REFERENCE_H_
