#include "src/eval/evaluate.h"

#include "src/base/number.h"

namespace expt::eval {
namespace {

// An outcome as the memo keeps it: never Memo::kUnknown.
uint32_t Packed(const Outcome& outcome) {
  return 1u | (outcome.is_error ? 2u : 0u) | static_cast<uint32_t>(outcome.reason) << 8 |
         static_cast<uint32_t>(outcome.variant) << 16;
}

Outcome Unpacked(uint32_t packed) {
  return {.is_error = (packed & 2u) != 0,
          .reason = static_cast<Reason>(packed >> 8 & 0xff),
          .variant = static_cast<uint16_t>(packed >> 16)};
}

}  // namespace

bool IsExactDouble(int64_t value) { return base::Compare(value, static_cast<double>(value)) == 0; }

void Decide(Session& session, Index flag, ValueType expected, Decision& decision) {
  SilentVisitor visitor;
  Decide(session, flag, expected, visitor, decision);
}

Outcome DecideBehind(Session& session, Index index) {
  const uint32_t known = session.memo.At(session.NumberOf(index));
  if (known != Memo::kUnknown) return Unpacked(known);
  Decision decision;
  SilentVisitor visitor;
  DecideLive(session, index, visitor, decision);
  Outcome outcome;
  outcome.is_error = decision.reason == Reason::kError;
  outcome.reason = decision.reason;
  const Flag& flag = session.ruleset.flags[index];
  for (uint16_t i = 0; decision.has_value() && i < flag.variant_count; ++i) {
    if (flag.variants[i].key.data() == decision.variant.data()) outcome.variant = i;  // a text stands in one place
  }
  session.memo.At(session.NumberOf(index)) = Packed(outcome);
  return outcome;
}

}  // namespace expt::eval
