#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "src/base/hash.h"
#include "src/model/check.h"
#include "src/model/limits.h"
#include "src/model/place.h"

namespace expt::model {
namespace {

// A flag can be wrong in each of thousands of rules; this many say enough.
constexpr size_t kMaxFlagIssues = 32;

class FlagCheck {
 public:
  FlagCheck(const Snapshot& snapshot, const ConditionFacts& conditions, const SegmentFacts& segments,
            const std::vector<std::vector<Defect>>& experiments, std::vector<Issue>& issues)
      : s_(snapshot),
        conditions_(conditions),
        segments_(segments),
        experiments_(experiments),
        issues_(issues),
        is_segment_used_(snapshot.segments.size()) {}

  void Check(Index flag) {
    index_ = flag;
    flag_ = &s_.flags[flag];
    reported_ = 0;
    is_broken_ = false;
    rule_segments_.clear();
    Type();
    Variants();
    Overrides();
    if (!flag_->prerequisites.empty()) Report("", "prerequisites are not supported by this version");
    for (const Index feature : flag_->required_features) {
      Report("", Named("required feature", s_.strings[feature]) + " is not supported by this version");
    }
    Rules();
    DefaultServe();
    Sizes();
  }

  // What no flag uses breaks none, but is said.
  void UnusedSegments() {
    for (const auto& references : segments_.references) {
      for (const Index segment : references) is_segment_used_[segment] = true;  // its user says so
    }
    for (Index i = 0; i < s_.segments.size(); ++i) {
      if (is_segment_used_[i]) continue;
      const std::string place = Named("segment", s_.strings[s_.segments[i].key]);
      for (const Defect& defect : segments_.defects[i]) {
        issues_.push_back({.scope = Issue::Scope::kWarning,
                           .flag = kNone,
                           .place = Within(place, defect.place),
                           .text = defect.text});
      }
    }
  }

 private:
  struct Place {
    std::string_view what;  // "coverage"
    Index bucketing;
  };

  void Add(Issue::Scope scope, std::string place, std::string text) {
    const bool is_new_fact = scope == Issue::Scope::kFlag && !is_broken_;
    if (reported_ >= kMaxFlagIssues && !is_new_fact) return;
    ++reported_;
    is_broken_ = is_broken_ || scope == Issue::Scope::kFlag;
    issues_.push_back({.scope = scope,
                       .flag = index_,
                       .place = Within(Named("flag", s_.strings[flag_->key]), place),
                       .text = std::move(text)});
  }
  void Report(std::string place, std::string text) { Add(Issue::Scope::kFlag, std::move(place), std::move(text)); }
  void Warn(std::string place, std::string text) { Add(Issue::Scope::kWarning, std::move(place), std::move(text)); }

  void Type() {
    if (flag_->type < ValueType::kBoolean || flag_->type > ValueType::kJson) {
      Report("", "type " + std::to_string(static_cast<int>(flag_->type)) + " is not supported by this version");
    }
    if (flag_->visibility > Visibility::kClient) {
      Report("",
             "visibility " + std::to_string(static_cast<int>(flag_->visibility)) + " is not supported by this version");
    }
    if (s_.audience == Audience::kClient && flag_->visibility == Visibility::kServer) {
      Report("", "is for servers only, but the snapshot is for clients");
    }
    if (flag_->fail_closed && flag_->off_variant == kNone) Report("", "\"fail_closed\" needs an off variant");
  }

