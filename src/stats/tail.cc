#include "src/stats/tail.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

namespace expt::inline v1::stats::internal {
namespace {

// Boost throws by default. Arguments are checked before; what still leaves the
// range comes back as infinity or NaN. Doubles are not promoted, so that every
// platform computes the same.
namespace policies = boost::math::policies;
using Quiet =
    policies::policy<policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>,
                     policies::rounding_error<policies::ignore_error>, policies::promote_double<false>>;
using Normal = boost::math::normal_distribution<double, Quiet>;
using Student = boost::math::students_t_distribution<double, Quiet>;

constexpr double kLowest = std::numeric_limits<double>::lowest();
constexpr double kSmallestP = 1e-300;

// Below this a probability is computed as a logarithm from the start.
constexpr double kDeep = 1e-280;

// A continued fraction b0 + a1/(b1 + a2/(b2 + ...)) by the modified Lentz
// method; `term(i)` returns {a_i, b_i} for i = 1, 2, ....
template <typename Terms>
double ContinuedFraction(double b0, const Terms& term) {
  constexpr double kTiny = 1e-300;
  constexpr int kMaxTerms = 100000;
  double f = b0 != 0 ? b0 : kTiny;
  double c = f;
  double d = 0;
  for (int i = 1; i < kMaxTerms; ++i) {
    const auto [a, b] = term(i);
    d = b + a * d;
    if (d == 0) d = kTiny;
    d = 1 / d;
    c = b + a / c;
    if (c == 0) c = kTiny;
    const double step = c * d;
    f *= step;
    if (std::fabs(step - 1) < std::numeric_limits<double>::epsilon()) break;
  }
  return f;
}

struct Term {
  double a;
  double b;
};

// ln of the regularised incomplete beta function I_x(a, b) with b = 1/2,
// a = df / 2, x = df / (df + t^2): the two-sided tail of Student's t. Leading
// term over the continued fraction of Didonato and Morris (1992, BFRAC), which
// takes y = 1 - x as it is and so stays exact where x rounds to 1.
double LogStudentTail(double t, double df) {
  const double a = df / 2;
  const double b = 0.5;
  // t^2 / df, and x and y from it, without overflow.
  const double root = t / std::sqrt(df);
  const double ratio = root * root;
  const bool is_small = std::isfinite(ratio);
  const double ln_x = is_small ? -std::log1p(ratio) : -2 * std::log(root);
  const double y = is_small ? ratio / (1 + ratio) : 1.0;
  const double x = std::exp(ln_x);

  const double lambda = a * y - b * x;
  const double fraction = ContinuedFraction(a / (a + 1) * (lambda + 1), [&](double n) -> Term {
    const double odd = a + 2 * n - 1;
    return {(a + n - 1) / odd * ((a + b + n - 1) / odd) * n * (b - n) * x * x,
            n + n * (b - n) * x / odd + (a + n) / (odd + 2) * (lambda + 1 + n * (1 + y))};
  });
  const double ln_beta = 0.5 * std::log(std::numbers::pi) + std::log(boost::math::tgamma_delta_ratio(a, b, Quiet()));
  return a * ln_x + b * std::log(y) - ln_beta - std::log(fraction);
}

// ln of the regularised upper incomplete gamma function, x well above a:
// DLMF 8.9.2.
double LogGammaTail(double a, double x) {
  const double fraction = ContinuedFraction(x + 1 - a, [&](int i) -> Term {
    return {-i * (i - a), x + 2 * i + 1 - a};
  });
  return -x + a * std::log(x) - boost::math::lgamma(a, Quiet()) - std::log(fraction);
}

}  // namespace

Tail TailFromP(double p) {
  p = std::min(p, 1.0);
  return {std::max(p, kSmallestP), std::log10(p)};
}

Tail TailFromLog(double ln_p) {
  if (!(ln_p < 0)) return {1, 0};
  const double log10_p = std::max(ln_p / std::numbers::ln10, kLowest);
  return {log10_p < -300 ? kSmallestP : std::max(std::exp(ln_p), kSmallestP), log10_p};
}

Tail NormalTwoSided(double z) {
  z = std::fabs(z);
  if (z <= 37) return TailFromP(std::erfc(z / std::numbers::sqrt2));
  // 2 phi(z) times Mills' ratio 1/(z + 1/(z + 2/(z + 3/...))).
  double mills = z;
  for (int i = 20; i >= 1; --i) mills = z + i / mills;
  return TailFromLog(-z * z / 2 + 0.5 * std::log(2 / std::numbers::pi) - std::log(mills));
}

Tail StudentTwoSided(double t, double df) {
  t = std::fabs(t);
  const double p = std::isfinite(t) ? 2 * cdf(complement(Student(df), t)) : 0;
  if (p > kDeep) return TailFromP(p);
  return TailFromLog(LogStudentTail(t, df));
}

Tail ChiSquareUpper(double x, double df) {
  const double p = boost::math::gamma_q(df / 2, x / 2, Quiet());
  if (p > kDeep) return TailFromP(p);
  return TailFromLog(LogGammaTail(df / 2, x / 2));
}

double NormalUpper(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

double ShiftedStudentUpper(double t, double df, double shift) {
  return cdf(complement(boost::math::non_central_t_distribution<double, Quiet>(df, shift), t));
}

double NormalCritical(double alpha) { return quantile(complement(Normal(), alpha / 2)); }

double StudentCritical(double alpha, double df) { return quantile(complement(Student(df), alpha / 2)); }

}  // namespace expt::inline v1::stats::internal
