// From raw rows to moments: runs the steps of storage/metric_sql.h and turns their sums into what stats takes.
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_MOMENTS_QUERY_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_MOMENTS_QUERY_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/metric_sql.h"
#include "control-plane/storage/sql_engine.h"
#include "expt/stats.h"

namespace expt::analysis {

struct UnitCounts {
  int64_t exposure_events = 0;
  int64_t multi_exposed = 0;
  std::map<int64_t, int64_t> by_variant;  // units with one variant
};

// One (metric, variant).
struct ArmSums {
  int64_t n = 0;
  double numerator = 0;    // sum over units
  stats::Moments moments;  // {y}, or {a, b} of a ratio
};
using MetricArms = std::map<int64_t, ArmSums>;  // by variant

// Both run inside engine.Begin() and End(). CountUnits comes first: it makes the units.
absl::StatusOr<UnitCounts> CountUnits(storage::SqlEngine& engine, const storage::ExposureSlice& slice);
// `unit_type`: of the units, as the store numbers it. One map per metric, in their order.
absl::StatusOr<std::vector<MetricArms>> ComputeArms(storage::SqlEngine& engine,
                                                    const std::vector<storage::UnitMetric>& metrics, int64_t unit_type,
                                                    bool with_multi_exposed);

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_MOMENTS_QUERY_H_