  void Variants() {
    const size_t count = flag_->variant_keys.size();
    if (count == 0) Report("", "has no variants");
    if (count > kMaxFlagVariants) Report("", "has more than " + std::to_string(kMaxFlagVariants) + " variants");
    if (count != flag_->variant_values.size()) {
      Report("", "has " + std::to_string(flag_->variant_values.size()) + " values for " + std::to_string(count) +
                     " variants");
    }
    for (size_t i = 0; i < std::min(count, kMaxFlagVariants); ++i) {
      const std::string_view key = s_.strings[flag_->variant_keys[i]];
      if (key.empty()) Report("variant " + std::to_string(i), "key is empty");
      if (key.size() > kMaxKeyBytes) Report(Named("variant", key), "key is too long");
      if (IsUsedBefore(key, i)) Report(Named("variant", key), "key is used twice");
      if (i < flag_->variant_values.size()) Value(key, s_.values[flag_->variant_values[i]]);
    }
    Variant("off variant", flag_->off_variant);
  }

  // The few variants of most flags are compared without a set.
  bool IsUsedBefore(std::string_view key, size_t end) {
    if (flag_->variant_keys.size() <= 8) {
      for (size_t i = 0; i < end; ++i) {
        if (s_.strings[flag_->variant_keys[i]] == key) return true;
      }
      return false;
    }
    if (end == 0) seen_.clear();
    return !seen_.insert(key).second;
  }

  void Value(std::string_view key, const FlagValue& value) {
    if (value.type != flag_->type) {
      Report(Named("variant", key),
             "expected " + std::string(ValueTypeName(flag_->type)) + ", got " + std::string(ValueTypeName(value.type)));
    } else if (value.type == ValueType::kDouble && !std::isfinite(value.real)) {
      Report(Named("variant", key), "the number is not finite");
    } else if ((value.type == ValueType::kString || value.type == ValueType::kJson) &&
               s_.strings[value.text].size() > kMaxValueBytes) {
      Report(Named("variant", key), "the value is larger than " + std::to_string(kMaxValueBytes) + " bytes");
    }
  }

  void Variant(std::string_view place, Index variant) {
    if (variant == kNone || variant < flag_->variant_keys.size()) return;
    Report(std::string(place), "variant " + std::to_string(variant) + " is not one of the flag's " +
                                   std::to_string(flag_->variant_keys.size()));
  }

  void Overrides() {
    std::unordered_map<uint64_t, std::pair<Index, Index>> seen;  // {bucket_by, variant} of a hash
    bool is_contradicted = false;
    if (flag_->overrides.size() > kMaxFlagOverrides) {
      Report("", "has more than " + std::to_string(kMaxFlagOverrides) + " override lists");
      return;
    }
    for (const Override& row : flag_->overrides) {
      Variant("override", row.variant == kNone ? kNone - 1 : row.variant);
      const std::string_view name = s_.strings[s_.attributes[row.bucket_by].name];
      if (name.starts_with('$')) Report("override", Quoted(name) + ": names that begin with \"$\" are reserved");
      for (const uint64_t hash : row.hashes) {
        const auto [entry, is_new] = seen.try_emplace(hash, row.bucket_by, row.variant);
        if (!is_new && entry->second.first == row.bucket_by && entry->second.second != row.variant) {
          is_contradicted = true;
        }
      }
    }
    if (is_contradicted) Warn("override", "a unit is forced to two variants, the first one counts");
  }

  void Rules() {
    if (flag_->rules.size() > kMaxFlagRules) {
      Report("", "has more than " + std::to_string(kMaxFlagRules) + " rules");
      return;
    }
    leaves_ = 0;
    for (size_t i = 0; i < flag_->rules.size(); ++i) {
      const Rule& rule = s_.rules[flag_->rules[i]];
      const std::string_view id = s_.strings[rule.id];
      rule_number_ = i + 1;
      rule_id_ = id;
      if (id.empty()) Report(RulePlace(), "id is empty");
      if (id.size() > kMaxKeyBytes) Report(RulePlace(), "id is too long");
      if (id == "override") Report(RulePlace(), "the id \"override\" is reserved");
      if (IsIdUsedBefore(id, i)) Report(RulePlace(), "id is used twice");
      Condition(rule.condition);
      Bucketings(rule);
      if (i + 1 < flag_->rules.size() && ServesEverybody(rule)) {
        Warn(RulePlace(), "serves everybody, the rules after it never apply");
      }
    }
  }

