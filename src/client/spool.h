// Events on disk between the buffer and the server, so that a crash, a restart or a long outage loses none.
//
//   spool/0/   the lane of one process     what this process appends, after what an earlier one left there
//   spool/1/   the lane of another         taken over when its process is gone
//
// A process takes the first lane that nobody holds. Events keep their ids and the instance that recorded them.
// What fails is not tried again for kSpoolRest; meanwhile events wait in memory.
#ifndef EXPT_SRC_CLIENT_SPOOL_H_
#define EXPT_SRC_CLIENT_SPOOL_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "src/client/spool_lane.h"

namespace expt::client {

using SteadyTime = std::chrono::steady_clock::time_point;

inline constexpr size_t kMaxLanes = 64;
inline constexpr std::chrono::seconds kSpoolRest{5};
inline constexpr std::chrono::seconds kAdoptInterval{60};

// The background thread's, but for events().
class Spool {
 public:
  Spool(const SpoolLane::Settings& settings, std::string directory);

  // Takes a lane when there is none yet, and looks for lanes that lost their process. To be called often.
  void Step(Time now, SteadyTime steady);

  // Whether Append() is worth a try.
  bool is_writable(SteadyTime steady) const { return own_ != nullptr && steady >= rest_until_; }
  // As SpoolLane::Append.
  size_t Append(std::span<const EncodedEvent> events, Time now, SteadyTime steady);

  // As the methods of SpoolLane; older lanes come first.
  SpoolLane::Taken Take(size_t max_events, size_t max_bytes);
  void Acknowledge();
  void KeepRejected(std::string_view code, const EncodedEvent& event);
  uint64_t unread() const;
  uint64_t unread_own() const { return own_ == nullptr ? 0 : own_->unread_own(); }
  uint64_t lost_own() const { return own_ == nullptr ? 0 : own_->lost_own(); }
  // Removes files when nothing is left to be sent.
  void Tidy();

  // Events but summaries that are on disk and not acknowledged. Any thread.
  uint64_t events() const { return events_; }

  // How the last attempt to use the disk went.
  const absl::Status& status() const { return status_; }
  std::vector<std::string> TakeWarnings();

 private:
  void Fail(const absl::Status& status, SteadyTime steady);
  absl::Status OpenOwn(Time now);
  void Adopt(Time now);
  void CountEvents();

  const SpoolLane::Settings settings_;
  const std::string directory_;
  std::unique_ptr<SpoolLane> own_;
  std::string own_name_;
  std::vector<std::unique_ptr<SpoolLane>> adopted_;
  SpoolLane* taken_from_ = nullptr;
  SteadyTime rest_until_{};
  SteadyTime adopt_at_{};
  absl::Status status_;
  std::vector<std::string> warnings_;
  std::atomic<uint64_t> events_{0};
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_SPOOL_H_
