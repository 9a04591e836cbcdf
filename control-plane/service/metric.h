// A metric: events as a number per unit. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_METRIC_H_
#define EXPT_CONTROL_PLANE_SERVICE_METRIC_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "control-plane/service/condition.h"
#include "control-plane/service/json_reader.h"

namespace expt::service {

// Which events count, and what each adds to its unit.
struct MetricPart {
  enum class Value { kNone, kValue, kProperty };
  enum class Aggregation { kAny, kCount, kSum };
  std::string event;
  std::optional<Condition> condition;  // over the properties of the event
  Value value = Value::kNone;
  std::string property;  // with kProperty
  Aggregation aggregation = Aggregation::kCount;
};

struct Metric {
  std::string key;
  std::string name;
  std::string kind;  // "proportion", "mean" or "ratio"
  std::string unit_type = "targeting_key";
  MetricPart numerator;
  std::optional<MetricPart> denominator;  // of a ratio
  int64_t window_start_ms = 0;            // after exposure
  std::optional<int64_t> window_end_ms;   // exclusive; nothing: open
  std::string direction = "increase";
  bool leaves_out_units_without_events = false;  // else they count as 0
  std::string description;
  int64_t version = 1;  // rises with every change of what is measured
};

// Reads what a caller sent, or a stored document. Read-only fields are allowed and ignored but `version`, which is
// read.
Metric ReadMetric(const nlohmann::json& document, Problems& problems);

// True when both documents measure the same: all but name and description are equal.
bool MeasuresTheSame(const nlohmann::json& a, const nlohmann::json& b);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_METRIC_H_
