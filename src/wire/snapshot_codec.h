// Snapshot payload <-> model. The bytes are those of snapshot.proto.
#ifndef EXPT_SRC_WIRE_SNAPSHOT_CODEC_H_
#define EXPT_SRC_WIRE_SNAPSHOT_CODEC_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "src/base/shared_text.h"
#include "src/model/snapshot.h"

namespace expt::wire {

// Deterministic: equal models give equal bytes.
std::string EncodeSnapshot(const model::Snapshot& snapshot);

// Steps 7 and 8. The model takes `payload` over and views it.
// Unknown enum values and fields are kept out of the way, not refused: a flag that needs them is found by Validate().
//
// Errors: WIRE_LIMIT (> 2 M elements outside the string table, depth > 32, group fields), BAD_ENCODING,
// UNSUPPORTED_VERSION.
absl::StatusOr<model::Snapshot> DecodeSnapshot(base::SharedText payload);
inline absl::StatusOr<model::Snapshot> DecodeSnapshot(std::string payload) {
  return DecodeSnapshot(base::SharedText(std::move(payload)));
}

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_SNAPSHOT_CODEC_H_
