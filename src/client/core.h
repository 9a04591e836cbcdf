// The parts of a client, and its one background thread.
//
//   program's threads                       background thread
//   Read() ------ SnapshotSlot <----------- Loader ---- Store
//   Record() ---- ExposureDedupe,
//                 EventBuffer ------------> Uploader ---- Spool
//                 SnapshotSlot (counts) --> evaluation summaries --> EventBuffer
//                 AssignmentSaver --------> the program's AssignmentStore
//                                           StatusReporter: what Loader and the counts say
#ifndef EXPT_SRC_CLIENT_CORE_H_
#define EXPT_SRC_CLIENT_CORE_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "expt/client.h"
#include "src/client/assignment_saver.h"
#include "src/client/drop_counts.h"
#include "src/client/event_buffer.h"
#include "src/client/event_record.h"
#include "src/client/exposure_dedupe.h"
#include "src/client/health.h"
#include "src/client/hook_calls.h"
#include "src/client/incarnation.h"
#include "src/client/loader.h"
#include "src/client/settings.h"
#include "src/client/snapshot_slot.h"
#include "src/client/spool.h"
#include "src/client/status_reporter.h"
#include "src/client/store.h"
#include "src/client/uploader.h"

namespace expt::client {

// Thread-safe. The background thread has a share in its core, so that a callback may destroy the client: Close() ends
// it.
class Core : public std::enable_shared_from_this<Core> {
 public:
  // As Client::Open. `files` is where the spool is kept.
  static absl::StatusOr<std::shared_ptr<Core>> Open(ClientOptions options, FileSystem* files = MachineFiles());
  // A client that answers from what InstallFixed() gives it and loads nothing: no thread, no disk, no network. Events
  // go to `options.event_sink` on the thread that reports, or nowhere. Of `options` counts what is left then.
  static std::shared_ptr<Core> OpenFixed(ClientOptions options, std::string environment = "fixed");
  void InstallFixed(Snapshot snapshot);
  void SetFixedStatus(const absl::Status& status) { health_.SetLoadStatus(status); }
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // Evaluates and calls use(decision); when that returns a value that was really used, the exposures are recorded.
  // `use` returns {result, is_used}. `expected` is kMissing where any type will do.
  template <typename Use>
  auto Evaluate(FlagRef flag, const Context& context, ValueType expected, const DecideOptions& options, Use use) {
    if (settings_.options.hooks.empty()) [[likely]] {
      return Decide(flag, context, expected, options, use, [](const Decision&) {});
    }
    const std::shared_ptr<Core> self = shared_from_this();  // a hook may destroy the client
    HookCalls hooks(settings_.options.hooks, {.flag = flag.key(), .context = context, .expected = expected});
    return Decide(flag, context, expected, options, use, [&](const Decision& decision) { hooks.After(decision); });
  }

  // This core, or in a forked child the child's own, made at the first call. A closed one stays closed.
  Core& Here() { return Incarnation() == incarnation_ ? *this : Heir(/*is_started=*/true); }
  // Closes what belongs to this process, at the end of the Client that owns `core`.
  static void Release(std::shared_ptr<Core> core, std::chrono::milliseconds timeout);

  // As the methods of Client.
  OwnedDecision Own(const Decision& decision) const;  // with its age
  std::vector<OwnedDecision> All(const Context& context, const StickyAssignments* sticky);
  Explanation Explain(FlagRef flag, const Context& context, const StickyAssignments* sticky);
  Snapshot Pin() const;
  absl::StatusOr<StickyAssignments> Assignments(const Context& context) const;
  TrackResult Track(std::string_view name, const Context& context, const TrackOptions& options);
  TrackResult Expose(const Decision& decision, const Context& context);
  TrackResult Expose(std::string_view experiment, std::string_view variant, const Context& context,
                     const ExposeOptions& options);
  TrackResult Identify(const Context& context, std::string_view unit_type, std::string_view unit_id);
  bool Ready(std::chrono::milliseconds timeout) { return health_.WaitReady(timeout); }
  bool WaitForRoom(size_t events, std::chrono::milliseconds timeout) { return buffer_.WaitForRoom(events, timeout); }
  FlushReport Flush(std::chrono::milliseconds timeout) { return Flush(timeout, /*is_closing=*/false); }
  absl::Status Close(std::chrono::milliseconds timeout);
  ClientStatus Status() const;

