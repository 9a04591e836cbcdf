#include "src/client/core.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

#include "src/base/status.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kSummaryInterval{60};
constexpr size_t kMaxTally = 2'000;  // rows that make summaries leave early
// After an install, threads that were evaluating are looked at again this often, this many times.
constexpr milliseconds kSweepInterval{500};
constexpr int kSweeps = 4;

}  // namespace

absl::StatusOr<std::shared_ptr<Core>> Core::Open(ClientOptions options) {
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
  std::shared_ptr<Core> core(new Core(*std::move(settings), std::move(store), store_status));
  core->StartThread();
  return core;
}

Core::Core(Settings settings, std::unique_ptr<Store> store, const absl::Status& store_status)
    : settings_(std::move(settings)),
      opened_(settings_.options.clock->Monotonic()),
      store_(std::move(store)),
      health_(opened_),
      dedupe_(settings_.options.exposure_dedupe_entries, settings_.options.exposure_dedupe_ttl),
      buffer_(settings_.options.buffer_events, settings_.options.buffer_bytes, settings_.options.batch_events, &drops_),
      loader_(settings_, store_.get(), &health_, &slot_),
      uploader_(settings_, &buffer_, &drops_, &health_),
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
  thread_ = std::thread([this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Core::Run() {
#ifdef __linux__
  pthread_setname_np(pthread_self(), "expt-client");
#endif
  using Steady = std::chrono::steady_clock;
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
    if (is_hurried) uploader_.Hurry();
    const SteadyTime next_send = uploader_.Step(flush_until, loader_.is_clock_suspect());
    std::unique_lock lock(wake_mutex_);
    flushed_.notify_all();
    const SteadyTime next = std::min({next_load, next_send, next_summary, next_sweep});
    const auto is_due = [&] { return is_woken_ || is_stopping_ || flush_asked_ != flush_seen_; };
    if (next > Steady::now() && !is_due()) wake_.wait_until(lock, next, is_due);
  }
}

void Core::Wake() {
  const std::lock_guard guard(wake_mutex_);
  is_woken_ = true;
  wake_.notify_one();
}

void Core::QueueSummaries() {
  slot_.Collect(tally_);
  const Time now = settings_.options.clock->Now();
  for (const auto& [key, count] : std::exchange(tally_, {})) {
    const auto& [version, flag, variant, rule, reason] = key;
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
  return buffer_.oldest_sequence() > until && uploader_.counts().oldest_sequence > until;
}

uint64_t Core::Remaining() const {
  const SendCounts& counts = uploader_.counts();
  // What is done is read before what was accepted, so that the difference never goes below zero.
  const uint64_t done = counts.stored + counts.duplicate + counts.rejected + counts.dropped + buffer_.evicted();
  return buffer_.accepted() - done;
}

FlushReport Core::Flush(milliseconds timeout) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  const SendCounts& counts = uploader_.counts();
  const auto delivered = [&] { return counts.stored + counts.duplicate; };
  const uint64_t delivered_before = delivered();
  const uint64_t rejected_before = counts.rejected;
  {
    std::unique_lock lock(wake_mutex_);
    const uint64_t ticket = ++flush_asked_;
    wake_.notify_one();
    flushed_.wait_until(lock, deadline,
                        [&] { return is_stopping_ || (flush_seen_ >= ticket && IsFlushed(flush_until_)); });
  }
  return {.delivered = delivered() - delivered_before,
          .rejected = counts.rejected - rejected_before,
          .remaining = Remaining()};
}

absl::Status Core::Close(milliseconds timeout) {
  const std::lock_guard close_guard(close_mutex_);
  if (std::exchange(is_closed_, true)) return absl::OkStatus();
  buffer_.Close();
  Flush(timeout);
  {
    const std::lock_guard guard(wake_mutex_);
    is_stopping_ = true;
    wake_.notify_one();
    flushed_.notify_all();
  }
  settings_.options.transport->Cancel();
  if (thread_.joinable()) thread_.join();
  loader_.Close();
  slot_.StopCollecting();
  const uint64_t lost = buffer_.DropAll(DropReason::kClosed) + uploader_.DropAll(DropReason::kClosed);
  if (lost == 0) return absl::OkStatus();
  return base::Error(absl::StatusCode::kDeadlineExceeded,
                     "close: " + std::to_string(lost) + " events were not acknowledged in time");
}

std::vector<OwnedDecision> Core::All(const Context& context, const StickyAssignments* sticky) {
  const Time now = settings_.options.clock->Now();
  const Snapshot snapshot = Pin();
  std::vector<OwnedDecision> decisions;
  decisions.reserve(snapshot.flag_count());
  EvaluateAll(snapshot, context, {.now = now, .sticky = sticky},
              [&](const Decision& decision) { decisions.push_back(decision.Own()); });
  return decisions;
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
  status.exposures_suppressed = slot_.suppressed();
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
