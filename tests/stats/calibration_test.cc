// Known truths, a fixed seed: what should happen 5 % of the time does, within
// four binomial standard errors.
#include <gtest/gtest.h>

#include <random>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

constexpr int kRuns = 20000;

void ExpectRate(int hits, double rate, int runs = kRuns) {
  const double error = std::sqrt(rate * (1 - rate) / runs);
  EXPECT_NEAR(static_cast<double>(hits) / runs, rate, 4 * error);
}

Moments Normals(std::mt19937_64& random, int n, double mean, double sd) {
  std::normal_distribution<double> normal(mean, sd);
  Accumulator a(1);
  for (int i = 0; i < n; ++i) a.Add(normal(random));
  return a.moments();
}

bool Covers(const Estimate& e, double truth) { return *e.lower <= truth && truth <= *e.upper; }

TEST(Calibration, WelchRejectsFivePercentOfAAAndFiellerCoversTheLift) {
  std::mt19937_64 random(20300101);
  int rejected = 0, missed_effect = 0, missed_lift = 0;
  for (int i = 0; i < kRuns; ++i) {
    // Unequal sizes and variances; control at about 12 standard errors from 0.
    const Moments a = Normals(random, 20, 10, 4);
    rejected += *Compare(Means(a, Normals(random, 30, 10, 1))).effect.p < 0.05;
    const Comparison shifted = Compare(Means(a, Normals(random, 15, 11, 2)));
    missed_effect += !Covers(shifted.effect, 1);
    missed_lift += !Covers(shifted.lift, 0.1);
  }
  ExpectRate(rejected, 0.05);
  ExpectRate(missed_effect, 0.05);
  ExpectRate(missed_lift, 0.05);
}

TEST(Calibration, ProportionsRejectFivePercentOfAA) {
  std::mt19937_64 random(20300102);
  std::binomial_distribution<int64_t> control(3000, 0.2), treatment(2500, 0.2);
  int rejected = 0;
  for (int i = 0; i < kRuns; ++i) {
    rejected += *Compare(Proportions({3000, control(random)}, {2500, treatment(random)})).effect.p < 0.05;
  }
  ExpectRate(rejected, 0.05);
}

TEST(Calibration, TheScoreTestHoldsItsLevelWhereCountsAreLow) {
  // Exactly, by summing the probabilities of every table: at 40 and 50 units
  // of 4 % the rejection rate is near 5 %, where the z test's is not.
  const auto pmf = [](int64_t n, double p) {
    std::vector<double> f(static_cast<size_t>(n + 1));
    for (int64_t x = 0; x <= n; ++x) {
      const double dn = static_cast<double>(n), dx = static_cast<double>(x);
      f[static_cast<size_t>(x)] = std::exp(std::lgamma(dn + 1) - std::lgamma(dx + 1) - std::lgamma(dn - dx + 1) +
                                           dx * std::log(p) + (dn - dx) * std::log1p(-p));
    }
    return f;
  };
  const auto fa = pmf(40, 0.04), fb = pmf(50, 0.04);
  double level = 0;
  for (int64_t x = 0; x <= 12; ++x) {
    for (int64_t y = 0; y <= 12; ++y) {
      const Comparison c = Compare(Proportions({40, x}, {50, y}));
      level += *c.effect.p < 0.05 ? fa[static_cast<size_t>(x)] * fb[static_cast<size_t>(y)] : 0;
    }
  }
  EXPECT_GT(level, 0.01);
  EXPECT_LT(level, 0.06);
}

TEST(Calibration, AnyTimeHoldsFivePercentOverManyLooksWhereFixedDoesNot) {
  std::mt19937_64 random(20300103);
  std::normal_distribution<double> normal;
  constexpr int kExperiments = 2000, kLooks = 40;
  constexpr int64_t kStep = 100;  // units per variant between looks
  int any_time = 0, fixed = 0;
  for (int i = 0; i < kExperiments; ++i) {
    double sum_a = 0, sum_b = 0;
    std::optional<double> p;
    bool fixed_rejected = false;
    for (int look = 1; look <= kLooks; ++look) {
      const double step = static_cast<double>(kStep);
      sum_a += std::sqrt(step) * normal(random);
      sum_b += std::sqrt(step) * normal(random);
      const int64_t n = look * kStep;
      CompareRequest r =
          Means(Column(n, sum_a / static_cast<double>(n), 1), Column(n, sum_b / static_cast<double>(n), 1));
      r.mode = Mode::kAnyTime;
      r.planned_units = 2 * kLooks * kStep;
      r.previous_p = p;
      const Comparison c = Compare(r);
      ASSERT_LE(*c.effect.p, p.value_or(1));
      p = *c.effect.p;
      fixed_rejected = fixed_rejected || *c.supplements.fixed->p < 0.05;
    }
    any_time += *p < 0.05;
    fixed += fixed_rejected;
  }
  EXPECT_LE(any_time, 0.05 * kExperiments);
  EXPECT_GT(any_time, 0);
  // Forty naive looks cry wolf in about 30 % of A/A experiments.
  EXPECT_GT(fixed, 0.2 * kExperiments);
}

}  // namespace
}  // namespace expt::stats_test
