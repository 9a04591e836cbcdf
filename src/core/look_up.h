// From what a caller names to a row of the ruleset.
#ifndef EXPT_SRC_CORE_LOOK_UP_H_
#define EXPT_SRC_CORE_LOOK_UP_H_

#include "expt/evaluate.h"
#include "expt/snapshot.h"
#include "src/base/hash.h"
#include "src/core/ruleset.h"
#include "src/eval/evaluate.h"

namespace expt::core {

// `snapshot` must be ready. A handle's remembered place is right when a flag of its key stands there, so it needs no
// name of the ruleset that it was learnt from.
inline eval::Index IndexOf(const eval::Ruleset& rules, FlagRef flag) {
  std::atomic<uint64_t>* const cached = flag.cached();
  if (cached == nullptr) return rules.FindFlag(flag.key(), base::Xxh3(flag.key()));
  const uint64_t place = cached->load(std::memory_order_relaxed) - 1;
  if (place < rules.flags.size() && rules.flags[place].hash == flag.hash() &&
      rules.View(rules.flags[place].key) == flag.key()) {
    return static_cast<eval::Index>(place);
  }
  const eval::Index index = rules.FindFlag(flag.key(), flag.hash());
  if (index != eval::kNone) cached->store(uint64_t{index} + 1, std::memory_order_relaxed);
  return index;
}

inline eval::Question QuestionOf(const Snapshot& snapshot, FlagRef flag, const EvaluateInput& input,
                                 ValueType expected) {
  eval::Question question;
  question.flag = IndexOf(snapshot.ruleset()->rules, flag);
  question.expected = expected;
  if (snapshot.overlay() != nullptr && question.flag != eval::kNone) {
    question.overlaid = snapshot.overlay()->flags[question.flag];
  }
  question.now_ms = input.now.time_since_epoch().count();
  return question;
}

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_LOOK_UP_H_
