// The one path by which a flag is decided: docs/evaluation.md. A visitor sees every step; SilentVisitor costs nothing.
#ifndef EXPT_SRC_EVAL_EVALUATOR_H_
#define EXPT_SRC_EVAL_EVALUATOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "expt/decision.h"
#include "src/base/bucket.h"
#include "src/base/small_code.h"
#include "src/eval/leaf.h"
#include "src/eval/ramp.h"
#include "src/eval/ruleset.h"
#include "src/eval/scope.h"
#include "src/eval/session.h"

namespace expt::eval {

// Why a rule did not serve.
enum class Miss : uint8_t {
  kCondition,
  kCoverage,
  kNoUnit,
  kHeldOut,
  kNotRunning,
  kNotStarted,
  kEnded,
  kAllocation,
};

// What a flag behind another one came to.
struct Outcome {
  bool is_error = false;
  Reason reason = Reason::kError;
  uint16_t variant = kNoVariant;
};

// What a recording visitor is told. Every function is called where the step happens.
struct SilentVisitor {
  static constexpr bool kRecords = false;
  void Attribute(std::string_view, const ValueView&) {}
  void Override(const eval::Override&, std::string_view, bool) {}
  void Prerequisite(const FlagIs&, const Outcome&, bool) {}
  void BeginRule(const Rule&) {}
  void LeafTested(const Program&, const Leaf&, const ValueView&, Truth) {}
  void FlagTested(const Program&, const Leaf&, const Outcome&, Truth) {}
  void BeginShared(const Program&, const Leaf&) {}
  void EndShared(const Leaf&, bool) {}
  void Condition(bool) {}
  void Coverage(const eval::Coverage&, uint32_t, std::string_view, int32_t, bool) {}
  void Holdout(const RuleHoldout&, std::string_view, int32_t, bool) {}
  void Sticky(const Experiment&, std::string_view, uint16_t) {}
  void Layer(const eval::Layer&, std::string_view, int32_t, bool) {}
  void ExperimentReached(const Experiment&) {}
  void SplitDecided(const Split&, std::string_view, int32_t, uint32_t, uint32_t, uint16_t) {}
  void EndRule(bool) {}
  void RuleMissed(Miss) {}
  void DefaultServe(ServeKind) {}
};

// Whether `members` holds the unit.
inline bool HasUnit(const Ruleset& ruleset, const MemberSet& members, std::string_view unit) {
  if (unit.empty()) return false;
  const uint64_t hash = base::Xxh3Joined(ruleset.View(ruleset.member_salt), unit);
  return std::binary_search(members.hashes, members.hashes + members.size, hash);
}

// Decides `flag` for another flag or condition; each is decided once per session.
Outcome DecideBehind(Session& session, Index flag);

// Decides one flag once; lives on the stack.
template <typename Visitor>
class Evaluator {
 public:
  // The flag must not be broken.
  Evaluator(Session& session, const Flag& flag, Visitor& visitor)
      : session_(session), r_(session.ruleset), flag_(flag), visitor_(visitor), scope_(session, flag.program) {
    if constexpr (Visitor::kRecords) TellAttributes();
  }

  // Steps 9 to 12 of docs/evaluation.md; the flag is enabled.
  void Run(Decision& decision) {
    decision.reason = Reason::kDefault;
    for (uint32_t i = 0; i < flag_.override_count; ++i) {
      const eval::Override& row = flag_.overrides[i];
      if (!IsOverridden(row)) continue;
      decision.rule = "override";
      decision.reason = Reason::kTargetingMatch;
      Serve(decision, row.variant);
      return;
    }
    for (uint32_t i = 0; i < flag_.prerequisite_count; ++i) {
      if (IsMet(flag_.prerequisites[i])) continue;
      decision.reason = Reason::kPrerequisiteFailed;
      if (flag_.off_variant != kNoVariant) Serve(decision, flag_.off_variant);
      return;
    }
    for (uint32_t i = 0; i < flag_.rule_count; ++i) {
      const Rule& rule = flag_.rules[i];
      visitor_.BeginRule(rule);
      const bool serves = TryRule(rule, decision);
      visitor_.EndRule(serves);
      if (serves) return;
    }
    Default(decision);
  }

  void Serve(Decision& decision, uint16_t variant) const {
    decision.value = flag_.variants[variant].value;
    decision.variant = flag_.variants[variant].key;
  }

