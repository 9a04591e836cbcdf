#include "control-plane/analysis/arm_losses.h"

#include <gtest/gtest.h>

#include <array>

namespace expt::analysis {
namespace {

TEST(ArmLosses, TheStatisticIsPearsonsOverBothCellsOfEachArm) {
  // scipy.stats.chi2_contingency([[990, 970], [10, 30]], correction=False): statistic 10.2041, p 0.0014013
  const std::array arms = {ArmLoss{.stored = 990, .lost = 10}, ArmLoss{.stored = 970, .lost = 30}};
  const LossTest test = TestLoss(arms);
  ASSERT_TRUE(test.p.has_value());
  EXPECT_NEAR(*test.p, 0.0014013, 1e-7);
  EXPECT_FALSE(test.alarm);
}

TEST(ArmLosses, AnAlarmNeedsALossThatChanceMakesOnceInAThousandTimes) {
  const std::array arms = {ArmLoss{.stored = 990, .lost = 10}, ArmLoss{.stored = 965, .lost = 35}};
  const LossTest test = TestLoss(arms);
  ASSERT_TRUE(test.p.has_value());
  EXPECT_LT(*test.p, kLossAlarmP);
  EXPECT_TRUE(test.alarm);
}

TEST(ArmLosses, EqualSharesOfUnequalArmsAreNoAlarm) {
  const std::array arms = {ArmLoss{.stored = 9'900, .lost = 100}, ArmLoss{.stored = 990, .lost = 10},
                           ArmLoss{.stored = 99'000, .lost = 1'000}};
  const LossTest test = TestLoss(arms);
  ASSERT_TRUE(test.p.has_value());
  EXPECT_NEAR(*test.p, 1, 1e-12);
  EXPECT_FALSE(test.alarm);
}

TEST(ArmLosses, WithoutTwoArmsOrEnoughLossesThereIsNothingToTest) {
  EXPECT_FALSE(TestLoss({}).p.has_value());
  const std::array one = {ArmLoss{.stored = 100, .lost = 50}, ArmLoss{}};
  EXPECT_FALSE(TestLoss(one).p.has_value());
  const std::array few = {ArmLoss{.stored = 1'000, .lost = 9}, ArmLoss{.stored = 1'000, .lost = 0}};
  EXPECT_FALSE(TestLoss(few).p.has_value());
  const std::array all_lost = {ArmLoss{.stored = 0, .lost = 900}, ArmLoss{.stored = 0, .lost = 900}};
  EXPECT_FALSE(TestLoss(all_lost).p.has_value());
}

}  // namespace
}  // namespace expt::analysis
