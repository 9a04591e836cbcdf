#include "src/client/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "src/base/status.h"

namespace expt::client {
namespace {

absl::Status FileError(std::string_view verb) {
  const int error = errno;
  return base::Error(error == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kUnavailable,
                     "cannot " + std::string(verb) + ": " + std::strerror(error));
}

absl::Status OkIf(bool is_ok, std::string_view verb) { return is_ok ? absl::OkStatus() : FileError(verb); }

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// Retries a call that a signal interrupted.
template <typename Call>
auto Retry(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd() {
    if (fd_ >= 0) close(fd_);
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

class MachineFile final : public AppendFile {
 public:
  explicit MachineFile(int fd) : fd_(fd) {}

  absl::Status Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = Retry([&] { return write(fd_.get(), bytes.data(), bytes.size()); });
      if (written <= 0) return FileError("write");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }
  absl::Status Sync() override {
    return OkIf(Retry([&] { return fdatasync(fd_.get()); }) == 0, "sync");
  }

 private:
  const OwnedFd fd_;
};

class MachineFileSystem final : public FileSystem {
 public:
  absl::Status MakeDirectory(const std::string& path) override {
    for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
      const std::string directory = path.substr(0, slash);
      if (mkdir(directory.c_str(), 0700) == 0) {
        if (absl::Status status = SyncDirectory(ParentOf(directory)); !status.ok()) return status;
      } else if (errno != EEXIST) {
        return FileError("make directory");
      }
      if (slash == std::string::npos) return absl::OkStatus();
    }
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    DIR* const stream = opendir(directory.c_str());
    if (stream == nullptr) return FileError("list");
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    const int error = errno;
    closedir(stream);
    errno = error;
    if (error != 0) return FileError("list");
    return names;
  }

  absl::StatusOr<std::unique_ptr<AppendFile>> Create(const std::string& path) override {
    const int fd = Retry([&] { return open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600); });
    if (fd < 0) return FileError("make file");
    return std::make_unique<MachineFile>(fd);
  }

  absl::StatusOr<std::string> Read(const std::string& path, uint64_t offset, uint64_t size) override {
    const OwnedFd fd(Retry([&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (fd.get() < 0) return FileError("read");
    struct stat info {};
    if (fstat(fd.get(), &info) != 0) return FileError("read");
    const auto end = static_cast<uint64_t>(info.st_size);
    std::string bytes(offset < end ? std::min(size, end - offset) : 0, '\0');
    size_t read = 0;
    while (read < bytes.size()) {
      const ssize_t got = Retry([&] {
        return pread(fd.get(), bytes.data() + read, bytes.size() - read, static_cast<off_t>(offset + read));
      });
      if (got < 0) return FileError("read");
      if (got == 0) break;
      read += static_cast<size_t>(got);
    }
    bytes.resize(read);
    return bytes;
  }

  absl::Status Truncate(const std::string& path, uint64_t size) override {
    const OwnedFd fd(Retry([&] { return open(path.c_str(), O_WRONLY | O_CLOEXEC); }));
    if (fd.get() < 0) return FileError("cut");
    if (Retry([&] { return ftruncate(fd.get(), static_cast<off_t>(size)); }) != 0) return FileError("cut");
    return OkIf(Retry([&] { return fsync(fd.get()); }) == 0, "sync");
  }

  absl::Status Remove(const std::string& path) override { return OkIf(unlink(path.c_str()) == 0, "remove"); }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    return OkIf(rename(from.c_str(), to.c_str()) == 0, "rename");
  }

  absl::Status SyncDirectory(const std::string& path) override {
    const OwnedFd fd(Retry([&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (fd.get() < 0) return FileError("sync directory");
    return OkIf(Retry([&] { return fsync(fd.get()); }) == 0, "sync directory");
  }
};

}  // namespace

FileSystem* MachineFiles() {
  static MachineFileSystem* const files = new MachineFileSystem;  // never destroyed: threads may outlive statics
  return files;
}

absl::StatusOr<std::unique_ptr<DirectoryLock>> DirectoryLock::Take(const std::string& directory) {
  const std::string path = directory + "/lock";
  const int fd = Retry([&] { return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); });
  if (fd < 0) return FileError("open the lock file");
  std::unique_ptr<DirectoryLock> lock(new DirectoryLock(fd));
  if (Retry([&] { return flock(fd, LOCK_EX | LOCK_NB); }) == 0) return lock;
  if (errno != EWOULDBLOCK) return FileError("lock");
  return base::Error(absl::StatusCode::kFailedPrecondition, "in use by another client");
}

DirectoryLock::~DirectoryLock() { close(fd_); }

void DirectoryLock::LeaveToParent() const { close(fd_); }

}  // namespace expt::client
