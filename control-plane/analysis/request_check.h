#ifndef EXPT_CONTROL_PLANE_ANALYSIS_REQUEST_CHECK_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_REQUEST_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "control-plane/analysis/analysis.h"

namespace expt::analysis {

// Errors: kInvalidArgument, `experiment "price-test": variant "b": weight: expected at least 0`.
absl::Status CheckRequest(const ExperimentRequest& request);

// Everything a result depends on beside the rows, as one text.
std::string TextOf(const ExperimentRequest& request);

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_REQUEST_CHECK_H_
