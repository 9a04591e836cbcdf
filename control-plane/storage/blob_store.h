// Signed files by the digest of what they hold. A name never changes its content, so any cache may keep it for ever.
#ifndef EXPT_CONTROL_PLANE_STORAGE_BLOB_STORE_H_
#define EXPT_CONTROL_PLANE_STORAGE_BLOB_STORE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace expt::storage {

// A blob name: 64 characters of 0-9 a-f.
bool IsBlobName(std::string_view name);

// A directory. Thread-safe; several processes may share it.
class BlobStore {
 public:
  // Makes the directory unless it is there, and removes what a killed process left half written.
  static absl::StatusOr<BlobStore> Open(const std::string& folder);

  // On disk when it returns. Writing a name again with other bytes is kAlreadyExists; with the same it is nothing.
  absl::Status Put(std::string_view name, std::string_view bytes);
  // Errors: kNotFound; kInvalidArgument for what is no blob name.
  absl::StatusOr<std::string> Get(std::string_view name) const;
  absl::StatusOr<std::vector<std::string>> List() const;  // sorted
  // Removing what is not there is no error.
  absl::Status Remove(std::string_view name);

 private:
  explicit BlobStore(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_BLOB_STORE_H_
