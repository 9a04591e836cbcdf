#include "src/stats/arm.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "src/stats/block.h"

namespace expt::inline v1::stats::internal {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// The normal approximation of a mean holds from 355 skewness^2 units (Kohavi,
// Tang, Xu 2020).
constexpr double kUnitsPerSquaredSkewness = 355;

constexpr double kNearZero = 3;  // standard errors

// Sets the mean; when it has left the range of double, the status instead.
bool SetMean(Arm& arm, double mean) {
  arm.summary.mean = Finite(mean);
  if (!arm.summary.mean) arm.status = Status::kUndefined;
  return arm.summary.mean.has_value();
}

// Sets variance and standard error from one unit's standard deviation.
void SetDeviation(Arm& arm, double deviation) {
  arm.summary.variance = Finite(deviation * deviation);
  arm.se = Finite(deviation / std::sqrt(arm.n));
  if (!arm.se) arm.status = Status::kUndefined;
}

void ReadProportion(Arm& arm, const Counts& counts) {
  const double successes = static_cast<double>(counts.successes);
  const double failures = static_cast<double>(counts.n - counts.successes);
  const double mean = successes / arm.n;
  arm.summary.mean = mean;
  arm.summary.sum = successes;
  arm.summary.variance = mean * (failures / arm.n);
  arm.se = std::sqrt(*arm.summary.variance / arm.n);
}

bool IsSkewed(const Moments& m, double deviation) {
  if (!m.third || deviation == 0) return false;
  const double n = static_cast<double>(m.n);
  const double skewness = *m.third / n / deviation / deviation / deviation;
  return n < kUnitsPerSquaredSkewness * skewness * skewness;
}

void ReadMean(Arm& arm, const Moments& m) {
  const double mean = m.mean[0];
  if (!SetMean(arm, mean)) return;
  arm.summary.sum = Finite(mean * arm.n);
  if (m.n < 2) {
    arm.status = Status::kInsufficientData;
    return;
  }

  // Roots of M2 / n and of the noise in it: eps m per value when accumulated,
  // sqrt(eps) m when it was lost in sums of squares.
  const double spread = std::sqrt(m.Cross(0, 0) / arm.n);
  const double noise = std::fabs(mean) * (m.from_sums ? std::sqrt(kEpsilon) : kEpsilon);
  if (m.from_sums && noise * 10 > spread) {
    Warn(arm.warnings, Warning::kPrecisionLoss);
  }
  const double deviation = spread <= noise ? 0 : std::sqrt(m.Cross(0, 0) / (arm.n - 1));
  SetDeviation(arm, deviation);
  if (IsSkewed(m, deviation)) Warn(arm.warnings, Warning::kSkewed);
}

// Standard deviation of (a - r b) / mean(b), by the delta method:
//   v = (va - 2 r cab + r^2 vb) / mb^2, everything scaled before it is squared.
double LinearisedDeviation(Arm& arm, const Moments& m, double ratio) {
  const double base = std::fabs(m.mean[1]);
  const double root_a = std::sqrt(m.Cross(0, 0));
  const double root_b = std::sqrt(m.Cross(1, 1));
  const double from_a = root_a / std::sqrt(arm.n - 1) / base;
  const double from_b = std::fabs(ratio) * (root_b / std::sqrt(arm.n - 1) / base);
  const double scale = std::max(from_a, from_b);
  if (scale == 0) return 0;
  const double correlation = root_a == 0 || root_b == 0 ? 0 : m.Cross(1, 0) / root_a / root_b;

  const double x = from_a / scale;
  const double y = from_b / scale;
  const double shared = 2 * x * y * (std::signbit(ratio) ? -correlation : correlation);
  const double v = x * x - shared + y * y;
  // What cancelled: these terms, and before them the squared means of sums.
  double terms = x * x + std::fabs(shared) + y * y;
  if (m.from_sums) terms += 4 * (ratio / scale) * (ratio / scale);
  if (kEpsilon * terms > v / 100) Warn(arm.warnings, Warning::kPrecisionLoss);
  return v <= 4 * kEpsilon * terms ? 0 : scale * std::sqrt(v);
}

void ReadRatio(Arm& arm, const Moments& m) {
  arm.summary.sum = Finite(m.mean[0] * arm.n);
  arm.summary.denominator = Finite(m.mean[1] * arm.n);
  const bool has_ratio = m.mean[1] != 0 && SetMean(arm, m.mean[0] / m.mean[1]);
  if (m.n < 2) {
    arm.status = Status::kInsufficientData;
    return;
  }
  if (m.mean[1] == 0) {
    arm.status = Status::kZeroDenominator;
    return;
  }
  if (!has_ratio) return;
  const double se_b = std::sqrt(m.Cross(1, 1)) / std::sqrt(arm.n - 1) / std::sqrt(arm.n);
  if (std::fabs(m.mean[1]) < kNearZero * se_b) {
    Warn(arm.warnings, Warning::kNearZeroDenominator);
  }
  SetDeviation(arm, LinearisedDeviation(arm, m, *arm.summary.mean));
}

}  // namespace

Arm ReadArm(Kind kind, const Data& data) {
  Arm arm;
  arm.summary.n = std::visit([](const auto& d) { return d.n; }, data);
  arm.n = static_cast<double>(arm.summary.n);
  if (arm.summary.n == 0) {
    arm.status = Status::kEmptyArm;
  } else if (kind == Kind::kProportion) {
    ReadProportion(arm, std::get<Counts>(data));
  } else if (kind == Kind::kMean) {
    ReadMean(arm, std::get<Moments>(data));
  } else {
    ReadRatio(arm, std::get<Moments>(data));
  }
  return arm;
}

}  // namespace expt::inline v1::stats::internal
