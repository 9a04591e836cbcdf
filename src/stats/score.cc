#include "src/stats/score.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace expt::inline v1::stats::internal {
namespace {

struct Sample {
  double n;
  double successes;
  double failures;

  explicit Sample(const Counts& c)
      : n(static_cast<double>(c.n)),
        successes(static_cast<double>(c.successes)),
        failures(static_cast<double>(c.n - c.successes)) {}

  double rate() const { return successes / n; }
};

bool HasRareFailures(const Sample& a, const Sample& b) { return a.failures + b.failures < a.successes + b.successes; }

double Difference(const Sample& a, const Sample& b) {
  return HasRareFailures(a, b) ? a.failures / a.n - b.failures / b.n : b.rate() - a.rate();
}

// Variances of differences are multiplied by this.
double SmallSampleFactor(const Sample& a, const Sample& b) {
  const double n = a.n + b.n;
  return n / (n - 1);
}

// The point between lo and hi where `is_left` turns from true to false, to the
// last bit, or to 1e-75 of the range when that point is 0.
template <typename Predicate>
double Turn(double lo, double hi, const Predicate& is_left) {
  for (int i = 0; i < 250; ++i) {
    const double mid = lo + (hi - lo) / 2;
    if (mid <= lo || mid >= hi) break;
    (is_left(mid) ? lo : hi) = mid;
  }
  return lo + (hi - lo) / 2;
}

// count / p as a term of the derivative of a log-likelihood.
double Pull(double count, double p) { return count == 0 ? 0 : count / p; }

// Standard error of pB - pA where pB = pA + delta, at the most likely such pA.
// The log-likelihood is concave in pA: its derivative falls.
double DifferenceError(const Sample& a, const Sample& b, double delta) {
  const double lo = std::max(0.0, -delta);
  const double hi = std::min(1.0, 1 - delta);
  const double pa = Turn(lo, hi, [&](double p) {
    return Pull(a.successes, p) + Pull(b.successes, p + delta) >
           Pull(a.failures, 1 - p) + Pull(b.failures, 1 - p - delta);
  });
  const double pb = pa + delta;
  const double v = pa * (1 - pa) / a.n + pb * (1 - pb) / b.n;
  return std::sqrt(std::max(v, 0.0) * SmallSampleFactor(a, b));
}

// Standard error of pB - (1 + lift) pA where the two are equal, at the most
// likely such pA. Searched as a rate of the rarer outcome.
double LiftError(const Sample& a, const Sample& b, double lift) {
  const double ratio = 1 + lift;
  const double successes = a.successes + b.successes;
  double pa, qa, pb, qb;  // rates of success and failure
  if (HasRareFailures(a, b)) {
    qa = Turn(std::max(0.0, lift / ratio), 1.0, [&](double q) {
      return Pull(a.failures, q) + ratio * Pull(b.failures, ratio * q - lift) > Pull(successes, 1 - q);
    });
    qb = std::max(ratio * qa - lift, 0.0);
    pa = 1 - qa;
    pb = 1 - qb;
  } else {
    pa = Turn(0.0, std::min(1.0, 1 / ratio), [&](double p) {
      return Pull(successes, p) > Pull(a.failures, 1 - p) + ratio * Pull(b.failures, 1 - ratio * p);
    });
    pb = std::min(ratio * pa, 1.0);
    qa = 1 - pa;
    qb = 1 - pb;
  }
  const double v = pb * qb / b.n + ratio * (ratio * pa) * qa / a.n;
  return std::sqrt(v * SmallSampleFactor(a, b));
}

}  // namespace

double RateDifference(const Counts& a, const Counts& b) { return Difference(Sample(a), Sample(b)); }

double ScoreStandardError(const Counts& control, const Counts& treatment) {
  const Sample a(control), b(treatment);
  const double n = a.n + b.n;
  const double v = (a.successes + b.successes) / n * ((a.failures + b.failures) / n) * (1 / a.n + 1 / b.n);
  return std::sqrt(v * SmallSampleFactor(a, b));
}

Range ScoreDifference(const Counts& control, const Counts& treatment, double c) {
  Sample a(control), b(treatment);
  const bool swapped = HasRareFailures(a, b);
  if (swapped) {
    std::swap(a.successes, a.failures);
    std::swap(b.successes, b.failures);
  }
  const double d = b.rate() - a.rate();
  const double lower = Turn(-1.0, d, [&](double delta) { return d - delta > c * DifferenceError(a, b, delta); });
  const double upper = Turn(d, 1.0, [&](double delta) { return delta - d <= c * DifferenceError(a, b, delta); });
  return swapped ? Range{-upper, -lower} : Range{lower, upper};
}

Range ScoreLift(const Counts& control, const Counts& treatment, double c) {
  const Sample a(control), b(treatment);
  const double d = Difference(a, b);
  const double estimate = d / a.rate();

  double lower = -1;
  if (b.successes > 0) {
    lower = Turn(-1.0, estimate, [&](double lift) { return d - lift * a.rate() > c * LiftError(a, b, lift); });
  }

  const auto is_inside = [&](double lift) { return lift * a.rate() - d <= c * LiftError(a, b, lift); };
  double from = estimate;
  double to = std::max(1.0, 2 * estimate);
  while (is_inside(to) && to < std::numeric_limits<double>::max() / 4) {
    from = to;
    to *= 2;
  }
  return {lower, Turn(from, to, is_inside)};
}

}  // namespace expt::inline v1::stats::internal
