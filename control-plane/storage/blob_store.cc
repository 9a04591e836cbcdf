#include "control-plane/storage/blob_store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "control-plane/storage/whole_file.h"
#include "src/base/status.h"

namespace expt::storage {
namespace {

constexpr size_t kMaxBlobSize = 64u << 20;

absl::Status NotAName() {
  return base::Error(absl::StatusCode::kInvalidArgument, "expected a digest of 64 lower-case hexadecimal digits");
}

absl::Status FolderError(const std::error_code& error) {
  return base::Error(absl::StatusCode::kUnavailable, "cannot read the blob folder: " + error.message());
}

}  // namespace

bool IsBlobName(std::string_view name) {
  return name.size() == 64 &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

absl::StatusOr<BlobStore> BlobStore::Open(const std::string& folder) {
  if (absl::Status status = MakeFolder(folder, 0755); !status.ok()) return status;
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error) return FolderError(error);
  for (const auto& entry : entries) {
    if (entry.path().filename().string().starts_with(".tmp-")) std::filesystem::remove(entry.path(), error);
  }
  return BlobStore(folder);
}

absl::Status BlobStore::Put(std::string_view name, std::string_view bytes) {
  if (!IsBlobName(name)) return NotAName();
  const absl::StatusOr<std::string> kept = Get(name);
  if (kept.ok()) {
    if (*kept == bytes) return absl::OkStatus();
    return base::Error(absl::StatusCode::kAlreadyExists,
                       "blob \"" + std::string(name) + "\" is there with other bytes");
  }
  if (kept.status().code() != absl::StatusCode::kNotFound) return kept.status();
  return WriteWholeFile(folder_, name, bytes, 0644);
}

absl::StatusOr<std::string> BlobStore::Get(std::string_view name) const {
  if (!IsBlobName(name)) return NotAName();
  return ReadWholeFile(folder_ + "/" + std::string(name), kMaxBlobSize);
}

absl::StatusOr<std::vector<std::string>> BlobStore::List() const {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder_, error);
  if (error) return FolderError(error);
  std::vector<std::string> names;
  for (const auto& entry : entries) {
    std::string name = entry.path().filename().string();
    if (IsBlobName(name)) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status BlobStore::Remove(std::string_view name) {
  if (!IsBlobName(name)) return NotAName();
  const std::string path = folder_ + "/" + std::string(name);
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return base::Error(absl::StatusCode::kUnavailable,
                       "cannot remove blob \"" + std::string(name) + "\": " + std::generic_category().message(errno));
  }
  return SyncFolder(folder_);
}

}  // namespace expt::storage
