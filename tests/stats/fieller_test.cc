#include <gtest/gtest.h>

#include <random>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

bool ExcludesZero(const Estimate& e) { return *e.lower > 0 || *e.upper < 0; }

TEST(Fieller, ExcludesZeroExactlyWhenTheEffectDoes) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  int excluded = 0, bounded = 0;
  for (int i = 0; i < 4000; ++i) {
    const double mean = 4 * normal(random);
    CompareRequest r = Means(Column(20, mean, 3 * std::exp(normal(random))),
                             Column(30, mean + 0.6 * normal(random), 3 * std::exp(normal(random))));
    const Comparison c = Compare(r);
    ASSERT_EQ(c.status, Status::kOk);
    EXPECT_EQ(*c.effect.p < r.alpha, ExcludesZero(c.effect));
    if (c.lift.status != Status::kOk) {
      EXPECT_EQ(c.lift.status, Status::kUnbounded);
      continue;
    }
    ++bounded;
    excluded += ExcludesZero(c.lift);
    EXPECT_EQ(ExcludesZero(c.effect), ExcludesZero(c.lift));
    EXPECT_GE(*c.lift.estimate, *c.lift.lower);
    EXPECT_LE(*c.lift.estimate, *c.lift.upper);
  }
  EXPECT_GT(bounded, 2000);
  EXPECT_GT(excluded, 200);
}

TEST(Fieller, AgreesWithTheEffectToTheLastBitAtTheEdge) {
  // Effects a rounding error either side of c * se.
  const Comparison base = Compare(Means(Column(40, 10, 4), Column(40, 10, 4)));
  const double edge = *base.effect.upper;
  for (int ulps = -20; ulps <= 20; ++ulps) {
    const double d = edge * (1 + ulps * 2.3e-16);
    const Comparison c = Compare(Means(Column(40, 10, 4), Column(40, 10 + d, 4)));
    EXPECT_EQ(ExcludesZero(c.effect), ExcludesZero(c.lift)) << ulps;
  }
}

TEST(Fieller, ANegativeBaselineKeepsTheSignOfTheEffect) {
  const std::vector<double> a = {-12.1, -9.5, -14.2, -11.8, -10.3, -13.3, -9.9};
  const std::vector<double> b = {-14.9, -12.2, -16.8, -11.1, -15.6};
  const Comparison c = Compare(Means(MomentsOf(a), MomentsOf(b)));
  EXPECT_LT(*c.lift.estimate, 0);
  // The mirror image of the positive case, by mpmath.
  ExpectRelative(c.lift.lower, -0.5196296204686194, 1e-11);
  ExpectRelative(c.lift.upper, 0.035657357162624185, 1e-10);
}

TEST(Fieller, SolvesItsOwnEquation) {
  // At an end L of the interval, |mB - (1+L) mA| = c sqrt(qB + (1+L)^2 qA).
  CompareRequest r = Means(Column(25, 3, 9), Column(36, 5, 16));
  r.reference = Reference::kNormal;
  const Comparison c = Compare(r);
  for (double lift : {*c.lift.lower, *c.lift.upper}) {
    const double ratio = 1 + lift;
    EXPECT_NEAR(std::fabs(5 - ratio * 3), 1.959963984540054 * std::sqrt(16.0 / 36 + ratio * ratio * 9.0 / 25), 1e-12);
  }
}

TEST(Fieller, HasNoFiniteEndsWhenTheBaselineMayBeZero) {
  const Comparison c = Compare(Means(Column(100, 0.1, 1), Column(100, 2, 1)));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.lift.status, Status::kUnbounded);
  EXPECT_TRUE(Has(c.lift.warnings, Warning::kNearZeroBaseline));
  EXPECT_TRUE(c.lift.is_open);
  EXPECT_FALSE(c.lift.lower.has_value());
  EXPECT_FALSE(c.lift.upper.has_value());
  ExpectRelative(c.lift.estimate, 19);
  EXPECT_TRUE(c.effect.p.has_value());
  EXPECT_EQ(c.verdict, Verdict::kBetter);
}

TEST(Fieller, AZeroBaselineHasNoLift) {
  const Comparison c = Compare(Means(Column(100, 0, 1), Column(100, 2, 1)));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.lift.status, Status::kZeroDenominator);
  EXPECT_FALSE(c.lift.estimate.has_value());
  EXPECT_FALSE(c.lift.is_open);
  EXPECT_TRUE(c.effect.upper.has_value());
}

TEST(Fieller, TheStandardErrorIsThatOfTheDeltaMethod) {
  const Comparison c = Compare(Means(Column(25, 4, 9), Column(36, 5, 16)));
  ExpectRelative(c.lift.se, std::hypot(4.0 / 6 / 4, 5.0 / 4 * (3.0 / 5 / 4)));
}

TEST(Fieller, AConstantBaselineMakesItTheEffectsInterval) {
  const Comparison c = Compare(Means(MomentsOf({4, 4, 4}), MomentsOf({4.5, 5, 6, 4})));
  ExpectRelative(c.lift.lower, *c.effect.lower / 4);
  ExpectRelative(c.lift.upper, *c.effect.upper / 4);
}

}  // namespace
}  // namespace expt::stats_test
