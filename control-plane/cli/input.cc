#include "control-plane/cli/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

absl::Status FileError(std::string_view verb, const std::string& path) {
  const int error = errno;
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  if (error == ENOENT) code = absl::StatusCode::kNotFound;
  if (error == EACCES) code = absl::StatusCode::kPermissionDenied;
  if (error == EEXIST) code = absl::StatusCode::kAlreadyExists;
  return Error(code, "cannot " + std::string(verb) + " \"" + path + "\": " + std::strerror(error));
}

}  // namespace

absl::Status InputStream::Open(const std::string& path) {
  path_ = path;
  if (path == "-") return absl::OkStatus();
  file_.open(path);
  return file_ ? absl::OkStatus() : FileError("read", path);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const bool is_stdin = path == "-";
  std::FILE* file = is_stdin ? stdin : std::fopen(path.c_str(), "rb");
  if (!file) return FileError("read", path);
  std::string bytes;
  char chunk[64 << 10];
  size_t got = 0;
  while ((got = std::fread(chunk, 1, sizeof chunk, file)) > 0 && bytes.size() <= kMaxInputBytes) {
    bytes.append(chunk, got);
  }
  absl::Status status;
  if (std::ferror(file)) status = FileError("read", path);
  if (bytes.size() > kMaxInputBytes) {
    status = Error(absl::StatusCode::kResourceExhausted,
                   "\"" + path + "\" is larger than " + std::to_string(kMaxInputBytes) + " bytes");
  }
  if (!is_stdin) std::fclose(file);
  if (!status.ok()) return status;
  return bytes;
}

absl::StatusOr<std::string> ReadArgument(const std::string& argument) {
  if (argument == "-") return ReadFile(argument);
  if (!argument.empty() && argument[0] == '@') return ReadFile(argument.substr(1));
  return argument;
}

absl::Status WriteNewFile(const std::string& path, std::string_view bytes, unsigned mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return FileError("write", path);
  absl::Status status;
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      status = FileError("write", path);
      break;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (status.ok() && ::fsync(fd) != 0) status = FileError("write", path);
  if (::close(fd) != 0 && status.ok()) status = FileError("write", path);
  if (!status.ok()) ::unlink(path.c_str());
  return status;
}

absl::Status ReplaceFile(const std::string& path, std::string_view bytes, unsigned mode) {
  const std::string fresh = path + "." + std::to_string(::getpid()) + ".tmp";
  ::unlink(fresh.c_str());
  if (absl::Status status = WriteNewFile(fresh, bytes, mode); !status.ok()) return status;
  if (::rename(fresh.c_str(), path.c_str()) == 0) return absl::OkStatus();
  const absl::Status status = FileError("write", path);
  ::unlink(fresh.c_str());
  return status;
}

void PrintError(std::string_view text) {
  std::fflush(stdout);
  std::fprintf(stderr, "expt: %.*s\n", static_cast<int>(text.size()), text.data());
}

}  // namespace expt::cli