 private:
  // Also those that only segments and flags behind this one read.
  void TellAttributes() {
    for (size_t i = 0; i < flag_.required_count; ++i) {
      const uint32_t attribute = r_.RequiredAttributes(flag_)[i];
      const bool is_own = i < flag_.program.slot_count;
      visitor_.Attribute(r_.attributes[attribute].name, is_own ? scope_.slot(i) : session_.ValueOf(attribute));
    }
  }

  EXPT_HOT std::string_view UnitOf(uint8_t slot, std::span<char> buffer) const {
    const ValueView& value = scope_.slot(slot);
    return value.type() == ValueType::kString ? value.text() : UnitId(value, buffer);
  }

  EXPT_OUTLINE bool IsOverridden(const eval::Override& row) {
    char buffer[24];
    const std::string_view unit = UnitOf(row.slot, buffer);
    const bool is_listed = HasUnit(r_, row.members, unit);
    visitor_.Override(row, unit, is_listed);
    return is_listed;
  }

  EXPT_OUTLINE bool IsMet(const FlagIs& prerequisite) {
    const Outcome outcome = DecideBehind(session_, prerequisite.flag);
    const bool is_met = !outcome.is_error && outcome.reason != Reason::kDisabled &&
                        outcome.reason != Reason::kPrerequisiteFailed && IsListed(prerequisite, outcome);
    visitor_.Prerequisite(prerequisite, outcome, is_met);
    return is_met;
  }

  static bool IsListed(const FlagIs& flag_is, const Outcome& outcome) {
    const uint16_t* const end = flag_is.variants + flag_is.size;
    return outcome.variant != kNoVariant && std::find(flag_is.variants, end, outcome.variant) != end;
  }

  EXPT_HOT bool TryRule(const Rule& rule, Decision& decision) {
    if (rule.entry != kAccept) {
      const bool holds = RunProgram(scope_, rule.entry);
      visitor_.Condition(holds);
      if (!holds) return Missed(Miss::kCondition);
    }
    const Arm* assigned = nullptr;
    if (rule.kind == ServeKind::kExperiment && session_.sticky != nullptr) {
      assigned = AssignedArm(*rule.target.experiment);
    }
    int32_t coverage_bucket = -1;
    if (rule.gate != nullptr && !IsThrough(*rule.gate, assigned != nullptr, coverage_bucket, decision)) return false;
    switch (rule.kind) {
      case ServeKind::kVariant:
        decision.bucket = coverage_bucket;
        decision.reason = Reason::kTargetingMatch;
        Serve(decision, static_cast<uint16_t>(rule.target.variant));
        break;
      case ServeKind::kSplit:
        if (Choose(*rule.target.split, decision) == nullptr) return Missed(Miss::kNoUnit);
        decision.reason = Reason::kSplit;
        break;
      case ServeKind::kExperiment:
        if (!TryExperiment(*rule.target.experiment, assigned, decision)) return false;
        decision.reason = Reason::kSplit;
        break;
      case ServeKind::kNothing:
        return false;
    }
    decision.rule = r_.View(rule.id);
    return true;
  }

  bool Missed(Miss miss) {
    visitor_.RuleMissed(miss);
    return false;
  }

  // Coverage and holdouts.
  EXPT_HOT bool IsThrough(const Gate& gate, bool is_assigned, int32_t& bucket, Decision& decision) {
    if (gate.coverage != nullptr && !is_assigned && !IsCovered(*gate.coverage, bucket)) return false;
    for (uint32_t i = 0; i < gate.holdout_count; ++i) {
      if (!IsPastHoldout(gate.holdouts[i], decision)) return false;
    }
    return true;
  }

  EXPT_HOT bool IsCovered(const eval::Coverage& coverage, int32_t& coverage_bucket) {
    const uint32_t ppm = coverage.ramp == nullptr ? coverage.ppm : PpmAt(*coverage.ramp, session_.now_ms);
    if (ppm == model::kWholePpm) return true;
    if (ppm == 0) {
      visitor_.Coverage(coverage, ppm, {}, -1, false);
      return Missed(Miss::kCoverage);
    }
    char buffer[24];
    const std::string_view unit = UnitOf(coverage.slot, buffer);
    if (unit.empty()) {
      visitor_.Coverage(coverage, ppm, unit, -1, false);
      return Missed(Miss::kNoUnit);
    }
    const uint32_t bucket = base::Bucket(r_.View(coverage.salt), unit);
    const bool is_inside = bucket < ppm;
    visitor_.Coverage(coverage, ppm, unit, static_cast<int32_t>(bucket), is_inside);
    if (!is_inside) return Missed(Miss::kCoverage);
    coverage_bucket = static_cast<int32_t>(bucket);
    return true;
  }

