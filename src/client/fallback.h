// The ladder below the network, for a start without it:
//
//   last known good -> the one before -> bundle -> one that ended the process -> the caller's defaults
//
// Each rung is verified again, as if it came from the network, but for the floor: the files that raised it are what
// the process had before. A bundle that is newer than the files wins.
#ifndef EXPT_SRC_CLIENT_FALLBACK_H_
#define EXPT_SRC_CLIENT_FALLBACK_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "expt/client.h"
#include "src/client/install_guard.h"
#include "src/client/root_chain.h"
#include "src/client/settings.h"
#include "src/client/store.h"

namespace expt::client {

struct Fallback {
  // What serves; kNone without anything that may.
  ClientStatus::Source source = ClientStatus::Source::kNone;
  Snapshot snapshot;
  // The longest chain of Roots that was found, also when nothing serves.
  RootChain chain;
  bool is_recovered = false;  // a file was refused
  // Why files and bundle that are there do not serve.
  std::vector<absl::Status> refusals;
  bool is_suspect = false;  // `snapshot` ended the process before, and nothing else can serve
  // A digest that was left out because it ended the process.
  std::optional<Digest> quarantined;
  // Of the bundle that was verified: nothing older may come.
  Floor bundle_floor;
};

// `store` may be null; `state` is what it remembers.
Fallback FindFallback(const Settings& settings, Store* store, const SavedState& state, const InstallGuard& guard,
                      Time now);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_FALLBACK_H_
