#include <cstddef>
#include <iterator>

#include "src/base/message.h"
#include "src/model/snapshot.h"

namespace expt::model {
namespace {

struct OperatorRow {
  Operator op;
  std::string_view name;
};

constexpr OperatorRow kOperators[] = {
    {Operator::kAll, "all"},
    {Operator::kAny, "any"},
    {Operator::kIsSet, "is_set"},
    {Operator::kEquals, "equals"},
    {Operator::kIn, "in"},
    {Operator::kContains, "contains"},
    {Operator::kStartsWith, "starts_with"},
    {Operator::kEndsWith, "ends_with"},
    {Operator::kMatches, "matches"},
    {Operator::kEqualsHashed, "equals_hashed"},
    {Operator::kInHashed, "in_hashed"},
    {Operator::kLt, "lt"},
    {Operator::kLte, "lte"},
    {Operator::kGt, "gt"},
    {Operator::kGte, "gte"},
    {Operator::kBetween, "between"},
    {Operator::kTimeBefore, "time_before"},
    {Operator::kTimeAfter, "time_after"},
    {Operator::kTimeBetween, "time_between"},
    {Operator::kInWindow, "in_window"},
    {Operator::kSemverEq, "semver_eq"},
    {Operator::kSemverLt, "semver_lt"},
    {Operator::kSemverLte, "semver_lte"},
    {Operator::kSemverGt, "semver_gt"},
    {Operator::kSemverGte, "semver_gte"},
    {Operator::kSemverTilde, "semver_tilde"},
    {Operator::kSemverCaret, "semver_caret"},
    {Operator::kContainsAny, "contains_any"},
    {Operator::kContainsAll, "contains_all"},
    {Operator::kSizeLt, "size_lt"},
    {Operator::kSizeGt, "size_gt"},
    {Operator::kSizeBetween, "size_between"},
    {Operator::kInCidr, "in_cidr"},
    {Operator::kWithinKm, "within_km"},
    {Operator::kInSegment, "in_segment"},
    {Operator::kFlagIs, "flag_is"},
};

}  // namespace

std::string_view OperatorName(Operator op) {
  if constexpr (!base::kHasMessages) return {};
  for (const OperatorRow& row : kOperators) {
    if (row.op == op) return row.name;
  }
  return {};
}

Operator OperatorByName(std::string_view name) {
  for (const OperatorRow& row : kOperators) {
    if (row.name == name) return row.op;
  }
  return Operator::kUnspecified;
}

std::string_view ExperimentStatusName(ExperimentStatus status) {
  switch (status) {
    case ExperimentStatus::kDraft:
      return "draft";
    case ExperimentStatus::kRunning:
      return "running";
    case ExperimentStatus::kPaused:
      return "paused";
    case ExperimentStatus::kStopped:
      return "stopped";
    case ExperimentStatus::kUnspecified:
      break;
  }
  return {};
}

}  // namespace expt::model
