#include <gtest/gtest.h>

#include "src/stats/mixture.h"
#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

CompareRequest AnyTime(CompareRequest r, int64_t planned) {
  r.mode = Mode::kAnyTime;
  r.planned_units = planned;
  return r;
}

const CompareRequest kPurchases = AnyTime(Proportions({50120, 6014}, {49973, 6205}), 200000);

TEST(AnyTime, HalfWidthsOverFixedAreThePublishedRatios) {
  const double z = 1.959963984540054;
  const auto ratio = [&](double n) { return internal::Mixture(n, 1, 0.05).critical() / z; };
  EXPECT_NEAR(ratio(0.1), 1.967, 6e-4);
  EXPECT_NEAR(ratio(1), 1.549, 6e-4);
  EXPECT_NEAR(ratio(4), 1.596, 6e-4);
}

// Expected numbers: mpmath with 40 digits.
TEST(AnyTime, CriticalValuesAndEvidenceMatchHighPrecision) {
  ExpectRelative(internal::Mixture(10000, 100000, 0.05).critical(), 3.85505463353031);
  ExpectRelative(internal::Mixture(100000, 100000, 0.05).critical(), 3.03520899037625);
  ExpectRelative(internal::Mixture(400000, 100000, 0.01).critical(), 3.65328765148937);
  const double ln10 = std::log(10.0);
  const internal::Mixture mixture(20000, 100000, 0.05);
  ExpectRelative(mixture.LogEvidence(3) / ln10, 0.992534268092221);
  ExpectRelative(mixture.LogEvidence(-600) / ln10, 47957.8681642039);
}

// A fixed p of 0.044 at half time is no evidence yet.
TEST(AnyTime, ReproducesTheWorkedExample) {
  const Comparison c = Compare(kPurchases);
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_TRUE(c.warnings.empty());
  EXPECT_TRUE(c.effect.warnings.empty());
  EXPECT_NEAR(*c.control.mean, 0.119992, 5e-7);
  EXPECT_NEAR(*c.treatment.mean, 0.124167, 5e-7);

  EXPECT_EQ(c.effect.method, kAnyTimeMixture);
  EXPECT_NEAR(*c.effect.estimate, 0.00417503, 5e-9);
  EXPECT_NEAR(*c.effect.se, 0.00206954, 5e-9);
  EXPECT_NEAR(*c.effect.statistic, 2.01737, 5e-6);
  EXPECT_NEAR(*c.effect.lower, -0.00220625, 5e-9);
  EXPECT_NEAR(*c.effect.upper, 0.0105563, 5e-8);
  EXPECT_NEAR(*c.effect.p, 0.438797, 5e-7);
  EXPECT_NEAR(*c.effect.log10_p, -0.357737, 5e-7);

  EXPECT_EQ(c.lift.method, kFieller);
  EXPECT_NEAR(*c.lift.estimate, 0.0347942, 5e-8);
  EXPECT_NEAR(*c.lift.se, 0.0175451, 5e-8);
  EXPECT_NEAR(*c.lift.lower, -0.0179200, 5e-8);
  EXPECT_NEAR(*c.lift.upper, 0.0903917, 5e-8);

  ASSERT_TRUE(c.sequential.has_value());
  EXPECT_EQ(c.sequential->planned_units, 200000);
  EXPECT_NEAR(*c.sequential->critical, 3.08343, 5e-6);
  EXPECT_NEAR(*c.sequential->log10_e, 0.357737, 5e-7);
  EXPECT_NEAR(*c.sequential->p_now, 0.438797, 5e-7);

  ASSERT_TRUE(c.supplements.fixed.has_value());
  const Estimate& fixed = *c.supplements.fixed;
  EXPECT_EQ(fixed.method, kProportionZ);
  EXPECT_NEAR(*fixed.lower, 0.000118810, 5e-10);
  EXPECT_NEAR(*fixed.upper, 0.00823125, 5e-9);
  EXPECT_NEAR(*fixed.p, 0.0436566, 5e-8);
  EXPECT_EQ(fixed.warnings, std::vector<Warning>{Warning::kEarlyLook});
  EXPECT_EQ(c.verdict, Verdict::kInconclusive);
}

TEST(AnyTime, PIsTheMinimumOverAllLooks) {
  CompareRequest r = kPurchases;
  r.previous_p = 0.03;
  Comparison c = Compare(r);
  EXPECT_EQ(*c.effect.p, 0.03);
  ExpectRelative(c.effect.log10_p, std::log10(0.03));
  EXPECT_NEAR(*c.sequential->p_now, 0.438797, 5e-7);
  EXPECT_EQ(c.verdict, Verdict::kInconclusive);  // of this look's interval

  r.previous_p = 0.9;
  c = Compare(r);
  EXPECT_EQ(*c.effect.p, *c.sequential->p_now);
}

TEST(AnyTime, TheFixedModeIgnoresEarlierLooks) {
  CompareRequest r = kPurchases;
  r.mode = Mode::kFixed;
  r.previous_p = 1e-9;
  const Comparison c = Compare(r);
  EXPECT_NEAR(*c.effect.p, 0.0436566, 5e-8);
  EXPECT_FALSE(c.sequential.has_value());
  EXPECT_FALSE(c.supplements.fixed.has_value());
}

