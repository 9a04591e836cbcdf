#include "src/stats/mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace expt::inline v1::stats::internal {

Mixture::Mixture(double n, double planned, double alpha) {
  const double log_level = -2 * std::log(alpha);
  weight_ = n / planned * (std::log1p(log_level) + log_level);
  critical_ = std::sqrt((1 + 1 / weight_) * (std::log1p(weight_) + log_level));
}

double Mixture::LogEvidence(double z) const {
  const double gain = z * z / (2 * (1 + 1 / weight_));
  return std::min(gain - 0.5 * std::log1p(weight_), std::numeric_limits<double>::max());
}

}  // namespace expt::inline v1::stats::internal
