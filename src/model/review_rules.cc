// Warnings about the rules and overrides of one flag.
#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/operator_rule.h"
#include "src/model/place.h"
#include "src/model/review_parts.h"

namespace expt::model {
namespace {

class RuleReview {
 public:
  RuleReview(const Snapshot& snapshot, const std::vector<ConditionTruth>& truths, Index flag, ConditionWalk& walk,
             Warnings& warnings)
      : s_(snapshot), truths_(truths), flag_(flag), warnings_(warnings), walk_(walk) {}

  void Run() {
    const base::List<Index>& rules = s_.flags[flag_].rules;
    for (size_t i = 0; i < rules.size(); ++i) {
      const Rule& rule = s_.rules[rules[i]];
      if (rule.condition != kNone) {
        Condition(rules[i]);
        Hidden(rules[i]);
      }
      const bool is_true = rule.condition == kNone || truths_[rule.condition].outcomes == kCanBeTrue;
      if (!is_true || !TakesEverybody(s_, rule)) continue;
      if (i + 1 < rules.size()) Warn(rules[i], "serves everybody, the rules after it never apply");
      return;
    }
  }

 private:
  void Warn(Index rule, std::string text) { warnings_.OfRule(flag_, rule, std::move(text)); }

  void Condition(Index row) {
    const Index root = s_.rules[row].condition;
    const ConditionTruth& truth = truths_[root];
    if ((truth.outcomes & kCanBeTrue) == 0) return Warn(row, "never applies" + Because(root));
    if (truth.outcomes == kCanBeTrue) return Warn(row, "its condition is true for everybody" + Because(root));
    if ((truth.outcomes & kCanBeFalse) == 0) {
      return Warn(row, "its condition is true for everybody whose attributes are known" + Because(root));
    }
    std::set<std::string> said;
    ForEachReason(root, [&](const ConditionTruth& part) {
      const bool is_never = (part.outcomes & kCanBeTrue) == 0;
      const std::string text =
          std::string("a part of its condition is ") + (is_never ? "never true: " : "never false: ") + part.reason;
      if (said.insert(text).second) Warn(row, text);
      return said.size() < 4;
    });
  }

  // ": why", where something says why.
  std::string Because(Index root) {
    std::string text;
    ForEachReason(root, [&](const ConditionTruth& part) {
      text = ": " + part.reason;
      return false;
    });
    return text;
  }

  template <typename Use>
  void ForEachReason(Index root, Use use) {
    walk_.Restart();
    walk_.Run(
        root, [](Index) { return true; },
        [&](Index row) { return truths_[row].reason.empty() || use(truths_[row]); });
  }

  // An earlier rule takes all units for which this one's condition is true.
  void Hidden(Index row) {
    const Index root = s_.rules[row].condition;
    Index taken = kNone;
    const auto look = [&](Index condition) {
      const auto found = takers_.find(condition);
      if (taken == kNone && found != takers_.end()) taken = found->second;
    };
    look(root);
    const model::Condition& condition = s_.conditions[root];
    if (condition.op == Operator::kAll && (condition.properties & kNegate) == 0) {
      for (const Index child : ConditionWalk::ChildrenOf(s_, condition)) look(child);
    }
    if (taken != kNone) {
      const std::string earlier = Named("rule", s_.strings[s_.rules[taken].id]);
      const bool is_same = s_.rules[taken].condition == root;
      Warn(row, "never applies: " + earlier + (is_same ? " has the same condition and takes everybody"
                                                       : " has a part of its condition and takes everybody"));
    }
    if (TakesEverybody(s_, s_.rules[row])) takers_.try_emplace(root, row);
  }

  const Snapshot& s_;
  const std::vector<ConditionTruth>& truths_;
  Index flag_;
  Warnings& warnings_;
  ConditionWalk& walk_;
  std::unordered_map<Index, Index> takers_;  // the first rule that takes everybody for whom a condition is true
};

}  // namespace

bool TakesEverybody(const Snapshot& snapshot, const Rule& rule) {
  if (!HoldoutsOf(snapshot, rule).empty() || snapshot.serves[rule.serve].kind != Serve::Kind::kVariant) return false;
  if (rule.coverage == kNone) return true;
  const Coverage& coverage = snapshot.coverages[rule.coverage];
  return coverage.ramp == kNone && coverage.ppm == kWholePpm;
}

void ReviewRules(const Snapshot& snapshot, const std::vector<ConditionTruth>& truths, Index flag, ConditionWalk& walk,
                 Warnings& warnings) {
  RuleReview(snapshot, truths, flag, walk, warnings).Run();
}

void ReviewOverrides(const Snapshot& snapshot, Index flag, Warnings& warnings) {
  std::unordered_map<uint64_t, std::pair<Index, Index>> seen;  // {bucket_by, variant} of a hash
  for (const Override& row : snapshot.flags[flag].overrides) {
    for (const uint64_t hash : row.hashes) {
      const auto [entry, is_new] = seen.try_emplace(hash, row.bucket_by, row.variant);
      if (is_new || entry->second.first != row.bucket_by || entry->second.second == row.variant) continue;
      warnings.OfFlag(flag, "override", "a unit is forced to two variants, the first one counts");
      return;
    }
  }
}

void ReviewPrivate(const Snapshot& snapshot, Index flag, std::string_view place, Index root, ConditionWalk& walk,
                   Warnings& warnings) {
  std::set<Index> said;
  const auto look = [&](Index attribute) {
    const AttributeSchema& row = snapshot.attributes[attribute];
    if ((row.properties & kPrivate) == 0 || !said.insert(attribute).second) return;
    std::string text = Named("attribute", snapshot.strings[row.name]) +
                       " is private, and every reader of the snapshot sees what it is compared with; equals_hashed and "
                       "in_hashed hide it";
    if (flag == kNone) return warnings.Of(std::string(place), std::move(text));
    warnings.OfFlag(flag, place, std::move(text));
  };
  walk.Restart();
  walk.Run(
      root, [](Index) { return true; },
      [&](Index row) {
        const Condition& condition = snapshot.conditions[row];
        const OperatorRule& rule = RuleOf(condition.op);
        const bool shows = rule.subject == OperatorRule::Subject::kAttribute && condition.operands != kNone &&
                           rule.second != OperatorRule::Second::kSalt &&
                           snapshot.operands[condition.operands].size != 0;
        if (!shows) return true;
        look(condition.subject);
        if (rule.second == OperatorRule::Second::kLongitude && condition.second != kNone) look(condition.second);
        return true;
      });
}

}  // namespace expt::model
