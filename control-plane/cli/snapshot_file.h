// Signed files on disk, opened for the commands that read them.
#ifndef EXPT_CONTROL_PLANE_CLI_SNAPSHOT_FILE_H_
#define EXPT_CONTROL_PLANE_CLI_SNAPSHOT_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"

namespace expt::cli {

// True when `bytes` begin like a signed file.
bool IsSignedFile(std::string_view bytes);

// Verifies `snapshot` under `root`; both are bytes. The names stand in errors, which begin with
// `snapshot "<name>": step 5: BAD_SIGNATURE: ...`. An empty environment accepts any that the Root names.
absl::StatusOr<Snapshot> OpenSnapshot(std::string_view snapshot, const std::string& snapshot_name,
                                      const std::string& root_path, const std::string& environment);

std::string HexText(const Digest& digest);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_SNAPSHOT_FILE_H_
