#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

const std::vector<double> kX = {2, 4, 4, 5, 7, 9, 12};
const std::vector<double> kY = {1, 0, 3, 3, 2, 6, 5};

// Expected numbers: numpy.
TEST(Accumulator, HoldsMeansCrossProductsAndThirdMoment) {
  const Moments m = MomentsOf(kX, kY);
  EXPECT_EQ(m.n, 7);
  ASSERT_EQ(m.columns(), 2u);
  ExpectRelative(m.mean[0], 6.142857142857143);
  ExpectRelative(m.mean[1], 2.857142857142857);
  ASSERT_EQ(m.cross.size(), 3u);
  ExpectRelative(m.Cross(0, 0), 70.85714285714286);
  ExpectRelative(m.Cross(1, 0), 34.14285714285714);
  EXPECT_EQ(m.Cross(0, 1), m.Cross(1, 0));
  ExpectRelative(m.Cross(1, 1), 26.857142857142858);
  ExpectRelative(m.third, 132.6122448979591);
  EXPECT_FALSE(m.from_sums);
}

TEST(Accumulator, KeepsTheVarianceOfLargeValues) {
  Accumulator a(1);
  for (int i = 0; i < 10; ++i) a.Add(1e12 + i);
  ExpectRelative(a.moments().Cross(0, 0) / 9, 9.1666666666666667, 1e-12);
}

TEST(Accumulator, AConstantColumnHasNoVarianceAtAll) {
  Accumulator a(1);
  for (int i = 0; i < 1000; ++i) a.Add(0.1);
  EXPECT_EQ(a.moments().Cross(0, 0), 0);
}

TEST(Accumulator, AnySplitAndOrderOfTheDataGivesTheSameMoments) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> draw(0, 1);
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < 500; ++i) rows.push_back({draw(random), draw(random)});
  Accumulator whole(2);
  for (const auto& row : rows) whole.Add(row);
  const Moments expected = whole.moments();

  for (size_t parts : {2u, 3u, 7u, 500u}) {
    std::shuffle(rows.begin(), rows.end(), random);
    Accumulator merged(2);
    for (size_t p = 0; p < parts; ++p) {
      Accumulator part(2);
      for (size_t i = p; i < rows.size(); i += parts) part.Add(rows[i]);
      ASSERT_TRUE(merged.Merge(part.moments()));
    }
    const Moments m = merged.moments();
    EXPECT_EQ(m.n, expected.n);
    for (size_t i = 0; i < 2; ++i) ExpectRelative(m.mean[i], expected.mean[i]);
    for (size_t i = 0; i < 3; ++i) {
      ExpectRelative(m.cross[i], expected.cross[i], 1e-11);
    }
    ExpectRelative(m.third, *expected.third, 1e-11);
  }
}

TEST(Accumulator, MergingAnEmptyPartChangesNothing) {
  Accumulator a(1);
  for (double x : kX) a.Add(x);
  const Moments before = a.moments();
  EXPECT_TRUE(a.Merge(Moments{}));
  EXPECT_EQ(a.moments().n, before.n);
  EXPECT_EQ(a.moments().cross, before.cross);
  EXPECT_EQ(a.moments().third, before.third);
}

TEST(Accumulator, RefusesWhatDoesNotFitAndStaysAsItWas) {
  Accumulator a(1);
  a.Add(1);
  a.Add(2);
  EXPECT_FALSE(a.Add(std::vector<double>{1, 2}));
  EXPECT_FALSE(a.Merge(MomentsOf(kX, kY)));
  Moments negative = Column(5, 1, 1);
  negative.n = -5;
  EXPECT_FALSE(a.Merge(negative));
  Moments cut = Column(5, 1, 1);
  cut.cross.clear();
  EXPECT_FALSE(a.Merge(cut));
  Moments huge = Column(5, 1, 1);
  huge.n = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(a.Merge(huge));
  EXPECT_EQ(a.moments().n, 2);
  EXPECT_EQ(a.moments().mean[0], 1.5);
  EXPECT_EQ(a.moments().Cross(0, 0), 0.5);
}

