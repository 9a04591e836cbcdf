// What a request must satisfy before anything is computed.
#ifndef EXPT_SRC_STATS_VALIDATE_H_
#define EXPT_SRC_STATS_VALIDATE_H_

#include <optional>

#include "expt/stats.h"

namespace expt::inline v1::stats::internal {

// The first field that is wrong, in the order of the struct.
std::optional<Invalid> FindInvalid(const CompareRequest& request);
std::optional<Invalid> FindInvalid(const SrmRequest& request);
// But for its mde.
std::optional<Invalid> FindInvalid(const PlanRequest& request);

}  // namespace expt::inline v1::stats::internal

#endif  // EXPT_SRC_STATS_VALIDATE_H_
