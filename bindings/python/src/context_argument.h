// The context argument of a call: expt.Context, a dict, or something else.
#ifndef EXPT_BINDINGS_PYTHON_CONTEXT_ARGUMENT_H_
#define EXPT_BINDINGS_PYTHON_CONTEXT_ARGUMENT_H_

#include <Python.h>

#include "context_reader.h"
#include "expt/context.h"
#include "instance.h"

namespace expt::python {

// Lives no longer than the call.
class ContextArgument {
 public:
  explicit ContextArgument(PyObject* argument) : argument_(argument) {
    if (IsInstanceOf<Context>(argument)) {
      given_ = Inside<Context>(argument);
    } else if (!PyDict_Check(argument)) {
      given_ = &InvalidContext();
    }
    if (given_ == nullptr && !PyDict_Check(argument)) given_ = &InvalidContext();  // made without __init__
  }

  // Every decision for it says INVALID_CONTEXT from here on.
  void Invalidate() { given_ = &InvalidContext(); }

  // The context that needs no reading; null for a dict.
  const Context* given() const { return given_; }

  // What deciding `flag` may read; null: a flag that nobody knows, so nothing. Valid until the next call.
  const Context& For(const FlagEntry* flag) {
    if (given_ != nullptr) return *given_;
    own_ = flag == nullptr ? Context() : ReadNamed(argument_, *flag);
    return own_;
  }

  // All of it. Valid until the next call.
  const Context& Whole() {
    if (given_ != nullptr) return *given_;
    own_ = ReadAll(argument_);
    return own_;
  }

 private:
  PyObject* argument_;
  const Context* given_ = nullptr;
  Context own_;
};

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_CONTEXT_ARGUMENT_H_
