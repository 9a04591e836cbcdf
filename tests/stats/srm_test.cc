#include <gtest/gtest.h>

#include <limits>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

SrmRequest Period(std::vector<SrmVariant> variants) {
  SrmRequest r;
  r.periods.push_back(std::move(variants));
  return r;
}

TEST(Srm, ReproducesCookieCats) {
  const SrmResult s = Srm(Period({{44700, 1}, {45489, 1}}));
  EXPECT_EQ(s.status, Status::kOk);
  EXPECT_EQ(s.method, kSrmChi2);
  // scipy 1.17, chisquare.
  ExpectRelative(s.statistic, 6.9024049496058275);
  ExpectRelative(s.p, 0.008607987810836262, 1e-11);
  EXPECT_EQ(s.df, 1);
  EXPECT_EQ(s.units, 90189);
  EXPECT_FALSE(s.alarm);
  EXPECT_TRUE(s.warnings.empty());
}

TEST(Srm, ReproducesTheWorkedExample) {
  const SrmResult s = Srm(Period({{50120, 500000}, {49973, 500000}}));
  EXPECT_NEAR(*s.statistic, 0.215889, 5e-7);
  EXPECT_NEAR(*s.p, 0.642190, 5e-7);
  EXPECT_NEAR(*s.log10_p, -0.192336, 5e-7);
  EXPECT_FALSE(s.alarm);
}

TEST(Srm, WeightsNeedNotBeEqualNorSumToAnything) {
  for (double scale : {1.0, 1e-300, 1e307}) {
    const SrmResult s = Srm(Period({{1000, 2 * scale}, {520, scale}, {470, scale}}));
    ExpectRelative(s.statistic, 2.5628140703517586);
    EXPECT_EQ(s.df, 2);
    ExpectRelative(s.p, 0.2776463672841058, 1e-11);
  }
}

TEST(Srm, AlarmsBelowOneInAThousand) {
  // chi-square 10.8 is p = 0.00101, 10.9 is 0.00096.
  EXPECT_FALSE(Srm(Period({{4836, 1}, {5164, 1}})).alarm);  // 10.758
  const SrmResult s = Srm(Period({{4834, 1}, {5166, 1}}));  // 11.022
  EXPECT_TRUE(s.alarm);
  EXPECT_TRUE(Has(s.warnings, Warning::kSrmAlarm));
}

TEST(Srm, UnexpectedUnitsAreCountedApartAndChangeNothingElse) {
  const SrmResult plain = Srm(Period({{5000, 1}, {5100, 1}}));
  SrmRequest r = Period({{5000, 1}, {70, 0}, {5100, 1}});
  r.unknown_units = 30;
  const SrmResult s = Srm(r);
  EXPECT_EQ(s.statistic, plain.statistic);
  EXPECT_EQ(s.df, plain.df);
  EXPECT_EQ(s.units, 10100);
  EXPECT_EQ(s.unexpected_units, 100);
  EXPECT_TRUE(Has(s.warnings, Warning::kUnexpectedUnits));
}

TEST(Srm, MultiplyExposedUnitsAlarmAtOnePercent) {
  SrmRequest r = Period({{4950, 1}, {4951, 1}});
  r.multi_exposed_units = 99;
  SrmResult s = Srm(r);
  EXPECT_TRUE(Has(s.warnings, Warning::kMultiExposed));
  ExpectRelative(s.multi_exposed_share, 0.0099);
  EXPECT_FALSE(s.multi_exposed_alarm);
  EXPECT_FALSE(s.alarm);
  EXPECT_EQ(s.units, 9901);
  r.multi_exposed_units = 101;
  EXPECT_TRUE(Srm(r).multi_exposed_alarm);
}

TEST(Srm, AWeightedVariantWithoutUnitsIsAnAlarmNotAnError) {
  const SrmResult s = Srm(Period({{10, 1}, {0, 1}}));
  EXPECT_EQ(s.status, Status::kOk);
  EXPECT_GT(*s.p, kSrmAlarmP);
  EXPECT_TRUE(s.alarm);
}

TEST(Srm, NeedsFiveExpectedUnitsPerVariant) {
  EXPECT_EQ(Srm(Period({{5, 1}, {5, 1}})).status, Status::kOk);
  const SrmResult s = Srm(Period({{5, 1}, {4, 1}}));
  EXPECT_EQ(s.status, Status::kInsufficientData);
  EXPECT_FALSE(s.p.has_value());
  EXPECT_FALSE(s.alarm);
  EXPECT_EQ(s.units, 9);
}

TEST(Srm, NoUnitsAtAllIsTooFew) {
  EXPECT_EQ(Srm(Period({{0, 1}, {0, 1}})).status, Status::kInsufficientData);
  EXPECT_EQ(Srm(SrmRequest{}).status, Status::kInsufficientData);
}

TEST(Srm, OneVariantHasNoRatio) {
  SrmRequest r = Period({{100, 1}, {3, 0}});
  r.multi_exposed_units = 7;
  const SrmResult s = Srm(r);
  EXPECT_EQ(s.status, Status::kUndefined);
  EXPECT_EQ(s.unexpected_units, 3);
  EXPECT_TRUE(s.multi_exposed_alarm);
}

TEST(Srm, PeriodsOfConstantWeightsAddUp) {
  // 90/10 first, then 50/50: fine in each, absurd if lumped together.
  SrmRequest r = Period({{9000, 9}, {1000, 1}});
  r.periods.push_back({{5050, 1}, {4950, 1}});
  const SrmResult s = Srm(r);
  ExpectRelative(s.statistic, 1);
  EXPECT_EQ(s.df, 2);
  ExpectRelative(s.p, std::exp(-0.5));
  EXPECT_EQ(s.units, 20000);
  EXPECT_TRUE(Srm(Period({{14050, 1}, {5950, 1}})).alarm);
}

TEST(Srm, APeriodWithoutUnitsAddsNothing) {
  SrmRequest r = Period({{5000, 1}, {5100, 1}});
  r.periods.push_back({{0, 1}, {0, 3}});
  EXPECT_EQ(Srm(r).df, 1);
  EXPECT_EQ(Srm(r).status, Status::kOk);
}

TEST(Srm, AGrossMismatchHasALogarithm) {
  const int64_t n = 1000000000000;
  const SrmResult s = Srm(Period({{n, 1}, {n / 2, 1}}));
  EXPECT_EQ(*s.p, 1e-300);
  EXPECT_LT(*s.log10_p, -1e10);
  EXPECT_TRUE(std::isfinite(*s.log10_p));
  EXPECT_TRUE(s.alarm);
}

TEST(Srm, NamesTheInvalidField) {
  SrmResult s = Srm(Period({{10, 1}, {-1, 1}}));
  EXPECT_EQ(s.status, Status::kInvalidInput);
  EXPECT_EQ(s.invalid->field, "periods[0][1].units");
  s = Srm(Period({{10, 1}, {10, -0.5}}));
  EXPECT_EQ(s.invalid->field, "periods[0][1].weight");
  s = Srm(Period({{10, std::numeric_limits<double>::infinity()}, {10, 1}}));
  EXPECT_EQ(s.invalid->field, "periods[0][0].weight");
  SrmRequest r = Period({{10, 1}, {10, 1}});
  r.unknown_units = -1;
  EXPECT_EQ(Srm(r).invalid->field, "unknown_units");
  r.unknown_units = 0;
  r.multi_exposed_units = -2;
  EXPECT_EQ(Srm(r).invalid->field, "multi_exposed_units");
  EXPECT_EQ(Srm(r).invalid->message, "expected a count, got -2");
}

}  // namespace
}  // namespace expt::stats_test
