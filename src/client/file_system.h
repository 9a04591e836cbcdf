// The disk as the spool sees it: a seam, so that tests can make it fail.
#ifndef EXPT_SRC_CLIENT_FILE_SYSTEM_H_
#define EXPT_SRC_CLIENT_FILE_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace expt::client {

// A file that is only appended to. Not thread-safe.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // All of `bytes`, or an error after which any part of them may be in the file.
  virtual absl::Status Append(std::string_view bytes) = 0;
  // Once it is OK, what was appended survives a power cut. After an error nobody knows what did.
  virtual absl::Status Sync() = 0;
};

// Errors are kUnavailable and say what the system says; kNotFound where a file is missing. Paths are never in them.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // With its parents, mode 0700, durable on return; one that exists is no error.
  virtual absl::Status MakeDirectory(const std::string& path) = 0;
  // Names of what is in it, in no order.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;
  // Makes a new file, mode 0600. One of that name is an error.
  virtual absl::StatusOr<std::unique_ptr<AppendFile>> Create(const std::string& path) = 0;
  // At most `size` bytes from `offset` on; fewer where the file ends.
  virtual absl::StatusOr<std::string> Read(const std::string& path, uint64_t offset, uint64_t size) = 0;
  // Cuts the file and syncs it.
  virtual absl::Status Truncate(const std::string& path, uint64_t size) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  // Makes the names in it survive a power cut.
  virtual absl::Status SyncDirectory(const std::string& path) = 0;
};

// The machine's. Never destroyed.
FileSystem* MachineFiles();

// An exclusive lock on a file of a directory, held until it is destroyed or the process ends.
class DirectoryLock {
 public:
  // Errors: kFailedPrecondition when another process or client holds it; kUnavailable.
  static absl::StatusOr<std::unique_ptr<DirectoryLock>> Take(const std::string& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  // In a forked child: closes the inherited lock, so that it ends with the parent. This object must not be destroyed.
  void LeaveToParent() const;

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_FILE_SYSTEM_H_
