// What a metric is: which events count, how they become a number per unit, and when.
//
//   MetricDefinition purchase;
//   purchase.key = "purchase";
//   purchase.kind = MetricKind::kProportion;
//   purchase.numerator.event = "order_placed";
//   purchase.end_ms = 7 * 86'400'000;   // units that ordered within a week of their first exposure
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_METRIC_DEFINITION_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_METRIC_DEFINITION_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace expt::analysis {

enum class MetricKind : uint8_t {
  kProportion,  // share of units with at least one event
  kMean,        // mean over units of the unit's total
  kRatio,       // total of the numerator over total of the denominator
};
enum class Direction : uint8_t { kIncrease, kDecrease };

// What one event adds.
enum class ValueSource : uint8_t {
  kNone,      // 1
  kValue,     // the event's value; an event without one does not count
  kProperty,  // a numeric property; an event without it does not count
};
// How the events of a unit become its number.
enum class Aggregation : uint8_t { kAny, kCount, kSum };
enum class UnitsWithoutEvents : uint8_t {
  kZero,      // they are zeros
  kLeaveOut,  // the metric is about units with at least one event
};

// A condition over the properties of an event, decided by the engine that decides flags: the same operators, and a
// missing property makes a leaf unknown, which is not true.
struct PropertyCondition {
  enum class Kind : uint8_t { kAll, kAny, kNot, kLeaf };
  Kind kind = Kind::kAll;
  std::vector<PropertyCondition> children;  // kNot: one

  std::string property;  // leaf
  std::string op;        // "in", "gte", ... as in flags
  using Operand = std::variant<bool, int64_t, double, std::string>;
  std::vector<Operand> operands;
  bool negate = false;
  bool case_insensitive = false;

  bool operator==(const PropertyCondition&) const = default;
};

struct MetricSource {
  std::string event;  // name
  std::optional<PropertyCondition> condition;
  ValueSource value = ValueSource::kNone;
  std::string property;  // kProperty
  Aggregation aggregation = Aggregation::kAny;
  bool operator==(const MetricSource&) const = default;
};

struct MetricDefinition {
  std::string key;
  int64_t version = 1;  // a definition of one version never changes
  std::string name;
  MetricKind kind = MetricKind::kProportion;
  std::string unit_type = "targeting_key";
  MetricSource numerator;
  std::optional<MetricSource> denominator;  // kRatio
  // Events count in [first exposure + start, first exposure + end).
  int64_t start_ms = 0;
  std::optional<int64_t> end_ms;  // open when absent
  Direction direction = Direction::kIncrease;
  UnitsWithoutEvents units_without_events = UnitsWithoutEvents::kZero;
  bool operator==(const MetricDefinition&) const = default;
};

// Everything that is wrong with `metric`; empty when nothing is. Each text names its place.
std::vector<std::string> Problems(const MetricDefinition& metric);

// The document of the HTTP API. FromJson checks shape and Problems().
// Errors: kInvalidArgument, `metric "purchase": numerator: value: expected one of none, value, property, got "sum"`.
nlohmann::json ToJson(const MetricDefinition& metric);
absl::StatusOr<MetricDefinition> MetricFromJson(const nlohmann::json& json);

std::string_view Name(MetricKind kind);            // "proportion", "mean", "ratio"
std::string_view Name(Direction direction);        // "increase", "decrease"
std::string_view Name(ValueSource value);          // "none", "value", "property"
std::string_view Name(Aggregation aggregation);    // "any", "count", "sum"
std::string_view Name(UnitsWithoutEvents policy);  // "zero", "leave_out"

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_METRIC_DEFINITION_H_
