// The hooks of one evaluation.
#ifndef EXPT_SRC_CLIENT_HOOK_CALLS_H_
#define EXPT_SRC_CLIENT_HOOK_CALLS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "expt/hook.h"

namespace expt::client {

using Hooks = std::vector<std::shared_ptr<EvaluationHook>>;  // at most kMaxHooks

// Lives on the stack of an evaluation; refers to what it is given.
class HookCalls {
 public:
  HookCalls(const Hooks& hooks, const EvaluationCall& call) : hooks_(hooks), call_(call) {
    for (size_t i = 0; i < hooks_.size(); ++i) given_[i] = hooks_[i]->Before(call_);
  }
  void After(const Decision& decision) {
    for (size_t i = hooks_.size(); i-- > 0;) hooks_[i]->After(call_, decision, given_[i]);
  }

 private:
  const Hooks& hooks_;
  const EvaluationCall call_;
  std::array<uint64_t, kMaxHooks> given_{};
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_HOOK_CALLS_H_
