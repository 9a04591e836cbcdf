// Accepting a Head: the same order of steps as for a snapshot, with the Head's own limits and floor.
#ifndef EXPT_SRC_CORE_HEAD_H_
#define EXPT_SRC_CORE_HEAD_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/wire/head.h"

namespace expt::core {

struct HeadFloor {
  int64_t epoch = 0;
  int64_t head_number = 0;
  std::optional<Digest> digest;  // of the payload of `head_number`
};

struct AcceptedHead {
  wire::HeadModel head;
  Digest digest{};  // of the payload as stored; the next floor's
};

// `environment` and `audience` are the configured ones. `now` decides HEAD_EXPIRED only.
//
// Errors: as Snapshot::Parse, and HEAD_EXPIRED. A Head equal to the floor (same number and digest) is accepted.
// UNKNOWN_KEY also for a Head that names a newer Root than `root`: fetch Roots first, then open it again.
absl::StatusOr<AcceptedHead> OpenHead(std::string_view file, const Root& root, std::string_view environment,
                                      Audience audience, const HeadFloor& floor, Time now);

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_HEAD_H_