 private:
  Core(Settings settings, std::unique_ptr<Store> store, const absl::Status& store_status, FileSystem* files,
       bool has_thread);

  template <typename Use, typename After>
  auto Decide(FlagRef flag, const Context& context, ValueType expected, const DecideOptions& options, Use use,
              After after) {
    const Time now = settings_.options.clock->Now();  // before the reader: a clock is foreign code
    const SnapshotSlot::Reader reader(slot_);
    const Snapshot& snapshot = reader.installed().snapshot;
    const Decision decision = expt::Evaluate(snapshot, flag, context, {.now = now, .sticky = options.sticky}, expected);
    if (snapshot.is_ready()) reader.Count(decision);
    after(decision);
    auto [result, is_used] = use(decision);
    if (decision.exposure_count != 0 && options.record && is_used) {
      RecordExposures(reader, decision, context, now);
    }
    return result;
  }

  TrackResult RecordExposures(const SnapshotSlot::Reader& reader, const Decision& decision, const Context& context,
                              Time now);
  TrackResult Push(EventKind kind, const RecordWriter& record);
  TrackResult Drop(DropReason reason, EventKind kind);
  RecordHead HeadOf(EventKind kind, std::optional<Time> time, std::string_view event_id) const;

  Core& Heir(bool is_started);
  Core& MakeHeir(const Core& parent, bool is_started);

  void StartThread();
  bool IsOwnThread() const { return own_thread_ == std::this_thread::get_id(); }
  absl::Status StopFromWithin();
  uint64_t Finish();
  void Run();
  void Wake();
  // Whether another thread wants something of the background thread.
  bool IsWaitedFor();
  // The callers of these hold wake_mutex_.
  bool IsDueLocked() const { return is_woken_ || is_stopping_ || flush_asked_ != flush_seen_; }
  void NotifyLocked();
  void Deliver();
  void QueueSummaries();
  FlushReport Flush(std::chrono::milliseconds timeout, bool is_closing);
  bool IsFlushed(uint64_t until) const;
  uint64_t Remaining() const;

  const uint64_t incarnation_ = Incarnation();
  FileSystem* const files_;
  const Settings settings_;
  const bool has_thread_;
  const std::chrono::milliseconds opened_;  // monotonic
  const std::unique_ptr<Store> store_;      // null: everything stays in memory
  Health health_;
  SnapshotSlot slot_;
  ExposureDedupe dedupe_;
  DropCounts drops_;
  EventBuffer buffer_;
  AssignmentSaver assignments_;

  // The background thread's.
  const std::unique_ptr<Spool> spool_;  // null: events stay in memory
  Loader loader_;
  Uploader uploader_;
  StatusReporter reporter_;
  EvaluationTally tally_;
  Time window_start_;

  std::mutex deliver_mutex_;  // without a background thread: held by the thread that does its work

  std::mutex wake_mutex_;
  std::condition_variable wake_;     // the background thread waits here
  std::condition_variable flushed_;  // callers of Flush() wait here
  // Under wake_mutex_.
  bool is_woken_ = false;
  bool is_in_transport_ = false;  // the background thread waits there, not on wake_
  bool is_stopping_ = false;
  uint64_t flush_asked_ = 0;  // Flush() calls so far
  uint64_t flush_seen_ = 0;   // of them, those whose summaries are in the buffer
  uint64_t flush_until_ = 0;  // their last sequence number

  // In a forked child: the core to use there, and the incarnation that makes or made it.
  std::atomic<Core*> heir_{nullptr};
  std::atomic<uint64_t> heir_maker_{0};
  std::shared_ptr<Core>* heir_owner_ = nullptr;

  std::mutex close_mutex_;
  bool is_closed_ = false;  // under close_mutex_
  std::thread thread_;
  std::atomic<std::thread::id> own_thread_{};  // of thread_ while it runs
  bool is_stopped_from_within_ = false;        // the background thread's
};

// Makes Clients.
struct Access {
  static Client Make(std::shared_ptr<Core> core) { return Client(std::move(core)); }
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_CORE_H_
