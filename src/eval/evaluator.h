// The one path by which a flag is decided: docs/evaluation.md. A visitor sees every step; SilentVisitor costs nothing.
#ifndef EXPT_SRC_EVAL_EVALUATOR_H_
#define EXPT_SRC_EVAL_EVALUATOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "expt/context.h"
#include "expt/decision.h"
#include "src/base/bucket.h"
#include "src/base/context_find.h"
#include "src/eval/leaf.h"
#include "src/eval/ruleset.h"

namespace expt::eval {

// Why a rule did not serve.
enum class Miss : uint8_t { kCondition, kCoverage, kNoUnit, kNotRunning, kNotStarted, kEnded, kAllocation };

// What a recording visitor is told. Every function is called where the step happens.
struct SilentVisitor {
  void Attribute(std::string_view, const ValueView&) {}
  void Override(const eval::Override&, std::string_view, bool) {}
  void BeginRule(const Rule&) {}
  void LeafTested(const Leaf&, const ValueView&, Truth) {}
  void BeginSegment(const Leaf&, const FlagSegment&) {}
  void EndSegment(const Leaf&, const FlagSegment&, bool) {}
  void Condition(bool) {}
  void Coverage(const Rule&, std::string_view, int32_t, bool) {}
  void Layer(const Experiment&, std::string_view, int32_t, bool) {}
  void ExperimentReached(const Experiment&) {}
  void SplitDecided(const Split&, std::string_view, int32_t, uint32_t, uint32_t, uint16_t) {}
  void EndRule(bool) {}
  void RuleMissed(Miss) {}
  void DefaultServe(const Serve&) {}
};

// Decides one flag once; lives on the stack.
template <typename Visitor>
class Evaluator {
 public:
  // The flag must not be broken; `entries` are those of a valid context.
  Evaluator(const Ruleset& ruleset, const Flag& flag, std::span<const Context::Entry> entries, int64_t now_ms,
            Visitor& visitor)
      : r_(ruleset), flag_(flag), now_ms_(now_ms), visitor_(visitor) {
    const uint64_t* const hashes = r_.slot_hashes.data() + flag.slots;
    const std::string_view* const names = r_.slot_names.data() + flag.slots;
    for (size_t i = 0; i < flag.slot_count; ++i) {
      const Context::Entry* const entry = base::FindEntry(entries, hashes[i], names[i]);
      std::construct_at(slot(i), entry == nullptr ? ValueView() : entry->value);
      visitor_.Attribute(names[i], *slot(i));
    }
    if (flag.segment_count != 0) std::memset(memo_, 0, sizeof memo_);
  }

  // Steps 3 to 6; the flag is enabled.
  void Run(Decision& decision) {
    for (uint32_t i = 0; i < flag_.override_count; ++i) {
      const eval::Override& row = r_.overrides[flag_.overrides + i];
      if (!IsOverridden(row)) continue;
      decision.rule = "override";
      decision.reason = Reason::kTargetingMatch;
      Serve(decision, row.variant);
      return;
    }
    for (uint32_t i = 0; i < flag_.rule_count; ++i) {
      const Rule& rule = r_.rules[flag_.rules + i];
      visitor_.BeginRule(rule);
      const bool serves = TryRule(rule, decision);
      visitor_.EndRule(serves);
      if (serves) return;
    }
    Default(decision);
  }

  void Serve(Decision& decision, uint16_t variant) const {
    decision.value = r_.ValueOf(flag_, variant);
    decision.variant = r_.View(r_.variants[flag_.variants + variant].key);
  }

 private:
  ValueView* slot(size_t i) { return reinterpret_cast<ValueView*>(slots_) + i; }

  std::string_view UnitOf(uint8_t slot_index, std::span<char> buffer) { return UnitId(*slot(slot_index), buffer); }

  bool HasHash(Range range, std::string_view unit) const {
    if (unit.empty()) return false;
    const uint64_t hash = base::Xxh3Joined(r_.View(r_.member_salt), unit);
    const auto begin = r_.hashes.begin() + range.begin;
    return std::binary_search(begin, begin + range.size, hash);
  }