  std::string RulePlace() const {
    return rule_id_.empty() ? "rule " + std::to_string(rule_number_) : Named("rule", rule_id_);
  }

  bool IsIdUsedBefore(std::string_view id, size_t end) {
    if (flag_->rules.size() <= 16) {
      for (size_t i = 0; i < end; ++i) {
        if (s_.strings[s_.rules[flag_->rules[i]].id] == id) return true;
      }
      return false;
    }
    if (end == 0) seen_.clear();
    return !seen_.insert(id).second;
  }

  bool ServesEverybody(const Rule& rule) const {
    return rule.condition == kNone && rule.holdouts == kNone && s_.serves[rule.serve].kind == Serve::Kind::kVariant &&
           (rule.coverage == kNone ||
            (s_.coverages[rule.coverage].ramp == kNone && s_.coverages[rule.coverage].ppm == kWholePpm));
  }

  void Condition(Index root) {
    if (root == kNone) return;
    leaves_ += conditions_.leaves[root];
    if (conditions_.is_bad[root] != 0 || conditions_.depth[root] > kMaxConditionDepth) {
      std::vector<Defect> defects;
      AppendConditionDefects(s_, conditions_, root, defects);
      for (Defect& defect : defects) Report(Within(RulePlace(), defect.place), std::move(defect.text));
    }
    if (conditions_.has_reference[root] == 0 || leaves_ > kMaxFlagLeaves) return;
    for (const Index segment : SegmentsOf(s_, conditions_, root)) {
      rule_segments_.push_back(segment);
      is_segment_used_[segment] = true;
      const auto& defects = segments_.defects[segment];
      if (defects.empty()) continue;
      const std::string place = Within(RulePlace(), Named("segment", s_.strings[s_.segments[segment].key]));
      for (const Defect& defect : defects) Report(Within(place, defect.place), defect.text);
    }
  }

  void Bucketings(const Rule& rule) {
    std::array<Place, 4> places;
    size_t count = 0;
    if (rule.coverage != kNone) {
      const Coverage& coverage = s_.coverages[rule.coverage];
      if (coverage.ramp != kNone) {
        Report(Within(RulePlace(), "coverage"), "ramps are not supported by this version");
      } else if (coverage.ppm > kWholePpm) {
        Report(Within(RulePlace(), "coverage"), "is " + std::to_string(coverage.ppm) + ", expected at most 1000000");
      }
      if (std::string text = BucketingDefect(s_, coverage.bucketing); !text.empty()) {
        Report(Within(RulePlace(), "coverage"), std::move(text));
      }
      places[count++] = {"coverage", coverage.bucketing};
    }
    if (rule.holdouts != kNone) Report(RulePlace(), "holdouts are not supported by this version");

    const Serve& serve = s_.serves[rule.serve];
    switch (serve.kind) {
      case Serve::Kind::kVariant:
        if (serve.target >= flag_->variant_keys.size()) Variant(RulePlace(), std::min(serve.target, kNone - 1));
        break;
      case Serve::Kind::kSplit:
        Split(RulePlace(), serve);
        places[count++] = {"split", serve.bucketing};
        break;
      case Serve::Kind::kExperiment: {
        Experiment(serve.target);
        const model::Experiment& experiment = s_.experiments[serve.target];
        places[count++] = {"experiment", experiment.bucketing};
        if (experiment.layer != kNone) places[count++] = {"layer", s_.layers[experiment.layer].bucketing};
        break;
      }
      default:
        Report(RulePlace(), "serve: what to serve is not supported by this version");
    }
    for (size_t i = 0; i < count; ++i) {
      for (size_t j = i + 1; j < count; ++j) Nested(places[i], places[j]);
    }
  }

