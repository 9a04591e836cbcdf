// The pure engine, chained: model -> ruleset -> Snapshot. For callers inside the library and the control plane that
// hold a model instead of signed bytes.
#ifndef EXPT_SRC_CORE_ENGINE_H_
#define EXPT_SRC_CORE_ENGINE_H_

#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/model/snapshot.h"
#include "src/wire/root.h"

namespace expt::core {

// Steps 11 to 13 of the acceptance order: validates, compiles, checks the golden vectors.
// `digest` is reported by Snapshot::digest().
//
// Errors: BAD_CONTENT, COMPILE_FAILED, GOLDEN_MISMATCH.
absl::StatusOr<Snapshot> Load(model::Snapshot model, const Digest& digest);

// Replaces the golden vectors of `model`: synthetic contexts made from what its rules ask for, and the decisions that
// this engine takes for them. At most 256 and 256 KiB. Leaves none where Load() would refuse the model.
void AddGoldenVectors(model::Snapshot& model);

// What a Root holds, for the rooms that verify Heads.
const wire::RootModel& KeysOf(const Root& root);

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_ENGINE_H_
