// Who signs: the Roots of this installation, and the online keys for Heads and snapshots.
//
// With `--dev` everything is made on the first run and kept under keys/: a Root of one key that names every
// environment. Else the operator makes Root and keys with `expt keygen`, keeps the root keys offline and passes the
// rest.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_SIGNING_KEYS_H_
#define EXPT_CONTROL_PLANE_PUBLISH_SIGNING_KEYS_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/host/crypto.h"
#include "src/wire/root.h"

namespace expt::storage {
class KeyStore;
}  // namespace expt::storage

namespace expt::publish {

// Thread-safe. The key store must outlive it.
class SigningKeys {
 public:
  // Reads keys and Root from the store; what is missing is made. `environment_ids` are all that exist: a Root that
  // does not name one of them is followed by one that does.
  static absl::StatusOr<std::unique_ptr<SigningKeys>> OpenDev(storage::KeyStore& store,
                                                              std::span<const std::string> environment_ids, Time now);

  // Several keys of a kind: those that a Root has, and those that the next one will have or that it just dropped.
  struct Files {
    std::string root;  // paths
    std::vector<std::string> head_keys;
    std::vector<std::string> snapshot_keys;
  };
  // Takes the operator's Root into the store: an older one that is there already is fine, a newer one must follow.
  //
  // Errors: kNotFound, kInvalidArgument (naming the file), kPermissionDenied (a key file that others may read, another
  // Root of that version), and those of TakeRoot().
  static absl::StatusOr<std::unique_ptr<SigningKeys>> OpenFiles(storage::KeyStore& store, const Files& files, Time now);

  // Makes the Root name these environments. With `--dev` a new Root is signed where one is missing; else
  // kFailedPrecondition names the first environment that the operator's Root lacks.
  absl::Status AdoptEnvironments(std::span<const std::string> environment_ids, Time now);

  // Makes `file` the newest Root, for which clients will ask from the next Head on.
  //
  // Errors: kInvalidArgument (no Root), kPermissionDenied (it does not follow the newest one), kFailedPrecondition (it
  // has expired; the keys at hand may not sign for an environment that it names; this installation makes its own).
  absl::Status TakeRoot(std::string_view file, Time now);

  int64_t root_version() const;
  // 0 when the Root does not name the environment.
  int64_t Epoch(std::string_view environment_id) const;
  // The Root file `version`; kNotFound for one that is not kept.
  absl::StatusOr<std::string> RootFile(int64_t version) const;
  // The newest one, decoded.
  std::shared_ptr<const wire::RootModel> root() const;

  // Who signs a Head: the keys at hand that the newest Root or the one before it names for the environment, so that
  // clients of both take it.
  std::vector<host::SecretKey> HeadKeys(std::string_view environment_id) const;
  // Who signs a snapshot: the keys at hand that the newest Root names for the environment.
  std::vector<host::SecretKey> SnapshotKeys(std::string_view environment_id) const;

 private:
  SigningKeys(storage::KeyStore& store, std::vector<host::SecretKey> head_keys,
              std::vector<host::SecretKey> snapshot_keys);
  // Errors: kFailedPrecondition, naming the environment.
  absl::Status CheckKeys(const wire::RootModel& root) const;
  // The newest Root of the store, and the one before it.
  absl::Status ReadRoots();

  storage::KeyStore& store_;
  std::optional<host::SecretKey> root_key_;  // --dev only
  std::vector<host::SecretKey> head_keys_;
  std::vector<host::SecretKey> snapshot_keys_;
  std::mutex adopting_;       // one new Root at a time
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const wire::RootModel> root_;
  std::shared_ptr<const wire::RootModel> previous_root_;  // null before there was one
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_SIGNING_KEYS_H_