  // Buckets of equal salt and unit are the same number, so one place would decide for the other.
  void Nested(const Place& outer, const Place& inner) {
    const model::Bucketing& a = s_.bucketings[outer.bucketing];
    const model::Bucketing& b = s_.bucketings[inner.bucketing];
    if (s_.strings[a.salt] != s_.strings[b.salt]) return;
    if (s_.strings[s_.attributes[a.bucket_by].name] != s_.strings[s_.attributes[b.bucket_by].name]) return;
    Report(RulePlace(), std::string(outer.what) + " and " + std::string(inner.what) +
                            " have the same salt and bucket_by, expected different salts");
  }

  void Split(const std::string& place, const Serve& serve) {
    const std::string split = Within(place, "split");
    if (std::string text = BucketingDefect(s_, serve.bucketing); !text.empty()) Report(split, std::move(text));
    if (serve.weights.size() != flag_->variant_keys.size()) {
      Report(split, "has " + std::to_string(serve.weights.size()) + " weights for " +
                        std::to_string(flag_->variant_keys.size()) + " variants");
    }
    if (std::string text = WeightsDefect(serve.weights); !text.empty()) Report(split, std::move(text));
  }

  void Experiment(Index experiment) {
    const model::Experiment& row = s_.experiments[experiment];
    if (row.flag == index_ && experiments_[experiment].empty()) return;
    const std::string place = Within(RulePlace(), Named("experiment", s_.strings[row.key]));
    if (row.flag != index_) {
      Report(place, "belongs to " + Named("flag", s_.strings[s_.flags[row.flag].key]));
      return;
    }
    for (const Defect& defect : experiments_[experiment]) Report(Within(place, defect.place), defect.text);
  }

  void DefaultServe() {
    if (flag_->default_serve == kNone) return;
    const Serve& serve = s_.serves[flag_->default_serve];
    switch (serve.kind) {
      case Serve::Kind::kVariant:
        Variant("default serve", serve.target == kNone ? kNone - 1 : serve.target);
        break;
      case Serve::Kind::kSplit:
        Split("default serve", serve);
        break;
      case Serve::Kind::kExperiment:
        Report("default serve", "expected a variant or a split, got an experiment");
        break;
      default:
        Report("default serve", "what to serve is not supported by this version");
    }
  }

  // Caps on everything reachable, segments included.
  void Sizes() {
    std::vector<Index> reachable;
    if (!rule_segments_.empty() && leaves_ <= kMaxFlagLeaves) {
      std::unordered_set<Index> seen;
      std::vector<Index> open = rule_segments_;
      while (!open.empty() && seen.size() <= kMaxFlagSegments) {
        const Index segment = open.back();
        open.pop_back();
        if (!seen.insert(segment).second) continue;
        reachable.push_back(segment);
        leaves_ += 2 * SegmentLeaves(s_, conditions_, segment);  // a true-form and a false-form
        for (const Index next : segments_.references[segment]) open.push_back(next);
      }
      if (seen.size() > kMaxFlagSegments) {
        Report("", "reaches more than " + std::to_string(kMaxFlagSegments) + " segments");
        return;
      }
    }
    if (leaves_ > kMaxFlagLeaves) {
      Report("", "has more than " + std::to_string(kMaxFlagLeaves) + " conditions");
      return;
    }
    // Each leaf and each place that buckets reads at most one attribute.
    if (leaves_ + 4 * flag_->rules.size() + flag_->overrides.size() + 1 <= kMaxFlagAttributes) return;
    if (s_.attributes.size() > kMaxFlagAttributes) CountAttributes(reachable);
  }

