// What a publish would change for units: the flags that may decide differently, decided before and after for sampled
// contexts.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_REPLAY_H_
#define EXPT_CONTROL_PLANE_PUBLISH_REPLAY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/model/snapshot.h"

namespace expt::publish {

// Contexts that get another variant or value. An empty variant: the caller's default.
struct ReplayedMove {
  std::string from;
  std::string to;
  size_t contexts = 0;
};

struct ReplayedFlag {
  enum class Change : uint8_t { kCreated, kUpdated, kRemoved };
  std::string key;
  Change change = Change::kUpdated;
  size_t contexts = 0;  // that get another variant or value
  std::vector<ReplayedMove> moves = {};  // most contexts first
  std::vector<std::string> experiments = {};  // keys of those that its rules serve, before or after
};

// How much of what is live a publish changes.
struct ChangeCount {
  size_t live_flags = 0;     // before
  size_t created_flags = 0;
  size_t updated_flags = 0;  // those that depend on a changed flag or segment among them
  size_t removed_flags = 0;
  Digest content{};  // ContentDigest() of what would be published

  // Updated and removed ones among those that are live, in millionths.
  uint32_t changed_ppm() const;
  // So many that a second person must approve: more than a fifth, and at least kFewestGuarded.
  bool is_guarded() const;
};

// Below so many flags a share says little.
inline constexpr size_t kFewestGuarded = 10;
inline constexpr uint32_t kGuardPpm = 200'000;

struct Replay {
  ChangeCount count;
  size_t contexts = 0;        // that were sampled
  size_t moved_contexts = 0;  // of them, those for which a flag gives another variant or value
  // That changed, by key; of more than kMaxReplayedFlags those at the end are left out.
  std::vector<ReplayedFlag> flags = {};
};

inline constexpr size_t kMaxReplayedFlags = 1'000;
inline constexpr size_t kMaxReplayedContexts = 1'000;

// `live` is what `next` replaces, or null. Both must be valid.
ChangeCount CountChanges(const model::Snapshot& next, const model::Snapshot* live);

// Contexts are made from what the rules of the changed flags ask for, each met
// and not met, with unit ids of their own: they show who could move, not how many live units do. Only flags whose
// fingerprint changed are decided. `now` is the time of all decisions without a time condition.
//
// Errors: those of core::Load().
absl::StatusOr<Replay> ReplayChanges(model::Snapshot next, std::optional<model::Snapshot> live, Time now);

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_REPLAY_H_
