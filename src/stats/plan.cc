#include <algorithm>
#include <cmath>

#include "expt/stats.h"
#include "src/stats/mixture.h"
#include "src/stats/tail.h"
#include "src/stats/validate.h"

namespace expt::inline v1::stats {
namespace {

using internal::Mixture;

constexpr double kMostUnits = 1e15;
// Below it, per variant, Student's t is told from the normal distribution.
constexpr double kFewUnits = 100;
// In kAnyTime fewer units are no look at all.
constexpr double kLeastAnyTime = 100;

class Design {
 public:
  explicit Design(const PlanRequest& request)
      : request_(request), ratio_(request.treatment_weight / request.control_weight) {
    is_proportion_ = request.kind == Kind::kProportion;
    control_variance_ = is_proportion_ ? request.mean * (1 - request.mean) : request.variance;
  }

  double control_variance() const { return control_variance_; }
  double ratio() const { return ratio_; }

  // The treatment's mean under an effect of that size.
  double Shifted(double effect) const {
    return request_.mean + (request_.direction == Direction::kIncrease ? effect : -effect);
  }
  bool IsPossible(double effect) const {
    return !is_proportion_ || (Shifted(effect) >= 0 && Shifted(effect) <= 1);
  }

  // The probability of seeing the effect with `n` units in control. docs/statistics.md, "Planning".
  double Power(double effect, double n) const {
    const double m = n * ratio_;
    if (request_.mode == Mode::kAnyTime && std::min(n, m) < kLeastAnyTime) return 0;
    const double mean = Shifted(effect);
    const double qa = control_variance_ / n;
    const double qb = (is_proportion_ ? mean * (1 - mean) : request_.variance) / m;
    const double shift = effect / std::sqrt(qa + qb);
    if (request_.mode == Mode::kFixed && !is_proportion_ && std::min(n, m) < kFewUnits) {
      if (std::min(n, m) < 2) return 0;
      const double df = (qa + qb) * (qa + qb) / (qa * qa / (n - 1) + qb * qb / (m - 1));
      const double critical = internal::StudentCritical(request_.alpha, df);
      return internal::ShiftedStudentUpper(critical, df, shift) + internal::ShiftedStudentUpper(critical, df, -shift);
    }
    // At the planned end h(n) depends on alpha alone.
    const double critical = request_.mode == Mode::kAnyTime ? Mixture(1, 1, request_.alpha).critical()
                                                            : internal::NormalCritical(request_.alpha);
    return internal::NormalUpper(critical - shift) + internal::NormalUpper(critical + shift);
  }

 private:
  const PlanRequest& request_;
  double ratio_;  // units of treatment per unit of control
  bool is_proportion_ = false;
  double control_variance_ = 0;
};

PlanResult Refused(Status status, std::optional<Invalid> invalid = std::nullopt) {
  PlanResult result;
  result.status = status;
  result.invalid = std::move(invalid);
  return result;
}

}  // namespace

PlanResult Plan(const PlanRequest& request) {
  if (auto invalid = internal::FindInvalid(request)) return Refused(Status::kInvalidInput, std::move(invalid));
  if (!(request.mde > 0 && std::isfinite(request.mde))) {
    return Refused(Status::kInvalidInput, Invalid{"mde", "expected a finite number above 0"});
  }
  const bool is_lift = request.mde_scale == Scale::kLift;
  if (is_lift && request.mean == 0) return Refused(Status::kZeroDenominator);
  const Design design(request);
  const double effect = is_lift ? request.mde * std::fabs(request.mean) : request.mde;
  if (!design.IsPossible(effect)) {
    return Refused(Status::kInvalidInput, Invalid{"mde", "expected one that leaves the rate in [0, 1]"});
  }
  if (design.control_variance() == 0) return Refused(Status::kZeroVariance);
  PlanResult result;
  result.effect = effect;
  const auto is_enough = [&](double n) { return design.Power(effect, n) >= request.power; };
  double high = 1;
  while (!is_enough(high) && high < kMostUnits) high *= 2;
  if (!is_enough(high) || high * std::max(1.0, design.ratio()) > kMostUnits) {
    result.status = Status::kUndefined;
    return result;
  }
  double low = high / 2;  // not enough, or 1/2
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (is_enough(middle) ? high : low) = middle;
  }
  result.control_units = static_cast<int64_t>(high);
  result.treatment_units = static_cast<int64_t>(std::ceil(high * design.ratio()));
  return result;
}

std::optional<double> DetectableEffect(const PlanRequest& request, int64_t units) {
  if (internal::FindInvalid(request).has_value() || units < 1) return std::nullopt;
  const Design design(request);
  if (design.control_variance() == 0) return std::nullopt;
  const double n = static_cast<double>(units) / (1 + design.ratio());
  const auto is_seen = [&](double effect) { return design.Power(effect, n) >= request.power; };
  double high = std::sqrt(design.control_variance() / n);
  while (!is_seen(high)) {
    high *= 2;
    if (!std::isfinite(high) || !design.IsPossible(high)) break;
  }
  if (!design.IsPossible(high)) {
    high = request.direction == Direction::kIncrease ? 1 - request.mean : request.mean;
  }
  if (!std::isfinite(high) || !is_seen(high)) return std::nullopt;
  double low = 0;
  for (int i = 0; i < 200 && high - low > high * 1e-12; ++i) {
    const double middle = (low + high) / 2;
    (is_seen(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace expt::inline v1::stats
