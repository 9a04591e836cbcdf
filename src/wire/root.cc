#include "src/wire/root.h"

#include <algorithm>

#include "src/base/message.h"
#include "src/base/sort.h"
#include "src/base/status.h"
#include "src/wire/decode.h"
#include "src/wire/decode_check.h"
#include "src/wire/ed25519_encoding.h"
#include "src/wire/pbf.h"
#include "src/wire/schema.h"

namespace expt::wire {
namespace {

absl::Status BadContent(base::MessagePart text) {
  return base::LoadFailure(LoadCode::kBadContent, base::Message("root: ").append(text));
}

template <size_t kSize>
std::string_view TextOf(const std::array<uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kSize};
}

base::Message NameOf(const Role& role) {
  switch (role.kind) {
    case RoleKind::kRoot:
      return "role root: ";
    case RoleKind::kHead:
      return base::Named("role head of", role.environment) + ": ";
    case RoleKind::kSnapshot:
      return base::Named("role snapshot of", role.environment) + ": ";
  }
  return "role " + base::Number(static_cast<int>(role.kind)) + ": ";
}

absl::Status CheckRole(const RootModel& root, const Role& role) {
  base::List<uint32_t> keys = role.keys;
  base::Sort(keys.begin(), keys.end());
  const bool has_repeated = std::adjacent_find(keys.begin(), keys.end()) != keys.end();
  const auto fail = [&](base::MessagePart text) { return BadContent(NameOf(role).append(text)); };
  if (!keys.empty() && keys.back() >= root.public_keys.size()) return fail("names a key that is not there");
  if (has_repeated) return fail("names a key twice");
  if (role.threshold < 1) return fail("threshold is 0, expected at least 1");
  if (keys.size() < role.threshold) return fail("has fewer keys than its threshold");
  if (role.threshold > kMaxSignatures) return fail("threshold is more than a file can carry signatures");
  if ((role.kind == RoleKind::kRoot) != role.environment.empty()) {
    return fail(role.kind == RoleKind::kRoot ? "names an environment" : "environment is missing");
  }
  return absl::OkStatus();
}

absl::Status CheckContent(const RootModel& root) {
  if (root.root_version < 1) return BadContent("root version is not positive");
  for (size_t i = 0; i < root.public_keys.size(); ++i) {
    const base::Message place = "key " + base::Number(i) + ": ";
    if (!IsCanonicalPoint(root.public_keys[i])) return BadContent(place + "is not in canonical form");
    if (IsSmallOrderPoint(root.public_keys[i])) return BadContent(place + "is of small order");
    if (std::find(root.public_keys.begin(), root.public_keys.begin() + i, root.public_keys[i]) !=
        root.public_keys.begin() + i) {
      return BadContent(place + "is there twice");
    }
  }
  for (size_t i = 0; i < root.roles.size(); ++i) {
    const Role& role = root.roles[i];
    if (role.kind != RoleKind::kRoot && role.kind != RoleKind::kHead && role.kind != RoleKind::kSnapshot) continue;
    absl::Status status = CheckRole(root, role);
    if (!status.ok()) return status;
    if (root.FindRole(role.kind, role.environment) != &role) return BadContent(NameOf(role) + "is there twice");
  }
  if (root.FindRole(RoleKind::kRoot, "") == nullptr) return BadContent("role root is missing");
  for (size_t i = 0; i < root.epochs.size(); ++i) {
    const EnvironmentEpoch& epoch = root.epochs[i];
    const auto is_same = [&](const EnvironmentEpoch& other) { return other.environment == epoch.environment; };
    if (std::any_of(root.epochs.begin(), root.epochs.begin() + i, is_same)) {
      return BadContent(base::Named("epoch of", epoch.environment) + " is there twice");
    }
    if (epoch.epoch < 0) return BadContent(base::Named("epoch of", epoch.environment) + " is negative");
  }
  return absl::OkStatus();
}

}  // namespace

const Role* RootModel::FindRole(RoleKind kind, std::string_view environment) const {
  for (const Role& role : roles) {
    if (role.kind == kind && role.environment == environment) return &role;
  }
  return nullptr;
}

int64_t RootModel::Epoch(std::string_view environment) const {
  for (const EnvironmentEpoch& entry : epochs) {
    if (entry.environment == environment) return entry.epoch;
  }
  return 0;
}

std::string EncodeRoot(const RootModel& root) {
  std::string out;
  Writer writer(out);
  writer.Uint(1, root.format_version);
  writer.Int(2, root.root_version);
  writer.Int(3, root.issued_at_ms);
  writer.Int(4, root.expires_at_ms);
  for (const PublicKey& key : root.public_keys) writer.BytesAlways(5, TextOf(key));
  for (const Role& role : root.roles) {
    writer.Message(6, [&](Writer& inner) {
      inner.Uint(1, static_cast<uint64_t>(role.kind));
      inner.Text(2, role.environment);
      inner.Uint(3, role.threshold);
      inner.Packed(4, role.keys);
    });
  }
  for (const EnvironmentEpoch& epoch : root.epochs) {
    writer.Message(7, [&](Writer& inner) {
      inner.Text(1, epoch.environment);
      inner.Int(2, epoch.epoch);
    });
  }
  for (const Digest& hash : root.revoked_key_hashes) writer.BytesAlways(8, TextOf(hash));
  return out;
}

absl::StatusOr<RootModel> DecodeRoot(std::string_view payload) {
  ScanResult scan;
  absl::Status status = ScanVersioned(payload, kRootMessage, &scan);
  if (!status.ok()) return status;
  RootModel root;
  root.format_version = 0;
  status = DecodeMessage(payload, kRootMessage, scan, &root);
  absl::Status version = CheckVersion("root: format version", root.format_version);
  if (!version.ok()) return version;
  if (status.ok()) status = CheckContent(root);
  if (!status.ok()) return status;
  return root;
}

absl::Status CheckSuccessor(const RootModel& before, const RootModel& next) {
  if (next.root_version - 1 != before.root_version) {
    return base::LoadFailure(LoadCode::kRollback, base::Message("root: expected version ")
                                                      .append(base::Number(before.root_version + 1))
                                                      .append(", got ")
                                                      .append(base::Number(next.root_version)));
  }
  for (const EnvironmentEpoch& row : before.epochs) {
    const int64_t epoch = next.Epoch(row.environment);
    if (epoch == 0 || epoch >= row.epoch) continue;  // 0: the environment is gone
    return base::LoadFailure(LoadCode::kRollback, base::Message("root: ")
                                                      .append(base::Named("epoch of", row.environment))
                                                      .append(": expected at least ")
                                                      .append(base::Number(row.epoch))
                                                      .append(", got ")
                                                      .append(base::Number(epoch)));
  }
  return absl::OkStatus();
}

}  // namespace expt::wire
