// What must hold of every comparison, on random data with a fixed seed.
#include <gtest/gtest.h>

#include <random>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

class Draws {
 public:
  explicit Draws(uint64_t seed) : random_(seed) {}

  std::vector<double> Values(int n, double mean, double sd) {
    std::vector<double> values;
    for (int i = 0; i < n; ++i) values.push_back(mean + sd * normal_(random_));
    return values;
  }
  int64_t Count(int64_t lo, int64_t hi) { return std::uniform_int_distribution<int64_t>(lo, hi)(random_); }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
};

void ExpectMirrored(const Comparison& c, const Comparison& swapped) {
  EXPECT_EQ(*c.effect.estimate, -*swapped.effect.estimate);
  ExpectRelative(swapped.effect.p, *c.effect.p);
  EXPECT_NEAR(*c.effect.lower, -*swapped.effect.upper, 1e-12);
  EXPECT_NEAR(*c.effect.upper, -*swapped.effect.lower, 1e-12);
}

TEST(Property, SwappingTheVariantsMirrorsTheEffect) {
  Draws draws(1);
  for (int i = 0; i < 200; ++i) {
    const Moments a = MomentsOf(draws.Values(10 + i % 7, 5, 1));
    const Moments b = MomentsOf(draws.Values(10 + i % 5, 5.5, 2));
    ExpectMirrored(Compare(Means(a, b)), Compare(Means(b, a)));
    const Counts x{200, draws.Count(0, 200)}, y{300, draws.Count(0, 300)};
    ExpectMirrored(Compare(Proportions(x, y)), Compare(Proportions(y, x)));
  }
}

void ExpectSameP(const Comparison& c, const Comparison& d) {
  ExpectRelative(d.effect.p, *c.effect.p, 1e-10);
  ExpectRelative(d.effect.log10_p, *c.effect.log10_p, 1e-10);
  ExpectRelative(d.effect.statistic, *c.effect.statistic, 1e-10);
  EXPECT_EQ(d.lift.status, c.lift.status);
}

TEST(Property, MultiplyingTheDataChangesNoPAndNoLift) {
  Draws draws(2);
  for (double scale : {1e-100, 1e-3, -7.0, 1e100}) {
    for (int i = 0; i < 30; ++i) {
      std::vector<double> a = draws.Values(20, 5, 1);
      std::vector<double> b = draws.Values(25, 6, 2);
      const Comparison before = Compare(Means(MomentsOf(a), MomentsOf(b)));
      for (double& x : a) x *= scale;
      for (double& x : b) x *= scale;
      const Comparison after = Compare(Means(MomentsOf(a), MomentsOf(b)));
      ExpectRelative(after.effect.p, *before.effect.p, 1e-10);
      ExpectRelative(after.effect.df, *before.effect.df, 1e-10);
      if (scale < 0) continue;
      EXPECT_NEAR(*after.lift.lower, *before.lift.lower, 1e-10);
      EXPECT_NEAR(*after.lift.upper, *before.lift.upper, 1e-10);
    }
  }
}

TEST(Property, MultiplyingEitherColumnOfARatioChangesNoP) {
  Draws draws(3);
  const std::vector<double> b1 = draws.Values(40, 8, 1);
  const std::vector<double> b2 = draws.Values(50, 8, 1);
  const std::vector<double> a1 = draws.Values(40, 3, 1);
  const std::vector<double> a2 = draws.Values(50, 3.4, 1);
  const auto scaled = [](std::vector<double> values, double scale) {
    for (double& x : values) x *= scale;
    return values;
  };
  const Comparison plain = Compare(Ratios(MomentsOf(a1, b1), MomentsOf(a2, b2)));
  for (auto [sa, sb] :
       {std::pair{1e100, 1e-100}, std::pair{1e-100, 1e100}, std::pair{3.0, 1.0}, std::pair{1e100, 1e100}}) {
    const Comparison c =
        Compare(Ratios(MomentsOf(scaled(a1, sa), scaled(b1, sb)), MomentsOf(scaled(a2, sa), scaled(b2, sb))));
    ExpectSameP(plain, c);
    EXPECT_NEAR(*c.lift.upper, *plain.lift.upper, 1e-10);
  }
}

