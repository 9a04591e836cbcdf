// What a metric would count, from the newest events of the log, before any experiment uses it.
//
//   auto preview = PreviewMetric("/var/lib/exptd/events", "env_…", metric, from, until);
//   preview->numerator.events, .units, .mean ...
//
// There are no exposures in it: windows, and units without events, play no part.
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_METRIC_PREVIEW_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_METRIC_PREVIEW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/analysis/metric_definition.h"
#include "expt/snapshot.h"

namespace expt::analysis {

// Of the numerator or the denominator.
struct SourcePreview {
  struct Day {
    int32_t day = 0;  // since 1970-01-01 UTC
    int64_t events = 0;
    int64_t units = 0;
    double total = 0;
  };
  int64_t named = 0;         // events with the name
  int64_t events = 0;        // of them, those that count
  int64_t without_unit = 0;  // of those, the ones that name no unit of the metric's type
  int64_t units = 0;
  double total = 0;               // of the units' numbers
  std::optional<double> smallest;  // number of a unit
  std::optional<double> largest;
  std::vector<Day> days;  // with events, oldest first

  std::optional<double> mean() const {
    return units == 0 ? std::nullopt : std::optional(total / static_cast<double>(units));
  }
};

struct MetricPreview {
  SourcePreview numerator;
  std::optional<SourcePreview> denominator;  // of a ratio
  bool is_cut_short = false;  // a million events came since then or more: the rest was not looked at
};

// Events in [from, until) by their corrected time. Cost: reads a million events of the log at most,
// the newest days first.
//
// Errors: kInvalidArgument (a condition that the engine refuses), kUnavailable, kDataLoss (a damaged file of the log).
absl::StatusOr<MetricPreview> PreviewMetric(const std::string& log_directory, const std::string& environment,
                                            const MetricDefinition& metric, Time from, Time until);

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_METRIC_PREVIEW_H_
