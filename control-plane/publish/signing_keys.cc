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

// Those of `keys` that may sign as that role.
std::vector<host::SecretKey> KeysOfRole(const wire::RootModel& root, wire::RoleKind kind, std::string_view environment,
                                        std::span<const host::SecretKey> keys) {
  std::vector<host::SecretKey> may;
  const wire::Role* role = root.FindRole(kind, environment);
  if (role == nullptr) return may;
  const auto& revoked = root.revoked_key_hashes;
  for (const host::SecretKey& key : keys) {
    const wire::PublicKey name = key.public_key();
    const Digest hash = host::Sha256({reinterpret_cast<const char*>(name.data()), name.size()});
    if (std::find(revoked.begin(), revoked.end(), hash) != revoked.end()) continue;
    if (std::find(role->keys.begin(), role->keys.end(), KeyRow(root, name)) == role->keys.end()) continue;
    may.push_back(key);
  }
  return may;
}

// True when `keys` are enough to sign as that role.
bool MaySign(const wire::RootModel& root, wire::RoleKind kind, std::string_view environment,
             std::span<const host::SecretKey> keys) {
  const wire::Role* role = root.FindRole(kind, environment);
  return role != nullptr && KeysOfRole(root, kind, environment, keys).size() >= role->threshold;
}

