// Fieller's interval of a lift.
#ifndef EXPT_SRC_STATS_FIELLER_H_
#define EXPT_SRC_STATS_FIELLER_H_

#include <optional>

namespace expt::inline v1::stats::internal {

struct Range {
  double lower;
  double upper;
};

// A mean and the standard error of it.
struct Measured {
  double mean;
  double se;
};

// Interval of difference / |mA| at critical value `c`, given the interval of
// difference = mB - mA at the same one; mA != 0. Excludes 0 exactly when
// `effect` does. Empty when control is not c standard errors away from 0: then
// the interval has no finite ends. docs/statistics.md, "Lift".
std::optional<Range> FiellerLift(Measured control, Measured treatment, double difference, double c, Range effect);

}  // namespace expt::inline v1::stats::internal

#endif  // EXPT_SRC_STATS_FIELLER_H_
