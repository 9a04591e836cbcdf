// Remembers which snapshot is on trial, so that a process that it ends does not start with it for ever.
//
//   Begin (before the swap) --> on trial --Settle (60 s later, or a clean close)--> trusted
//                                  |
//                                  +--the process ends--> Start finds it: one more start of that digest
//
// A digest with 3 such starts is quarantined for a day. After 6 such starts in a row, of whatever digests, nothing of
// the data directory is served either.
#ifndef EXPT_SRC_CLIENT_INSTALL_GUARD_H_
#define EXPT_SRC_CLIENT_INSTALL_GUARD_H_

#include <chrono>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "expt/snapshot.h"
#include "src/client/store.h"

namespace expt::client {

// Not thread-safe. Without a store it remembers nothing.
class InstallGuard {
 public:
  static constexpr std::chrono::milliseconds kHealthWindow{60'000};
  static constexpr uint32_t kQuarantineStarts = 3;
  static constexpr uint32_t kBareStarts = 6;
  static constexpr std::chrono::hours kQuarantineTime{24};

  explicit InstallGuard(Store* store) : store_(store) {}

  // Once, before anything is installed. Answers the digest that this start has put into quarantine.
  //
  // Errors: PENDING_NOT_SAVED; what could not be saved counts for this process.
  absl::StatusOr<std::optional<Digest>> Start(Time now);

  // Whether `digest` may serve. One in quarantine may when nothing else can and there were few starts.
  bool MayServe(const Digest& digest, bool has_other, Time now) const;
  // Whether the snapshots of the data directory may serve.
  bool MayUseSaved() const { return saved_.starts_in_a_row < kBareStarts; }
  // Whether a snapshot that was trusted before must prove itself again.
  bool IsAlarmed() const { return saved_.starts_in_a_row >= kQuarantineStarts; }

  // Puts `digest` on trial.
  //
  // Errors: PENDING_NOT_SAVED.
  absl::Status Begin(const Digest& digest);
  // `digest` has served without harm.
  //
  // Errors: PENDING_NOT_SAVED.
  absl::Status Settle(const Digest& digest);

 private:
  absl::Status Save();

  Store* const store_;
  SavedGuard saved_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_INSTALL_GUARD_H_
