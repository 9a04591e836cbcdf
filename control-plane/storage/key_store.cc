#include "control-plane/storage/key_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "control-plane/storage/whole_file.h"
#include "src/base/status.h"

namespace expt::storage {
namespace {

constexpr size_t kMaxSecretSize = 16u << 10;
constexpr size_t kMaxRootFileSize = 128u << 10;
constexpr std::string_view kRootPrefix = "root.";
constexpr std::string_view kRootSuffix = ".exs";

bool IsSecretName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string SecretFile(std::string_view name) { return std::string(name) + ".key"; }

std::string RootFile(int64_t version) {
  return std::string(kRootPrefix) + std::to_string(version) + std::string(kRootSuffix);
}

// 0 when `name` is no Root file.
int64_t RootVersion(std::string_view name) {
  if (!name.starts_with(kRootPrefix) || !name.ends_with(kRootSuffix)) return 0;
  name.remove_prefix(kRootPrefix.size());
  name.remove_suffix(kRootSuffix.size());
  int64_t version = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
  return error == std::errc() && end == name.data() + name.size() && version > 0 ? version : 0;
}

}  // namespace

absl::StatusOr<KeyStore> KeyStore::Open(const std::string& folder) {
  if (absl::Status status = MakeFolder(folder, 0700); !status.ok()) return status;
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 || (status.st_mode & 077) != 0) {
    return base::Error(absl::StatusCode::kPermissionDenied,
                       "the key folder may be entered by others: expected mode 0700");
  }
  return KeyStore(folder);
}

absl::StatusOr<std::string> KeyStore::ReadSecret(std::string_view name) const {
  if (!IsSecretName(name)) return base::Error(absl::StatusCode::kInvalidArgument, "expected a key name of letters a-z");
  return ReadSecretFile(folder_ + "/" + SecretFile(name), kMaxSecretSize);
}

absl::Status KeyStore::AddSecret(std::string_view name, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const absl::StatusOr<std::string> kept = ReadSecret(name);
  if (kept.ok()) {
    return base::Error(absl::StatusCode::kAlreadyExists, "key \"" + std::string(name) + "\" is there already");
  }
  if (kept.status().code() != absl::StatusCode::kNotFound) return kept.status();
  return WriteWholeFile(folder_, SecretFile(name), bytes, 0600);
}

absl::StatusOr<std::string> KeyStore::ReadRoot(int64_t version) const {
  return ReadWholeFile(folder_ + "/" + RootFile(version), kMaxRootFileSize);
}

absl::Status KeyStore::AddRoot(int64_t version, std::string_view file) {
  const std::lock_guard lock(mutex_);
  const int64_t newest = FindNewestRoot();
  if (version <= 0 || (newest != 0 && version != newest + 1)) {
    return base::Error(absl::StatusCode::kFailedPrecondition,
                       "root: expected version " + std::to_string(newest + 1) + ", found " + std::to_string(version));
  }
  return WriteWholeFile(folder_, RootFile(version), file, 0644);
}

int64_t KeyStore::newest_root() const {
  const std::lock_guard lock(mutex_);
  return FindNewestRoot();
}

int64_t KeyStore::FindNewestRoot() const {
  int64_t newest = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) {
    newest = std::max(newest, RootVersion(entry.path().filename().string()));
  }
  return newest;
}

}  // namespace expt::storage
