// The model in a snapshot file that is trusted already: one's own, or one that Snapshot::Parse() took.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_SNAPSHOT_MODEL_H_
#define EXPT_CONTROL_PLANE_PUBLISH_SNAPSHOT_MODEL_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "src/model/snapshot.h"

namespace expt::publish {

// Checks no signature. Errors: those of reading the envelope and of decoding; kDataLoss when it does not inflate.
absl::StatusOr<model::Snapshot> ReadModel(std::string_view file);

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_SNAPSHOT_MODEL_H_
