// From what the service knows of an experiment to what the analysis computes.
#ifndef EXPT_CONTROL_PLANE_API_ANALYSIS_REQUEST_H_
#define EXPT_CONTROL_PLANE_API_ANALYSIS_REQUEST_H_

#include "absl/status/statusor.h"
#include "control-plane/analysis/analysis.h"
#include "control-plane/service/results_request.h"

namespace expt::api {

// Errors: kInternal when a stored metric is none to the analysis.
absl::StatusOr<analysis::ExperimentRequest> AnalysisRequest(const service::ResultsRequest& request);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_ANALYSIS_REQUEST_H_
