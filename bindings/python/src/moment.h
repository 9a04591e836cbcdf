// Python times to the times of the engine.
#ifndef EXPT_BINDINGS_PYTHON_MOMENT_H_
#define EXPT_BINDINGS_PYTHON_MOMENT_H_

#include <pybind11/pybind11.h>

#include <chrono>
#include <optional>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"

namespace expt::python {

// A datetime with a time zone, or an int: milliseconds since 1970. Raises TypeError for anything else; `name` is the
// argument's.
Time ToTime(const char* name, pybind11::handle moment);

// The same; nothing for None.
std::optional<Time> ToOptionalTime(const char* name, pybind11::handle moment);

pybind11::object ToDatetime(Time time);

// Seconds as a duration option or a timeout; NaN is 0, and what is beyond 30 years is 30 years.
std::chrono::milliseconds ToMilliseconds(double seconds);

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_MOMENT_H_