  bool IsOverridden(const eval::Override& row) {
    char buffer[24];
    const std::string_view unit = UnitOf(row.slot, buffer);
    const bool is_listed = HasHash(row.hashes, unit);
    visitor_.Override(row, unit, is_listed);
    return is_listed;
  }

  bool TryRule(const Rule& rule, Decision& decision) {
    if (rule.entry != kAccept) {
      const bool holds = RunProgram(rule.entry);
      visitor_.Condition(holds);
      if (!holds) {
        visitor_.RuleMissed(Miss::kCondition);
        return false;
      }
    }
    char buffer[24];
    int32_t coverage_bucket = -1;
    if (rule.coverage_ppm != model::kWholePpm) {
      if (rule.coverage_ppm == 0) {
        visitor_.Coverage(rule, {}, -1, false);
        visitor_.RuleMissed(Miss::kCoverage);
        return false;
      }
      const std::string_view unit = UnitOf(rule.coverage_slot, buffer);
      if (unit.empty()) {
        visitor_.Coverage(rule, unit, -1, false);
        visitor_.RuleMissed(Miss::kNoUnit);
        return false;
      }
      const uint32_t bucket = base::Bucket(r_.View(rule.coverage_salt), unit);
      const bool is_inside = bucket < rule.coverage_ppm;
      visitor_.Coverage(rule, unit, static_cast<int32_t>(bucket), is_inside);
      if (!is_inside) {
        visitor_.RuleMissed(Miss::kCoverage);
        return false;
      }
      coverage_bucket = static_cast<int32_t>(bucket);
    }
    switch (rule.serve.kind) {
      case eval::Serve::Kind::kVariant:
        decision.bucket = coverage_bucket;
        decision.reason = Reason::kTargetingMatch;
        Serve(decision, static_cast<uint16_t>(rule.serve.target));
        break;
      case eval::Serve::Kind::kSplit:
        if (!Choose(r_.splits[rule.serve.target], decision)) {
          visitor_.RuleMissed(Miss::kNoUnit);
          return false;
        }
        decision.reason = Reason::kSplit;
        break;
      case eval::Serve::Kind::kExperiment:
        if (!TryExperiment(r_.experiments[rule.serve.target], decision)) return false;
        decision.reason = Reason::kSplit;
        break;
      case eval::Serve::Kind::kNothing:
        return false;
    }
    decision.rule = r_.View(rule.id);
    return true;
  }

  bool TryExperiment(const Experiment& experiment, Decision& decision) {
    visitor_.ExperimentReached(experiment);
    if (experiment.status != model::ExperimentStatus::kRunning) {
      visitor_.RuleMissed(Miss::kNotRunning);
      return false;
    }
    if (now_ms_ < experiment.start_ms) {
      visitor_.RuleMissed(Miss::kNotStarted);
      return false;
    }
    if (experiment.end_ms != 0 && now_ms_ >= experiment.end_ms) {
      visitor_.RuleMissed(Miss::kEnded);
      return false;
    }
    if (experiment.has_layer && !IsAllocated(experiment)) return false;
    if (!Choose(experiment.split, decision)) {
      visitor_.RuleMissed(Miss::kNoUnit);
      return false;
    }
    std::construct_at(&decision.exposure_list[0], Exposure{.experiment_id = r_.View(experiment.id),
                                                           .experiment = r_.View(experiment.key),
                                                           .variant = decision.variant,
                                                           .bucket_by = r_.View(experiment.bucket_by),
                                                           .phase = experiment.phase,
                                                           .is_holdout = false});
    decision.exposure_count = 1;
    return true;
  }

