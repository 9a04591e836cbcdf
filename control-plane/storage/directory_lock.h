// A lock on a directory against other processes.
#ifndef EXPT_CONTROL_PLANE_STORAGE_DIRECTORY_LOCK_H_
#define EXPT_CONTROL_PLANE_STORAGE_DIRECTORY_LOCK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace expt::storage {

// Held for as long as it lives.
class DirectoryLock {
 public:
  // Errors: kUnavailable when another process holds it, or the file `lock` cannot be made.
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  DirectoryLock() = default;

  int descriptor_ = -1;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_DIRECTORY_LOCK_H_