  void CountAttributes(const std::vector<Index>& segments) {
    std::unordered_set<Index> read;
    std::unordered_set<Index> seen;
    std::vector<Index> open;
    const auto read_bucketing = [&](Index bucketing) { read.insert(s_.bucketings[bucketing].bucket_by); };
    const auto read_serve = [&](const Serve& serve) {
      if (serve.kind == Serve::Kind::kSplit) read_bucketing(serve.bucketing);
      if (serve.kind != Serve::Kind::kExperiment) return;
      read_bucketing(s_.experiments[serve.target].bucketing);
      const Index layer = s_.experiments[serve.target].layer;
      if (layer != kNone) read_bucketing(s_.layers[layer].bucketing);
    };
    const auto enter = [&](Index condition) {
      if (condition != kNone && seen.insert(condition).second) open.push_back(condition);
    };
    for (const Override& row : flag_->overrides) read.insert(row.bucket_by);
    for (const Index row : flag_->rules) {
      const Rule& rule = s_.rules[row];
      enter(rule.condition);
      if (rule.coverage != kNone) read_bucketing(s_.coverages[rule.coverage].bucketing);
      read_serve(s_.serves[rule.serve]);
    }
    if (flag_->default_serve != kNone) read_serve(s_.serves[flag_->default_serve]);
    for (const Index segment : segments) {
      const Segment& row = s_.segments[segment];
      enter(row.condition);
      for (const Index list : row.include) read.insert(s_.member_lists[list].bucket_by);
      for (const Index list : row.exclude) read.insert(s_.member_lists[list].bucket_by);
    }
    while (!open.empty()) {
      const model::Condition& condition = s_.conditions[open.back()];
      open.pop_back();
      if (condition.op == Operator::kAll || condition.op == Operator::kAny) {
        if (condition.operands == kNone) continue;
        const OperandList& list = s_.operands[condition.operands];
        if (list.kind != OperandKind::kCondition) continue;
        for (uint32_t i = 0; i < list.size; ++i) enter(s_.condition_pool[list.begin + i]);
      } else if (condition.op != Operator::kInSegment && condition.op != Operator::kFlagIs) {
        read.insert(condition.subject);
      }
    }
    if (read.size() > kMaxFlagAttributes) {
      Report("", "reads " + std::to_string(read.size()) + " attributes, expected at most " +
                     std::to_string(kMaxFlagAttributes));
    }
  }

  const Snapshot& s_;
  const ConditionFacts& conditions_;
  const SegmentFacts& segments_;
  const std::vector<std::vector<Defect>>& experiments_;
  std::vector<Issue>& issues_;

  // Of the flag being checked.
  Index index_ = 0;
  const Flag* flag_ = nullptr;
  size_t reported_ = 0;
  bool is_broken_ = false;
  size_t rule_number_ = 0;
  std::string_view rule_id_;
  std::vector<Index> rule_segments_;
  uint64_t leaves_ = 0;
  std::unordered_set<std::string_view, base::TextHash> seen_;

  std::vector<bool> is_segment_used_;  // by a flag checked so far
};

}  // namespace

void CheckFlags(const Snapshot& snapshot, const ConditionFacts& conditions, const SegmentFacts& segments,
                const std::vector<std::vector<Defect>>& experiments, std::vector<Issue>& issues) {
  FlagCheck check(snapshot, conditions, segments, experiments, issues);
  for (Index i = 0; i < snapshot.flags.size(); ++i) check.Check(i);
  check.UnusedSegments();
  std::vector<bool> is_used(snapshot.experiments.size());
  for (const Serve& serve : snapshot.serves) {
    if (serve.kind == Serve::Kind::kExperiment) is_used[serve.target] = true;
  }
  for (Index i = 0; i < snapshot.experiments.size(); ++i) {
    if (is_used[i]) continue;
    const std::string place = Named("experiment", snapshot.strings[snapshot.experiments[i].key]);
    for (const Defect& defect : experiments[i]) {
      issues.push_back({.scope = Issue::Scope::kWarning,
                        .flag = snapshot.experiments[i].flag,
                        .place = Within(place, defect.place),
                        .text = defect.text});
    }
  }
}

}  // namespace expt::model
