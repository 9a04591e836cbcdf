#include <algorithm>
#include <cmath>
#include <limits>

#include "expt/stats.h"
#include "src/stats/arm.h"
#include "src/stats/block.h"
#include "src/stats/fieller.h"
#include "src/stats/mixture.h"
#include "src/stats/score.h"
#include "src/stats/tail.h"
#include "src/stats/validate.h"

namespace expt::inline v1::stats {
namespace {

using internal::Arm;
using internal::Finite;
using internal::First;
using internal::Measured;
using internal::Mixture;
using internal::Range;
using internal::Tail;
using internal::Warn;

constexpr int64_t kMinOutcomes = 5;  // successes and failures, each
constexpr double kMinUnits = 100;    // of a variant, in any_time
constexpr int64_t kDefaultPlan = 10000;
constexpr double kNearZero = 3;  // standard errors

// Control and treatment, and what every mode shares: estimate and error.
struct Contrast {
  Arm a;
  Arm b;
  Status status = Status::kOk;
  std::optional<double> d;
  std::optional<double> se;  // > 0

  double units() const { return a.n + b.n; }
};

// Effect and lift of one mode.
struct Reading {
  Estimate effect;
  Estimate lift;
};

Contrast MakeContrast(const CompareRequest& r) {
  Contrast k{internal::ReadArm(r.kind, r.control), internal::ReadArm(r.kind, r.treatment), Status::kOk, {}, {}};
  k.status = First(k.a.status, k.b.status);
  if (k.a.summary.mean && k.b.summary.mean) {
    k.d = r.kind == Kind::kProportion
              ? internal::RateDifference(std::get<Counts>(r.control), std::get<Counts>(r.treatment))
              : Finite(*k.b.summary.mean - *k.a.summary.mean);
    if (!k.d) k.status = First(k.status, Status::kUndefined);
  }
  if (k.a.se && k.b.se) {
    const double se = std::hypot(*k.a.se, *k.b.se);
    if (se > 0) k.se = Finite(se);
    if (!k.se) {
      k.status = First(k.status, se > 0 ? Status::kUndefined : Status::kZeroVariance);
    }
  }
  return k;
}

bool HasFewOutcomes(const Data& data) {
  const auto& counts = std::get<Counts>(data);
  return std::min(counts.successes, counts.n - counts.successes) < kMinOutcomes;
}

bool IsEarly(const CompareRequest& r, const Contrast& k) {
  return r.planned_units && k.units() < static_cast<double>(*r.planned_units);
}

std::string_view MethodOf(Kind kind) {
  switch (kind) {
    case Kind::kProportion:
      return kProportionZ;
    case Kind::kMean:
      return kWelchT;
    case Kind::kRatio:
      return kRatioDelta;
  }
  return "";
}

// What is known of the effect before any distribution is.
Estimate BareEffect(const Contrast& k, std::string_view method) {
  Estimate e;
  e.status = k.status;
  e.method = method;
  e.estimate = k.d;
  e.se = k.se;
  for (Warning w : k.a.warnings) Warn(e.warnings, w);
  for (Warning w : k.b.warnings) Warn(e.warnings, w);
  if (k.se && (*k.a.se == 0 || *k.b.se == 0)) {
    Warn(e.warnings, Warning::kZeroVariance);
  }
  return e;
}

Estimate BareLift(const Contrast& k, Status status, std::string_view method) {
  Estimate e;
  e.status = status;
  e.method = method;
  if (!k.a.summary.mean) return e;
  const double base = std::fabs(*k.a.summary.mean);
  if (k.d && base > 0) e.estimate = Finite(*k.d / base);
  if (base == 0 || (k.d && !e.estimate)) {
    e.status = First(e.status, Status::kZeroDenominator);
  }
  if (k.a.se && base < kNearZero * *k.a.se) {
    Warn(e.warnings, Warning::kNearZeroBaseline);
  }
  return e;
}

void SetTail(Estimate& e, const Tail& tail) {
  e.p = tail.p;
  e.log10_p = tail.log10_p;
}

void SetInterval(Estimate& e, const Range& range) {
  e.lower = Finite(range.lower);
  e.upper = Finite(range.upper);
  e.is_open = !e.lower || !e.upper;
  if (e.is_open) e.status = First(e.status, Status::kUnbounded);
}

// d / se, kept within the range of double.
double Statistic(const Contrast& k) {
  constexpr double kMax = std::numeric_limits<double>::max();
  return std::clamp(*k.d / *k.se, -kMax, kMax);
}

void SetEffectInterval(Estimate& e, const Contrast& k, double critical) {
  SetInterval(e, {*k.d - critical * *k.se, *k.d + critical * *k.se});
}

// Fieller's lift at the critical value the effect's interval was made with.
Estimate Lift(const Contrast& k, const Estimate& effect, std::optional<double> critical) {
  Estimate e = BareLift(k, effect.status, kFieller);
  if (!e.estimate) return e;
  const double base = std::fabs(*k.a.summary.mean);
  if (k.se) {
    const double ratio = *k.b.summary.mean / base;
    e.se = Finite(std::hypot(*k.b.se / base, ratio * (*k.a.se / base)));
    if (e.se == 0.0) e.se.reset();
  }
  e.is_open = effect.is_open;
  if (e.status != Status::kOk || !critical) return e;

  const std::optional<Range> range =
      internal::FiellerLift(Measured{*k.a.summary.mean, *k.a.se}, Measured{*k.b.summary.mean, *k.b.se}, *k.d, *critical,
                            Range{*effect.lower, *effect.upper});
  if (range) {
    SetInterval(e, *range);
  } else {
    e.status = Status::kUnbounded;
    e.is_open = true;
  }
  return e;
}

// Welch and Satterthwaite's degrees of freedom, scaled by the larger variance.
double WelchDf(const Arm& a, const Arm& b) {
  const double larger = std::max(*a.se, *b.se);
  const double qa = (*a.se / larger) * (*a.se / larger);
  const double qb = (*b.se / larger) * (*b.se / larger);
  return (qa + qb) * (qa + qb) / (qa * qa / (a.n - 1) + qb * qb / (b.n - 1));
}

Reading ReadFixedNormalTheory(const CompareRequest& r, const Contrast& k) {
  Reading out;
  out.effect = BareEffect(k, MethodOf(r.kind));
  std::optional<double> critical;
  if (k.status == Status::kOk) {
    out.effect.statistic = Statistic(k);
    if (r.kind == Kind::kProportion || r.reference == Reference::kNormal) {
      critical = internal::NormalCritical(r.alpha);
      SetTail(out.effect, internal::NormalTwoSided(*out.effect.statistic));
    } else {
      const double df = WelchDf(k.a, k.b);
      out.effect.df = df;
      critical = internal::StudentCritical(r.alpha, df);
      SetTail(out.effect, internal::StudentTwoSided(*out.effect.statistic, df));
    }
    SetEffectInterval(out.effect, k, *critical);
  }
  out.lift = Lift(k, out.effect, critical);
  return out;
}

Reading ReadFixedScore(const CompareRequest& r, const Contrast& k) {
  const Counts& a = std::get<Counts>(r.control);
  const Counts& b = std::get<Counts>(r.treatment);
  Reading out;
  Estimate& effect = out.effect;
  effect.method = kMiettinenNurminen;
  effect.estimate = k.d;
  Warn(effect.warnings, Warning::kLowCounts);

  const double se = internal::ScoreStandardError(a, b);
  if (se > 0) effect.se = se;
  // Both rates 0, or both 1: no difference, and no evidence of one.
  effect.statistic = se > 0 ? *k.d / se : 0.0;
  SetTail(effect, internal::NormalTwoSided(*effect.statistic));
  const double critical = internal::NormalCritical(r.alpha);
  SetInterval(effect, internal::ScoreDifference(a, b, critical));

  out.lift = BareLift(k, effect.status, kMiettinenNurminen);
  if (out.lift.status == Status::kOk) {
    SetInterval(out.lift, internal::ScoreLift(a, b, critical));
  }
  return out;
}

Reading ReadFixed(const CompareRequest& r, const Contrast& k) {
  if (r.kind == Kind::kProportion && k.a.n > 0 && k.b.n > 0 &&
      (HasFewOutcomes(r.control) || HasFewOutcomes(r.treatment))) {
    return ReadFixedScore(r, k);
  }
  return ReadFixedNormalTheory(r, k);
}

// Every look is valid only from where the normal approximation holds.
bool IsBelowFloor(const CompareRequest& r, const Contrast& k) {
  if (k.a.n < kMinUnits || k.b.n < kMinUnits) return true;
  return r.kind == Kind::kProportion && (HasFewOutcomes(r.control) || HasFewOutcomes(r.treatment));
}

Reading ReadAnyTime(const CompareRequest& r, const Contrast& k, Sequential& sequential) {
  Reading out;
  out.effect = BareEffect(k, kAnyTimeMixture);
  sequential.planned_units = r.planned_units.value_or(kDefaultPlan);
  if (!r.planned_units) Warn(out.effect.warnings, Warning::kNoPlan);
  if (IsBelowFloor(r, k)) {
    out.effect.status = First(out.effect.status, Status::kInsufficientData);
  }

  std::optional<double> critical;
  if (k.units() > 0) {
    const Mixture mixture(k.units(), static_cast<double>(sequential.planned_units), r.alpha);
    critical = mixture.critical();
    sequential.critical = critical;
    if (out.effect.status == Status::kOk) {
      out.effect.statistic = Statistic(k);
      const double ln_e = mixture.LogEvidence(*out.effect.statistic);
      Tail tail = internal::TailFromLog(-ln_e);
      sequential.log10_e = ln_e / std::log(10.0);
      sequential.p_now = tail.p;
      if (r.previous_p && *r.previous_p < tail.p) {
        tail = internal::TailFromP(*r.previous_p);
      }
      SetTail(out.effect, tail);
      SetEffectInterval(out.effect, k, *critical);
    }
  }
  out.lift = Lift(k, out.effect, critical);
  return out;
}

std::optional<Verdict> Judge(const CompareRequest& r, const Reading& reading) {
  const Estimate& effect = reading.effect;
  if (effect.status != Status::kOk || r.srm_alarm) return std::nullopt;
  const bool is_up_good = r.direction == Direction::kIncrease;
  if (*effect.lower > 0) return is_up_good ? Verdict::kBetter : Verdict::kWorse;
  if (*effect.upper < 0) return is_up_good ? Verdict::kWorse : Verdict::kBetter;
  const Estimate& planned = r.planned_mde_scale == Scale::kEffect ? effect : reading.lift;
  if (r.planned_mde && planned.lower && planned.upper && *planned.lower > -*r.planned_mde &&
      *planned.upper < *r.planned_mde) {
    return Verdict::kFlat;
  }
  return Verdict::kInconclusive;
}

Comparison Refuse(const CompareRequest& r, Invalid invalid) {
  Comparison out;
  out.invalid = std::move(invalid);
  out.status = out.effect.status = out.lift.status = Status::kInvalidInput;
  out.effect.method = r.mode == Mode::kAnyTime ? kAnyTimeMixture : MethodOf(r.kind);
  out.lift.method = kFieller;
  return out;
}

}  // namespace

Comparison Compare(const CompareRequest& request) {
  if (std::optional<Invalid> invalid = internal::FindInvalid(request)) {
    return Refuse(request, *std::move(invalid));
  }
  const Contrast contrast = MakeContrast(request);
  Comparison out;
  out.control = contrast.a.summary;
  out.treatment = contrast.b.summary;
  if (request.srm_alarm) Warn(out.warnings, Warning::kSrmAlarm);

  Reading reading = ReadFixed(request, contrast);
  if (request.mode == Mode::kAnyTime) {
    // While looks go on, only a planned end that was reached is not early.
    if (!request.planned_units || IsEarly(request, contrast)) {
      Warn(reading.effect.warnings, Warning::kEarlyLook);
    }
    out.supplements.fixed = std::move(reading.effect);
    reading = ReadAnyTime(request, contrast, out.sequential.emplace());
  } else if (IsEarly(request, contrast)) {
    Warn(reading.effect.warnings, Warning::kEarlyLook);
  }
  out.verdict = Judge(request, reading);
  out.status = reading.effect.status;
  out.effect = std::move(reading.effect);
  out.lift = std::move(reading.lift);
  return out;
}

}  // namespace expt::inline v1::stats
