// Head: the short-lived pointer to the current snapshot. The decoded form of head.proto.
#ifndef EXPT_SRC_WIRE_HEAD_H_
#define EXPT_SRC_WIRE_HEAD_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "src/wire/envelope.h"

namespace expt::wire {

struct SnapshotRef {
  int64_t version = 0;
  Digest digest{};
  uint64_t size_bytes = 0;
};

struct HeadModel {
  uint32_t format_version = 1;
  std::string environment;
  Audience audience = Audience::kServer;
  int64_t root_version = 0;
  int64_t epoch = 0;
  int64_t head_number = 0;
  int64_t issued_at_ms = 0;
  int64_t expires_at_ms = 0;
  SnapshotRef stable;
  std::optional<SnapshotRef> candidate;
  uint32_t candidate_ppm = 0;
  std::vector<std::string> emergency_off;
  uint32_t poll_interval_ms = 0;
  uint32_t fetch_jitter_ms = 0;
};

using InstanceId = std::array<uint8_t, 16>;  // of a client; random

// Whether that instance takes the candidate of a Head with that share: the same answer in clients and control plane.
bool IsInShare(const InstanceId& instance, uint32_t candidate_ppm);

std::string EncodeHead(const HeadModel& head);

// Errors: WIRE_LIMIT, BAD_ENCODING, UNSUPPORTED_VERSION.
absl::StatusOr<HeadModel> DecodeHead(std::string_view payload);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_HEAD_H_
