#include "src/client/core.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/client/event_id.h"
#include "src/client/sink_transport.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kSummaryInterval{60};
constexpr size_t kMaxTally = 2'000;  // rows that make summaries leave early
// After an install, threads that were evaluating are looked at again this often, this many times.
constexpr milliseconds kSweepInterval{500};
constexpr int kSweeps = 4;

// Takes every event and forgets it.
class Nowhere final : public EventSink {
  absl::StatusOr<std::vector<EventResult>> Deliver(const EventBatch& batch) override {
    return std::vector(batch.events.size(), EventResult::kStored);
  }
};

// Null where events stay in memory.
std::unique_ptr<Spool> MakeSpool(const Settings& settings, FileSystem* files, DropCounts* drops) {
  const SpoolOptions& options = settings.options.spool;
  if (options.durability == SpoolOptions::Durability::kMemory || options.directory.empty()) return nullptr;
  return std::make_unique<Spool>(SpoolLane::Settings{.files = files,
                                                     .instance_id = settings.instance_id,
                                                     .max_bytes = options.max_bytes,
                                                     .max_age = options.max_age,
                                                     .drops = drops},
                                 options.directory);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Core>> Core::Open(ClientOptions options, FileSystem* files) {
  absl::StatusOr<Settings> settings = CheckOptions(std::move(options));
  if (!settings.ok()) return settings.status();
  std::unique_ptr<Store> store;
  absl::Status store_status;
  if (!settings->options.data_directory.empty()) {
    absl::StatusOr<std::unique_ptr<Store>> opened = Store::Open(settings->options.data_directory);
    if (absl::IsFailedPrecondition(opened.status())) return opened.status();
    store_status = opened.status();
    if (opened.ok()) store = *std::move(opened);
  }
  std::shared_ptr<Core> core(new Core(*std::move(settings), std::move(store), store_status, files, true));
  core->StartThread();
  return core;
}

std::shared_ptr<Core> Core::OpenFixed(ClientOptions options, std::string environment) {
  if (options.clock == nullptr) options.clock = std::shared_ptr<Clock>(SystemClock(), [](Clock*) {});
  if (options.event_sink == nullptr) options.event_sink = std::make_shared<Nowhere>();
  options.transport = SinkTransport(options.event_sink, nullptr);
  options.first_send_spread = {};
  if (options.hooks.size() > kMaxHooks) options.hooks.resize(kMaxHooks);
  Settings settings;
  settings.key.environment = std::move(environment);
  settings.options = std::move(options);
  settings.instance_id = MakeInstanceId();
  return std::shared_ptr<Core>(new Core(std::move(settings), nullptr, absl::OkStatus(), MachineFiles(), false));
}

void Core::InstallFixed(Snapshot snapshot) {
  const bool is_ready = snapshot.is_ready();
  slot_.Install(MakeInstalled(snapshot));
  health_.SetVerified(milliseconds::max());  // fixed flags are never old
  if (is_ready) health_.SetReady();
}

Core::Core(Settings settings, std::unique_ptr<Store> store, const absl::Status& store_status, FileSystem* files,
           bool has_thread)
    : files_(files),
      settings_(std::move(settings)),
      has_thread_(has_thread),
      opened_(settings_.options.clock->Monotonic()),
      store_(std::move(store)),
      health_(opened_),
      dedupe_(settings_.options.exposure_dedupe_entries, settings_.options.exposure_dedupe_ttl),
      buffer_(settings_.options.buffer_events, settings_.options.buffer_bytes, settings_.options.batch_events, &drops_),
      assignments_(settings_),
      spool_(MakeSpool(settings_, files, &drops_)),
      loader_(settings_, store_.get(), &health_, &slot_),
      uploader_(settings_, &buffer_, &drops_, spool_.get(), &health_),
      reporter_(settings_, &health_),
      window_start_(settings_.options.clock->Now()) {
  // Without a data directory that works, everything goes on in memory.
  if (store_status.ok()) return;
  const absl::Status status = base::LoadFailure(LoadCode::kLkgNotSaved, base::TextOf(store_status));
  health_.SetSaveStatus(status);
  health_.Count(status);
}

Core::~Core() { Close(std::chrono::seconds(2)).IgnoreError(); }

void Core::StartThread() {
  // The thread inherits the mask: signals stay the program's business.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([self = shared_from_this()] {
    self->own_thread_ = std::this_thread::get_id();
    self->Run();
    if (self->is_stopped_from_within_) self->Finish();
    self->own_thread_ = std::thread::id();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Core::Run() {
#ifdef __linux__
  pthread_setname_np(pthread_self(), "expt-client");
#endif
  using Steady = std::chrono::steady_clock;
  if (spool_ != nullptr) settings_.options.transport->SetWhileWaiting([this] { uploader_.WhileWaiting(); });
  loader_.LoadSaved();
  SteadyTime next_summary = Steady::now() + kSummaryInterval;
  SteadyTime next_sweep = SteadyTime::max();
  uint64_t installs = 0;
  int sweeps = 0;
  while (true) {
    uint64_t flush_asked = 0;
    uint64_t flush_until = 0;
    {
      const std::lock_guard guard(wake_mutex_);
      if (is_stopping_) return;
      is_woken_ = false;
      flush_asked = flush_asked_;
    }
    const SteadyTime next_load = loader_.Step();
    const SteadyTime now = Steady::now();
    if (loader_.installs() != installs) {
      installs = loader_.installs();
      slot_.Collect(tally_);
      sweeps = kSweeps;
      next_sweep = now + kSweepInterval;
    } else if (now >= next_sweep) {
      slot_.Sweep();
      slot_.Collect(tally_);
      next_sweep = --sweeps > 0 ? now + kSweepInterval : SteadyTime::max();
    }
    bool is_hurried = false;
    {
      const std::lock_guard guard(wake_mutex_);
      is_hurried = flush_asked != flush_seen_;
    }
    if (is_hurried || now >= next_summary || tally_.size() >= kMaxTally) {
      QueueSummaries();
      next_summary = now + kSummaryInterval;
    }
    {
      const std::lock_guard guard(wake_mutex_);
      if (is_hurried) {
        flush_seen_ = flush_asked;
        flush_until_ = buffer_.last_sequence();
      }
      flush_until = flush_until_;
    }
    if (is_hurried) {
      uploader_.Hurry();
      assignments_.Hurry();
    }
    const SteadyTime next_save = assignments_.Step();
    const SteadyTime next_send = uploader_.Step(flush_until, loader_.is_clock_suspect());
    // Last, and only when nobody waits for anything else.
    SteadyTime next_report = Steady::now();
    if (!is_hurried && std::min(next_load, next_send) > next_report && !IsWaitedFor()) {
      next_report = reporter_.Step(loader_);
    }
    std::unique_lock lock(wake_mutex_);
    flushed_.notify_all();
    const SteadyTime next = std::min({next_load, next_save, next_send, next_summary, next_sweep, next_report});
    const auto is_due = [this] { return IsDueLocked(); };
    if (next <= Steady::now() || is_due()) continue;
    if (!loader_.is_listening()) {
      wake_.wait_until(lock, next, is_due);
      continue;
    }
    is_in_transport_ = true;
    lock.unlock();
    settings_.options.transport->Wait(std::chrono::ceil<milliseconds>(next - Steady::now()));
    lock.lock();
    is_in_transport_ = false;
  }
}

bool Core::IsWaitedFor() {
  const std::lock_guard guard(wake_mutex_);
  return IsDueLocked();
}

void Core::Wake() {
  if (!has_thread_) {
    const std::unique_lock guard(deliver_mutex_, std::try_to_lock);
    if (guard.owns_lock()) Deliver();  // else who holds it, or the next call, takes this event too
    return;
  }
  const std::lock_guard guard(wake_mutex_);
  is_woken_ = true;
  NotifyLocked();
}

void Core::NotifyLocked() {
  wake_.notify_one();
  if (is_in_transport_) settings_.options.transport->Wake();
}

// What the background thread does about events, on the thread of a caller. Under deliver_mutex_.
void Core::Deliver() {
  assignments_.Hurry();
  assignments_.Step();
  uploader_.Hurry();
  const uint64_t until = buffer_.last_sequence();
  while (!IsFlushed(until) && uploader_.Step(until, false) <= std::chrono::steady_clock::now()) {
  }
}

void Core::QueueSummaries() {
  slot_.Collect(tally_);
  const Time now = settings_.options.clock->Now();
  for (const auto& [key, count] : std::exchange(tally_, {})) {
    const auto& [version, flag, variant, rule, reason] = key;
    reporter_.Count(version, count, reason == Reason::kError ? count : 0);
    if (flag.empty()) continue;  // a key that the snapshot does not have says nothing about a flag
    RecordWriter record;
    PutSummary(record, HeadOf(EventKind::kSummary, now, {}),
               {.flag = flag,
                .variant = variant,
                .reason = static_cast<uint32_t>(reason),
                .rule = rule,
                .snapshot_version = version,
                .count = count,
                .window_start_ms = window_start_.time_since_epoch().count(),
                .window_end_ms = now.time_since_epoch().count()});
    Push(EventKind::kSummary, record);
  }
  window_start_ = now;
}

bool Core::IsFlushed(uint64_t until) const {
  return buffer_.oldest_sequence() > until && uploader_.counts().oldest_sequence > until && assignments_.waiting() == 0;
}

uint64_t Core::Remaining() const {
  const SendCounts& counts = uploader_.counts();
  // What is done is read before what was accepted, so that the difference never goes below zero.
  const uint64_t done = counts.done + counts.dropped + buffer_.evicted();
  return buffer_.accepted() - done;
}

FlushReport Core::Flush(milliseconds timeout, bool is_closing) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  const SendCounts& counts = uploader_.counts();
  const auto delivered = [&] { return counts.stored + counts.duplicate; };
  const uint64_t delivered_before = delivered();
  const uint64_t rejected_before = counts.rejected;
  if (!has_thread_) {
    const std::lock_guard guard(deliver_mutex_);
    QueueSummaries();
    Deliver();
  } else {
    std::unique_lock lock(wake_mutex_);
    const uint64_t ticket = ++flush_asked_;
    NotifyLocked();
    flushed_.wait_until(lock, deadline, [&] {
      if (is_stopping_) return true;
      if (flush_seen_ < ticket) return false;
      return IsFlushed(flush_until_) || (is_closing && counts.is_parked);
    });
  }
  return {.delivered = delivered() - delivered_before,
          .rejected = counts.rejected - rejected_before,
          .remaining = Remaining()};
}

absl::Status Core::Close(milliseconds timeout) {
  // In a child that did nothing with it: at once.
  if (has_thread_ && incarnation_ != Incarnation()) return Heir(/*is_started=*/false).Close(timeout);
  if (IsOwnThread()) return StopFromWithin();
  const std::lock_guard close_guard(close_mutex_);
  if (std::exchange(is_closed_, true)) return absl::OkStatus();
  buffer_.Close();
  if (thread_.joinable() || !has_thread_) Flush(timeout, /*is_closing=*/true);
  {
    const std::lock_guard guard(wake_mutex_);
    is_stopping_ = true;
    NotifyLocked();
    flushed_.notify_all();
  }
  settings_.options.transport->Cancel();
  if (thread_.joinable()) thread_.join();
  const uint64_t lost = Finish();
  if (lost == 0) return absl::OkStatus();
  return base::Error(absl::StatusCode::kDeadlineExceeded,
                     "close: " + std::to_string(lost) + " events were not acknowledged in time");
}

// A callback of the background thread closes the client: nobody else can send what is left, and no thread can wait for
// itself. It ends by itself when the callback returns.
absl::Status Core::StopFromWithin() {
  const std::unique_lock close_guard(close_mutex_, std::try_to_lock);
  if (!close_guard.owns_lock() || std::exchange(is_closed_, true)) return absl::OkStatus();  // another thread is at it
  buffer_.Close();
  {
    const std::lock_guard guard(wake_mutex_);
    is_stopping_ = true;
    flushed_.notify_all();
  }
  settings_.options.transport->Cancel();
  is_stopped_from_within_ = true;
  thread_.detach();
  return base::Error(absl::StatusCode::kFailedPrecondition,
                     "close: called from the client's own thread, so nothing is flushed");
}

// After the background thread's last step. Returns how many events are lost.
uint64_t Core::Finish() {
  settings_.options.transport->SetWhileWaiting({});
  loader_.Close();
  slot_.StopCollecting();
  assignments_.DropAll();
  return uploader_.Finish(DropReason::kClosed) + buffer_.DropAll(DropReason::kClosed);
}

std::vector<OwnedDecision> Core::All(const Context& context, const StickyAssignments* sticky) {
  const Time now = settings_.options.clock->Now();
  const Snapshot snapshot = Pin();
  std::vector<OwnedDecision> decisions;
  decisions.reserve(snapshot.flag_count());
  EvaluateAll(snapshot, context, {.now = now, .sticky = sticky},
              [&](const Decision& decision) { decisions.push_back(Own(decision)); });
  return decisions;
}

OwnedDecision Core::Own(const Decision& decision) const {
  OwnedDecision owned = decision.Own();
  owned.set_age(health_.Age(settings_.options.clock->Monotonic()));
  return owned;
}

Explanation Core::Explain(FlagRef flag, const Context& context, const StickyAssignments* sticky) {
  return expt::Explain(Pin(), flag, context, {.now = settings_.options.clock->Now(), .sticky = sticky});
}

Snapshot Core::Pin() const { return slot_.Current()->snapshot; }

ClientStatus Core::Status() const {
  ClientStatus status;
  health_.Fill(settings_.options.clock->Monotonic(), status);
  status.environment = settings_.key.environment;
  const std::shared_ptr<const Installed> installed = slot_.Current();
  if (installed->snapshot.is_ready()) status.snapshot_version = installed->snapshot.version();
  const SendCounts& counts = uploader_.counts();
  status.events_delivered = counts.stored;
  status.events_duplicate = counts.duplicate;
  status.events_rejected = counts.rejected;
  status.events_accepted = buffer_.accepted();
  status.events_spooled = spool_ == nullptr ? 0 : spool_->events();
  status.exposures_suppressed = slot_.suppressed();
  status.assignments_saved = assignments_.saved();
  status.assignments_dropped = assignments_.dropped();
  for (wire::DropCount& drop : drops_.List()) {
    status.drops.push_back({.reason = drop.reason,
                            .kind = drop.kind,
                            .experiment = std::move(drop.experiment),
                            .variant = std::move(drop.variant),
                            .count = drop.count});
  }
  return status;
}

}  // namespace expt::client
