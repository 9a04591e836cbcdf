#include "control-plane/storage/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "src/base/status.h"

namespace expt::storage {
namespace {

std::string_view FileName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

absl::Status SystemError(std::string_view verb, std::string_view path, int error) {
  std::string text = "cannot ";
  text.append(verb).append(" \"").append(FileName(path)).append("\": ");
  text += std::generic_category().message(error);
  return base::Error(error == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kUnavailable, text);
}

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

bool WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

absl::StatusOr<std::string> Read(const std::string& path, size_t max_size, bool is_secret) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return SystemError("read", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return SystemError("read", path, errno);
  if (is_secret && (status.st_mode & 077) != 0) {
    return base::Error(absl::StatusCode::kPermissionDenied, "\"" + std::string(FileName(path)) +
                                                                "\" holds a secret and may be read by others: "
                                                                "expected mode 0600");
  }
  if (static_cast<uint64_t>(status.st_size) > max_size) {
    return base::Error(absl::StatusCode::kInvalidArgument, "\"" + std::string(FileName(path)) +
                                                               "\": expected at most " + std::to_string(max_size) +
                                                               " bytes, found " + std::to_string(status.st_size));
  }
  std::string bytes(static_cast<size_t>(status.st_size), '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("read", path, errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

absl::Status SyncFolder(const std::string& folder) {
  const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) return SystemError("write", folder, errno);
  return absl::OkStatus();
}

absl::Status WriteWholeFile(const std::string& folder, std::string_view name, std::string_view bytes, unsigned mode) {
  static std::atomic<unsigned> count{0};
  const std::string path = folder + "/" + std::string(name);
  const std::string temporary =
      folder + "/.tmp-" + std::to_string(::getpid()) + "-" + std::to_string(count.fetch_add(1));
  int error = 0;
  {
    const File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (file.get() < 0) return SystemError("write", path, errno);
    if (!WriteAll(file.get(), bytes) || ::fsync(file.get()) != 0) error = errno;
  }
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return SystemError("write", path, error);
  }
  return SyncFolder(folder);
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path, size_t max_size) {
  return Read(path, max_size, false);
}

absl::StatusOr<std::string> ReadSecretFile(const std::string& path, size_t max_size) {
  return Read(path, max_size, true);
}

absl::Status MakeFolder(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return SystemError("make folder", path, errno);
  return absl::OkStatus();
}

}  // namespace expt::storage
