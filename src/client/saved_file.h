// Files of the data directory: a few texts in one file, written so that a crash leaves the old file or the new one.
//
//   "EXL1" | u32 part count | { u64 size, bytes } per part | u32 CRC-32C of everything before
//
// Little-endian. Mode 0600; written as tmp, fsync, rename, fsync of the directory.
#ifndef EXPT_SRC_CLIENT_SAVED_FILE_H_
#define EXPT_SRC_CLIENT_SAVED_FILE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace expt::client {

std::string PackSavedFile(std::span<const std::string_view> parts);
// `name` stands in errors. Errors: kDataLoss when the bytes are damaged.
absl::StatusOr<std::vector<std::string>> UnpackSavedFile(std::string_view bytes, std::string_view name);

// Errors: kUnavailable, naming the file's last part and what the system says.
absl::Status WriteSavedFile(const std::string& directory, std::string_view name,
                            std::span<const std::string_view> parts);

// Errors: kNotFound when there is no such file, kDataLoss when it is damaged, kUnavailable when it cannot be read.
absl::StatusOr<std::vector<std::string>> ReadSavedFile(const std::string& directory, std::string_view name);

// Renames and syncs the directory. kUnavailable when that fails; a missing `from` is no error.
absl::Status RenameSavedFile(const std::string& directory, std::string_view from, std::string_view to);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_SAVED_FILE_H_
