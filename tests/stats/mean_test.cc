#include <gtest/gtest.h>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

// Student (1908): extra hours of sleep under two drugs.
const std::vector<double> kDrug1 = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
const std::vector<double> kDrug2 = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

// Expected numbers: scipy 1.17, ttest_ind(equal_var=False).
TEST(Welch, ReproducesStudentsSleepData) {
  const Comparison c = Compare(Means(MomentsOf(kDrug2), MomentsOf(kDrug1)));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.effect.method, kWelchT);
  ExpectRelative(c.effect.estimate, -1.58);
  ExpectRelative(c.effect.statistic, -1.8608134674868526);
  ExpectRelative(c.effect.df, 17.776473516178488);
  ExpectRelative(c.effect.p, 0.0793941401873583, 1e-11);
  ExpectRelative(c.effect.lower, -3.3654832307117104, 1e-11);
  ExpectRelative(c.effect.upper, 0.20548323071171137, 1e-10);
}

const std::vector<double> kA = {12.1, 9.5, 14.2, 11.8, 10.3, 13.3, 9.9};
const std::vector<double> kB = {14.9, 12.2, 16.8, 11.1, 15.6};

TEST(Welch, MatchesScipyOnUnequalGroups) {
  const Comparison c = Compare(Means(MomentsOf(kA), MomentsOf(kB)));
  ExpectRelative(c.effect.statistic, 2.00976857282823);
  ExpectRelative(c.effect.df, 7.054361777943432);
  ExpectRelative(c.effect.p, 0.08408072594348215, 1e-11);
  ExpectRelative(c.effect.lower, -0.44281559324474573, 1e-10);
  ExpectRelative(c.effect.upper, 5.5113870218161765, 1e-11);
  // Fieller's formula as printed, by mpmath.
  ExpectRelative(c.lift.lower, -0.035657357162624185, 1e-10);
  ExpectRelative(c.lift.upper, 0.5196296204686194, 1e-11);
  ExpectRelative(c.control.sum, 81.1);
}

TEST(Welch, TheNormalReferenceUsesZInstead) {
  CompareRequest r = Means(MomentsOf(kA), MomentsOf(kB));
  r.reference = Reference::kNormal;
  const Comparison c = Compare(r);
  EXPECT_FALSE(c.effect.df.has_value());
  ExpectRelative(c.effect.statistic, 2.00976857282823);
  ExpectRelative(c.effect.p, std::erfc(2.00976857282823 / std::sqrt(2.0)));
  ExpectRelative(c.effect.upper, *c.effect.estimate + 1.959963984540054 * *c.effect.se);
}

TEST(Welch, NeedsTwoUnitsPerVariant) {
  const Comparison c = Compare(Means(MomentsOf({5}), MomentsOf({1, 2, 3})));
  EXPECT_EQ(c.status, Status::kInsufficientData);
  EXPECT_EQ(c.lift.status, Status::kInsufficientData);
  ExpectNoInterval(c.effect);
  EXPECT_EQ(c.effect.estimate, -3);
  EXPECT_EQ(c.lift.estimate, -0.6);
  EXPECT_FALSE(c.control.variance.has_value());
  EXPECT_EQ(c.treatment.variance, 1);
  EXPECT_FALSE(c.verdict.has_value());
}

TEST(Welch, TwoConstantVariantsHaveNoP) {
  const Comparison c = Compare(Means(MomentsOf({5, 5, 5}), MomentsOf({7, 7})));
  EXPECT_EQ(c.status, Status::kZeroVariance);
  EXPECT_EQ(c.effect.estimate, 2);
  EXPECT_FALSE(c.effect.se.has_value());
  ExpectNoInterval(c.effect);
  ExpectNoInterval(c.lift);
  EXPECT_EQ(c.lift.estimate, 0.4);
}

TEST(Welch, OneConstantVariantIsOnlyAWarning) {
  const Comparison c = Compare(Means(MomentsOf({5, 5, 5}), MomentsOf({6, 7, 8, 9})));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_TRUE(Has(c.effect.warnings, Warning::kZeroVariance));
  ExpectRelative(c.effect.df, 3);
}

TEST(Welch, AConstantUpToRoundingIsConstant) {
  Moments m = Column(1000, 0.1, 0);
  m.cross[0] = 1e-32;  // 1000 (eps * 0.1)^2 is 4.9e-31
  EXPECT_EQ(Compare(Means(m, m)).status, Status::kZeroVariance);
  m.cross[0] = 1e-30;
  EXPECT_EQ(Compare(Means(m, m)).status, Status::kOk);
}

TEST(Welch, ATinyVarianceIsAVariance) {
  const Comparison c = Compare(Means(Column(50, 1e-9, 4e-18), Column(50, 3e-9, 4e-18)));
  EXPECT_EQ(c.status, Status::kOk);
  ExpectRelative(c.effect.statistic, 5);
}

TEST(Welch, WarnsOfSkewnessWhenTheThirdMomentIsGiven) {
  std::vector<double> values(97, 0.0);
  values.insert(values.end(), {1, 5, 40});
  const Moments skewed = MomentsOf(values);  // skewness 9.5
  const Moments even = Column(100, 1, 1);
  EXPECT_TRUE(Has(Compare(Means(skewed, even)).effect.warnings, Warning::kSkewed));
  Moments unknown = skewed;
  unknown.third.reset();
  EXPECT_FALSE(Has(Compare(Means(unknown, even)).effect.warnings, Warning::kSkewed));
  // The same distribution in more units: 355 * 9.628^2 = 32,909 are enough.
  for (auto [copies, is_skewed] : {std::pair{325, true}, std::pair{330, false}}) {
    Accumulator many(1);
    for (int i = 0; i < copies; ++i) many.Merge(skewed);
    EXPECT_EQ(Has(Compare(Means(many.moments(), even)).effect.warnings, Warning::kSkewed), is_skewed);
  }
}

TEST(Welch, AnEmptyArmLeavesTheOtherMean) {
  const Comparison c = Compare(Means(Moments{}, MomentsOf({1, 2, 3})));
  EXPECT_EQ(c.status, Status::kEmptyArm);
  EXPECT_EQ(c.lift.status, Status::kEmptyArm);
  EXPECT_FALSE(c.control.mean.has_value());
  EXPECT_EQ(c.treatment.mean, 2);
  EXPECT_FALSE(c.effect.estimate.has_value());
  ExpectNoInterval(c.effect);
}

}  // namespace
}  // namespace expt::stats_test
