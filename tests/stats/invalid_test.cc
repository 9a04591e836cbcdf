#include <gtest/gtest.h>

#include <limits>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

void ExpectInvalid(const CompareRequest& r, const char* field, const char* message) {
  const Comparison c = Compare(r);
  EXPECT_EQ(c.status, Status::kInvalidInput);
  EXPECT_EQ(c.effect.status, Status::kInvalidInput);
  EXPECT_EQ(c.lift.status, Status::kInvalidInput);
  ASSERT_TRUE(c.invalid.has_value());
  EXPECT_EQ(c.invalid->field, field);
  EXPECT_EQ(c.invalid->message, message);
  ExpectNoInterval(c.effect);
  EXPECT_FALSE(c.effect.estimate.has_value());
  EXPECT_FALSE(c.verdict.has_value());
}

TEST(Invalid, Counts) {
  ExpectInvalid(Proportions({-1, 0}, {10, 1}), "control.n", "expected a count, got -1");
  ExpectInvalid(Proportions({10, 1}, {10, -3}), "treatment.successes", "expected a count, got -3");
  ExpectInvalid(Proportions({10, 1}, {10, 11}), "treatment.successes", "expected at most n = 10, got 11");
}

TEST(Invalid, DataOfAnotherKind) {
  CompareRequest r = Proportions({10, 1}, {10, 1});
  r.kind = Kind::kMean;
  ExpectInvalid(r, "control", "expected moments for a mean, got counts");
  r = Means(Column(9, 1, 1), Column(9, 1, 1));
  r.kind = Kind::kProportion;
  ExpectInvalid(r, "control", "expected counts for a proportion, got moments");
  r.kind = Kind::kRatio;
  ExpectInvalid(r, "control.mean", "expected 2 columns, got 1");
}

TEST(Invalid, MomentsThatNoDataHas) {
  const Moments good = Column(9, 1, 1);
  Moments bad = good;
  bad.n = -9;
  ExpectInvalid(Means(good, bad), "treatment.n", "expected a count, got -9");
  bad = good;
  bad.mean[0] = kNan;
  ExpectInvalid(Means(good, bad), "treatment.mean[0]", "expected a finite number");
  bad = good;
  bad.cross[0] = kInf;
  ExpectInvalid(Means(bad, good), "control.cross[0]", "expected a finite number");
  bad.cross[0] = -1e-9;
  ExpectInvalid(Means(bad, good), "control.cross[0]", "expected a sum of squares, got a negative one");
  bad.cross.clear();
  ExpectInvalid(Means(bad, good), "control.cross", "expected 1 numbers, got 0");
  bad = good;
  bad.third = kNan;
  ExpectInvalid(Means(bad, good), "control.third", "expected a finite number");
}

TEST(Invalid, ACrossProductBeyondItsBound) {
  Moments m;
  m.n = 10;
  m.mean = {1, 2};
  m.cross = {4, 6 * (1 + 0.9e-9), 9};
  EXPECT_NE(Compare(Ratios(m, m)).status, Status::kInvalidInput);
  m.cross = {4, -6 * (1 + 1.2e-9), 9};
  ExpectInvalid(Ratios(m, m), "control.cross[1]",
                "expected at most the root of the product of the two sums of "
                "squares");
}

TEST(Invalid, OptionsOutsideTheirRange) {
  const CompareRequest good = Proportions({100, 10}, {100, 12});
  for (double alpha : {0.0, 1.0, -0.1, kNan}) {
    CompareRequest r = good;
    r.alpha = alpha;
    ExpectInvalid(r, "alpha", "expected a number in (0, 1)");
  }
  CompareRequest r = good;
  r.planned_units = 0;
  ExpectInvalid(r, "planned_units", "expected more than 0, got 0");
  for (double p : {0.0, 1.5, kNan}) {
    r = good;
    r.previous_p = p;
    ExpectInvalid(r, "previous_p", "expected a number in (0, 1]");
  }
  for (double mde : {0.0, -1.0, kInf, kNan}) {
    r = good;
    r.planned_mde = mde;
    ExpectInvalid(r, "planned_mde", "expected a finite number above 0");
  }
}

TEST(Invalid, AnyTimeIsRefusedTheSameWay) {
  CompareRequest r = Proportions({10, 11}, {10, 1});
  r.mode = Mode::kAnyTime;
  const Comparison c = Compare(r);
  EXPECT_EQ(c.status, Status::kInvalidInput);
  EXPECT_EQ(c.effect.method, kAnyTimeMixture);
  EXPECT_FALSE(c.sequential.has_value());
}

}  // namespace
}  // namespace expt::stats_test
