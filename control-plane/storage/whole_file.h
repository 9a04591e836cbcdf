// Files that are written as a whole: after a crash the old content or the new one, never a part.
#ifndef EXPT_CONTROL_PLANE_STORAGE_WHOLE_FILE_H_
#define EXPT_CONTROL_PLANE_STORAGE_WHOLE_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace expt::storage {

// Writes `folder`/`name` through a temporary file: write, fsync, rename, fsync of the folder. It is on disk when the
// call returns. `mode` as in chmod: 0600.
// Errors: kUnavailable, naming the file and what the system said.
absl::Status WriteWholeFile(const std::string& folder, std::string_view name, std::string_view bytes, unsigned mode);

// Errors: kNotFound; kInvalidArgument beyond `max_size`; kUnavailable.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path, size_t max_size);

// The same for a file that holds a secret. kPermissionDenied when the group or others may read it.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path, size_t max_size);

// Makes one folder with that mode unless it is there.
absl::Status MakeFolder(const std::string& path, unsigned mode);

// Makes removals and renames in a folder durable.
absl::Status SyncFolder(const std::string& folder);

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_WHOLE_FILE_H_
