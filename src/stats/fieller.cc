#include "src/stats/fieller.h"

#include <cmath>

namespace expt::inline v1::stats::internal {

// With everything in units of mA, the ends are the roots L of
//   (d - L)^2 = c^2 (b^2 + (1 + L)^2 a^2),
// a quadratic (1-g) L^2 - 2 k L + product = 0 with g = c^2 a^2, k = d + g. The
// end that would cancel is taken from the product of the roots, which is that
// of the effect's ends: so both intervals agree on 0 to the last bit.
std::optional<Range> FiellerLift(Measured control, Measured treatment, double difference, double c, Range effect) {
  const double m = control.mean;
  const double a = control.se / std::fabs(m);
  const double b = treatment.se / std::fabs(m);
  const double g = (c * a) * (c * a);
  if (!(g < 1)) return std::nullopt;

  const double d = difference / m;
  const double k = d + g;
  const double w = c * std::hypot(a * (treatment.mean / m), std::sqrt(1 - g) * b);
  const double e1 = effect.lower / m;
  const double e2 = effect.upper / m;
  Range lift;
  if (k >= 0) {
    lift = {e1 / (k + w) * e2, (k + w) / (1 - g)};
  } else {
    lift = {(k - w) / (1 - g), e1 / (k - w) * e2};
  }
  if (m < 0) lift = {-lift.upper, -lift.lower};
  if (!std::isfinite(lift.lower) || !std::isfinite(lift.upper)) {
    return std::nullopt;
  }
  return lift;
}

}  // namespace expt::inline v1::stats::internal
