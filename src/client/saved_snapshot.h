// A snapshot with the Roots that lead to its keys: a file of the data directory, or a bundle.
#ifndef EXPT_SRC_CLIENT_SAVED_SNAPSHOT_H_
#define EXPT_SRC_CLIENT_SAVED_SNAPSHOT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace expt::client {

struct SavedSnapshot {
  std::vector<std::string> roots;  // whole files, each version after the one before; the trusted one is among them
  std::string snapshot;            // whole file
};

// The parts of its file: the snapshot, then the Roots. Views into `saved`.
std::vector<std::string_view> PartsOf(const SavedSnapshot& saved);
// Nothing when a part is missing.
std::optional<SavedSnapshot> SavedSnapshotOf(std::vector<std::string> parts);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_SAVED_SNAPSHOT_H_
