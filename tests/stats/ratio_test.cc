#include <gtest/gtest.h>

#include <random>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

const std::vector<double> kAa = {3, 0, 5, 2, 8, 1, 4, 2};
const std::vector<double> kAb = {4, 1, 6, 3, 9, 2, 4, 5};
const std::vector<double> kBa = {4, 2, 6, 1, 7, 3, 5};
const std::vector<double> kBb = {4, 3, 6, 2, 6, 4, 7};

// Expected numbers: numpy on the linearised values (a - r b) / mean(b), unit by
// unit, and scipy's t; mpmath for Fieller's formula.
TEST(Ratio, EqualsWelchOnTheLinearisedUnits) {
  const Comparison c = Compare(Ratios(MomentsOf(kAa, kAb), MomentsOf(kBa, kBb)));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.effect.method, kRatioDelta);
  ExpectRelative(c.control.mean, 0.7352941176470589);
  ExpectRelative(c.control.variance, 0.05533595485823068);
  ExpectRelative(c.control.sum, 25);
  ExpectRelative(c.control.denominator, 34);
  ExpectRelative(c.treatment.mean, 0.875);
  ExpectRelative(c.treatment.variance, 0.050593058268229164);
  ExpectRelative(c.effect.estimate, 0.13970588235294112);
  ExpectRelative(c.effect.se, 0.11893096362967469);
  ExpectRelative(c.effect.statistic, 1.1746804876479018);
  ExpectRelative(c.effect.df, 12.873381918213056);
  ExpectRelative(c.effect.p, 0.2613941912485398, 1e-11);
  ExpectRelative(c.effect.lower, -0.11748596973713643, 1e-10);
  ExpectRelative(c.effect.upper, 0.3968977344430187, 1e-11);
  ExpectRelative(c.lift.lower, -0.13719432758497836, 1e-10);
  ExpectRelative(c.lift.upper, 0.66865169071589491, 1e-11);
}

TEST(Ratio, ADenominatorOfOneTurnsItIntoTheMean) {
  const std::vector<double> ones(8, 1.0);
  const std::vector<double> b(kBa);
  const Comparison ratio = Compare(Ratios(MomentsOf(kAa, ones), MomentsOf(b, std::vector<double>(b.size(), 1.0))));
  const Comparison mean = Compare(Means(MomentsOf(kAa), MomentsOf(b)));
  ExpectRelative(ratio.effect.p, *mean.effect.p, 1e-14);
  ExpectRelative(ratio.effect.lower, *mean.effect.lower, 1e-14);
  ExpectRelative(ratio.lift.upper, *mean.lift.upper, 1e-14);
  ExpectRelative(ratio.control.variance, *mean.control.variance, 1e-14);
}

// The sums a database would return for `numerators` over denominators of 1.
Moments ImportedOverOne(const std::vector<double>& numerators) {
  double sum = 0, squares = 0;
  for (double x : numerators) {
    sum += x;
    squares += x * x;
  }
  const double n = static_cast<double>(numerators.size());
  return *Moments::FromSums(static_cast<int64_t>(numerators.size()), std::vector<double>{sum, n},
                            std::vector<double>{squares, sum, n});
}

TEST(Ratio, ADenominatorOfOneSurvivesTheImportFromSums) {
  const Comparison ratio = Compare(Ratios(ImportedOverOne(kAa), ImportedOverOne(kBa)));
  const Comparison mean = Compare(Means(MomentsOf(kAa), MomentsOf(kBa)));
  EXPECT_EQ(ratio.status, Status::kOk);
  EXPECT_TRUE(ratio.effect.warnings.empty());
  ExpectRelative(ratio.effect.p, *mean.effect.p, 1e-10);
}

TEST(Ratio, WarnsOfDigitsLostInImportedSums) {
  const auto compare = [](double base) {
    std::vector<double> values;
    for (int i = 0; i < 10; ++i) values.push_back(base + i);
    return Compare(Ratios(ImportedOverOne(values), ImportedOverOne(values)));
  };
  EXPECT_EQ(compare(1e6).status, Status::kOk);
  EXPECT_TRUE(compare(1e6).effect.warnings.empty());
  EXPECT_EQ(compare(3e7).status, Status::kOk);
  EXPECT_TRUE(Has(compare(3e7).effect.warnings, Warning::kPrecisionLoss));
  EXPECT_EQ(compare(1e9).status, Status::kZeroVariance);
  EXPECT_TRUE(Has(compare(1e9).effect.warnings, Warning::kPrecisionLoss));
}

TEST(Ratio, DenominatorsThatSumToZeroHaveNoRatio) {
  const Comparison c = Compare(Ratios(MomentsOf({1, 2}, {1, -1}), MomentsOf(kBa, kBb)));
  EXPECT_EQ(c.status, Status::kZeroDenominator);
  EXPECT_FALSE(c.control.mean.has_value());
  EXPECT_EQ(c.control.denominator, 0);
  EXPECT_EQ(c.treatment.mean, 0.875);
  EXPECT_FALSE(c.effect.estimate.has_value());
  ExpectNoInterval(c.effect);
}

TEST(Ratio, WarnsOfADenominatorNearZero) {
  const Comparison c = Compare(Ratios(MomentsOf({1, 2, 3}, {4, -3, 1}), MomentsOf(kBa, kBb)));
  EXPECT_TRUE(Has(c.effect.warnings, Warning::kNearZeroDenominator));
}

TEST(Ratio, NumeratorsProportionalToDenominatorsHaveNoVariance) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> draw(0, 1);
  for (int n : {10, 1000, 200000}) {
    Accumulator a(2);
    for (int i = 0; i < n; ++i) {
      const double b = draw(random);
      a.Add(std::vector<double>{3.1 * b, b});
    }
    const Comparison c = Compare(Ratios(a.moments(), a.moments()));
    EXPECT_EQ(c.status, Status::kZeroVariance) << n;
    EXPECT_TRUE(Has(c.effect.warnings, Warning::kPrecisionLoss));
    ExpectRelative(c.control.mean, 3.1);
  }
}

TEST(Ratio, NearlyProportionalNumeratorsKeepWhatVarianceIsLeft) {
  std::vector<double> a, b;
  for (int i = 0; i < 100; ++i) {
    b.push_back(1 + i % 10);
    a.push_back(3 * b.back() + (i % 3 - 1) * 1e-5);
  }
  const Comparison c = Compare(Ratios(MomentsOf(a, b), MomentsOf(a, b)));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_FALSE(Has(c.effect.warnings, Warning::kPrecisionLoss));
  // By linearised units.
  const double r = *c.control.mean;
  double mb = 0, sum = 0;
  for (double x : b) mb += x / 100;
  for (int i = 0; i < 100; ++i) sum += std::pow((a[i] - r * b[i]) / mb, 2);
  ExpectRelative(c.control.variance, sum / 99, 1e-3);
}

TEST(Ratio, ANegativeRatioIsTheMirrorImage) {
  std::vector<double> a(kAa), b(kBa);
  for (double& x : a) x = -x;
  for (double& x : b) x = -x;
  const Comparison c = Compare(Ratios(MomentsOf(a, kAb), MomentsOf(b, kBb)));
  ExpectRelative(c.effect.estimate, -0.13970588235294112);
  ExpectRelative(c.effect.se, 0.11893096362967469);
  ExpectRelative(c.effect.p, 0.2613941912485398, 1e-11);
  ExpectRelative(c.lift.lower, -0.66865169071589491, 1e-11);
}

}  // namespace
}  // namespace expt::stats_test
