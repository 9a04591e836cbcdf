// A condition over an event's properties, compiled into the engine that decides flags.
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_PROPERTY_FILTER_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_PROPERTY_FILTER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/analysis/metric_definition.h"
#include "expt/snapshot.h"
#include "src/wire/event_codec.h"

namespace expt::analysis {

// Immutable. Thread-safe.
class PropertyFilter {
 public:
  // Errors: kInvalidArgument, with the place inside the condition.
  static absl::StatusOr<PropertyFilter> Compile(const PropertyCondition& condition);

  // False also where the condition is unknown for want of a property.
  bool Matches(const std::vector<wire::EventProperty>& properties) const;

 private:
  explicit PropertyFilter(Snapshot snapshot) : snapshot_(std::move(snapshot)) {}
  Snapshot snapshot_;
};

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_PROPERTY_FILTER_H_
