// Arguments of the calls that are not hot, read by hand: pybind11's own message for a wrong argument repeats all of
// them, and keys and attributes must not stand in a message.
#ifndef EXPT_BINDINGS_PYTHON_NAMED_ARGUMENTS_H_
#define EXPT_BINDINGS_PYTHON_NAMED_ARGUMENTS_H_

#include <pybind11/pybind11.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.h"
#include "expt/snapshot.h"

namespace expt::python {

// Positional and keyword arguments by the names of a signature. Lives no longer than the call.
template <size_t N>
class NamedArguments {
 public:
  // Throws TypeError.
  NamedArguments(const Signature<N>& signature, const pybind11::args& args, const pybind11::kwargs& kwargs) {
    std::vector<PyObject*> values;
    for (const pybind11::handle value : args) values.push_back(value.ptr());
    const auto count = static_cast<Py_ssize_t>(values.size());
    pybind11::tuple names(kwargs.size());
    size_t at = 0;
    for (const auto& [name, value] : kwargs) {
      names[at++] = name;
      values.push_back(value.ptr());
    }
    if (!Parse(signature, values.data(), count, names.ptr(), given_)) throw pybind11::error_already_set();
  }

  // None where the argument was left out.
  pybind11::handle operator[](size_t i) const { return given_[i] == nullptr ? Py_None : given_[i]; }

 private:
  std::array<PyObject*, N> given_;
};

// Each takes the argument's name for its TypeError, and yields `otherwise` for None.
std::string ToText(const char* name, pybind11::handle value, std::string otherwise = {});
bool ToFlag(const char* name, pybind11::handle value);  // of a bool
size_t ToCount(const char* name, pybind11::handle value, size_t otherwise);
std::chrono::milliseconds ToDuration(const char* name, pybind11::handle value, std::chrono::milliseconds otherwise);
// "keep", "defaults" or "fail_closed"; throws expt.InvalidArgumentError.
Overlay::Stale ToStale(const char* name, std::string_view text);
// Views the object; TypeError for None, too.
std::string_view ToData(const char* name, pybind11::handle value);

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_NAMED_ARGUMENTS_H_