TEST(Property, ShiftingTheDataChangesNoPOfAMean) {
  Draws draws(4);
  for (double shift : {-3.0, 1e3, 1e6}) {
    std::vector<double> a = draws.Values(30, 5, 1), b = draws.Values(40, 5.5, 2);
    const Comparison before = Compare(Means(MomentsOf(a), MomentsOf(b)));
    for (double& x : a) x += shift;
    for (double& x : b) x += shift;
    const Comparison after = Compare(Means(MomentsOf(a), MomentsOf(b)));
    EXPECT_NEAR(*after.effect.p, *before.effect.p, 1e-7);
    EXPECT_NEAR(*after.effect.lower, *before.effect.lower, 1e-8);
  }
}

TEST(Property, AnySplitAndMergeOfTheDataGivesTheSameResult) {
  Draws draws(5);
  const std::vector<double> a = draws.Values(300, 5, 1);
  const std::vector<double> b = draws.Values(400, 5.1, 1);
  const Comparison whole = Compare(Means(MomentsOf(a), MomentsOf(b)));
  for (size_t parts : {2, 5, 300}) {
    Accumulator merged(1);
    for (size_t p = 0; p < parts; ++p) {
      Accumulator part(1);
      for (size_t i = p; i < a.size(); i += parts) part.Add(a[i]);
      merged.Merge(part.moments());
    }
    const Comparison c = Compare(Means(merged.moments(), MomentsOf(b)));
    ExpectSameP(whole, c);
    ExpectRelative(c.lift.lower, *whole.lift.lower, 1e-10);
  }
}

bool ExcludesZero(const Estimate& e) { return *e.lower > 0 || *e.upper < 0; }

TEST(Property, PAndTheIntervalsNeverContradictEachOther) {
  Draws draws(6);
  int rejected = 0;
  for (int i = 0; i < 1500; ++i) {
    const Counts a{200, draws.Count(0, 200)};
    const int64_t near = a.successes * 5 / 4 + draws.Count(-30, 30);
    CompareRequest r = Proportions(a, {250, std::clamp<int64_t>(near, 0, 250)});
    for (Mode mode : {Mode::kFixed, Mode::kAnyTime}) {
      r.mode = mode;
      const Comparison c = Compare(r);
      if (c.status != Status::kOk) continue;
      EXPECT_EQ(*c.effect.p < r.alpha, ExcludesZero(c.effect));
      if (c.lift.status == Status::kOk) {
        EXPECT_EQ(*c.effect.p < r.alpha, ExcludesZero(c.lift));
      }
      rejected += *c.effect.p < r.alpha;
    }
  }
  EXPECT_GT(rejected, 300);
}

TEST(Property, ASmallerAlphaGivesAWiderInterval) {
  CompareRequest r = Proportions({2000, 200}, {2100, 240});
  double width = 0;
  for (double alpha : {0.5, 0.1, 0.05, 1e-3, 1e-9}) {
    r.alpha = alpha;
    const Comparison c = Compare(r);
    EXPECT_GT(*c.effect.upper - *c.effect.lower, width);
    width = *c.effect.upper - *c.effect.lower;
  }
}

TEST(Property, TheSameRequestGivesTheSameBits) {
  const CompareRequest r = Proportions({2000, 3}, {2100, 9});
  const Comparison c = Compare(r), d = Compare(r);
  EXPECT_EQ(c.effect.lower, d.effect.lower);
  EXPECT_EQ(c.effect.log10_p, d.effect.log10_p);
  EXPECT_EQ(c.lift.upper, d.lift.upper);
}

}  // namespace
}  // namespace expt::stats_test
