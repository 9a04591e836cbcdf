// Keeps the snapshot fresh: Root, Head, Snapshot, in this order, each verified before it counts.
//
//   no Root --GET root/{n}, digest = pin--> Root --GET head--> Head --GET snapshots/{digest}--> Snapshot --> slot
//                                                                   (from snapshot_url first, where there is one)
//
// New Heads also come by themselves, on a stream; the same checks apply to them, and polls become rare meanwhile.
//
// On any refusal what is served stays. A snapshot digest that was refused is left alone for an hour. What was installed
// is on trial for a minute before it becomes the last known good one.
#ifndef EXPT_SRC_CLIENT_LOADER_H_
#define EXPT_SRC_CLIENT_LOADER_H_

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "src/client/head_stream.h"
#include "src/client/health.h"
#include "src/client/install_guard.h"
#include "src/client/retry.h"
#include "src/client/root_chain.h"
#include "src/client/settings.h"
#include "src/client/snapshot_slot.h"
#include "src/client/store.h"
#include "src/client/verdict.h"
#include "src/core/head.h"

namespace expt::client {

// Used by the background thread only. What it is given outlives it; `store` may be null.
class Loader {
 public:
  Loader(const Settings& settings, Store* store, Health* health, SnapshotSlot* slot);

  // Installs the best of the data directory and the bundle, verified again.
  void LoadSaved();

  // Goes on with what the parent of a forked child had installed.
  void Inherit(std::shared_ptr<const Installed> installed);

  // What is installed has proved itself. Call when the client closes as it should; the thread has ended.
  void Close();

  // Makes the requests that are due and returns when to call again.
  SteadyTime Step();

  // New Heads may come by themselves: wait for the next Step() with Transport::Wait().
  bool is_listening() const { return stream_.is_open(); }

  // Counts installs, so that a caller can see that one happened.
  uint64_t installs() const { return installs_; }

  // What became of what the server offered last: of the Head when that was refused, else of the snapshot that the last
  // Head named. Nothing before the first.
  const std::optional<Verdict>& verdict() const { return refusal_.has_value() ? refusal_ : verdict_; }

  // The last accepted Head, also one from the data directory.
  const std::optional<wire::HeadModel>& head() const { return head_; }
  // What serves, without overlay.
  const Snapshot& snapshot() const { return snapshot_; }

  // The last Head was issued more than 10 minutes in the future of the wall clock.
  bool is_clock_suspect() const { return is_clock_suspect_; }

 private:
  struct Refusal {
    SteadyTime until;
    absl::Status status;
  };

  // A snapshot that serves and is not the last known good one yet.
  struct Trial {
    Digest digest{};
    std::string file;                 // whole; empty when it is from the data directory or the bundle
    std::chrono::milliseconds since;  // monotonic
  };

  SteadyTime StepNetwork();
  SteadyTime StepTrial();
  SteadyTime StepAge();
  SteadyTime NextStep() const;
  std::optional<std::string> Listen(SteadyTime now);
  std::chrono::milliseconds PollInterval() const;
  absl::Status Refresh();
  absl::Status FetchFirstRoot();
  absl::Status FetchHead();
  absl::Status AcceptHead(const std::string& file, std::string_view etag);
  absl::StatusOr<core::AcceptedHead> OpenHead(const std::string& file);
  absl::Status WalkRoots();
  absl::Status FollowHead();
  absl::Status CheckFloor(const wire::SnapshotRef& target) const;
  absl::Status FetchSnapshot(const wire::SnapshotRef& target);
  absl::Status TakeExported(const wire::SnapshotRef& target);
  absl::Status AcceptSnapshot(const std::string& file, const wire::SnapshotRef& target);
  absl::Status Refuse(const wire::SnapshotRef& target, absl::Status status);
  void NoteRefusal(const absl::Status& status);

  const wire::SnapshotRef& TargetOf(const wire::HeadModel& head) const;
  void RaiseFloor(const Floor& floor);
  void Install(Snapshot snapshot, ClientStatus::Source source);
  void BeginTrial(std::string file);
  void PassTrial();
  Overlay::Stale StaleNow() const;
  std::span<const std::string> EmergencyOff() const;
  void ApplyOverlay();
  void SaveState();
  void ReportSaving();

  void StartGuard();
  void LoadHead(const SavedState& state);

  absl::StatusOr<HttpReply> Get(std::string_view path, uint64_t max_bytes, bool with_key);
  HttpRequest MakeRequest(std::string_view base, std::string_view path, uint64_t max_bytes) const;
  absl::Status UnexpectedReply(std::string_view what, const HttpReply& reply);
  Time FlooredNow() const;
  void Log(LogLevel level, std::string_view text) const;

  const Settings& settings_;
  Store* const store_;
  Health* const health_;
  SnapshotSlot* const slot_;
  Jitter jitter_;
  Backoff backoff_;
  HeadStream stream_;

  RootChain chain_;
  std::optional<wire::HeadModel> head_;
  std::string head_file_;
  std::string etag_;
  core::HeadFloor head_floor_;
  std::chrono::milliseconds verified_at_{0};  // monotonic, of head_
  Floor floor_;
  Floor saved_floor_;  // as it is on disk: raised when a trial is passed
  Snapshot snapshot_;                           // with any overlay
  std::shared_ptr<const Installed> installed_;  // the same as it serves; null without one
  std::map<Digest, Refusal> refused_;
  InstallGuard guard_;
  std::optional<Trial> trial_;
  std::optional<Verdict> verdict_;  // about a snapshot
  std::optional<Verdict> refusal_;  // of the last Head, for the sake of security; until one is taken and followed
  // The last attempts to save.
  absl::Status pending_saved_;
  absl::Status snapshot_saved_;
  absl::Status state_saved_;

  bool is_remembered_ = false;  // what Refresh() answers was counted before

  // Of one Step(): whether the server was reached and agreed, and what it asked for.
  bool is_reachable_ = false;
  std::optional<std::chrono::milliseconds> retry_after_;

  SteadyTime next_poll_{};
  Digest spread_digest_{};  // whose fetch is spread over time, until fetch_at_
  SteadyTime fetch_at_ = SteadyTime::max();
  uint64_t installs_ = 0;
  bool is_clock_suspect_ = false;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_LOADER_H_
