// Decides one flag of a ruleset.
#ifndef EXPT_SRC_EVAL_EVALUATE_H_
#define EXPT_SRC_EVAL_EVALUATE_H_

#include <cstdint>

#include "expt/decision.h"
#include "src/base/small_code.h"
#include "src/eval/evaluator.h"
#include "src/eval/ruleset.h"
#include "src/eval/session.h"

namespace expt::eval {

// Fills a decision that is as its constructor made it. `flag` may be kNone: unknown. `expected` kMissing: any type.
// The context of the session is valid.
template <typename Visitor>
EXPT_HOT void Decide(Session& session, Index flag, ValueType expected, Visitor& visitor, Decision& decision);

void Decide(Session& session, Index flag, ValueType expected, Decision& decision);

// The same for a context that need not be valid. Of `session` only the ruleset is read where it is not.
template <typename Visitor>
EXPT_HOT void Decide(Session& session, bool is_valid, Index flag, ValueType expected, Visitor& visitor,
                     Decision& decision);

// Implementation of the templates.

inline void Fail(Decision& decision, ErrorCode error) {
  decision.reason = Reason::kError;
  decision.error = error;
  decision.exposure_count = 0;
}

// The off variant, or no value where there is none.
inline void ServeOff(const Flag& flag, Decision& decision) {
  if (flag.off_variant == kNoVariant) return;
  decision.value = flag.variants[flag.off_variant].value;
  decision.variant = flag.variants[flag.off_variant].key;
}

// An integer that no double holds exactly is not given to a caller who asks for a double.
bool IsExactDouble(int64_t value);

// In a frame of its own: what an Evaluator keeps on the stack is large.
template <typename Visitor>
EXPT_OUTLINE void Walk(Session& session, const Flag& flag, Visitor& visitor, Decision& decision) {
  Evaluator<Visitor>(session, flag, visitor).Run(decision);
}

// Steps 5 to 12 of docs/evaluation.md, for a flag that is not broken.
template <typename Visitor>
EXPT_HOT void DecideLive(Session& session, Index index, Visitor& visitor, Decision& decision) {
  const Flag& flag = session.ruleset.flags[index];
  const Overlaid overlaid = session.overlaid == nullptr ? Overlaid::kNot : session.overlaid[index];
  if (overlaid == Overlaid::kDefaults) {
    decision.reason = Reason::kStale;
  } else if (!flag.is_enabled || overlaid == Overlaid::kEmergencyOff) {
    decision.reason = Reason::kDisabled;
    ServeOff(flag, decision);
  } else if (overlaid == Overlaid::kFailClosed && flag.fail_closed) {
    decision.reason = Reason::kStale;
    ServeOff(flag, decision);
  } else if (flag.is_static && flag.override_count == 0 && flag.prerequisite_count == 0) {
    visitor.DefaultServe(flag.default_kind);
    decision.reason = Reason::kStatic;
    const Variant& variant = flag.variants[flag.default_target.variant];
    decision.value = variant.value;
    decision.variant = variant.key;
  } else {
    Walk(session, flag, visitor, decision);
  }
}

template <typename Visitor>
EXPT_HOT void Decide(Session& session, Index index, ValueType expected, Visitor& visitor, Decision& decision) {
  decision.snapshot_version = session.ruleset.version;
  if (index == kNone) return Fail(decision, ErrorCode::kFlagNotFound);
  const Flag& flag = session.ruleset.flags[index];
  decision.flag = flag.key;
  if (flag.is_broken) {
    Fail(decision, ErrorCode::kParseError);
    if (flag.fail_closed) ServeOff(flag, decision);
    return;
  }
  const bool widens = expected == ValueType::kDouble && flag.type == ValueType::kInteger;
  if (expected != ValueType::kMissing && expected != flag.type && !widens) {
    return Fail(decision, ErrorCode::kTypeMismatch);
  }
  DecideLive(session, index, visitor, decision);
  if (widens && decision.has_value() && !IsExactDouble(decision.value.integer())) {
    decision.value = {};
    decision.variant = {};
    decision.rule = {};
    decision.bucket = -1;
    Fail(decision, ErrorCode::kTypeMismatch);
  }
}

template <typename Visitor>
EXPT_HOT void Decide(Session& session, bool is_valid, Index flag, ValueType expected, Visitor& visitor,
                     Decision& decision) {
  if (is_valid || flag == kNone) return Decide(session, flag, expected, visitor, decision);
  decision.snapshot_version = session.ruleset.version;
  decision.flag = session.ruleset.flags[flag].key;
  Fail(decision, ErrorCode::kInvalidContext);
}

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_EVALUATE_H_
