// What evaluations read: the snapshot, and what reporting must know about it.
#ifndef EXPT_SRC_CLIENT_INSTALLED_H_
#define EXPT_SRC_CLIENT_INSTALLED_H_

#include <memory>
#include <string>
#include <vector>

#include "expt/snapshot.h"

namespace expt::client {

// Immutable once made.
struct Installed {
  Snapshot snapshot;
  // Its overlay.
  std::vector<std::string> emergency_off;
  Overlay::Stale stale = Overlay::Stale::kKeep;
  std::vector<std::string> unit_types;  // attributes whose values are unit ids; the targeting key is not among them
  std::vector<std::string> analytics;   // attributes that may leave the process
};

std::shared_ptr<const Installed> MakeInstalled(const Snapshot& snapshot, const Overlay& overlay = {});

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_INSTALLED_H_
