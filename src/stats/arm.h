// One variant's data boiled down to a mean and its standard error.
#ifndef EXPT_SRC_STATS_ARM_H_
#define EXPT_SRC_STATS_ARM_H_

#include <optional>
#include <vector>

#include "expt/stats.h"

namespace expt::inline v1::stats::internal {

// Carries roots, never squares, of standard errors: data times 1e+-100 gives
// the same p.
struct Arm {
  // kOk, kEmptyArm, kInsufficientData, kZeroDenominator or kUndefined.
  Status status = Status::kOk;
  std::vector<Warning> warnings;
  VariantSummary summary;
  double n = 0;

  // Standard error of summary.mean; 0 when the variant is constant as far as
  // rounding lets one tell. Present exactly when status is kOk.
  std::optional<double> se;
};

// Needs data that FindInvalid() accepts.
Arm ReadArm(Kind kind, const Data& data);

}  // namespace expt::inline v1::stats::internal

#endif  // EXPT_SRC_STATS_ARM_H_
