// From what a caller names to a row of the ruleset and a session over it.
#ifndef EXPT_SRC_CORE_LOOK_UP_H_
#define EXPT_SRC_CORE_LOOK_UP_H_

#include "expt/evaluate.h"
#include "expt/snapshot.h"
#include "src/base/short_text.h"
#include "src/core/ruleset.h"
#include "src/eval/session.h"

namespace expt::core {

// A handle's remembered place is right when a flag of its key stands there, so it needs no name of the ruleset that it
// was learnt from.
EXPT_HOT eval::Index IndexOf(const eval::Ruleset& rules, FlagRef flag) {
  std::atomic<uint64_t>* const cached = flag.cached();
  if (cached == nullptr) return rules.FindFlag(flag.key(), base::Xxh3Short(flag.key()));
  const uint64_t place = cached->load(std::memory_order_relaxed) - 1;
  if (place < rules.flags.size() && rules.flags[place].hash == flag.hash() &&
      base::IsSameText(rules.flags[place].key, flag.key())) {
    return static_cast<eval::Index>(place);
  }
  const eval::Index index = rules.FindFlag(flag.key(), flag.hash());
  if (index != eval::kNone) cached->store(uint64_t{index} + 1, std::memory_order_relaxed);
  return index;
}

// What `input` and the overlay of `snapshot` say to a session; both must outlive it.
inline void Complete(eval::Session& session, const Snapshot& snapshot, const EvaluateInput& input) {
  session.sticky = input.sticky;
  if (snapshot.overlay() != nullptr) session.overlaid = snapshot.overlay()->flags.data();
}

inline int64_t MillisecondsOf(const EvaluateInput& input) { return input.now.time_since_epoch().count(); }

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_LOOK_UP_H_
