// Small parts every result block is put together from.
#ifndef EXPT_SRC_STATS_BLOCK_H_
#define EXPT_SRC_STATS_BLOCK_H_

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "expt/stats.h"

namespace expt::inline v1::stats::internal {

// The one of two statuses that is reported.
inline Status First(Status a, Status b) {
  if (a == Status::kOk) return b;
  if (b == Status::kOk) return a;
  return std::min(a, b);
}

// Adds `warning` once, keeping the order of the enum.
inline void Warn(std::vector<Warning>& warnings, Warning warning) {
  auto at = std::lower_bound(warnings.begin(), warnings.end(), warning);
  if (at == warnings.end() || *at != warning) warnings.insert(at, warning);
}

// `x`, unless it is NaN or infinite.
inline std::optional<double> Finite(double x) {
  if (std::isfinite(x)) return x;
  return std::nullopt;
}

}  // namespace expt::inline v1::stats::internal

#endif  // EXPT_SRC_STATS_BLOCK_H_
