#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "src/base/prefetch.h"
#include "src/base/small_code.h"
#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/key_set.h"
#include "src/model/limits.h"
#include "src/model/place.h"
#include "src/model/reach_check.h"
#include "src/model/references.h"

namespace expt::model {
namespace {

// A flag can be wrong in each of thousands of rules; this many say enough.
constexpr size_t kMaxFlagIssues = 32;

class FlagCheck {
 public:
  FlagCheck(const Snapshot& snapshot, const ConditionFacts& conditions, const References& references,
            const GraphFacts& graph, const std::vector<std::vector<Defect>>& experiments, std::vector<Issue>& issues)
      : s_(snapshot),
        conditions_(conditions),
        references_(references),
        graph_(graph),
        experiments_(experiments),
        issues_(issues),
        walk_(snapshot),
        reach_(snapshot, conditions, references) {}

  // True when nothing is wrong.
  bool Check(Index flag) {
    index_ = flag;
    flag_ = &s_.flags[flag];
    reported_ = 0;
    leaves_ = 0;
    Type();
    Variants();
    Overrides();
    Prerequisites();
    for (const Index feature : flag_->required_features) {
      Report("", Named("required feature", s_.strings[feature]) + " is not supported by this version");
    }
    Rules();
    DefaultServe();
    if (!graph_.flags.empty()) {
      for (const Defect& defect : graph_.flags[flag]) Report(defect.place, defect.text);
    }
    texts_.clear();
    reach_.Run(flag, leaves_, texts_);
    for (Message& text : texts_) Report("", std::move(text));
    return reported_ == 0;
  }

 private:
  // Where a rule buckets units.
  struct Place {
    MessagePart what;  // "coverage"
    MessagePart key;   // of a holdout
    Index bucketing;

    Message Text() const { return key.empty() ? Message(what) : Named(what, key); }
  };

  void Report(const MessagePart& place, Message text) {
    if (reported_++ >= kMaxFlagIssues) return;
    issues_.push_back({.scope = Issue::Scope::kFlag,
                       .flag = index_,
                       .place = Within(Named("flag", s_.strings[flag_->key]), place),
                       .text = std::move(text)});
  }

  void Type() {
    if (flag_->type < ValueType::kBoolean || flag_->type > ValueType::kJson) {
      Report("", "type " + Number(static_cast<int>(flag_->type)) + " is not supported by this version");
    }
    if (flag_->visibility > Visibility::kClient) {
      Report("",
             "visibility " + Number(static_cast<int>(flag_->visibility)) + " is not supported by this version");
    }
    if (s_.audience == Audience::kClient && flag_->visibility == Visibility::kServer) {
      Report("", "is for servers only, but the snapshot is for clients");
    }
    if (flag_->fail_closed && flag_->off_variant == kNone) Report("", "\"fail_closed\" needs an off variant");
  }

