#include "expt/stats.h"

namespace expt::inline v1::stats {

std::string_view Name(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kInvalidInput:
      return "invalid_input";
    case Status::kEmptyArm:
      return "empty_arm";
    case Status::kInsufficientData:
      return "insufficient_data";
    case Status::kZeroDenominator:
      return "zero_denominator";
    case Status::kZeroVariance:
      return "zero_variance";
    case Status::kUndefined:
      return "undefined";
    case Status::kImproperPosterior:
      return "improper_posterior";
    case Status::kUnbounded:
      return "unbounded";
    case Status::kCapDegenerate:
      return "cap_degenerate";
  }
  return "";
}

std::string_view Name(Warning warning) {
  switch (warning) {
    case Warning::kPrecisionLoss:
      return "precision_loss";
    case Warning::kZeroVariance:
      return "zero_variance";
    case Warning::kLowCounts:
      return "low_counts";
    case Warning::kSkewed:
      return "skewed";
    case Warning::kNearZeroBaseline:
      return "near_zero_baseline";
    case Warning::kNearZeroDenominator:
      return "near_zero_denominator";
    case Warning::kCovariateOff:
      return "covariate_off";
    case Warning::kCollinear:
      return "collinear";
    case Warning::kFewClusters:
      return "few_clusters";
    case Warning::kNoPlan:
      return "no_plan";
    case Warning::kOverrun:
      return "overrun";
    case Warning::kEarlyLook:
      return "early_look";
    case Warning::kShortRun:
      return "short_run";
    case Warning::kFlatPrior:
      return "flat_prior";
    case Warning::kPriorDefault:
      return "prior_default";
    case Warning::kSrmAlarm:
      return "srm_alarm";
    case Warning::kUnexpectedUnits:
      return "unexpected_units";
    case Warning::kMultiExposed:
      return "multi_exposed";
    case Warning::kSimpson:
      return "simpson";
    case Warning::kImbalance:
      return "imbalance";
    case Warning::kDependentDays:
      return "dependent_days";
    case Warning::kApproximate:
      return "approximate";
  }
  return "";
}

std::string_view Name(Kind kind) {
  switch (kind) {
    case Kind::kProportion:
      return "proportion";
    case Kind::kMean:
      return "mean";
    case Kind::kRatio:
      return "ratio";
  }
  return "";
}

std::string_view Name(Mode mode) {
  switch (mode) {
    case Mode::kFixed:
      return "fixed";
    case Mode::kAnyTime:
      return "any_time";
  }
  return "";
}

std::string_view Name(Direction direction) {
  switch (direction) {
    case Direction::kIncrease:
      return "increase";
    case Direction::kDecrease:
      return "decrease";
  }
  return "";
}

std::string_view Name(Reference reference) {
  switch (reference) {
    case Reference::kStudent:
      return "student";
    case Reference::kNormal:
      return "normal";
  }
  return "";
}

std::string_view Name(Scale scale) {
  switch (scale) {
    case Scale::kEffect:
      return "effect";
    case Scale::kLift:
      return "lift";
  }
  return "";
}

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kFlat:
      return "flat";
    case Verdict::kInconclusive:
      return "inconclusive";
  }
  return "";
}

}  // namespace expt::inline v1::stats