TEST(Accumulator, ForgetsTheThirdMomentWhenAPartHasNone) {
  Accumulator a(1);
  for (double x : kX) a.Add(x);
  a.Merge(Column(5, 1, 1));
  EXPECT_FALSE(a.moments().third.has_value());
}

TEST(Accumulator, DropsAThirdMomentBeyondTheRangeOfDouble) {
  Accumulator a(1);
  for (double x : kX) a.Add(x * 1e120);
  EXPECT_FALSE(a.moments().third.has_value());
  ExpectRelative(a.moments().Cross(0, 0), 70.85714285714286e240);
}

TEST(FromSums, EqualsTheMomentsOfTheRows) {
  const std::vector<double> sum = {43, 20};
  const std::vector<double> products = {335, 157, 84};
  const Moments m = Moments::FromSums(7, sum, products).value();
  const Moments expected = MomentsOf(kX, kY);
  for (size_t i = 0; i < 3; ++i) ExpectRelative(m.cross[i], expected.cross[i]);
  for (size_t i = 0; i < 2; ++i) ExpectRelative(m.mean[i], expected.mean[i]);
  EXPECT_TRUE(m.from_sums);
  EXPECT_FALSE(m.third.has_value());
}

TEST(FromSums, NeedsALowerTriangle) {
  const std::vector<double> sum = {43, 20};
  const std::vector<double> square = {335, 157, 157, 84};
  EXPECT_FALSE(Moments::FromSums(7, sum, square).has_value());
}

TEST(FromSums, StaysMarkedThroughAMerge) {
  Accumulator a(1);
  a.Add(1);
  const std::vector<double> sum = {5}, products = {13};
  ASSERT_TRUE(a.Merge(*Moments::FromSums(2, sum, products)));
  EXPECT_TRUE(a.moments().from_sums);
  EXPECT_EQ(a.moments().mean[0], 2);
  EXPECT_EQ(a.moments().Cross(0, 0), 2);
}

// The sums a database would return for `values`, added one by one.
Moments Imported(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (double x : values) {
    sum += x;
    squares += x * x;
  }
  return *Moments::FromSums(static_cast<int64_t>(values.size()), std::vector<double>{sum},
                            std::vector<double>{squares});
}

std::vector<double> TenFrom(double base) {
  std::vector<double> values;
  for (int i = 0; i < 10; ++i) values.push_back(base + i);
  return values;
}

TEST(FromSums, WarnsAsSoonAsCancellationEatsDigits) {
  const auto compare = [](double base) { return Compare(Means(Imported(TenFrom(base)), Imported(TenFrom(base)))); };
  const Comparison exact = compare(1e6);
  EXPECT_EQ(exact.status, Status::kOk);
  EXPECT_FALSE(Has(exact.effect.warnings, Warning::kPrecisionLoss));
  ExpectRelative(exact.control.variance, 9.1666666666666667, 1e-3);

  const Comparison doubtful = compare(3e7);
  EXPECT_EQ(doubtful.status, Status::kOk);
  EXPECT_TRUE(Has(doubtful.effect.warnings, Warning::kPrecisionLoss));

  const Comparison lost = compare(1e9);
  EXPECT_EQ(lost.status, Status::kZeroVariance);
  EXPECT_TRUE(Has(lost.effect.warnings, Warning::kPrecisionLoss));
}

TEST(FromSums, AConstantColumnIsZeroVarianceNotANegativeOne) {
  const Moments m = Imported(std::vector<double>(100000, 0.1));
  const Comparison c = Compare(Means(m, m));
  EXPECT_EQ(c.status, Status::kZeroVariance);
  EXPECT_TRUE(Has(c.effect.warnings, Warning::kPrecisionLoss));
  EXPECT_NEAR(c.control.mean.value(), 0.1, 1e-10);
}

TEST(FromSums, SumsThatContradictEachOtherAreInvalid) {
  const Moments m = *Moments::FromSums(2, std::vector<double>{10}, std::vector<double>{1});
  const Comparison c = Compare(Means(m, m));
  EXPECT_EQ(c.status, Status::kInvalidInput);
  EXPECT_EQ(c.invalid->field, "control.cross[0]");
}

}  // namespace
}  // namespace expt::stats_test
