// What has to be known to estimate how long an experiment takes. Plain data; the api room does the sums.
#ifndef EXPT_CONTROL_PLANE_SERVICE_ESTIMATE_REQUEST_H_
#define EXPT_CONTROL_PLANE_SERVICE_ESTIMATE_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control-plane/service/experiment.h"
#include "control-plane/service/metric.h"
#include "control-plane/service/results_request.h"

namespace expt::service {

struct EstimateRequest {
  struct PlannedMetric {
    Metric metric;
    double mde = 0;
    bool is_lift = true;
    std::optional<double> mean;  // of control, as it was given
    std::optional<double> variance;
    std::optional<ResultsRequest> past;  // whose control is the baseline, where none was given
  };
  Experiment experiment;
  double power = 0.8;
  std::optional<double> daily_units;
  std::vector<PlannedMetric> metrics;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_ESTIMATE_REQUEST_H_