// What a client would say of `file` after `before`.
absl::StatusOr<wire::RootModel> OpenSuccessor(std::string_view file, const wire::RootModel& before) {
  absl::StatusOr<wire::RootModel> next = host::OpenRootFile(file);
  if (!next.ok()) return next.status();
  const std::string newest = std::to_string(before.root_version);
  if (!host::OpenSignedFile(file, before, {.type = wire::PayloadType::kRoot}).ok()) {
    return base::Error(absl::StatusCode::kPermissionDenied, "root: is not signed by the keys of version " + newest);
  }
  if (absl::Status status = wire::CheckSuccessor(before, *next); !status.ok()) {
    return base::Error(absl::StatusCode::kPermissionDenied, base::TextOf(status));
  }
  return next;
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

absl::StatusOr<std::vector<host::SecretKey>> ReadKeys(std::string_view option, std::span<const std::string> paths) {
  std::vector<host::SecretKey> keys;
  for (const std::string& path : paths) {
    absl::StatusOr<host::SecretKey> key = ReadKeyFile(path);
    if (!key.ok()) return At(option, key.status());
    keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace

SigningKeys::SigningKeys(storage::KeyStore& store, std::vector<host::SecretKey> head_keys,
                         std::vector<host::SecretKey> snapshot_keys)
    : store_(store),
      head_keys_(std::move(head_keys)),
      snapshot_keys_(std::move(snapshot_keys)),
      root_(std::make_shared<const wire::RootModel>()) {}

absl::Status SigningKeys::ReadRoots() {
  const int64_t newest = store_.newest_root();
  if (newest == 0) return absl::OkStatus();
  const auto read = [&](int64_t version, std::shared_ptr<const wire::RootModel>& root) -> absl::Status {
    const absl::StatusOr<std::string> file = store_.ReadRoot(version);
    if (!file.ok()) return file.status();
    absl::StatusOr<wire::RootModel> opened = host::OpenRootFile(*file);
    if (!opened.ok()) return At("kept root " + std::to_string(version), opened.status());
    root = std::make_shared<const wire::RootModel>(*std::move(opened));
    return absl::OkStatus();
  };
  if (absl::Status status = read(newest, root_); !status.ok()) return status;
  const absl::Status status = read(newest - 1, previous_root_);
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

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
  std::unique_ptr<SigningKeys> keys(new SigningKeys(store, {*head_key}, {*snapshot_key}));
  keys->root_key_ = *root_key;
  if (absl::Status status = keys->ReadRoots(); !status.ok()) return status;
  if (newest != 0 && !MaySign(*keys->root_, wire::RoleKind::kRoot, "", std::span(&*keys->root_key_, 1))) {
    return Precondition("the root key of this data directory does not sign its Root");
  }
  if (absl::Status status = keys->AdoptEnvironments(environment_ids, now); !status.ok()) return status;
  return keys;
}

absl::StatusOr<std::unique_ptr<SigningKeys>> SigningKeys::OpenFiles(storage::KeyStore& store, const Files& files,
                                                                    Time now) {
  absl::StatusOr<std::vector<host::SecretKey>> head_keys = ReadKeys("head key", files.head_keys);
  if (!head_keys.ok()) return head_keys.status();
  absl::StatusOr<std::vector<host::SecretKey>> snapshot_keys = ReadKeys("snapshot key", files.snapshot_keys);
  if (!snapshot_keys.ok()) return snapshot_keys.status();
  const absl::StatusOr<std::string> file = storage::ReadWholeFile(files.root, 2 * wire::kMaxRootSize);
  if (!file.ok()) return file.status();
  const absl::StatusOr<wire::RootModel> given = host::OpenRootFile(*file);
  if (!given.ok()) return given.status();

  std::unique_ptr<SigningKeys> keys(new SigningKeys(store, *std::move(head_keys), *std::move(snapshot_keys)));
  if (absl::Status status = keys->ReadRoots(); !status.ok()) return status;
  // Roots that came later through TakeRoot() are the newer ones.
  const absl::StatusOr<std::string> kept = store.ReadRoot(given->root_version);
  if (!kept.ok()) {
    if (absl::Status status = keys->TakeRoot(*file, now); !status.ok()) return status;
  } else if (*kept != *file) {
    return base::Error(absl::StatusCode::kPermissionDenied,
                       "root: another Root of version " + std::to_string(given->root_version) + " is in use");
  }
  if (keys->root_->expires_at_ms <= Milliseconds(now)) return Precondition("root: has expired");
  if (absl::Status status = keys->CheckKeys(*keys->root_); !status.ok()) return status;
  return keys;
}

absl::Status SigningKeys::CheckKeys(const wire::RootModel& root) const {
  for (const wire::EnvironmentEpoch& row : root.epochs) {
    const std::string place = "root: environment \"" + row.environment + "\": ";
    if (!MaySign(root, wire::RoleKind::kHead, row.environment, head_keys_)) {
      return Precondition(place + "the head keys at hand may not sign for it");
    }
    if (!MaySign(root, wire::RoleKind::kSnapshot, row.environment, snapshot_keys_)) {
      return Precondition(place + "the snapshot keys at hand may not sign for it");
    }
  }
  return absl::OkStatus();
}

absl::Status SigningKeys::TakeRoot(std::string_view file, Time now) {
  const std::lock_guard lock(adopting_);
  if (root_key_.has_value()) return Precondition("root: with --dev the server makes its own");
  const std::shared_ptr<const wire::RootModel> current = root();
  absl::StatusOr<wire::RootModel> next =
      current->root_version == 0 ? host::OpenRootFile(file) : OpenSuccessor(file, *current);
  if (!next.ok()) return next.status();
  if (next->expires_at_ms <= Milliseconds(now)) return Precondition("root: has expired");
  if (absl::Status status = CheckKeys(*next); !status.ok()) return status;
  if (absl::Status status = store_.AddRoot(next->root_version, file); !status.ok()) return status;
  const std::lock_guard guard(mutex_);
  previous_root_ = current->root_version == 0 ? nullptr : current;
  root_ = std::make_shared<const wire::RootModel>(*std::move(next));
  return absl::OkStatus();
}

std::vector<host::SecretKey> SigningKeys::HeadKeys(std::string_view environment_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<host::SecretKey> keys = KeysOfRole(*root_, wire::RoleKind::kHead, environment_id, head_keys_);
  if (previous_root_ == nullptr) return keys;
  for (const host::SecretKey& key :
       KeysOfRole(*previous_root_, wire::RoleKind::kHead, environment_id, head_keys_)) {
    const auto is_it = [&](const host::SecretKey& other) { return other.public_key() == key.public_key(); };
    if (std::none_of(keys.begin(), keys.end(), is_it)) keys.push_back(key);
  }
  return keys;
}

std::vector<host::SecretKey> SigningKeys::SnapshotKeys(std::string_view environment_id) const {
  const std::lock_guard lock(mutex_);
  return KeysOfRole(*root_, wire::RoleKind::kSnapshot, environment_id, snapshot_keys_);
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
  const uint32_t head_row = AddKey(next, head_keys_.front().public_key());
  const uint32_t snapshot_row = AddKey(next, snapshot_keys_.front().public_key());
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
  previous_root_ = current->root_version == 0 ? nullptr : current;
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
