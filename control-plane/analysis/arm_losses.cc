#include "control-plane/analysis/arm_losses.h"

#include <algorithm>

#include "src/stats/tail.h"

namespace expt::analysis {

LossTest TestLoss(std::span<const ArmLoss> arms) {
  double stored = 0;
  double lost = 0;
  double smallest = 0;
  int used = 0;
  for (const ArmLoss& arm : arms) {
    const double events = static_cast<double>(arm.stored) + static_cast<double>(arm.lost);
    if (events <= 0) continue;
    smallest = used == 0 ? events : std::min(smallest, events);
    stored += static_cast<double>(arm.stored);
    lost += static_cast<double>(arm.lost);
    ++used;
  }
  if (used < 2) return {};
  const double share = lost / (stored + lost);
  if (smallest * share < kMinExpectedLoss || smallest * (1 - share) < kMinExpectedLoss) return {};
  double statistic = 0;
  for (const ArmLoss& arm : arms) {
    const double events = static_cast<double>(arm.stored) + static_cast<double>(arm.lost);
    if (events <= 0) continue;
    const double off = static_cast<double>(arm.lost) - events * share;
    statistic += off * off / (events * share * (1 - share));  // of both cells of the arm
  }
  LossTest test;
  test.p = stats::internal::ChiSquareUpper(statistic, used - 1).p;
  test.alarm = *test.p < kLossAlarmP;
  return test;
}

}  // namespace expt::analysis
