#include <algorithm>
#include <limits>

#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/operator_rule.h"
#include "src/model/references.h"
#include "src/model/review.h"
#include "src/model/review_parts.h"

namespace expt::model {
namespace {

class ComplexityCount {
 public:
  explicit ComplexityCount(const Snapshot& snapshot)
      : s_(snapshot),
        conditions_(FactsOf(snapshot)),
        references_(snapshot, conditions_),
        graph_(CheckGraph(snapshot, conditions_, references_)),
        walk_(snapshot),
        own_(references_.size()),
        is_ordered_(references_.size(), references_.is_empty()),
        node_seen_(references_.size()),
        attribute_seen_(snapshot.attributes.size()),
        condition_seen_(snapshot.conditions.size()) {
    for (const Index node : graph_.order) is_ordered_[node] = true;
  }

  Complexity Of(Index flag) {
    Complexity total;
    if (!is_ordered_[references_.OfFlag(flag)]) return total;
    ++round_;
    std::vector<Index> nodes = {references_.OfFlag(flag)};
    node_seen_[nodes[0]] = round_;
    uint64_t leaves = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const Own& own = OwnOf(nodes[i]);
      leaves += own.leaves;
      for (const Index attribute : own.attributes) total.attributes += IsNew(attribute_seen_[attribute]);
      for (const Index pattern : own.patterns) total.regexes += IsNew(condition_seen_[pattern]);
      for (const Index target : references_.Of(nodes[i])) {
        if (IsNew(node_seen_[target]) == 0) continue;
        nodes.push_back(target);
        ++(references_.IsFlag(target) ? total.flags : total.segments);
      }
    }
    total.leaves = Capped(leaves);
    total.figure = Capped(leaves + 2 * uint64_t{total.attributes} + 40 * uint64_t{total.regexes} +
                          2 * uint64_t{total.segments} + 10 * uint64_t{total.flags});
    return total;
  }

 private:
  struct Own {
    bool is_known = false;
    uint64_t leaves = 0;
    std::vector<Index> attributes;
    std::vector<Index> patterns;  // conditions
  };

  static uint32_t Capped(uint64_t value) {
    return static_cast<uint32_t>(std::min<uint64_t>(value, std::numeric_limits<uint32_t>::max()));
  }

  uint32_t IsNew(uint32_t& seen) const {
    const bool is_new = seen != round_;
    seen = round_;
    return is_new ? 1 : 0;
  }

  const Own& OwnOf(Index node) {
    Own& own = own_[node];
    if (own.is_known) return own;
    own.is_known = true;
    walk_.Restart();
    if (references_.IsFlag(node)) {
      FlagParts(s_.flags[references_.RowOf(node)], own);
    } else {
      SegmentParts(s_.segments[node], own);
    }
    std::sort(own.attributes.begin(), own.attributes.end());
    own.attributes.erase(std::unique(own.attributes.begin(), own.attributes.end()), own.attributes.end());
    return own;
  }

  void FlagParts(const Flag& flag, Own& own) {
    for (const Override& row : flag.overrides) own.attributes.push_back(row.bucket_by);
    for (const Index row : flag.rules) {
      const Rule& rule = s_.rules[row];
      ConditionParts(rule.condition, own);
      if (rule.coverage != kNone) Bucketing(s_.coverages[rule.coverage].bucketing, own);
      for (const Index holdout : HoldoutsOf(s_, rule)) Bucketing(s_.holdouts[holdout].bucketing, own);
      ServeParts(s_.serves[rule.serve], own);
    }
    if (flag.default_serve != kNone) ServeParts(s_.serves[flag.default_serve], own);
  }

  void SegmentParts(const Segment& segment, Own& own) {
    ConditionParts(segment.condition, own);
    own.leaves += segment.include.size() + segment.exclude.size();
    for (const Index list : segment.include) own.attributes.push_back(s_.member_lists[list].bucket_by);
    for (const Index list : segment.exclude) own.attributes.push_back(s_.member_lists[list].bucket_by);
  }

  void ServeParts(const Serve& serve, Own& own) {
    if (serve.kind == Serve::Kind::kSplit) Bucketing(serve.bucketing, own);
    if (serve.kind != Serve::Kind::kExperiment) return;
    const Experiment& experiment = s_.experiments[serve.target];
    Bucketing(experiment.bucketing, own);
    if (experiment.layer != kNone) Bucketing(s_.layers[experiment.layer].bucketing, own);
  }

  void Bucketing(Index bucketing, Own& own) { own.attributes.push_back(s_.bucketings[bucketing].bucket_by); }

  void ConditionParts(Index root, Own& own) {
    if (root == kNone) return;
    own.leaves += conditions_.rows[root].leaves;
    walk_.Run(
        root, [](Index) { return true; },
        [&](Index row) {
          const Condition& condition = s_.conditions[row];
          const OperatorRule& rule = RuleOf(condition.op);
          if (rule.subject == OperatorRule::Subject::kAttribute) own.attributes.push_back(condition.subject);
          const bool has_longitude = rule.second == OperatorRule::Second::kLongitude && condition.second != kNone;
          if (has_longitude) own.attributes.push_back(condition.second);
          if (condition.op == Operator::kMatches) own.patterns.push_back(row);
          return true;
        });
  }

  const Snapshot& s_;
  ConditionFacts conditions_;
  References references_;
  GraphFacts graph_;
  ConditionWalk walk_;
  std::vector<Own> own_;                  // per node, when first asked
  std::vector<bool> is_ordered_;          // per node: not behind a cycle
  std::vector<uint32_t> node_seen_;       // the flag it was last counted for
  std::vector<uint32_t> attribute_seen_;
  std::vector<uint32_t> condition_seen_;
  uint32_t round_ = 0;
};

}  // namespace

Complexity FlagComplexity(const Snapshot& snapshot, Index flag) {
  if (flag >= snapshot.flags.size() || !HasRightTables(snapshot)) return {};
  return ComplexityCount(snapshot).Of(flag);
}

std::vector<Complexity> Complexities(const Snapshot& snapshot) {
  std::vector<Complexity> all(snapshot.flags.size());
  if (!HasRightTables(snapshot)) return all;
  ComplexityCount count(snapshot);
  for (Index i = 0; i < snapshot.flags.size(); ++i) all[i] = count.Of(i);
  return all;
}

}  // namespace expt::model
