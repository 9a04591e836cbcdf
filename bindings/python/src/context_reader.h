// Python values to contexts. What a context cannot say is missing; nothing here raises.
#ifndef EXPT_BINDINGS_PYTHON_CONTEXT_READER_H_
#define EXPT_BINDINGS_PYTHON_CONTEXT_READER_H_

#include <Python.h>

#include <list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expt/context.h"
#include "flag_index.h"

namespace expt::python {

// Collects attributes, then makes the Context. The Python objects must outlive the reader; no code of theirs runs.
//
// str, bool, int, float, and lists and tuples of str are values; a dict is flattened with dots. Everything else is
// missing: None, an int outside int64, text with lone surrogates, other lists.
class ContextReader {
 public:
  // One attribute that is not nested.
  void Add(std::string_view name, PyObject* value);

  // Every entry of `dict` whose key is a str. Of equal names the least nested counts, of those the last.
  void AddAll(PyObject* dict) { Flatten(dict, {}, 0); }

  Context Make();

  // One value by itself; valid while the reader lives.
  ValueView Convert(PyObject* value);

 private:
  friend Context ReadNamed(PyObject* dict, const FlagEntry& flag);

  void Flatten(PyObject* dict, const std::string& prefix, int depth);
  ValueView ConvertList(PyObject* const* items, Py_ssize_t count);

  std::vector<Attribute> attributes_;
  std::vector<int> depths_;  // of the attributes
  int dicts_ = 0;
  // What the attributes view.
  std::list<std::string> names_;
  std::vector<std::vector<std::string_view>> lists_;
};

// What deciding `flag` may read of `dict`; the whole of it where it is nested or out of the ordinary.
Context ReadNamed(PyObject* dict, const FlagEntry& flag);

// The whole of `dict`.
Context ReadAll(PyObject* dict);

// A context that is not valid: every decision for it says INVALID_CONTEXT.
const Context& InvalidContext();

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_CONTEXT_READER_H_