  bool IsAllocated(const Experiment& experiment) {
    char buffer[24];
    const std::string_view unit = UnitOf(experiment.layer_slot, buffer);
    if (unit.empty()) {
      visitor_.Layer(experiment, unit, -1, false);
      visitor_.RuleMissed(Miss::kNoUnit);
      return false;
    }
    const uint32_t bucket = base::Bucket(r_.View(experiment.layer_salt), unit);
    const uint32_t* const ends = r_.allocations.data() + experiment.allocation.begin;
    bool is_inside = false;
    for (uint32_t i = 0; i + 1 < experiment.allocation.size && !is_inside; i += 2) {
      is_inside = bucket >= ends[i] && bucket < ends[i + 1];
    }
    visitor_.Layer(experiment, unit, static_cast<int32_t>(bucket), is_inside);
    if (!is_inside) visitor_.RuleMissed(Miss::kAllocation);
    return is_inside;
  }

  // False without a unit id.
  bool Choose(const Split& split, Decision& decision) {
    char buffer[24];
    const std::string_view unit = UnitOf(split.slot, buffer);
    if (unit.empty()) return false;
    const uint32_t bucket = base::Bucket(r_.View(split.salt), unit);
    const Arm* arm = r_.arms.data() + split.arms.begin;
    uint32_t begin = 0;
    while (bucket >= arm->end) begin = (arm++)->end;  // the last arm ends at 1,000,000
    visitor_.SplitDecided(split, unit, static_cast<int32_t>(bucket), begin, arm->end, arm->variant);
    decision.bucket = static_cast<int32_t>(bucket);
    Serve(decision, arm->variant);
    return true;
  }

  void Default(Decision& decision) {
    visitor_.DefaultServe(flag_.default_serve);
    decision.reason = flag_.is_static ? Reason::kStatic : Reason::kDefault;
    switch (flag_.default_serve.kind) {
      case eval::Serve::Kind::kVariant:
        Serve(decision, static_cast<uint16_t>(flag_.default_serve.target));
        return;
      case eval::Serve::Kind::kSplit:
        if (!Choose(r_.splits[flag_.default_serve.target], decision)) {
          decision.reason = Reason::kError;
          decision.error = ErrorCode::kTargetingKeyMissing;
        }
        return;
      default:
        return;
    }
  }

  bool RunProgram(uint16_t entry) {
    const Leaf* const leaves = r_.leaves.data() + flag_.leaves;
    uint16_t at = entry;
    while (at < kReject) {
      const Leaf& leaf = leaves[at];
      at = IsTaken(leaf) ? leaf.on_taken : leaf.on_missed;
    }
    return at == kAccept;
  }

  bool IsTaken(const Leaf& leaf) {
    if (leaf.op == Op::kSegment) return RunSegment(leaf);
    const ValueView& value = *slot(leaf.slot);
    Truth truth;
    if (leaf.op == Op::kMember) {
      char buffer[24];
      const std::string_view unit = UnitId(value, buffer);
      truth = unit.empty()                                         ? Truth::kUnknown
              : HasHash(r_.member_sets[leaf.operand].hashes, unit) ? Truth::kTrue
                                                                   : Truth::kFalse;
    } else {
      truth = Test(r_, leaf, value);
    }
    visitor_.LeafTested(leaf, value, truth);
    return truth == (leaf.wanted ? Truth::kTrue : Truth::kFalse);
  }

  // Each form of a segment is decided once per decision.
  bool RunSegment(const Leaf& leaf) {
    const FlagSegment& segment = r_.segments[flag_.segments + leaf.operand];
    uint8_t& memo = memo_[leaf.operand * 2 + (leaf.wanted ? 1 : 0)];
    visitor_.BeginSegment(leaf, segment);
    if (memo == 0) memo = RunProgram(leaf.wanted ? segment.true_entry : segment.false_entry) ? 2 : 1;
    visitor_.EndSegment(leaf, segment, memo == 2);
    return memo == 2;
  }

  const Ruleset& r_;
  const Flag& flag_;
  const int64_t now_ms_;
  Visitor& visitor_;
  alignas(ValueView) std::byte slots_[model::kMaxFlagAttributes * sizeof(ValueView)];  // the first slot_count are made
  uint8_t memo_[2 * model::kMaxFlagSegments];  // 0 not yet, 1 missed, 2 taken; made when the flag has segments
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_EVALUATOR_H_
