#include <gtest/gtest.h>

#include <limits>

#include "tests/stats/requests.h"

namespace expt::stats_test {
namespace {

constexpr double kMax = std::numeric_limits<double>::max();
constexpr int64_t kMaxCount = std::numeric_limits<int64_t>::max();

TEST(Extremes, NoNumberIsEverNanOrInfinite) {
  const double means[] = {0, 1, -1, 1e-300, -1e-300, 1e150, -1e150, 1e300, -kMax, kMax};
  const double squares[] = {0, 5e-324, 1e-300, 1e-20, 1, 1e20, 1e300, kMax};
  const int64_t counts[] = {0, 1, 2, 100, 1000000000000, kMaxCount};
  int compared = 0;
  for (double ma : means) {
    for (double mb : means) {
      for (double sa : squares) {
        for (double sb : squares) {
          for (int64_t n : counts) {
            Moments a = Column(2, ma, sa), b = Column(2, mb, sb);
            a.n = n;
            b.n = 150;
            CompareRequest r = Means(a, b);
            ExpectFinite(Compare(r));
            r.mode = Mode::kAnyTime;
            ExpectFinite(Compare(r));
            ++compared;
          }
        }
      }
    }
  }
  EXPECT_EQ(compared, 38400);
}

TEST(Extremes, NoRatioIsEverNanOrInfinite) {
  const double means[] = {0, 1e-300, -3, 1e200, kMax};
  const double squares[] = {0, 5e-324, 1, 1e300};
  for (double a : means) {
    for (double b : means) {
      for (double sa : squares) {
        for (double sb : squares) {
          for (double correlation : {-1.0, 0.0, 0.9, 1.0}) {
            for (bool from_sums : {false, true}) {
              Moments m;
              m.n = 200;
              m.mean = {a, b};
              m.cross = {sa, correlation * std::sqrt(sa) * std::sqrt(sb), sb};
              m.from_sums = from_sums;
              Moments other = m;
              other.mean = {b, a};
              std::swap(other.cross[0], other.cross[2]);
              const Comparison c = Compare(Ratios(m, other));
              EXPECT_NE(c.status, Status::kInvalidInput);
              ExpectFinite(c);
            }
          }
        }
      }
    }
  }
}

TEST(Extremes, NoCountsGiveNanOrInfinity) {
  const int64_t counts[] = {0, 1, 2, 5, 100, 1000000000000, kMaxCount};
  for (int64_t na : counts) {
    for (int64_t nb : counts) {
      for (int64_t xa : {int64_t{0}, na / 2, na}) {
        for (int64_t xb : {int64_t{0}, nb / 2, nb}) {
          CompareRequest r = Proportions({na, xa}, {nb, xb});
          const Comparison c = Compare(r);
          ExpectFinite(c);
          EXPECT_EQ(c.status == Status::kEmptyArm, na == 0 || nb == 0);
          r.mode = Mode::kAnyTime;
          ExpectFinite(Compare(r));
        }
      }
    }
  }
}

TEST(Extremes, AnAlphaAtEitherEndHasAnAnswer) {
  for (double alpha : {5e-324, 1e-300, 1e-17, 0.999, 1 - 1e-16}) {
    for (CompareRequest r : {Means(Column(2, 5, 1), Column(2, 6, 0)), Means(Column(100, 5, 1), Column(200, 6, 1)),
                             Proportions({50, 2}, {60, 1}), Proportions({500, 50}, {600, 90})}) {
      r.alpha = alpha;
      ExpectFinite(Compare(r));
      r.mode = Mode::kAnyTime;
      ExpectFinite(Compare(r));
    }
  }
}

TEST(Extremes, AnIntervalWithoutFiniteEndsIsOpen) {
  // Student's t on one degree of freedom at an alpha no double can invert.
  CompareRequest r = Means(Column(2, 5, 1), Column(2, 6, 0));
  r.alpha = 5e-324;
  const Comparison c = Compare(r);
  EXPECT_EQ(c.status, Status::kUnbounded);
  EXPECT_TRUE(c.effect.is_open);
  EXPECT_TRUE(c.effect.p.has_value());
  EXPECT_FALSE(c.effect.lower.has_value());
  EXPECT_EQ(c.lift.status, Status::kUnbounded);
  EXPECT_TRUE(c.lift.is_open);
  EXPECT_FALSE(c.verdict.has_value());
}

TEST(Extremes, AnEffectBeyondTheRangeOfDoubleIsUndefined) {
  const Comparison c = Compare(Means(Column(100, -kMax, 1), Column(100, kMax, 1)));
  EXPECT_EQ(c.control.mean, -kMax);
  EXPECT_FALSE(c.effect.estimate.has_value());
  ExpectNoInterval(c.effect);
  EXPECT_NE(c.status, Status::kOk);
}

TEST(Extremes, WhenSeveralStatusesApplyTheFirstIsReported) {
  // Empty beats insufficient beats zero denominator.
  Moments one = MomentsOf({1}, {0});
  EXPECT_EQ(Compare(Ratios(Moments{}, one)).status, Status::kEmptyArm);
  EXPECT_EQ(Compare(Ratios(one, MomentsOf({1, 2}, {0, 0}))).status, Status::kInsufficientData);
  EXPECT_EQ(Compare(Ratios(MomentsOf({1, 1}, {2, 2}), MomentsOf({1, 2}, {0, 0}))).status, Status::kZeroDenominator);
}

TEST(Extremes, BothArmsEmptyIsAnAnswerToo) {
  for (Kind kind : {Kind::kMean, Kind::kRatio}) {
    CompareRequest r = Means(Moments{}, Moments{});
    r.kind = kind;
    for (Mode mode : {Mode::kFixed, Mode::kAnyTime}) {
      r.mode = mode;
      EXPECT_EQ(Compare(r).status, Status::kEmptyArm);
    }
  }
  EXPECT_EQ(Compare(Proportions({}, {})).status, Status::kEmptyArm);
}

}  // namespace
}  // namespace expt::stats_test
