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

  struct Files {
    std::string root;  // paths
    std::string head_key;
    std::string snapshot_key;
  };
  // Takes the operator's Root into the store: it must be the one already there, or the next one, signed by both.
  //
  // Errors: kNotFound, kInvalidArgument (naming the file), kPermissionDenied (a key file that others may read, a Root
  // that does not follow), kFailedPrecondition (a key that the Root does not name for an environment).
  static absl::StatusOr<std::unique_ptr<SigningKeys>> OpenFiles(storage::KeyStore& store, const Files& files, Time now);

  // Makes the Root name these environments. With `--dev` a new Root is signed where one is missing; else
  // kFailedPrecondition names the first environment that the operator's Root lacks.
  absl::Status AdoptEnvironments(std::span<const std::string> environment_ids, Time now);

  int64_t root_version() const;
  // 0 when the Root does not name the environment.
  int64_t Epoch(std::string_view environment_id) const;
  // The Root file `version`; kNotFound for one that is not kept.
  absl::StatusOr<std::string> RootFile(int64_t version) const;
  // The newest one, decoded.
  std::shared_ptr<const wire::RootModel> root() const;

  const host::SecretKey& head_key() const { return head_key_; }
  const host::SecretKey& snapshot_key() const { return snapshot_key_; }

 private:
  SigningKeys(storage::KeyStore& store, host::SecretKey head_key, host::SecretKey snapshot_key);

  storage::KeyStore& store_;
  std::optional<host::SecretKey> root_key_;  // --dev only
  host::SecretKey head_key_;
  host::SecretKey snapshot_key_;
  std::mutex adopting_;       // one new Root at a time
  mutable std::mutex mutex_;  // guards root_
  std::shared_ptr<const wire::RootModel> root_;
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_SIGNING_KEYS_H_
