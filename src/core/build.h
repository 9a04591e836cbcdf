// Making Snapshots and Roots. Internal to src/core.
#ifndef EXPT_SRC_CORE_BUILD_H_
#define EXPT_SRC_CORE_BUILD_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/core/ruleset.h"
#include "src/model/snapshot.h"

namespace expt::core {

struct Access {
  static Snapshot Make(std::shared_ptr<const Ruleset> ruleset) {
    Snapshot snapshot;
    snapshot.ruleset_ = std::move(ruleset);
    return snapshot;
  }
  static Root Make(std::shared_ptr<const RootKeys> keys) {
    Root root;
    root.keys_ = std::move(keys);
    return root;
  }
};

// Steps 11 and 12: BAD_CONTENT, COMPILE_FAILED.
absl::StatusOr<std::shared_ptr<const Ruleset>> Build(const model::Snapshot& model, const Digest& digest);

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_BUILD_H_
