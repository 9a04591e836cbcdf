// keys/: secret keys (mode 0600) and the chain of Root files.
#ifndef EXPT_CONTROL_PLANE_STORAGE_KEY_STORE_H_
#define EXPT_CONTROL_PLANE_STORAGE_KEY_STORE_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace expt::storage {

// A directory that only its owner may enter. Thread-safe.
class KeyStore {
 public:
  // Makes the directory with mode 0700 unless it is there. kPermissionDenied when the group or others may enter it.
  static absl::StatusOr<KeyStore> Open(const std::string& folder);
  KeyStore(KeyStore&& other) noexcept : folder_(std::move(other.folder_)) {}

  // A secret by name, such as "snapshot". kNotFound; kPermissionDenied when others may read the file.
  absl::StatusOr<std::string> ReadSecret(std::string_view name) const;
  // kAlreadyExists rather than replacing one.
  absl::Status AddSecret(std::string_view name, std::string_view bytes);

  // Root files are public; they are kept by version, without gaps.
  absl::StatusOr<std::string> ReadRoot(int64_t version) const;
  // kFailedPrecondition unless `version` follows the newest one; any version may be the first.
  absl::Status AddRoot(int64_t version, std::string_view file);
  // 0 when there is none.
  int64_t newest_root() const;

 private:
  explicit KeyStore(std::string folder) : folder_(std::move(folder)) {}
  int64_t FindNewestRoot() const;

  std::string folder_;
  mutable std::mutex mutex_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_KEY_STORE_H_