  EXPT_OUTLINE bool IsPastHoldout(const RuleHoldout& row, Decision& decision) {
    const eval::Holdout& holdout = *row.holdout;
    if (session_.now_ms < holdout.start_ms || (holdout.end_ms != 0 && session_.now_ms >= holdout.end_ms)) return true;
    char buffer[24];
    const std::string_view unit = UnitOf(row.slot, buffer);
    if (unit.empty()) {
      visitor_.Holdout(row, unit, -1, false);
      return Missed(Miss::kNoUnit);
    }
    const uint32_t bucket = base::Bucket(r_.View(holdout.salt), unit);
    const bool is_held_out = bucket < holdout.ppm;
    visitor_.Holdout(row, unit, static_cast<int32_t>(bucket), is_held_out);
    ExposeHoldout(is_held_out ? holdout.held_out : holdout.in, decision);
    return is_held_out ? Missed(Miss::kHeldOut) : true;
  }

  // Once per decision: a holdout gives a unit the same arm in every rule.
  static void ExposeHoldout(const Exposure& exposure, Decision& decision) {
    for (size_t i = 0; i < decision.exposure_count; ++i) {
      if (decision.exposure_list[i].experiment_id.data() == exposure.experiment_id.data()) return;
    }
    Expose(exposure, decision);
  }

  static void Expose(const Exposure& exposure, Decision& decision) {
    if (decision.exposure_count == kMaxExposures) return;  // refused when compiled
    std::construct_at(&decision.exposure_list[decision.exposure_count++], exposure);
  }

  bool IsServing(const Experiment& experiment) const {
    return experiment.status == model::ExperimentStatus::kRunning && session_.now_ms >= experiment.start_ms &&
           (experiment.end_ms == 0 || session_.now_ms < experiment.end_ms);
  }

  // The arm that the unit was given before, where that still counts.
  EXPT_OUTLINE const Arm* AssignedArm(const Experiment& experiment) {
    if (!experiment.is_sticky || !IsServing(experiment)) return nullptr;
    char buffer[24];
    const std::string_view unit = UnitOf(experiment.split.slot, buffer);
    if (unit.empty()) return nullptr;
    const std::string_view variant =
        session_.sticky->Find(experiment.id, experiment.phase, experiment.bucket_by, unit);
    if (variant.empty()) return nullptr;
    uint32_t begin = 0;
    for (uint32_t i = 0; i < experiment.split.arm_count; ++i) {
      const Arm& arm = experiment.split.arms[i];
      if (arm.end > begin && flag_.variants[arm.variant].key == variant) {
        visitor_.Sticky(experiment, unit, arm.variant);
        return &arm;
      }
      begin = arm.end;
    }
    return nullptr;
  }

  EXPT_HOT bool TryExperiment(const Experiment& experiment, const Arm* assigned, Decision& decision) {
    visitor_.ExperimentReached(experiment);
    if (experiment.status != model::ExperimentStatus::kRunning) return Missed(Miss::kNotRunning);
    if (session_.now_ms < experiment.start_ms) return Missed(Miss::kNotStarted);
    if (!IsServing(experiment)) return Missed(Miss::kEnded);
    const Arm* arm = assigned;
    if (arm != nullptr) {
      Serve(decision, arm->variant);
    } else {
      if (experiment.layer != nullptr && !IsAllocated(*experiment.layer)) return false;
      arm = Choose(experiment.split, decision);
      if (arm == nullptr) return Missed(Miss::kNoUnit);
    }
    Expose(experiment.exposures[arm - experiment.split.arms], decision);
    if (assigned != nullptr) decision.exposure_list[decision.exposure_count - 1].origin = ExposureOrigin::kSticky;
    return true;
  }

  EXPT_OUTLINE bool IsAllocated(const eval::Layer& layer) {
    char buffer[24];
    const std::string_view unit = UnitOf(layer.slot, buffer);
    if (unit.empty()) {
      visitor_.Layer(layer, unit, -1, false);
      return Missed(Miss::kNoUnit);
    }
    const uint32_t bucket = base::Bucket(r_.View(layer.salt), unit);
    bool is_inside = false;
    for (uint32_t i = 0; i + 1 < layer.size && !is_inside; i += 2) {
      is_inside = bucket >= layer.allocation[i] && bucket < layer.allocation[i + 1];
    }
    visitor_.Layer(layer, unit, static_cast<int32_t>(bucket), is_inside);
    return is_inside ? true : Missed(Miss::kAllocation);
  }