TEST(AnyTime, LittleEvidenceIsPOneWithANegativeEvidence) {
  const Comparison c = Compare(AnyTime(Proportions({1000, 100}, {1000, 100}), 2000));
  EXPECT_EQ(c.effect.p, 1);
  EXPECT_EQ(c.effect.log10_p, 0);
  EXPECT_LT(*c.sequential->log10_e, 0);
}

TEST(AnyTime, HugeEvidenceGoesOnAsALogarithm) {
  const Comparison c = Compare(AnyTime(Means(Column(10000, 1, 1), Column(10000, 9.5, 1)), 20000));
  EXPECT_EQ(*c.effect.p, 1e-300);
  EXPECT_LT(*c.effect.log10_p, -60000);
  ExpectRelative(c.sequential->log10_e, -*c.effect.log10_p);
}

TEST(AnyTime, WithoutAPlanTenThousandUnitsAreAssumed) {
  CompareRequest r = kPurchases;
  r.planned_units.reset();
  const Comparison c = Compare(r);
  EXPECT_TRUE(Has(c.effect.warnings, Warning::kNoPlan));
  EXPECT_EQ(c.sequential->planned_units, 10000);
  r.planned_units = 10000;
  EXPECT_EQ(*Compare(r).effect.p, *c.effect.p);
  // No planned end can have been reached.
  EXPECT_TRUE(Has(c.supplements.fixed->warnings, Warning::kEarlyLook));
}

TEST(AnyTime, AtThePlannedEndTheFixedResultIsNotEarly) {
  CompareRequest r = kPurchases;
  r.planned_units = 100093;
  EXPECT_FALSE(Has(Compare(r).supplements.fixed->warnings, Warning::kEarlyLook));
}

TEST(AnyTime, BelowTheFloorALookIsNotCounted) {
  for (CompareRequest r : {Proportions({99, 20}, {5000, 900}), Proportions({5000, 900}, {99, 20}),
                           Proportions({5000, 4}, {5000, 50}), Proportions({5000, 50}, {5000, 4996})}) {
    r = AnyTime(r, 20000);
    r.previous_p = 0.2;
    const Comparison c = Compare(r);
    EXPECT_EQ(c.status, Status::kInsufficientData);
    EXPECT_EQ(c.lift.status, Status::kInsufficientData);
    EXPECT_TRUE(c.effect.estimate.has_value());
    EXPECT_TRUE(c.lift.estimate.has_value());
    ExpectNoInterval(c.effect);
    ExpectNoInterval(c.lift);
    EXPECT_FALSE(c.sequential->p_now.has_value());
    EXPECT_FALSE(c.verdict.has_value());
    // The fixed result stands on its own feet.
    EXPECT_EQ(c.supplements.fixed->status, Status::kOk);
    EXPECT_TRUE(c.supplements.fixed->p.has_value());
  }
}

TEST(AnyTime, AtTheFloorALookCounts) {
  EXPECT_EQ(Compare(AnyTime(Proportions({100, 5}, {100, 95}), 1000)).status, Status::kOk);
  EXPECT_EQ(Compare(AnyTime(Means(Column(100, 1, 1), Column(100, 1, 1)), 1000)).status, Status::kOk);
  EXPECT_EQ(Compare(AnyTime(Means(Column(99, 1, 1), Column(100, 1, 1)), 1000)).status, Status::kInsufficientData);
}

TEST(AnyTime, ContainsTheFixedInterval) {
  for (int64_t n : {100, 1000, 100000}) {
    for (int64_t planned : {200, 20000, 2000000}) {
      for (double alpha : {0.001, 0.05, 0.3}) {
        CompareRequest r = AnyTime(Means(Column(n, 50, 4), Column(n, 50.2, 9)), planned);
        r.alpha = alpha;
        const Comparison any = Compare(r);
        const Estimate& fixed = *any.supplements.fixed;
        EXPECT_LE(*any.effect.lower, *fixed.lower);
        EXPECT_GE(*any.effect.upper, *fixed.upper);
        EXPECT_GE(*any.effect.p, *fixed.p);
        r.mode = Mode::kFixed;
        const Comparison plain = Compare(r);
        EXPECT_EQ(*plain.effect.p, *fixed.p);
        ASSERT_EQ(plain.lift.status, Status::kOk);
        ASSERT_EQ(any.lift.status, Status::kOk);
        EXPECT_LE(*any.lift.lower, *plain.lift.lower);
        EXPECT_GE(*any.lift.upper, *plain.lift.upper);
      }
    }
  }
}

TEST(AnyTime, EveryKindOfMetricHasIt) {
  std::vector<double> a, b;
  for (int i = 0; i < 150; ++i) {
    b.push_back(1 + i % 4);
    a.push_back(i % 3);
  }
  const Comparison c = Compare(AnyTime(Ratios(MomentsOf(a, b), MomentsOf(a, b)), 500));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.effect.p, 1);
  EXPECT_EQ(c.supplements.fixed->method, kRatioDelta);
}

}  // namespace
}  // namespace expt::stats_test
