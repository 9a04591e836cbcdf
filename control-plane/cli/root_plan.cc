#include "control-plane/cli/root_plan.h"

#include <algorithm>
#include <utility>

#include "control-plane/cli/status.h"
#include "control-plane/publish/hex.h"

namespace expt::cli {
namespace {

using wire::PublicKey;
using wire::RoleKind;

template <size_t kSize>
std::string_view BytesOf(const std::array<uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kSize};
}

template <typename T>
bool Contains(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string KeyText(const PublicKey& key) { return "key " + publish::Hex(host::KeyIdOf(key)); }

absl::Status NotFound(const std::string& text) { return Error(absl::StatusCode::kNotFound, text); }

}  // namespace

RootPlan::RootPlan(const wire::RootModel& before)
    : version_(before.root_version + 1), epochs_(before.epochs), revoked_(before.revoked_key_hashes) {
  for (const wire::Role& role : before.roles) {
    Role& copy = roles_.emplace_back(Role{role.kind, role.environment, role.threshold, {}});
    for (const uint32_t row : role.keys) copy.keys.push_back(before.public_keys[row]);
  }
}

absl::StatusOr<std::vector<RootPlan::Role*>> RootPlan::RolesOf(RoleKind kind, const std::string& environment) {
  std::vector<Role*> found;
  if (kind == RoleKind::kRoot && roles_.empty()) roles_.push_back({kind, "", 1, {}});
  for (Role& role : roles_) {
    if (role.kind == kind && (environment.empty() || role.environment == environment)) found.push_back(&role);
  }
  if (found.empty()) {
    return environment.empty() ? NotFound("the Root names no environment yet")
                               : NotFound("environment \"" + environment + "\": the Root does not name it");
  }
  return found;
}

absl::Status RootPlan::AddKey(RoleKind kind, const std::string& environment, const PublicKey& key) {
  if (Contains(revoked_, host::Sha256(BytesOf(key)))) return InvalidArgument(KeyText(key) + " is revoked");
  const absl::StatusOr<std::vector<Role*>> roles = RolesOf(kind, environment);
  if (!roles.ok()) return roles.status();
  for (Role* role : *roles) {
    if (!Contains(role->keys, key)) role->keys.push_back(key);
  }
  return absl::OkStatus();
}

absl::Status RootPlan::RemoveKey(RoleKind kind, const std::string& environment, const PublicKey& key) {
  const absl::StatusOr<std::vector<Role*>> roles = RolesOf(kind, environment);
  if (!roles.ok()) return roles.status();
  size_t count = 0;
  for (Role* role : *roles) count += std::erase(role->keys, key);
  return count != 0 ? absl::OkStatus() : NotFound(KeyText(key) + " is not one of the role");
}

absl::Status RootPlan::Revoke(const PublicKey& key) {
  for (Role& role : roles_) std::erase(role.keys, key);
  const Digest hash = host::Sha256(BytesOf(key));
  if (!Contains(revoked_, hash)) revoked_.push_back(hash);
  return absl::OkStatus();
}

absl::Status RootPlan::SetThreshold(RoleKind kind, const std::string& environment, uint32_t threshold) {
  const absl::StatusOr<std::vector<Role*>> roles = RolesOf(kind, environment);
  if (!roles.ok()) return roles.status();
  for (Role* role : *roles) role->threshold = threshold;
  return absl::OkStatus();
}

absl::Status RootPlan::AddEnvironment(const std::string& environment) {
  if (environment.empty()) return InvalidArgument("environment: expected an id, got an empty one");
  for (const wire::EnvironmentEpoch& row : epochs_) {
    if (row.environment == environment) return InvalidArgument("environment \"" + environment + "\" is named already");
  }
  for (const RoleKind kind : {RoleKind::kHead, RoleKind::kSnapshot}) {
    const auto model =
        std::find_if(roles_.begin(), roles_.end(), [kind](const Role& role) { return role.kind == kind; });
    Role role = model == roles_.end() ? Role{kind, "", 1, {}} : *model;
    role.environment = environment;
    roles_.push_back(std::move(role));
  }
  epochs_.push_back({environment, 1});
  return absl::OkStatus();
}

absl::Status RootPlan::RemoveEnvironment(const std::string& environment) {
  const size_t count =
      std::erase_if(epochs_, [&](const wire::EnvironmentEpoch& row) { return row.environment == environment; });
  if (count == 0) return NotFound("environment \"" + environment + "\": the Root does not name it");
  std::erase_if(roles_, [&](const Role& role) {
    return role.kind != RoleKind::kRoot && role.environment == environment;
  });
  return absl::OkStatus();
}

absl::Status RootPlan::RaiseEpoch(const std::string& environment) {
  for (wire::EnvironmentEpoch& row : epochs_) {
    if (row.environment != environment) continue;
    ++row.epoch;
    return absl::OkStatus();
  }
  return NotFound("environment \"" + environment + "\": the Root does not name it");
}

absl::StatusOr<PublicKey> RootPlan::FindKey(std::string_view key_id) const {
  for (const Role& role : roles_) {
    for (const PublicKey& key : role.keys) {
      if (publish::Hex(host::KeyIdOf(key)) == key_id) return key;
    }
  }
  return NotFound("key " + std::string(key_id) + ": the Root does not name it");
}

absl::StatusOr<wire::RootModel> RootPlan::Finish(Time now, std::chrono::days life) const {
  wire::RootModel root;
  root.root_version = version_;
  root.issued_at_ms = now.time_since_epoch().count();
  root.expires_at_ms = (now + life).time_since_epoch().count();
  root.epochs = epochs_;
  root.revoked_key_hashes = revoked_;
  for (const Role& role : roles_) {
    wire::Role& row = root.roles.emplace_back(wire::Role{role.kind, role.environment, role.threshold, {}});
    for (const PublicKey& key : role.keys) {
      const auto found = std::find(root.public_keys.begin(), root.public_keys.end(), key);
      row.keys.push_back(static_cast<uint32_t>(found - root.public_keys.begin()));
      if (found == root.public_keys.end()) root.public_keys.push_back(key);
    }
  }
  return wire::DecodeRoot(wire::EncodeRoot(root));
}

std::vector<PublicKey> SignersOf(std::string_view file, const wire::RootModel& root, const wire::Role& role) {
  std::vector<PublicKey> signers;
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file, wire::PayloadType::kRoot);
  if (!envelope.ok()) return signers;
  const auto message = wire::SignedBytes(envelope->type, envelope->codec, envelope->plain_size,
                                         envelope->payload.size(), host::Sha256(envelope->payload));
  for (const uint32_t row : role.keys) {
    const PublicKey& key = root.public_keys[row];
    if (Contains(root.revoked_key_hashes, host::Sha256(BytesOf(key)))) continue;
    const bool has_signed =
        std::any_of(envelope->signatures.begin(), envelope->signatures.end(), [&](const wire::SignatureEntry& entry) {
          return entry.key_id == host::KeyIdOf(key) && host::VerifyEd25519(key, BytesOf(message), entry.signature);
        });
    if (has_signed) signers.push_back(key);
  }
  return signers;
}

absl::StatusOr<std::string> AddSignature(std::string_view file, wire::PayloadType type, const host::SecretKey& key) {
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file, type);
  if (!envelope.ok()) return envelope.status();
  const auto message = wire::SignedBytes(envelope->type, envelope->codec, envelope->plain_size,
                                         envelope->payload.size(), host::Sha256(envelope->payload));
  const wire::KeyId id = host::KeyIdOf(key.public_key());
  std::vector<wire::SignatureEntry> signatures = envelope->signatures;
  std::erase_if(signatures, [&](const wire::SignatureEntry& entry) { return entry.key_id == id; });
  signatures.push_back({id, key.Sign(BytesOf(message))});
  if (signatures.size() > wire::kMaxSignatures) return InvalidArgument("expected at most 16 signatures");
  return wire::WriteEnvelope(envelope->type, envelope->codec, envelope->plain_size, signatures, envelope->payload);
}

}  // namespace expt::cli
