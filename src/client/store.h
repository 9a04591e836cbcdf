// The data directory: what a process remembers across restarts.
//
//   lock            pid of the process that uses the directory; held with flock
//   current.lkg     the last known good snapshot, and the Root files that it was verified with
//   previous.lkg    the one before
//   state           floors, the last accepted Head, and the Root files from the pinned one on
//   guard           which snapshot is on trial, and which ones ended the process
//   *.corrupt       a damaged file, kept for a look
#ifndef EXPT_SRC_CLIENT_STORE_H_
#define EXPT_SRC_CLIENT_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/client/saved_snapshot.h"
#include "src/core/head.h"

namespace expt::client {

struct SavedState {
  std::string environment;  // the floors are this environment's
  Audience audience = Audience::kServer;
  Floor floor;
  core::HeadFloor head_floor;
  std::string head;                // whole file; empty before the first
  std::vector<std::string> roots;  // whole files; the first is the pinned one
};

// What InstallGuard remembers.
struct SavedGuard {
  struct Suspect {
    Digest digest{};
    uint32_t starts = 0;  // that found it on trial
    int64_t until_ms = 0;
  };
  std::optional<Digest> on_trial;
  uint32_t starts_in_a_row = 0;
  std::vector<Suspect> suspects;  // the oldest first
};

// Not thread-safe, but for Open().
class Store {
 public:
  // Makes the directory (mode 0700) and takes the lock.
  //
  // Errors: kFailedPrecondition when another process or client holds it; kUnavailable when it cannot be used.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& directory);
  // Lets go of the lock.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // In a forked child: closes the inherited lock, so that it ends with the parent. Nothing may be called then.
  void LeaveToParent() const;

  // kUnavailable when the file system refuses.
  absl::Status SaveSnapshot(const SavedSnapshot& saved);
  absl::Status SaveState(const SavedState& state);
  absl::Status SaveGuard(const SavedGuard& guard);

  enum class Slot { kCurrent, kPrevious };
  // Nothing is an error; a damaged file is renamed to .corrupt and reported as kDataLoss.
  absl::StatusOr<SavedSnapshot> LoadSnapshot(Slot slot);
  absl::StatusOr<SavedState> LoadState();
  absl::StatusOr<SavedGuard> LoadGuard();

  // Renames a file whose content turned out to be bad.
  void MarkCorrupt(Slot slot);

 private:
  Store(std::string directory, int lock) : directory_(std::move(directory)), lock_(lock) {}
  absl::StatusOr<std::vector<std::string>> Load(std::string_view name);

  std::string directory_;
  int lock_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_STORE_H_
