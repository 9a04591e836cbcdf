// Which events count for one number of a metric, and what each adds: the part of a definition that does not depend on
// windows, directions or how events are added up. Metrics that agree in it share their rows.
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_METRIC_BINDING_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_METRIC_BINDING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "control-plane/analysis/metric_definition.h"
#include "control-plane/analysis/property_filter.h"
#include "src/wire/event_codec.h"

namespace expt::analysis {

// Immutable. Thread-safe.
class MetricBinding {
 public:
  // One line of JSON that names the binding; equal for equal bindings.
  static std::string TextOf(const MetricSource& source, std::string_view unit_type);
  // Errors: kInvalidArgument (a condition that the engine refuses), kDataLoss (not a text of TextOf).
  static absl::StatusOr<MetricBinding> Parse(std::string_view text);

  const std::string& event() const { return event_; }
  const std::string& unit_type() const { return unit_type_; }
  // What `event`, which has the name event(), adds; nothing when it does not count.
  std::optional<double> ValueOf(const wire::MetricEvent& event) const;

 private:
  MetricBinding() = default;
  std::string event_;
  std::string unit_type_;
  ValueSource value_ = ValueSource::kNone;
  std::string property_;
  std::shared_ptr<const PropertyFilter> filter_;
};

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_METRIC_BINDING_H_
