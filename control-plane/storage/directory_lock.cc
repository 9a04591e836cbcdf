#include "control-plane/storage/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "src/base/status.h"

namespace expt::storage {

absl::StatusOr<DirectoryLock> DirectoryLock::Take(const std::string& directory) {
  DirectoryLock lock;
  lock.descriptor_ = open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock.descriptor_ < 0 || flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    return base::Error(absl::StatusCode::kUnavailable,
                       error == EWOULDBLOCK ? "event log: directory is in use by another process"
                                            : std::string("event log: cannot lock: ") + std::strerror(error));
  }
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace expt::storage
