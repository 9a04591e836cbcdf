#include <gtest/gtest.h>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

CompareRequest Purchases(int64_t treatment_successes) {
  return Proportions({10000, 1000}, {10000, treatment_successes});
}

TEST(Verdict, DirectionDecidesWhatIsBetter) {
  CompareRequest up = Purchases(1200), down = Purchases(800);
  EXPECT_EQ(Compare(up).verdict, Verdict::kBetter);
  EXPECT_EQ(Compare(down).verdict, Verdict::kWorse);
  up.direction = down.direction = Direction::kDecrease;
  EXPECT_EQ(Compare(up).verdict, Verdict::kWorse);
  EXPECT_EQ(Compare(down).verdict, Verdict::kBetter);
}

TEST(Verdict, DirectionChangesNoNumber) {
  CompareRequest r = Purchases(1200);
  const Comparison before = Compare(r);
  r.direction = Direction::kDecrease;
  const Comparison after = Compare(r);
  EXPECT_EQ(before.effect.estimate, after.effect.estimate);
  EXPECT_EQ(before.effect.p, after.effect.p);
  EXPECT_EQ(before.lift.lower, after.lift.lower);
}

TEST(Verdict, FlatNeedsAPlannedEffectTheIntervalStaysWithin) {
  CompareRequest r = Purchases(1005);  // lift interval about -7.5 % to 9 %
  EXPECT_EQ(Compare(r).verdict, Verdict::kInconclusive);
  r.planned_mde = 0.05;
  EXPECT_EQ(Compare(r).verdict, Verdict::kInconclusive);
  r.planned_mde = 0.10;
  EXPECT_EQ(Compare(r).verdict, Verdict::kFlat);
  r.planned_mde_scale = Scale::kEffect;  // interval about -0.8 % to 0.9 %
  EXPECT_EQ(Compare(r).verdict, Verdict::kFlat);
  r.planned_mde = 0.005;
  EXPECT_EQ(Compare(r).verdict, Verdict::kInconclusive);
}

TEST(Verdict, AnEffectApartFromZeroIsNotFlatHoweverSmall) {
  CompareRequest r = Purchases(1200);
  r.planned_mde = 0.9;
  EXPECT_EQ(Compare(r).verdict, Verdict::kBetter);
}

TEST(Verdict, IsWithheldWhileSrmAlarms) {
  CompareRequest r = Purchases(1200);
  r.srm_alarm = true;
  const Comparison c = Compare(r);
  EXPECT_FALSE(c.verdict.has_value());
  EXPECT_EQ(c.warnings, std::vector<Warning>{Warning::kSrmAlarm});
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_TRUE(c.effect.p.has_value());
}

}  // namespace
}  // namespace expt::stats_test
