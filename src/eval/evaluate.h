// Decides one flag of a ruleset.
#ifndef EXPT_SRC_EVAL_EVALUATE_H_
#define EXPT_SRC_EVAL_EVALUATE_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "expt/context.h"
#include "expt/decision.h"
#include "src/eval/evaluator.h"
#include "src/eval/ruleset.h"

namespace expt::eval {

// What an overlay says about one flag.
enum class Overlaid : uint8_t {
  kNot = 0,
  kEmergencyOff = 1,  // the off variant, DISABLED
  kDefaults = 2,      // the caller's default, STALE
  kFailClosed = 3,    // the off variant where the flag is fail_closed, STALE
};

struct Question {
  Index flag = kNone;                        // kNone: unknown
  ValueType expected = ValueType::kMissing;  // kMissing: any
  Overlaid overlaid = Overlaid::kNot;
  int64_t now_ms = 0;
};

// Fills a decision that is as its constructor made it.
template <typename Visitor>
void Decide(const Ruleset& ruleset, const Question& question, const Context& context, Visitor& visitor,
            Decision& decision);

void Decide(const Ruleset& ruleset, const Question& question, const Context& context, Decision& decision);

// The same for entries without a Context around them. They are as those of a valid one: distinct names with their
// hashes, values that a Context may hold, more than base::kUnsortedEntries of them sorted by hash.
void Decide(const Ruleset& ruleset, const Question& question, std::span<const Context::Entry> entries,
            Decision& decision);

// Implementation of the template.

inline void Fail(Decision& decision, ErrorCode error) {
  decision.reason = Reason::kError;
  decision.error = error;
}

// The off variant, or no value where there is none.
inline void ServeOff(const Ruleset& ruleset, const Flag& flag, Decision& decision) {
  if (flag.off_variant == kNoVariant) return;
  decision.value = ruleset.ValueOf(flag, flag.off_variant);
  decision.variant = ruleset.View(ruleset.variants[flag.variants + flag.off_variant].key);
}

// An integer that no double holds exactly is not given to a caller who asks for a double.
bool IsExactDouble(int64_t value);

template <typename Visitor>
void Decide(const Ruleset& ruleset, const Question& question, bool is_valid, std::span<const Context::Entry> entries,
            Visitor& visitor, Decision& decision) {
  decision.snapshot_version = ruleset.version;
  if (question.flag == kNone) return Fail(decision, ErrorCode::kFlagNotFound);
  const Flag& flag = ruleset.flags[question.flag];
  decision.flag = ruleset.View(flag.key);
  if (!is_valid) return Fail(decision, ErrorCode::kInvalidContext);
  if (flag.is_broken) {
    Fail(decision, ErrorCode::kParseError);
    if (flag.fail_closed) ServeOff(ruleset, flag, decision);
    return;
  }
  const bool widens = question.expected == ValueType::kDouble && flag.type == ValueType::kInteger;
  if (question.expected != ValueType::kMissing && question.expected != flag.type && !widens) {
    return Fail(decision, ErrorCode::kTypeMismatch);
  }
  if (question.overlaid == Overlaid::kDefaults) {
    decision.reason = Reason::kStale;
    return;
  }
  if (!flag.is_enabled || question.overlaid == Overlaid::kEmergencyOff) {
    decision.reason = Reason::kDisabled;
    ServeOff(ruleset, flag, decision);
  } else if (question.overlaid == Overlaid::kFailClosed && flag.fail_closed) {
    decision.reason = Reason::kStale;
    ServeOff(ruleset, flag, decision);
  } else {
    decision.reason = Reason::kDefault;
    Evaluator<Visitor>(ruleset, flag, entries, question.now_ms, visitor).Run(decision);
  }
  if (widens && decision.has_value() && !IsExactDouble(decision.value.integer())) {
    decision.value = {};
    decision.variant = {};
    decision.rule = {};
    decision.bucket = -1;
    decision.exposure_count = 0;
    Fail(decision, ErrorCode::kTypeMismatch);
  }
}

template <typename Visitor>
void Decide(const Ruleset& ruleset, const Question& question, const Context& context, Visitor& visitor,
            Decision& decision) {
  Decide(ruleset, question, context.is_valid(), context.entries(), visitor, decision);
}

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_EVALUATE_H_
