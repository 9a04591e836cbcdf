#include "src/client/saved_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "src/base/status.h"
#include "src/client/crc32c.h"

namespace expt::client {
namespace {

constexpr std::string_view kMagic = "EXL1";
constexpr uint32_t kMaxParts = 2'000;  // a chain of Roots may be long
constexpr uint64_t kMaxFileSize = 64u << 20;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool Close() { return close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

absl::Status SystemError(std::string_view verb, std::string_view name) {
  const std::string reason = std::strerror(errno);
  return base::Error(absl::StatusCode::kUnavailable,
                     "cannot " + std::string(verb) + " cache \"" + std::string(name) + "\": " + reason);
}

absl::Status Damaged(std::string_view name, std::string_view what) {
  return base::Error(absl::StatusCode::kDataLoss, "cache \"" + std::string(name) + "\": " + std::string(what));
}

template <typename T>
void PutLittleEndian(std::string& out, T value) {
  for (size_t i = 0; i < sizeof value; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

template <typename T>
T GetLittleEndian(std::string_view bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof value; ++i) value |= static_cast<T>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  return value;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

absl::Status SyncDirectory(const std::string& directory) {
  const Descriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return SystemError("sync directory of", "");
  return absl::OkStatus();
}

std::string PathOf(const std::string& directory, std::string_view name) { return directory + "/" + std::string(name); }

}  // namespace

std::string PackSavedFile(std::span<const std::string_view> parts) {
  std::string out(kMagic);
  PutLittleEndian(out, static_cast<uint32_t>(parts.size()));
  for (const std::string_view part : parts) {
    PutLittleEndian(out, uint64_t{part.size()});
    out += part;
  }
  PutLittleEndian(out, Crc32c(out));
  return out;
}

absl::StatusOr<std::vector<std::string>> UnpackSavedFile(std::string_view bytes, std::string_view name) {
  constexpr size_t kCrcSize = sizeof(uint32_t);
  if (bytes.size() < kMagic.size() + 2 * kCrcSize || !bytes.starts_with(kMagic)) {
    return Damaged(name, "not a cache file");
  }
  const std::string_view content = bytes.substr(0, bytes.size() - kCrcSize);
  if (Crc32c(content) != GetLittleEndian<uint32_t>(bytes.substr(content.size()))) {
    return Damaged(name, "checksum does not match");
  }
  std::string_view rest = content.substr(kMagic.size());
  const auto count = GetLittleEndian<uint32_t>(rest);
  rest.remove_prefix(sizeof count);
  if (count > kMaxParts) return Damaged(name, "too many parts");
  std::vector<std::string> parts;
  for (uint32_t i = 0; i < count; ++i) {
    if (rest.size() < sizeof(uint64_t)) return Damaged(name, "cut short");
    const auto size = GetLittleEndian<uint64_t>(rest);
    rest.remove_prefix(sizeof size);
    if (size > rest.size()) return Damaged(name, "cut short");
    parts.emplace_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  if (!rest.empty()) return Damaged(name, "more than its parts");
  return parts;
}

absl::Status WriteSavedFile(const std::string& directory, std::string_view name,
                            std::span<const std::string_view> parts) {
  const std::string path = PathOf(directory, name);
  const std::string tmp = path + ".tmp";
  Descriptor fd(open(tmp.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (fd.get() < 0) return SystemError("write", name);
  if (!WriteAll(fd.get(), PackSavedFile(parts)) || fsync(fd.get()) != 0 || !fd.Close()) {
    absl::Status error = SystemError("write", name);
    unlink(tmp.c_str());
    return error;
  }
  if (rename(tmp.c_str(), path.c_str()) != 0) return SystemError("replace", name);
  return SyncDirectory(directory);
}

absl::StatusOr<std::vector<std::string>> ReadSavedFile(const std::string& directory, std::string_view name) {
  const std::string path = PathOf(directory, name);
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno != ENOENT) return SystemError("read", name);
    return base::Error(absl::StatusCode::kNotFound, "cache \"" + std::string(name) + "\": no such file");
  }
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return SystemError("read", name);
  if (info.st_size < 0 || static_cast<uint64_t>(info.st_size) > kMaxFileSize) return Damaged(name, "too large");
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(fd.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError("read", name);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  return UnpackSavedFile(std::string_view(bytes).substr(0, size), name);
}

absl::Status RenameSavedFile(const std::string& directory, std::string_view from, std::string_view to) {
  if (rename(PathOf(directory, from).c_str(), PathOf(directory, to).c_str()) != 0) {
    return errno == ENOENT ? absl::OkStatus() : SystemError("rename", from);
  }
  return SyncDirectory(directory);
}

}  // namespace expt::client
