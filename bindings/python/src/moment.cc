#include "moment.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace py = pybind11;

namespace expt::python {
namespace {

py::object Epoch() {
  const py::module_ datetime = py::module_::import("datetime");
  return datetime.attr("datetime")(1970, 1, 1, py::arg("tzinfo") = datetime.attr("timezone").attr("utc"));
}

}  // namespace

Time ToTime(const char* name, py::handle moment) {
  if (PyLong_Check(moment.ptr()) && !PyBool_Check(moment.ptr())) {
    return Time(std::chrono::milliseconds(moment.cast<int64_t>()));
  }
  const py::module_ datetime = py::module_::import("datetime");
  if (!py::isinstance(moment, datetime.attr("datetime"))) {
    throw py::type_error(std::string(name) + ": expected a datetime or milliseconds since 1970 as an int");
  }
  if (moment.attr("utcoffset")().is_none()) {
    throw py::type_error(std::string(name) + ": expected a datetime with a time zone, found one without");
  }
  const py::object millisecond = datetime.attr("timedelta")(py::arg("milliseconds") = 1);
  const py::object passed = py::reinterpret_borrow<py::object>(moment) - Epoch();
  const py::object count = passed.attr("__floordiv__")(millisecond);
  return Time(std::chrono::milliseconds(count.cast<int64_t>()));
}

std::optional<Time> ToOptionalTime(const char* name, py::handle moment) {
  if (moment.is_none()) return std::nullopt;
  return ToTime(name, moment);
}

py::object ToDatetime(Time time) {
  const py::module_ datetime = py::module_::import("datetime");
  return Epoch() + datetime.attr("timedelta")(py::arg("milliseconds") = time.time_since_epoch().count());
}

std::chrono::milliseconds ToMilliseconds(double seconds) {
  constexpr double kMost = 1e9;
  if (std::isnan(seconds)) return std::chrono::milliseconds(0);
  return std::chrono::milliseconds(std::llround(std::clamp(seconds, -kMost, kMost) * 1000));
}

}  // namespace expt::python
