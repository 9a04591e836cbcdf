// How many units an experiment needs, and how long they take to come.
#ifndef EXPT_CONTROL_PLANE_API_ESTIMATE_H_
#define EXPT_CONTROL_PLANE_API_ESTIMATE_H_

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control-plane/service/estimate_request.h"

namespace expt::api {

// What a metric was like in control.
struct Baseline {
  double mean = 0;
  std::optional<double> variance;  // of one unit; not of a rate
  std::optional<std::string> experiment;  // whose control; nothing: given
};

// The document "ExperimentEstimate". `baselines` has one entry for each metric, nothing where there is none.
nlohmann::json EstimateJson(const service::EstimateRequest& request,
                            const std::vector<std::optional<Baseline>>& baselines);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_ESTIMATE_H_
