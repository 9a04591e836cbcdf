// What has to be known to compute the results of one experiment: its current phase, variants and pinned metrics.
// Plain data; the api room hands it to the analysis room.
#ifndef EXPT_CONTROL_PLANE_SERVICE_RESULTS_REQUEST_H_
#define EXPT_CONTROL_PLANE_SERVICE_RESULTS_REQUEST_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control-plane/service/metric.h"

namespace expt::service {

struct ResultsRequest {
  struct Variant {
    std::string key;
    uint32_t weight_ppm = 0;
  };
  struct PlannedMetric {
    Metric metric;            // the version that was pinned when the experiment started
    nlohmann::json document;  // the same as it was written, with `key` and `version`
    std::string role;         // "success", "guardrail" or "secondary"
  };

  std::string environment_id;
  std::string experiment;     // key
  std::string experiment_id;  // "exp_…", as exposures carry it
  std::string status;         // "running", ...
  uint32_t phase = 1;
  int64_t phase_start_ms = 0;
  std::optional<int64_t> phase_end_ms;
  std::string bucket_by;
  std::vector<Variant> variants;  // in the order of the flag's variants
  std::string control;
  std::string mode;  // "any_time" or "fixed"
  double alpha = 0.05;
  std::optional<int64_t> planned_units;
  std::string multi_exposure;  // "exclude" or "first"
  std::vector<PlannedMetric> metrics;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_RESULTS_REQUEST_H_
