#include "expt/evaluate.h"

#include "src/base/hash.h"
#include "src/core/look_up.h"
#include "src/core/ruleset.h"
#include "src/eval/evaluate.h"

namespace expt {
inline namespace v1 {

FlagHandle::FlagHandle(std::string_view key) : key_(key), hash_(base::Xxh3(key)) {}
FlagHandle::FlagHandle(const FlagHandle& other)
    : key_(other.key_), hash_(other.hash_), cached_(other.cached_.load(std::memory_order_relaxed)) {}

namespace {

EXPT_HOT void Ask(const Snapshot& snapshot, const FlagRef& flag, const Context& context, const EvaluateInput& input,
                  ValueType expected, Decision& decision) {
  const core::Ruleset* const ruleset = snapshot.ruleset().get();
  if (ruleset == nullptr) {
    decision.error = ErrorCode::kProviderNotReady;
    return;
  }
  eval::Session session(ruleset->rules, context.entries(), core::MillisecondsOf(input));
  core::Complete(session, snapshot, input);
  eval::SilentVisitor visitor;
  eval::Decide(session, context.is_valid(), core::IndexOf(ruleset->rules, flag), expected, visitor, decision);
}

}  // namespace

Decision Evaluate(const Snapshot& snapshot, FlagRef flag, const Context& context, const EvaluateInput& input,
                  ValueType expected) {
  Decision decision;
  Ask(snapshot, flag, context, input, expected, decision);
  return decision;
}

Decision Evaluate(const Snapshot& snapshot, FlagRef flag, const Context& context, const EvaluateInput& input) {
  Decision decision;
  Ask(snapshot, flag, context, input, ValueType::kMissing, decision);
  return decision;
}

}  // namespace v1
}  // namespace expt
