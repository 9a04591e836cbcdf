#include "control-plane/publish/signing_keys.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "control-plane/publish/key_file.h"
#include "control-plane/storage/key_store.h"
#include "control-plane/storage/whole_file.h"
#include "src/base/status.h"
#include "src/host/signed_file.h"

namespace expt::publish {
namespace {

using std::chrono::days;

constexpr size_t kMaxKeyFileSize = 16u << 10;
constexpr auto kRootLife = days(365);
constexpr auto kRootRenewal = days(90);  // a Root of --dev that would expire sooner is followed by a fresh one

int64_t Milliseconds(Time time) { return time.time_since_epoch().count(); }

absl::Status Precondition(std::string_view text) { return base::Error(absl::StatusCode::kFailedPrecondition, text); }

// `status` with the place before it.
absl::Status At(std::string_view place, const absl::Status& status) {
  return base::Error(status.code(), std::string(place) + ": " + std::string(status.message()));
}

// The row of a key in a Root, or the size of its table.
uint32_t KeyRow(const wire::RootModel& root, const wire::PublicKey& key) {
  const auto found = std::find(root.public_keys.begin(), root.public_keys.end(), key);
  return static_cast<uint32_t>(found - root.public_keys.begin());
}

uint32_t AddKey(wire::RootModel& root, const wire::PublicKey& key) {
  const uint32_t row = KeyRow(root, key);
  if (row == root.public_keys.size()) root.public_keys.push_back(key);
  return row;
}

// True when `key` alone may sign as that role.
bool MaySign(const wire::RootModel& root, wire::RoleKind kind, std::string_view environment,
             const wire::PublicKey& key) {
  const wire::Role* role = root.FindRole(kind, environment);
  if (role == nullptr || role->threshold != 1) return false;
  const Digest hash = host::Sha256({reinterpret_cast<const char*>(key.data()), key.size()});
  const auto& revoked = root.revoked_key_hashes;
  if (std::find(revoked.begin(), revoked.end(), hash) != revoked.end()) return false;
  return std::find(role->keys.begin(), role->keys.end(), KeyRow(root, key)) != role->keys.end();
}

absl::StatusOr<host::SecretKey> ReadOrMake(storage::KeyStore& store, std::string_view name) {
  const absl::StatusOr<std::string> text = store.ReadSecret(name);
  if (text.ok()) {
    absl::StatusOr<host::SecretKey> key = ParseKeyFile(*text);
    if (!key.ok()) return At("key \"" + std::string(name) + "\"", key.status());
    return key;
  }
  if (text.status().code() != absl::StatusCode::kNotFound) return text.status();
  const host::SecretKey key = host::SecretKey::Generate();
  if (absl::Status status = store.AddSecret(name, FormatKeyFile(key)); !status.ok()) return status;
  return key;
}

absl::StatusOr<host::SecretKey> ReadKey(std::string_view option, const std::string& path) {
  const absl::StatusOr<std::string> text = storage::ReadSecretFile(path, kMaxKeyFileSize);
  if (!text.ok()) return At(option, text.status());
  absl::StatusOr<host::SecretKey> key = ParseKeyFile(*text);
  if (!key.ok()) return At(option, key.status());
  return key;
}

}  // namespace

SigningKeys::SigningKeys(storage::KeyStore& store, host::SecretKey head_key, host::SecretKey snapshot_key)
    : store_(store), head_key_(head_key), snapshot_key_(snapshot_key) {}

absl::StatusOr<std::unique_ptr<SigningKeys>> SigningKeys::OpenDev(storage::KeyStore& store,
                                                                  std::span<const std::string> environment_ids,
                                                                  Time now) {
  const int64_t newest = store.newest_root();
  if (newest != 0) {
    const absl::StatusOr<std::string> key = store.ReadSecret("root");
    if (key.status().code() == absl::StatusCode::kNotFound) {
      return Precondition("the Root of this data directory was made elsewhere: start without --dev, with --root");
    }
  }
  const absl::StatusOr<host::SecretKey> root_key = ReadOrMake(store, "root");
  if (!root_key.ok()) return root_key.status();
  const absl::StatusOr<host::SecretKey> head_key = ReadOrMake(store, "head");
  if (!head_key.ok()) return head_key.status();
  const absl::StatusOr<host::SecretKey> snapshot_key = ReadOrMake(store, "snapshot");
  if (!snapshot_key.ok()) return snapshot_key.status();
  std::unique_ptr<SigningKeys> keys(new SigningKeys(store, *head_key, *snapshot_key));
  keys->root_key_ = *root_key;
  auto root = std::make_shared<wire::RootModel>();
  if (newest != 0) {
    const absl::StatusOr<std::string> file = store.ReadRoot(newest);
    if (!file.ok()) return file.status();
    absl::StatusOr<wire::RootModel> opened = host::OpenRootFile(*file);
    if (!opened.ok()) return opened.status();
    if (!MaySign(*opened, wire::RoleKind::kRoot, "", root_key->public_key())) {
      return Precondition("the root key of this data directory does not sign its Root");
    }
    *root = *std::move(opened);
  }
  keys->root_ = std::move(root);
  if (absl::Status status = keys->AdoptEnvironments(environment_ids, now); !status.ok()) return status;
  return keys;
}

absl::StatusOr<std::unique_ptr<SigningKeys>> SigningKeys::OpenFiles(storage::KeyStore& store, const Files& files,
                                                                    Time now) {
  const absl::StatusOr<host::SecretKey> head_key = ReadKey("head key", files.head_key);
  if (!head_key.ok()) return head_key.status();
  const absl::StatusOr<host::SecretKey> snapshot_key = ReadKey("snapshot key", files.snapshot_key);
  if (!snapshot_key.ok()) return snapshot_key.status();
  const absl::StatusOr<std::string> file = storage::ReadWholeFile(files.root, 2 * wire::kMaxRootSize);
  if (!file.ok()) return file.status();
  absl::StatusOr<wire::RootModel> root = host::OpenRootFile(*file);
  if (!root.ok()) return root.status();
  if (root->expires_at_ms <= Milliseconds(now)) return Precondition("root: has expired");
  const int64_t newest = store.newest_root();
  if (newest != 0) {
    const absl::StatusOr<std::string> kept = store.ReadRoot(newest);
    if (!kept.ok()) return kept.status();
    if (root->root_version == newest) {
      if (*kept != *file) {
        return base::Error(absl::StatusCode::kPermissionDenied,
                           "root: another Root of version " + std::to_string(newest) + " is in use");
      }
    } else {
      const absl::StatusOr<wire::RootModel> before = host::OpenRootFile(*kept);
      if (!before.ok()) return before.status();
      const absl::Status follows = host::OpenSignedFile(*file, *before, {.type = wire::PayloadType::kRoot}).status();
      if (!follows.ok()) {
        return base::Error(absl::StatusCode::kPermissionDenied,
                           "root: is not signed by the keys of version " + std::to_string(newest));
      }
    }
  }
  for (const wire::EnvironmentEpoch& row : root->epochs) {
    if (!MaySign(*root, wire::RoleKind::kHead, row.environment, head_key->public_key())) {
      return Precondition("root: environment \"" + row.environment + "\": the head key alone may not sign for it");
    }
    if (!MaySign(*root, wire::RoleKind::kSnapshot, row.environment, snapshot_key->public_key())) {
      return Precondition("root: environment \"" + row.environment + "\": the snapshot key alone may not sign for it");
    }
  }
  if (root->root_version != newest) {
    if (absl::Status status = store.AddRoot(root->root_version, *file); !status.ok()) return status;
  }
  std::unique_ptr<SigningKeys> keys(new SigningKeys(store, *head_key, *snapshot_key));
  keys->root_ = std::make_shared<const wire::RootModel>(*std::move(root));
  return keys;
}

absl::Status SigningKeys::AdoptEnvironments(std::span<const std::string> environment_ids, Time now) {
  const std::lock_guard lock(adopting_);
  const std::shared_ptr<const wire::RootModel> current = root();
  std::vector<std::string> missing;
  for (const std::string& id : environment_ids) {
    if (current->Epoch(id) == 0) missing.push_back(id);
  }
  if (!root_key_.has_value()) {
    if (missing.empty()) return absl::OkStatus();
    return Precondition("root: environment \"" + missing.front() + "\" is not named; sign a Root that names it");
  }
  const bool is_fresh = current->root_version != 0 && current->expires_at_ms > Milliseconds(now + kRootRenewal);
  if (missing.empty() && is_fresh) return absl::OkStatus();
  wire::RootModel next = *current;
  const uint32_t root_row = AddKey(next, root_key_->public_key());
  const uint32_t head_row = AddKey(next, head_key_.public_key());
  const uint32_t snapshot_row = AddKey(next, snapshot_key_.public_key());
  if (next.root_version == 0) next.roles.push_back({wire::RoleKind::kRoot, "", 1, {root_row}});
  for (const std::string& id : missing) {
    next.roles.push_back({wire::RoleKind::kHead, id, 1, {head_row}});
    next.roles.push_back({wire::RoleKind::kSnapshot, id, 1, {snapshot_row}});
    next.epochs.push_back({id, 1});
  }
  next.root_version = current->root_version + 1;
  next.issued_at_ms = Milliseconds(now);
  next.expires_at_ms = Milliseconds(now + kRootLife);
  const std::string file =
      host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(next), std::span(&*root_key_, 1));
  if (absl::Status status = store_.AddRoot(next.root_version, file); !status.ok()) return status;
  const std::lock_guard guard(mutex_);
  root_ = std::make_shared<const wire::RootModel>(std::move(next));
  return absl::OkStatus();
}

int64_t SigningKeys::root_version() const { return root()->root_version; }

int64_t SigningKeys::Epoch(std::string_view environment_id) const { return root()->Epoch(environment_id); }

absl::StatusOr<std::string> SigningKeys::RootFile(int64_t version) const { return store_.ReadRoot(version); }

std::shared_ptr<const wire::RootModel> SigningKeys::root() const {
  const std::lock_guard lock(mutex_);
  return root_;
}

}  // namespace expt::publish
