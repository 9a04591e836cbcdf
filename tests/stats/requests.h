// Requests in one line, and comparisons of results.
#ifndef EXPT_TESTS_STATS_REQUESTS_H_
#define EXPT_TESTS_STATS_REQUESTS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "expt/stats.h"

namespace expt::stats_test {

using namespace expt::stats;

inline CompareRequest Proportions(Counts control, Counts treatment) {
  CompareRequest r;
  r.kind = Kind::kProportion;
  r.control = control;
  r.treatment = treatment;
  return r;
}

inline Moments MomentsOf(const std::vector<double>& values) {
  Accumulator a(1);
  for (double y : values) EXPECT_TRUE(a.Add(y));
  return a.moments();
}

inline Moments MomentsOf(const std::vector<double>& numerators, const std::vector<double>& denominators) {
  Accumulator a(2);
  for (size_t i = 0; i < numerators.size(); ++i) {
    EXPECT_TRUE(a.Add(std::vector<double>{numerators[i], denominators[i]}));
  }
  return a.moments();
}

inline CompareRequest Means(Moments control, Moments treatment) {
  CompareRequest r;
  r.kind = Kind::kMean;
  r.control = std::move(control);
  r.treatment = std::move(treatment);
  return r;
}

inline CompareRequest Ratios(Moments control, Moments treatment) {
  CompareRequest r = Means(std::move(control), std::move(treatment));
  r.kind = Kind::kRatio;
  return r;
}

// n units of one column with this mean and sample variance.
inline Moments Column(int64_t n, double mean, double variance) {
  Moments m;
  m.n = n;
  m.mean = {mean};
  m.cross = {variance * static_cast<double>(n - 1)};
  return m;
}

inline bool Has(const std::vector<Warning>& warnings, Warning warning) {
  return std::count(warnings.begin(), warnings.end(), warning) == 1;
}

// |x - expected| <= relative * |expected|.
inline void ExpectRelative(const std::optional<double>& x, double expected, double relative = 1e-12) {
  ASSERT_TRUE(x.has_value());
  EXPECT_NEAR(*x, expected, relative * std::fabs(expected));
}

inline void ExpectNoInterval(const Estimate& e) {
  EXPECT_FALSE(e.lower.has_value());
  EXPECT_FALSE(e.upper.has_value());
  EXPECT_FALSE(e.p.has_value());
  EXPECT_FALSE(e.log10_p.has_value());
}

inline void ExpectFinite(const Estimate& e) {
  for (const auto& x : {e.estimate, e.se, e.statistic, e.df, e.lower, e.upper, e.p, e.log10_p}) {
    if (x) {
      EXPECT_TRUE(std::isfinite(*x));
    }
  }
  if (e.se) {
    EXPECT_GT(*e.se, 0);
  }
  if (e.p) {
    EXPECT_GE(*e.p, 1e-300);
    EXPECT_LE(*e.p, 1);
  }
  if (e.lower && e.upper) {
    EXPECT_LE(*e.lower, *e.upper);
  }
}

inline void ExpectFinite(const Comparison& c) {
  ExpectFinite(c.effect);
  ExpectFinite(c.lift);
  if (c.supplements.fixed) ExpectFinite(*c.supplements.fixed);
  for (const VariantSummary* v : {&c.control, &c.treatment}) {
    for (const auto& x : {v->mean, v->variance, v->sum, v->denominator}) {
      if (x) {
        EXPECT_TRUE(std::isfinite(*x));
      }
    }
  }
}

}  // namespace expt::stats_test

#endif  // EXPT_TESTS_STATS_REQUESTS_H_
