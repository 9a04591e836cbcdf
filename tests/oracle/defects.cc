#include "src/model/validate.h"
#include "tests/oracle/naive.h"
#include "tests/oracle/oracle.h"

namespace expt::oracle {

// Whatever is wrong with the tables is Validate()'s to say; whether a pattern compiles is not in the tables.
Oracle::Oracle(const model::Snapshot& model) : model_(model) {
  for (const model::Issue& issue : model::Validate(model)) {
    if (issue.scope == model::Issue::Scope::kSnapshot) is_refused_ = true;
    if (issue.scope == model::Issue::Scope::kFlag) broken_.insert(Text(model.flags[issue.flag].key));
  }
  if (is_refused_) return;
  std::set<std::string> bad;
  for (const model::Flag& flag : model.flags) {
    std::set<std::string> visited;
    if (!IsBroken(Text(flag.key)) && HasBadPatternBehind(flag, visited)) bad.insert(Text(flag.key));
  }
  broken_.merge(bad);
  is_refused_ = broken_.size() * 2 > model.flags.size();
}

bool Oracle::HasBadPatternBehind(const model::Flag& flag, std::set<std::string>& visited) const {
  if (!visited.insert("flag " + Text(flag.key)).second) return false;
  bool is_bad = false;
  for (const model::Prerequisite& row : flag.prerequisites) {
    is_bad = is_bad || HasBadPatternBehind(model_.flags[row.flag], visited);
  }
  for (const model::Index rule : flag.rules) {
    const model::Index condition = model_.rules[rule].condition;
    is_bad = is_bad || (condition != model::kNone && HasBadPattern(condition, visited));
  }
  return is_bad;
}

bool Oracle::HasBadPattern(model::Index row, std::set<std::string>& visited) const {
  const model::Condition& condition = model_.conditions[row];
  const model::OperandList list =
      condition.operands == model::kNone ? model::OperandList{} : model_.operands[condition.operands];
  bool is_bad = false;
  switch (condition.op) {
    case model::Operator::kAll:
    case model::Operator::kAny:
      for (uint32_t i = 0; i < list.size; ++i) {
        is_bad = is_bad || HasBadPattern(model_.condition_pool[list.begin + i], visited);
      }
      return is_bad;
    case model::Operator::kInSegment:
      for (const model::Index segment : References(condition.operands)) {
        const model::Index inner = model_.segments[segment].condition;
        if (inner == model::kNone || !visited.insert("segment " + std::to_string(segment)).second) continue;
        is_bad = is_bad || HasBadPattern(inner, visited);
      }
      return is_bad;
    case model::Operator::kFlagIs:
      return HasBadPatternBehind(model_.flags[condition.subject], visited);
    case model::Operator::kMatches:
      return !PatternDefect(Texts(list)[0]).empty();
    default:
      return false;
  }
}

}  // namespace expt::oracle