  // Null without a unit id.
  const Arm* Choose(const Split& split, Decision& decision) {
    char buffer[24];
    const std::string_view unit = UnitOf(split.slot, buffer);
    if (unit.empty()) return nullptr;
    const uint32_t bucket = base::Bucket(r_.View(split.salt), unit);
    const Arm* arm = split.arms;
    uint32_t begin = 0;
    while (bucket >= arm->end) begin = (arm++)->end;  // the last arm ends at 1,000,000
    visitor_.SplitDecided(split, unit, static_cast<int32_t>(bucket), begin, arm->end, arm->variant);
    decision.bucket = static_cast<int32_t>(bucket);
    Serve(decision, arm->variant);
    return arm;
  }

  void Default(Decision& decision) {
    visitor_.DefaultServe(flag_.default_kind);
    decision.reason = flag_.is_static ? Reason::kStatic : Reason::kDefault;
    if (flag_.default_kind == ServeKind::kVariant) {
      Serve(decision, static_cast<uint16_t>(flag_.default_target.variant));
    } else if (flag_.default_kind == ServeKind::kSplit && Choose(*flag_.default_target.split, decision) == nullptr) {
      decision.reason = Reason::kError;
      decision.error = ErrorCode::kTargetingKeyMissing;
      decision.exposure_count = 0;
    }
  }

  EXPT_HOT bool RunProgram(Scope& scope, uint16_t entry) {
    const Leaf* const leaves = scope.program().leaves;
    uint16_t at = entry;
    while (at < kReject) {
      const Leaf& leaf = leaves[at];
      at = IsTaken(scope, leaf) ? leaf.on_taken : leaf.on_missed;
    }
    return at == kAccept;
  }

  EXPT_HOT bool IsTaken(Scope& scope, const Leaf& leaf) {
    if (leaf.op >= Op::kMember) return IsReferenceTaken(scope, leaf);
    const ValueView& value = scope.slot(leaf.slot);
    const Truth truth = TestLeaf(r_, scope, leaf, value);
    visitor_.LeafTested(scope.program(), leaf, value, truth);
    return truth == (leaf.wanted ? Truth::kTrue : Truth::kFalse);
  }

  EXPT_OUTLINE bool IsReferenceTaken(Scope& scope, const Leaf& leaf) {
    if (leaf.op == Op::kShared) return RunShared(scope, leaf);
    Truth truth = Truth::kUnknown;
    if (leaf.op == Op::kFlagIs) {
      const Outcome outcome = DecideBehind(session_, leaf.flag_is->flag);
      if (!outcome.is_error) truth = TruthOf(IsListed(*leaf.flag_is, outcome));
      visitor_.FlagTested(scope.program(), leaf, outcome, truth);
    } else {
      const ValueView& value = scope.slot(leaf.slot);
      char buffer[24];
      const std::string_view unit = UnitId(value, buffer);
      if (!unit.empty()) truth = TruthOf(HasUnit(r_, *leaf.members, unit));
      visitor_.LeafTested(scope.program(), leaf, value, truth);
    }
    return truth == (leaf.wanted ? Truth::kTrue : Truth::kFalse);
  }

  // Each form of a segment is decided once per session.
  EXPT_OUTLINE bool RunShared(Scope& scope, const Leaf& leaf) {
    constexpr uint32_t kMissed = 1;
    constexpr uint32_t kTaken = 2;
    const Shared& shared = *leaf.shared;
    visitor_.BeginShared(scope.program(), leaf);
    uint32_t result = session_.memo.At(Session::NumberOf(shared));
    if (result == Memo::kUnknown) {
      Scope own(session_, shared.program);
      result = RunProgram(own, shared.entry) ? kTaken : kMissed;
      session_.memo.At(Session::NumberOf(shared)) = result;
    }
    visitor_.EndShared(leaf, result == kTaken);
    return result == kTaken;
  }

  Session& session_;
  const Ruleset& r_;
  const Flag& flag_;
  Visitor& visitor_;
  Scope scope_;
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_EVALUATOR_H_
