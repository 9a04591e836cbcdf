#include "src/stats/score.h"

#include <gtest/gtest.h>

#include "src/stats/tail.h"
#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

constexpr double kC = 1.959963984540054;

struct Case {
  Counts a, b;
  double lower, upper;            // of the difference
  double lift_lower, lift_upper;  // without a success in a: unused
};

constexpr int64_t kTrillion = 1000000000000;

// Computed by mpmath with 50 digits: bisection on the score equation with the
// restricted likelihood maximised by bisection too; the ratio's by its
// quadratic.
const Case kCases[] = {
    // Newcombe 1998, table II (b): [.0528, .3382].
    {{80, 48}, {70, 56}, 0.052829713245844602, 0.33817294001586835, 0.079047119534426523, 0.67214535908976771},
    {{100, 3}, {90, 11}, 0.019402293080322362, 0.17984931474457813, 0.26787569028281194, 12.3195918347701},
    {{20, 20}, {20, 17}, -0.36349117962635255, 0.027103183763510861, -0.36349117962635255, 0.032223046622670078},
    {{100, 3}, {100, 0}, -0.084712946570791282, 0.0077322692313362432, -1, 0.26539844861129938},
    {{1, 1}, {1, 0}, -1, 0.58690137124552522, -1, 2.841458820694126},
    {{10, 0}, {10, 0}, -0.28793394128201218, 0.28793394128201218, 0, 0},
    {{7, 0}, {9, 9}, 0.59223339792830274, 1, 0, 0},
    {{kTrillion, 2},
     {kTrillion, 1},
     -6.3870664618054259e-12,
     3.8185787680645078e-12,
     -0.93447904429322895,
     2.8155731598100633},
    {{kTrillion, kTrillion - 2},
     {kTrillion, kTrillion - 5},
     -9.9306998352640515e-12,
     2.8362289656992971e-12,
     -9.9306998352801324e-12,
     2.8362289657186449e-12},
};

TEST(Score, IntervalsOfTheDifferenceMatchHighPrecision) {
  for (const Case& k : kCases) {
    const auto range = internal::ScoreDifference(k.a, k.b, kC);
    ExpectRelative(range.lower, k.lower, 1e-11);
    ExpectRelative(range.upper, k.upper, 1e-11);
  }
}

TEST(Score, IntervalsOfTheLiftMatchHighPrecision) {
  for (const Case& k : kCases) {
    if (k.a.successes == 0) continue;
    const auto range = internal::ScoreLift(k.a, k.b, kC);
    ExpectRelative(range.lower, k.lift_lower, 1e-11);
    ExpectRelative(range.upper, k.lift_upper, 1e-11);
  }
}

TEST(Score, TakesOverAtLowCountsWithItsOwnTest) {
  const Comparison c = Compare(Proportions({100, 3}, {90, 11}));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.effect.method, kMiettinenNurminen);
  ExpectRelative(c.effect.statistic, 2.4230779637027402);
  ExpectRelative(c.effect.p, 0.015389623476203252, 1e-11);
  ExpectRelative(*c.effect.statistic * *c.effect.se, *c.effect.estimate);
  ExpectRelative(c.effect.lower, 0.019402293080322362, 1e-11);
  ExpectRelative(c.lift.upper, 12.3195918347701, 1e-11);
  EXPECT_FALSE(c.lift.se.has_value());
}

TEST(Score, NothingAgainstNothingHasAnIntervalAndNoEvidence) {
  const Comparison c = Compare(Proportions({10, 0}, {10, 0}));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.effect.estimate, 0);
  EXPECT_EQ(c.effect.p, 1);
  EXPECT_EQ(c.effect.log10_p, 0);
  EXPECT_FALSE(c.effect.se.has_value());
  ExpectRelative(c.effect.upper, 0.28793394128201218, 1e-11);
  EXPECT_EQ(c.lift.status, Status::kZeroDenominator);
  EXPECT_FALSE(c.lift.estimate.has_value());
  EXPECT_EQ(c.verdict, Verdict::kInconclusive);
}

TEST(Score, EverythingAgainstEverythingHasALift) {
  const Comparison c = Compare(Proportions({10, 10}, {20, 20}));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.effect.p, 1);
  EXPECT_EQ(c.lift.estimate, 0);
  EXPECT_LT(*c.lift.lower, 0);
  EXPECT_GT(*c.lift.upper, 0);
}

TEST(Score, OneUnitPerVariantIsEnough) {
  const Comparison c = Compare(Proportions({1, 1}, {1, 0}));
  EXPECT_EQ(c.status, Status::kOk);
  ExpectRelative(c.effect.upper, 0.58690137124552522, 1e-11);
  EXPECT_EQ(c.effect.lower, -1);
}

TEST(Score, PAndBothIntervalsAgreeInEveryTableOfElevenByThirteen) {
  const Counts a{11, 0}, b{13, 0};
  int significant = 0;
  for (int64_t x = 0; x <= a.n; ++x) {
    for (int64_t y = 0; y <= b.n; ++y) {
      const Counts ax{a.n, x}, by{b.n, y};
      const double se = internal::ScoreStandardError(ax, by);
      const double d = internal::RateDifference(ax, by);
      const bool rejects = se > 0 && std::fabs(d) > kC * se;
      const auto difference = internal::ScoreDifference(ax, by, kC);
      EXPECT_EQ(rejects, difference.lower > 0 || difference.upper < 0);
      EXPECT_GE(difference.lower, -1);
      EXPECT_LE(difference.upper, 1);
      EXPECT_GE(d, difference.lower);
      EXPECT_LE(d, difference.upper);
      if (x > 0) {
        const auto lift = internal::ScoreLift(ax, by, kC);
        EXPECT_EQ(rejects, lift.lower > 0 || lift.upper < 0) << x << " " << y;
        EXPECT_GE(lift.lower, -1);
      }
      significant += rejects;
    }
  }
  EXPECT_GT(significant, 40);
}

TEST(Score, SwappingTheVariantsMirrorsTheDifference) {
  for (const Case& k : kCases) {
    const auto range = internal::ScoreDifference(k.b, k.a, kC);
    ExpectRelative(range.lower, -k.upper, 1e-11);
    ExpectRelative(range.upper, -k.lower, 1e-11);
  }
}

TEST(Score, SwappingTheVariantsInvertsTheRatio) {
  const auto forth = internal::ScoreLift({100, 3}, {90, 11}, kC);
  const auto back = internal::ScoreLift({90, 11}, {100, 3}, kC);
  ExpectRelative(1 + back.lower, 1 / (1 + forth.upper), 1e-11);
  ExpectRelative(1 + back.upper, 1 / (1 + forth.lower), 1e-11);
}

TEST(Score, AVeryRareBaselineStillHasFiniteEnds) {
  const Comparison c = Compare(Proportions({kTrillion, 1}, {kTrillion, kTrillion / 2}));
  EXPECT_EQ(c.status, Status::kOk);
  EXPECT_EQ(c.lift.status, Status::kOk);
  EXPECT_GT(*c.lift.upper, *c.lift.estimate);
  EXPECT_LT(*c.effect.log10_p, -1e10);
}

}  // namespace
}  // namespace expt::stats_test
