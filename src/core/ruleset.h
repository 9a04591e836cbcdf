// What a Snapshot and a Root point at.
#ifndef EXPT_SRC_CORE_RULESET_H_
#define EXPT_SRC_CORE_RULESET_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expt/snapshot.h"
#include "src/eval/ruleset.h"
#include "src/eval/session.h"
#include "src/wire/root.h"

namespace expt::core {

// Compiled rules and what the snapshot says about itself. Immutable; shared by Snapshots.
struct Ruleset {
  eval::Ruleset rules;
  std::string project;
  std::string environment;
  Audience audience = Audience::kServer;
  int64_t epoch = 0;
  int64_t version = 0;
  int64_t issued_at_ms = 0;
  Digest digest{};
  std::vector<std::string> warnings;
  std::vector<std::string> unit_types;
  std::vector<std::string> analytics_attributes;
};

// One byte per flag.
struct OverlayState {
  std::vector<eval::Overlaid> flags;
};

struct RootKeys {
  wire::RootModel root;
  std::vector<std::string> environments;
  Digest digest{};
};

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_RULESET_H_
