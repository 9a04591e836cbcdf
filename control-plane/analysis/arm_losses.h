// Whether the variants of an experiment lost different shares of their exposures: then who is missing from the results
// depends on the variant, and no comparison of the rest is fair.
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_ARM_LOSSES_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_ARM_LOSSES_H_

#include <cstdint>
#include <optional>
#include <span>

namespace expt::analysis {

struct ArmLoss {
  int64_t stored = 0;
  int64_t lost = 0;
};

struct LossTest {
  // Absent when there is nothing to test: fewer than two arms with events, nothing lost, or so little that fewer than
  // kMinExpectedLoss losses are expected of an arm.
  std::optional<double> p;
  bool alarm = false;  // p < kLossAlarmP
};
inline constexpr double kLossAlarmP = 0.001;
inline constexpr double kMinExpectedLoss = 5;

// Pearson's chi-square test of homogeneity over {stored, lost} x arms; docs/analytics.md.
LossTest TestLoss(std::span<const ArmLoss> arms);

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_ARM_LOSSES_H_
