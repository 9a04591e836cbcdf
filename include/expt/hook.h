// Code of the program around every evaluation: tracing, metrics, a record of what was asked.
//
//   class Spans : public expt::EvaluationHook {
//     uint64_t Before(const expt::EvaluationCall& call) override { return tracer_.Start(call.flag); }
//     void After(const expt::EvaluationCall&, const expt::Decision& decision, uint64_t span) override {
//       tracer_.End(span, expt::ReasonName(decision.reason));
//     }
//   };
//   auto client = expt::Client::Open({.url = url, .key = key, .hooks = {std::make_shared<Spans>()}});
//
// A hook sees; it changes nothing. Attributes are added before the call, by making the context.
#ifndef EXPT_HOOK_H_
#define EXPT_HOOK_H_

#include <cstdint>
#include <string_view>

#include "expt/context.h"
#include "expt/decision.h"
#include "expt/value.h"

namespace expt {
inline namespace v1 {

// What is asked. Valid until After() returns.
struct EvaluationCall {
  std::string_view flag;  // as the caller named it
  const Context& context;
  ValueType expected;  // the type asked for; kMissing where any will do
};

// Most hooks of a client.
inline constexpr size_t kMaxHooks = 8;

// Called on the thread that evaluates, around Enabled, Value, Variant and Decide; not for All, Explain and Pin.
// Without hooks an evaluation pays one comparison. With them it costs what they do: they must not block or throw.
// A hook may evaluate other flags (and is called for them), and may destroy the client.
class EvaluationHook {
 public:
  virtual ~EvaluationHook() = default;

  // Before the decision, in the order of the hooks. After() gets the number that it returns.
  virtual uint64_t Before(const EvaluationCall& call) {
    (void)call;
    return 0;
  }

  // After the decision, in the reverse order, before its exposures are reported. `decision` is valid during the call.
  // Where it has no value the caller's default applied.
  virtual void After(const EvaluationCall& call, const Decision& decision, uint64_t from_before) {
    (void)call;
    (void)decision;
    (void)from_before;
  }
};

}  // namespace v1
}  // namespace expt

#endif  // EXPT_HOOK_H_
