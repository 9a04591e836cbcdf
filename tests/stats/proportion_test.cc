#include <gtest/gtest.h>

#include <numbers>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

// Cookie Cats, 7-day retention: the public A/B data set of 90,189 players.
TEST(Proportion, ReproducesCookieCats) {
  const Comparison c = Compare(Proportions({44700, 8502}, {45489, 8279}));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.effect.method, kProportionZ);
  EXPECT_TRUE(c.effect.warnings.empty());
  EXPECT_NEAR(*c.effect.estimate, -0.0082013, 5e-8);
  EXPECT_NEAR(*c.effect.statistic, -3.16406, 5e-6);
  EXPECT_NEAR(*c.effect.p, 0.0015558, 5e-8);
  EXPECT_FALSE(c.effect.df.has_value());

  EXPECT_EQ(c.lift.method, kFieller);
  EXPECT_NEAR(*c.lift.estimate, -0.04312, 5e-6);
  // Fieller's formula as printed, evaluated by mpmath with 40 digits.
  ExpectRelative(c.lift.lower, -0.068901462429839584, 1e-11);
  ExpectRelative(c.lift.upper, -0.016636122139115329, 1e-11);
  EXPECT_FALSE(c.lift.p.has_value());
}

TEST(Proportion, ReproducesCookieCatsAfterOneDay) {
  const Comparison c = Compare(Proportions({44700, 20034}, {45489, 20119}));
  // scipy 1.17: norm.sf; mpmath for the lift.
  ExpectRelative(c.effect.estimate, -0.005905169787341458, 1e-12);
  ExpectRelative(c.effect.statistic, -1.7840972718297632, 1e-12);
  ExpectRelative(c.effect.p, 0.07440786052349997, 1e-11);
  ExpectRelative(c.lift.lower, -0.027450813666604108, 1e-11);
  ExpectRelative(c.lift.upper, 0.0013083524480705848, 1e-10);
}

TEST(Proportion, SummariesDivideByN) {
  const Comparison c = Compare(Proportions({200, 50}, {100, 40}));
  EXPECT_EQ(c.control.n, 200);
  EXPECT_EQ(c.control.mean, 0.25);
  EXPECT_EQ(c.control.variance, 0.25 * 0.75);
  EXPECT_EQ(c.control.sum, 50);
  EXPECT_FALSE(c.control.denominator.has_value());
  ExpectRelative(c.effect.se, std::sqrt(0.1875 / 200 + 0.24 / 100));
}

TEST(Proportion, FiveSuccessesAndFailuresAreEnoughFourAreNot) {
  EXPECT_EQ(Compare(Proportions({100, 5}, {100, 95})).effect.method, kProportionZ);
  for (const CompareRequest& r : {Proportions({100, 4}, {100, 50}), Proportions({100, 50}, {100, 4}),
                                  Proportions({100, 96}, {100, 50}), Proportions({100, 50}, {100, 96})}) {
    const Comparison c = Compare(r);
    EXPECT_EQ(c.effect.method, kMiettinenNurminen);
    EXPECT_EQ(c.lift.method, kMiettinenNurminen);
    EXPECT_TRUE(Has(c.effect.warnings, Warning::kLowCounts));
  }
}

TEST(Proportion, OneTrillionUnitsKeepTheirDigits) {
  const int64_t n = 1000000000000;
  const Comparison c = Compare(Proportions({n, n / 2}, {n, n / 2 + 479500000}));
  const double z = *c.effect.statistic;
  EXPECT_NEAR(z, 678.1, 0.1);
  EXPECT_EQ(*c.effect.p, 1e-300);
  // ln(2 phi(z) / z), which is the tail up to 1/z^2.
  const double expected = (-z * z / 2 + std::log(2 / (z * std::sqrt(2 * std::numbers::pi)))) / std::numbers::ln10;
  EXPECT_NEAR(*c.effect.log10_p, expected, 1e-5);
  EXPECT_LT(*c.effect.log10_p, -99000);
}

TEST(Proportion, RareFailuresAreComparedAsFailures) {
  // Success rates differ in the 11th digit; the answer must not.
  const int64_t n = 1000000000000;
  const Comparison rare = Compare(Proportions({n, 60}, {n, 90}));
  const Comparison common = Compare(Proportions({n, n - 60}, {n, n - 90}));
  ExpectRelative(common.effect.estimate, -*rare.effect.estimate, 1e-15);
  ExpectRelative(common.effect.p, *rare.effect.p, 1e-10);
  ExpectRelative(common.effect.lower, -*rare.effect.upper, 1e-10);
  ExpectRelative(common.lift.lower, *common.effect.lower, 1e-10);
}

TEST(Proportion, WarnsOfABaselineWithinThreeErrorsOfZero) {
  EXPECT_TRUE(Has(Compare(Proportions({1000, 8}, {1000, 30})).lift.warnings, Warning::kNearZeroBaseline));
  EXPECT_FALSE(Has(Compare(Proportions({1000, 10}, {1000, 30})).lift.warnings, Warning::kNearZeroBaseline));
}

TEST(Proportion, AFixedLookBeforeThePlannedEndIsEarly) {
  CompareRequest r = Proportions({1000, 100}, {1000, 120});
  EXPECT_FALSE(Has(Compare(r).effect.warnings, Warning::kEarlyLook));
  r.planned_units = 2001;
  EXPECT_TRUE(Has(Compare(r).effect.warnings, Warning::kEarlyLook));
  r.planned_units = 2000;
  EXPECT_FALSE(Has(Compare(r).effect.warnings, Warning::kEarlyLook));
}

}  // namespace
}  // namespace expt::stats_test
