// Root: who may sign for whom. The decoded form of root.proto.
#ifndef EXPT_SRC_WIRE_ROOT_H_
#define EXPT_SRC_WIRE_ROOT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "src/base/list.h"
#include "src/wire/envelope.h"

namespace expt::wire {

// Stored; never renumbered.
enum class RoleKind : uint8_t { kRoot = 1, kHead = 2, kSnapshot = 3 };

struct Role {
  RoleKind kind = RoleKind::kRoot;
  std::string environment;  // id; empty for kRoot
  uint32_t threshold = 1;
  base::List<uint32_t> keys;  // indices into RootModel::public_keys
};

struct EnvironmentEpoch {
  std::string environment;
  int64_t epoch = 0;
};

struct RootModel {
  uint32_t format_version = 1;
  int64_t root_version = 0;
  int64_t issued_at_ms = 0;
  int64_t expires_at_ms = 0;
  std::vector<PublicKey> public_keys;
  std::vector<Role> roles;
  std::vector<EnvironmentEpoch> epochs;
  std::vector<Digest> revoked_key_hashes;

  const Role* FindRole(RoleKind kind, std::string_view environment) const;
  // 0 when the environment is not named.
  int64_t Epoch(std::string_view environment) const;
};

std::string EncodeRoot(const RootModel& root);

// Errors: WIRE_LIMIT, BAD_ENCODING, UNSUPPORTED_VERSION, BAD_CONTENT (small-order or doubled key, role without
// enough keys, index out of range).
absl::StatusOr<RootModel> DecodeRoot(std::string_view payload);

// What the rotation rule asks beside the signatures: versions step by one, and no environment's epoch falls.
//
// Errors: ROLLBACK.
absl::Status CheckSuccessor(const RootModel& before, const RootModel& next);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_ROOT_H_
