#include "src/model/reach_check.h"

#include <algorithm>

#include "src/model/limits.h"
#include "src/model/operator_rule.h"
#include "src/model/place.h"

namespace expt::model {

ReachCheck::ReachCheck(const Snapshot& snapshot, const ConditionFacts& conditions, const References& references)
    : s_(snapshot), conditions_(conditions), references_(references), walk_(snapshot) {
  if (!references.is_empty()) node_seen_.resize(references.size());
}

void ReachCheck::Run(Index flag, uint64_t leaves, std::vector<Message>& texts) {
  nodes_.assign(1, references_.OfFlag(flag));
  if (!references_.Of(nodes_[0]).empty() && !Reach(flag, texts)) return;
  for (const Index node : nodes_) {
    if (!references_.IsFlag(node)) leaves += 2 * SegmentLeaves(s_, conditions_, node);  // a true- and a false-form
  }
  if (leaves > kMaxFlagLeaves) {
    texts.push_back("has more than " + Number(kMaxFlagLeaves) + " conditions");
    return;
  }
  const bool may_read_too_much = s_.attributes.size() > kMaxFlagAttributes &&
                                 (nodes_.size() > 1 || MayReadTooMuch(s_.flags[flag], leaves));
  if (may_read_too_much || (conditions_.marks & ConditionFact::kHasPattern) != 0) Count(texts);
}

bool ReachCheck::Reach(Index flag, std::vector<Message>& texts) {
  ++round_;
  node_seen_[references_.OfFlag(flag)] = round_;
  size_t segments = 0;
  size_t flags = 0;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    for (const Index target : references_.Of(nodes_[i])) {
      if (node_seen_[target] == round_) continue;
      node_seen_[target] = round_;
      nodes_.push_back(target);
      ++(references_.IsFlag(target) ? flags : segments);
      if (segments > kMaxFlagSegments || flags > kMaxFlagFlags) {
        const bool is_flags = flags > kMaxFlagFlags;
        texts.push_back("reaches more than " + Number(is_flags ? kMaxFlagFlags : kMaxFlagSegments) +
                        (is_flags ? " flags" : " segments"));
        return false;
      }
    }
  }
  return true;
}

// Each leaf and each place that buckets reads few attributes.
bool ReachCheck::MayReadTooMuch(const Flag& flag, uint64_t leaves) const {
  return 2 * leaves + (4 + kMaxFlagExposures) * flag.rules.size() + flag.overrides.size() + 1 > kMaxFlagAttributes;
}

void ReachCheck::Count(std::vector<Message>& texts) {
  if (own_.empty()) {
    own_.resize(references_.size());
    attribute_seen_.resize(s_.attributes.size());
  }
  for (const Index node : nodes_) OwnOf(node);
  ++round_;
  size_t attributes = 0;
  std::vector<Index> patterns;
  for (const Index node : nodes_) {
    for (const Index attribute : own_[node].attributes) {
      attributes += attribute_seen_[attribute] != round_ ? 1 : 0;
      attribute_seen_[attribute] = round_;
    }
    for (const Index row : own_[node].patterns) {
      if (patterns.size() > kMaxFlagPatterns) break;
      if (std::find(patterns.begin(), patterns.end(), row) == patterns.end()) patterns.push_back(row);
    }
  }
  if (attributes > kMaxFlagAttributes) {
    texts.push_back("reads more than " + Number(kMaxFlagAttributes) + " attributes");
  }
  if (patterns.size() > kMaxFlagPatterns) {
    texts.push_back("has more than " + Number(kMaxFlagPatterns) + " conditions with regular expressions");
  }
}

const ReachCheck::Own& ReachCheck::OwnOf(Index node) {
  Own& own = own_[node];
  if (own.is_known) return own;
  own.is_known = true;
  ++round_;
  walk_.Restart();
  if (references_.IsFlag(node)) {
    FlagParts(s_.flags[references_.RowOf(node)], own);
  } else {
    SegmentParts(s_.segments[node], own);
  }
  return own;
}

void ReachCheck::FlagParts(const Flag& flag, Own& own) {
  for (const Override& row : flag.overrides) AddAttribute(row.bucket_by, own);
  uint64_t leaves = 0;
  for (const Index row : flag.rules) {
    const Rule& rule = s_.rules[row];
    if (rule.condition != kNone) leaves += conditions_.rows[rule.condition].leaves;
    if (leaves <= kMaxFlagLeaves) ConditionParts(rule.condition, own);
    if (rule.coverage != kNone) AddBucketing(s_.coverages[rule.coverage].bucketing, own);
    for (const Index holdout : HoldoutsOf(s_, rule)) AddBucketing(s_.holdouts[holdout].bucketing, own);
    AddServe(s_.serves[rule.serve], own);
  }
  if (flag.default_serve != kNone) AddServe(s_.serves[flag.default_serve], own);
}

void ReachCheck::SegmentParts(const Segment& segment, Own& own) {
  ConditionParts(segment.condition, own);
  for (const Index list : segment.include) AddAttribute(s_.member_lists[list].bucket_by, own);
  for (const Index list : segment.exclude) AddAttribute(s_.member_lists[list].bucket_by, own);
}

void ReachCheck::AddServe(const Serve& serve, Own& own) {
  if (serve.kind == Serve::Kind::kSplit) AddBucketing(serve.bucketing, own);
  if (serve.kind != Serve::Kind::kExperiment) return;
  AddBucketing(s_.experiments[serve.target].bucketing, own);
  const Index layer = s_.experiments[serve.target].layer;
  if (layer != kNone) AddBucketing(s_.layers[layer].bucketing, own);
}

void ReachCheck::ConditionParts(Index root, Own& own) {
  if (root == kNone || conditions_.rows[root].leaves > kMaxFlagLeaves) return;
  walk_.Run(
      root, [](Index) { return true; },
      [&](Index row) {
        const Condition& condition = s_.conditions[row];
        const OperatorRule& rule = RuleOf(condition.op);
        const bool has_attribute = rule.subject == OperatorRule::Subject::kAttribute;
        if (has_attribute) AddAttribute(condition.subject, own);
        if (rule.second == OperatorRule::Second::kLongitude && condition.second != kNone) {
          AddAttribute(condition.second, own);
        }
        if (condition.op == Operator::kMatches && own.patterns.size() <= kMaxFlagPatterns) own.patterns.push_back(row);
        return own.attributes.size() <= kMaxFlagAttributes || own.patterns.size() <= kMaxFlagPatterns;
      });
}

void ReachCheck::AddAttribute(Index attribute, Own& own) {
  if (attribute_seen_[attribute] == round_ || own.attributes.size() > kMaxFlagAttributes) return;
  attribute_seen_[attribute] = round_;
  own.attributes.push_back(attribute);
}

}  // namespace expt::model