  void Variants() {
    const size_t count = flag_->variant_keys.size();
    if (count == 0) Report("", "has no variants");
    if (count > kMaxFlagVariants) Report("", "has more than " + Number(kMaxFlagVariants) + " variants");
    if (count != flag_->variant_values.size()) {
      Report("", "has " + Number(flag_->variant_values.size()) + " values for " + Number(count) +
                     " variants");
    }
    for (size_t i = 0; i < std::min(count, kMaxFlagVariants); ++i) {
      const std::string_view key = s_.strings[flag_->variant_keys[i]];
      if (key.empty()) Report("variant " + Number(i), "key is empty");
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
    if (end == 0) seen_.Reset(flag_->variant_keys.size());
    return !key.empty() && !seen_.Insert(key);
  }

  void Value(std::string_view key, const FlagValue& value) {
    if (value.type != flag_->type) {
      Report(Named("variant", key),
             "expected " + TypeText(flag_->type) + ", got " + TypeText(value.type));
    } else if (value.type == ValueType::kDouble && !std::isfinite(value.real)) {
      Report(Named("variant", key), "the number is not finite");
    } else if ((value.type == ValueType::kString || value.type == ValueType::kJson) &&
               s_.strings[value.text].size() > kMaxValueBytes) {
      Report(Named("variant", key), "the value is larger than " + Number(kMaxValueBytes) + " bytes");
    }
  }

  // `variant` may be kNone.
  void Variant(std::string_view place, Index variant) {
    if (variant == kNone || variant < flag_->variant_keys.size()) return;
    Report(place, VariantText(variant, *flag_));
  }

  static Message VariantText(Index variant, const Flag& flag) {
    return "variant " + Number(variant) + " is not one of the flag's " +
           Number(flag.variant_keys.size());
  }

  void Overrides() {
    if (flag_->overrides.size() > kMaxFlagOverrides) {
      Report("", "has more than " + Number(kMaxFlagOverrides) + " override lists");
      return;
    }
    for (const Override& row : flag_->overrides) {
      Variant("override", row.variant == kNone ? kNone - 1 : row.variant);
      const std::string_view name = s_.strings[s_.attributes[row.bucket_by].name];
      if (name.starts_with('$')) Report("override", Quoted(name) + ": names that begin with \"$\" are reserved");
    }
  }

  void Prerequisites() {
    if (flag_->prerequisites.size() > kMaxFlagPrerequisites) {
      Report("", "has more than " + Number(kMaxFlagPrerequisites) + " prerequisites");
      return;
    }
    for (const Prerequisite& row : flag_->prerequisites) {
      const Flag& other = s_.flags[row.flag];
      const auto place = [&] { return Named("prerequisite", s_.strings[other.key]); };
      if (row.variants.empty()) Report(place(), "expected at least one variant, got none");
      for (const Index variant : row.variants) {
        if (variant < other.variant_keys.size()) continue;
        Report(place(), VariantText(variant, other));
      }
    }
  }

  void Rules() {
    if (flag_->rules.size() > kMaxFlagRules) {
      Report("", "has more than " + Number(kMaxFlagRules) + " rules");
      return;
    }
    holdouts_.clear();
    bool serves_experiment = false;
    ids_ = 0;
    const bool has_broken_segment = RefersToBrokenSegment();
    for (size_t i = 0; i < flag_->rules.size(); ++i) {
      const Rule& rule = s_.rules[flag_->rules[i]];
      const std::string_view id = s_.strings[rule.id];
      rule_number_ = i + 1;
      rule_id_ = id;
      if (id.empty()) Report(RulePlace(), "id is empty");
      if (id.size() > kMaxKeyBytes) Report(RulePlace(), "id is too long");
      if (id == "override") Report(RulePlace(), "the id \"override\" is reserved");
      if (IsIdUsedBefore(id, i)) Report(RulePlace(), "id is used twice");
      if (rule.condition != kNone) Condition(rule.condition, has_broken_segment);
      Bucketings(rule);
      serves_experiment = serves_experiment || s_.serves[rule.serve].kind == Serve::Kind::kExperiment;
    }
    if (holdouts_.size() + (serves_experiment ? 1 : 0) <= kMaxFlagExposures) return;
    Report("", "may yield more than " + Number(kMaxFlagExposures) + " exposures");
  }

  bool RefersToBrokenSegment() const {
    for (const Index target : references_.Of(references_.OfFlag(index_))) {
      if (!references_.IsFlag(target) && !graph_.segments[target].empty()) return true;
    }
    return false;
  }

  Message RulePlace() const {
    return rule_id_.empty() ? "rule " + Number(rule_number_) : Named("rule", rule_id_);
  }

  bool IsIdUsedBefore(std::string_view id, size_t end) {
    if (flag_->rules.size() > 64) {
      if (end == 0) seen_.Reset(flag_->rules.size());
      return !id.empty() && !seen_.Insert(id);
    }
    // Ids mostly differ in their last characters; only those that do not are compared.
    const size_t size = id.size();
    const uint32_t last = size == 0 ? 0 : static_cast<uint8_t>(id[size - 1]);
    const uint32_t before = size < 2 ? 0 : static_cast<uint8_t>(id[size - 2]);
    const uint64_t bit = uint64_t{1} << ((last + 10 * before + 7 * size) & 63);
    const bool is_new = (ids_ & bit) == 0;
    ids_ |= bit;
    for (size_t i = is_new ? end : 0; i < end; ++i) {
      if (s_.strings[s_.rules[flag_->rules[i]].id] == id) return true;
    }
    return false;
  }

  void Condition(Index root, bool has_broken_segment) {
    const ConditionFact& fact = conditions_.rows[root];
    leaves_ += fact.leaves;
    const bool is_bad = (fact.marks & ConditionFact::kIsBad) != 0 || fact.depth > kMaxConditionDepth;
    if constexpr (!base::kHasMessages) {
      if (is_bad || has_broken_segment) Report("", "has a defect");  // which of them is for texts
      return;
    }
    if (is_bad) {
      std::vector<Defect> defects;
      AppendConditionDefects(s_, conditions_, walk_, root, defects);
      for (Defect& defect : defects) Report(Within(RulePlace(), defect.place), std::move(defect.text));
    }
    if (!has_broken_segment || leaves_ > kMaxFlagLeaves) return;
    std::vector<Index> segments;
    walk_.Restart();
    walk_.Run(
        root, [&](Index row) { return (conditions_.rows[row].marks & ConditionFact::kNamesSegments) != 0; },
        [&](Index row) {
          for (const Index segment : SegmentsNamedBy(s_, s_.conditions[row])) {
            if (std::find(segments.begin(), segments.end(), segment) == segments.end()) segments.push_back(segment);
          }
          return segments.size() <= kMaxFlagSegments;
        });
    for (const Index segment : segments) {
      for (const Defect& defect : graph_.segments[segment]) {
        const Message place = Within(RulePlace(), Named("segment", s_.strings[s_.segments[segment].key]));
        Report(Within(place, defect.place), defect.text);
      }
    }
  }

  void Bucketings(const Rule& rule) {
    places_.clear();
    if (rule.coverage != kNone) Coverage(s_.coverages[rule.coverage]);
    if (rule.holdouts != kNone) Holdouts(rule);
    const Serve& serve = s_.serves[rule.serve];
    switch (serve.kind) {
      case Serve::Kind::kVariant:
        if (serve.target >= flag_->variant_keys.size()) Report(RulePlace(), VariantText(serve.target, *flag_));
        break;
      case Serve::Kind::kSplit:
        Split(RulePlace(), serve);
        places_.push_back({"split", "", serve.bucketing});
        break;
      case Serve::Kind::kExperiment: {
        Experiment(serve.target);
        const model::Experiment& experiment = s_.experiments[serve.target];
        places_.push_back({"experiment", "", experiment.bucketing});
        if (experiment.layer != kNone) places_.push_back({"layer", "", s_.layers[experiment.layer].bucketing});
        break;
      }
      default:
        Report(RulePlace(), "serve: what to serve is not supported by this version");
    }
    for (size_t i = 0; i < places_.size(); ++i) {
      for (size_t j = i + 1; j < places_.size(); ++j) Nested(places_[i], places_[j]);
    }
  }

  void Coverage(const model::Coverage& coverage) {
    Message text;
    if (coverage.ramp != kNone) {
      if (Message defect = RampDefect(s_.ramps[coverage.ramp]); !defect.empty()) text = Within("ramp", defect);
    } else if (coverage.ppm > kWholePpm) {
      text = "is " + Number(coverage.ppm) + ", expected at most 1000000";
    }
    if (!text.empty()) Report(Within(RulePlace(), "coverage"), std::move(text));
    if (text = BucketingDefect(s_, coverage.bucketing); !text.empty()) {
      Report(Within(RulePlace(), "coverage"), std::move(text));
    }
    places_.push_back({"coverage", "", coverage.bucketing});
  }

  void Holdouts(const Rule& rule) {
    const OperandList& list = s_.operands[rule.holdouts];
    if (list.kind != OperandKind::kReference) {
      Report(RulePlace(), "holdouts: expected a list of references");
      return;
    }
    if (list.size > kMaxFlagExposures) {
      Report(RulePlace(), "has more than " + Number(kMaxFlagExposures) + " holdouts");
      return;
    }
    const std::span<const Index> rows = HoldoutsOf(s_, rule);
    for (size_t i = 0; i < rows.size(); ++i) {
      const Holdout& holdout = s_.holdouts[rows[i]];
      const std::string_view key = s_.strings[holdout.key];
      Message text = HoldoutDefect(s_, holdout);
      if (std::find(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(i), rows[i]) !=
          rows.begin() + static_cast<ptrdiff_t>(i)) {
        text = "is named twice";
      } else {
        places_.push_back({"holdout", key, holdout.bucketing});
      }
      if (!text.empty()) Report(Within(RulePlace(), Named("holdout", key)), std::move(text));
      const bool is_counted = std::find(holdouts_.begin(), holdouts_.end(), rows[i]) != holdouts_.end();
      if (!is_counted && holdouts_.size() <= kMaxFlagExposures) holdouts_.push_back(rows[i]);
    }
  }

  // Buckets of equal salt and unit are the same number, so one place would decide for the other.
  void Nested(const Place& outer, const Place& inner) {
    const model::Bucketing& a = s_.bucketings[outer.bucketing];
    const model::Bucketing& b = s_.bucketings[inner.bucketing];
    if (a.salt != b.salt && s_.strings[a.salt] != s_.strings[b.salt]) return;
    if (s_.strings[s_.attributes[a.bucket_by].name] != s_.strings[s_.attributes[b.bucket_by].name]) return;
    Report(RulePlace(), outer.Text() + " and " + inner.Text() +
                            " have the same salt and bucket_by, expected different salts");
  }

  void Split(const Message& place, const Serve& serve) {
    const Message split = Within(place, "split");
    if (Message text = BucketingDefect(s_, serve.bucketing); !text.empty()) Report(split, std::move(text));
    if (serve.weights.size() != flag_->variant_keys.size()) {
      Report(split, "has " + Number(serve.weights.size()) + " weights for " +
                        Number(flag_->variant_keys.size()) + " variants");
    }
    if (Message text = WeightsDefect(serve.weights); !text.empty()) Report(split, std::move(text));
  }

  void Experiment(Index experiment) {
    const model::Experiment& row = s_.experiments[experiment];
    if (row.flag == index_ && experiments_[experiment].empty()) return;
    const Message place = Within(RulePlace(), Named("experiment", s_.strings[row.key]));
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

  const Snapshot& s_;
  const ConditionFacts& conditions_;
  const References& references_;
  const GraphFacts& graph_;
  const std::vector<std::vector<Defect>>& experiments_;
  std::vector<Issue>& issues_;
  ConditionWalk walk_;
  ReachCheck reach_;

  // Of the flag being checked.
  Index index_ = 0;
  const Flag* flag_ = nullptr;
  size_t reported_ = 0;
  size_t rule_number_ = 0;
  std::string_view rule_id_;
  uint64_t leaves_ = 0;
  uint64_t ids_ = 0;  // bits of rule ids that have come up
  KeySet seen_;
  std::vector<Place> places_;    // of one rule
  std::vector<Index> holdouts_;  // distinct ones; one more than may be, at most
  std::vector<Message> texts_;
};

}  // namespace

void CheckFlags(const Snapshot& snapshot, const ConditionFacts& conditions, const References& references,
                const GraphFacts& graph, const std::vector<std::vector<Defect>>& experiments,
                std::vector<Issue>& issues) {
  FlagCheck check(snapshot, conditions, references, graph, experiments, issues);
  if constexpr (!base::kSmallCode) {  // salts lie far from one another
    for (const Bucketing& row : snapshot.bucketings) base::Prefetch(snapshot.strings[row.salt].data());
  }
  std::vector<uint8_t> is_broken(references.is_empty() ? 0 : references.size());  // per node
  for (Index i = 0; i < snapshot.flags.size(); ++i) {
    const bool is_right = check.Check(i);
    if (!is_right && !is_broken.empty()) is_broken[references.OfFlag(i)] = 1;
  }
  if (!is_broken.empty()) BreakReferrers(snapshot, references, graph, std::move(is_broken), issues);
}

}  // namespace expt::model
