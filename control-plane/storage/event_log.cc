#include "control-plane/storage/event_log.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "control-plane/storage/commit_pace.h"
#include "control-plane/storage/directory_lock.h"
#include "control-plane/storage/event_day.h"
#include "control-plane/storage/event_dedupe.h"
#include "control-plane/storage/event_hash.h"
#include "src/base/status.h"

namespace expt::storage {
namespace {

using Clock = std::chrono::steady_clock;

// No instance gets that far; what says so is not counting.
constexpr uint64_t kMaxSequence = uint64_t{1} << 53;

absl::Status Refused(const absl::Status& cause) {
  return base::Error(cause.code() == absl::StatusCode::kDataLoss ? absl::StatusCode::kUnavailable : cause.code(),
                     "event log: " + std::string(cause.message()));
}

// Of a part that is being given up; `accounting` is its own.
absl::StatusOr<std::map<std::string, int64_t>> ReadAcceptedOf(EventDay& day, const Accounting& accounting) {
  const absl::StatusOr<bool> has_table = day.HasTable("accepted");
  if (!has_table.ok()) return has_table.status();
  if (*has_table) return day.ReadAccepted();
  std::map<std::string, int64_t> accepted;
  for (const auto& [key, count] : accounting) accepted[key.environment] += count;
  return accepted;
}

// The sequence numbers of a batch as ranges.
std::vector<SequenceRange> SequencesOf(const EventAppend& append) {
  std::vector<int64_t> numbers;
  for (const EventEntry& entry : append.entries) {
    if (entry.sequence > 0 && entry.sequence <= kMaxSequence) numbers.push_back(static_cast<int64_t>(entry.sequence));
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<SequenceRange> ranges;
  for (const int64_t number : numbers) {
    if (!ranges.empty() && number <= ranges.back().last + 1) {
      ranges.back().last = number;
    } else {
      ranges.push_back({number, number});
    }
  }
  return ranges;
}

}  // namespace

// Invariants of the writer's thread:
//  1. `accounting_` and `accepted_` are what the committed tables of `current_` hold.
//  2. `next_offset_` - 1 is the last committed offset of `current_`; later offsets do not exist or do not count.
//  3. The dedupe set holds every committed event of the window, and perhaps events that were rolled back.
//  4. `done` of a batch is called after its COMMIT has returned, or with an error after its rollback.
class EventLog::Writer {
 public:
  Writer(const std::string& directory, const EventLogOptions& options, DirectoryLock lock)
      : directory_(directory),
        options_(options),
        lock_(std::move(lock)),
        dedupe_(directory, options.dedupe_days, options.max_fingerprints) {}
  ~Writer() { Close(); }

  absl::Status Load();
  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  absl::Status Append(EventAppend append);
  void Close();
  std::chrono::duration<double> ExpectedWait() const;
  int64_t durable_seq() const { return durable_seq_.load(std::memory_order_acquire); }

 private:
  void Run();
  void Write(std::deque<EventAppend>& group);
  absl::Status Commit(std::deque<EventAppend>& group, std::vector<std::vector<EventOutcome>>& outcomes,
                      CommitPace::Seconds* committing);
  absl::Status CheckDisk() const;
  absl::Status Roll(int32_t day);
  absl::Status OpenCurrent(EventDayName name, std::optional<int64_t> earlier_end);
  void Abandon();
  absl::StatusOr<EventOutcome> Place(const EventAppend& append, const EventEntry& entry);
  absl::Status Quarantine(const EventAppend& append, const EventEntry& entry, std::string_view code,
                          std::string_view text);
  absl::Status AddSequences(const EventAppend& append);
  AccountingKey Account(const EventAppend& append, const EventEntry& entry, EventOutcome outcome,
                        const Accounting& added) const;

  const std::string directory_;
  const EventLogOptions options_;
  const DirectoryLock lock_;

  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<EventAppend> queue_;  // guarded by mutex_, as are the next five
  size_t queued_bytes_ = 0;
  size_t queued_events_ = 0;
  bool is_writing_ = false;
  CommitPace pace_;
  bool is_closed_ = false;
  std::thread thread_;
  std::atomic<int64_t> durable_seq_{0};

  // Of the writer's thread.
  EventDedupe dedupe_;
  std::optional<EventDay> current_;
  Accounting accounting_;
  std::map<std::string, int64_t> accepted_;
  int64_t next_offset_ = 1;
  int64_t quarantine_rows_ = 0;
  int64_t sequence_rows_ = 0;
  // Set after an I/O error: the file that is never written again, and its last good offset.
  struct Abandoned {
    EventDayName name;
    int64_t end;
  };
  std::optional<Abandoned> abandoned_;
};

absl::Status EventLog::Writer::Load() {
  absl::StatusOr<std::vector<EventDayName>> names = ListEventDays(directory_);
  if (!names.ok()) return names.status();
  if (names->empty()) return absl::OkStatus();
  const EventDayName last = names->back();
  for (size_t i = 0; i + 1 < names->size(); ++i) {
    const EventDayName name = (*names)[i];
    if (name.day <= last.day - options_.dedupe_days) continue;
    int64_t end = INT64_MAX;
    if ((*names)[i + 1].day == name.day) {
      absl::StatusOr<EventDay> next = EventDay::Open(directory_, (*names)[i + 1], EventDay::Access::kRead);
      if (!next.ok()) return next.status();
      const absl::StatusOr<std::optional<int64_t>> earlier_end = next->EarlierEnd();
      if (!earlier_end.ok()) return earlier_end.status();
      end = earlier_end->value_or(INT64_MAX);
    }
    if (absl::Status status = dedupe_.AddFile(name, end); !status.ok()) return status;
  }
  if (last.part > 0) {
    // A part that was being begun when the process ended has no record of the part before it yet.
    absl::StatusOr<EventDay> day = EventDay::Open(directory_, last, EventDay::Access::kWrite);
    if (!day.ok()) return day.status();
    const absl::StatusOr<std::optional<int64_t>> earlier_end = day->EarlierEnd();
    if (!earlier_end.ok()) return earlier_end.status();
    if (!earlier_end->has_value()) {
      absl::StatusOr<EventDay> earlier =
          EventDay::Open(directory_, (*names)[names->size() - 2], EventDay::Access::kRead);
      if (!earlier.ok()) return earlier.status();
      absl::StatusOr<Accounting> accounting = earlier->ReadAccounting();
      if (!accounting.ok()) return accounting.status();
      const absl::StatusOr<int64_t> end = earlier->LastOffset();
      if (!end.ok()) return end.status();
      absl::StatusOr<std::map<std::string, int64_t>> accepted = ReadAcceptedOf(*earlier, *accounting);
      if (!accepted.ok()) return accepted.status();
      accounting_ = *std::move(accounting);
      accepted_ = *std::move(accepted);
      return OpenCurrent(last, *end);
    }
  }
  return OpenCurrent(last, std::nullopt);
}

absl::Status EventLog::Writer::OpenCurrent(EventDayName name, std::optional<int64_t> earlier_end) {
  absl::StatusOr<EventDay> day = EventDay::Open(directory_, name, EventDay::Access::kWrite);
  if (!day.ok()) return day.status();
  absl::StatusOr<Accounting> accounting = day->ReadAccounting();
  if (!accounting.ok()) return accounting.status();
  absl::StatusOr<std::map<std::string, int64_t>> accepted = day->ReadAccepted();
  if (!accepted.ok()) return accepted.status();
  if (earlier_end.has_value()) {
    // The part repeats the accounting so far; it says so and where the part before it ends in one transaction.
    const absl::StatusOr<std::optional<int64_t>> known = day->EarlierEnd();
    if (!known.ok()) return known.status();
    if (!known->has_value()) {
      absl::StatusOr<Transaction> transaction = Transaction::Begin(day->database());
      if (!transaction.ok()) return transaction.status();
      if (absl::Status status = day->SetEarlierEnd(*earlier_end); !status.ok()) return status;
      for (const auto& [key, count] : accounting_) {
        if (absl::Status status = day->AddAccounting(key, count); !status.ok()) return status;
      }
      for (const auto& [environment, count] : accepted_) {
        if (absl::Status status = day->AddAccepted(environment, count); !status.ok()) return status;
      }
      if (absl::Status status = transaction->Commit(); !status.ok()) return status;
      *accounting = accounting_;
      *accepted = accepted_;
    }
  }
  const absl::StatusOr<int64_t> last = day->LastOffset();
  if (!last.ok()) return last.status();
  const absl::StatusOr<int64_t> quarantine_rows = day->CountQuarantine();
  if (!quarantine_rows.ok()) return quarantine_rows.status();
  const absl::StatusOr<int64_t> sequence_rows = day->CountSequences();
  if (!sequence_rows.ok()) return sequence_rows.status();
  dedupe_.Prune(name.day);
  if (absl::Status status = dedupe_.AddFile(name, INT64_MAX); !status.ok()) return status;
  current_.emplace(*std::move(day));
  accounting_ = *std::move(accounting);
  accepted_ = *std::move(accepted);
  next_offset_ = *last + 1;
  quarantine_rows_ = *quarantine_rows;
  sequence_rows_ = *sequence_rows;
  durable_seq_.store(std::max(durable_seq(), SeqOf(name.day, *last)), std::memory_order_release);
  return absl::OkStatus();
}

absl::Status EventLog::Writer::Append(EventAppend append) {
  const size_t size = append.body == nullptr ? 0 : append.body->size();
  {
    std::lock_guard lock(mutex_);
    if (is_closed_) return base::Error(absl::StatusCode::kFailedPrecondition, "event log: closed");
    if (!queue_.empty() &&
        (queue_.size() >= options_.max_queued_batches || queued_bytes_ + size > options_.max_queued_bytes)) {
      return base::Error(absl::StatusCode::kResourceExhausted, "event log: queue is full");
    }
    queued_bytes_ += size;
    queued_events_ += append.entries.size();
    queue_.push_back(std::move(append));
  }
  ready_.notify_one();
  return absl::OkStatus();
}

void EventLog::Writer::Close() {
  {
    std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  ready_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::chrono::duration<double> EventLog::Writer::ExpectedWait() const {
  const std::lock_guard lock(mutex_);
  if (queue_.empty() && !is_writing_) return std::chrono::duration<double>(0);
  return pace_.Expect(queued_events_, options_.max_group_events, Clock::now());
}

void EventLog::Writer::Run() {
  for (;;) {
    std::deque<EventAppend> group;
    {
      std::unique_lock lock(mutex_);
      is_writing_ = false;
      ready_.wait(lock, [this] { return is_closed_ || !queue_.empty(); });
      if (queue_.empty()) return;
      // One day per group. A day never follows a later one: then the clock has stepped back and the later file goes on.
      const int32_t day = DayOf(queue_.front().received_ms);
      size_t events = 0;
      while (!queue_.empty() && DayOf(queue_.front().received_ms) == day &&
             (group.empty() || events + queue_.front().entries.size() <= options_.max_group_events)) {
        events += queue_.front().entries.size();
        queued_bytes_ -= queue_.front().body == nullptr ? 0 : queue_.front().body->size();
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      queued_events_ -= events;
      is_writing_ = true;
      pace_.Begin(events, Clock::now());
    }
    Write(group);
  }
}

void EventLog::Writer::Write(std::deque<EventAppend>& group) {
  const Clock::time_point begin = Clock::now();
  CommitPace::Seconds committing{0};
  std::vector<std::vector<EventOutcome>> outcomes;
  absl::Status status = CheckDisk();
  if (status.ok()) status = Roll(DayOf(group.front().received_ms));
  if (status.ok()) {
    const int64_t first = next_offset_;
    status = Commit(group, outcomes, &committing);
    if (!status.ok()) {
      next_offset_ = first;
      current_->ForgetUncommitted();
      // A plain shortage of space or memory leaves the file sound; an I/O error does not.
      if (IsIoError(status)) Abandon();
    } else {
      durable_seq_.store(SeqOf(current_->name().day, next_offset_ - 1), std::memory_order_release);
    }
  }
  if (!status.ok()) status = Refused(status);
  for (size_t i = 0; i < group.size(); ++i) {
    group[i].done(status, status.ok() ? outcomes[i] : std::vector<EventOutcome>());
  }
  const std::lock_guard lock(mutex_);
  if (status.ok()) {
    pace_.End(Clock::now() - begin - committing, committing);
  } else {
    pace_.Abort();
  }
}

absl::Status EventLog::Writer::CheckDisk() const {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(directory_, error);
  if (error) return base::Error(absl::StatusCode::kUnavailable, "cannot read the free space: " + error.message());
  if (static_cast<int64_t>(space.available) < options_.disk_reserve_bytes) {
    return base::Error(absl::StatusCode::kUnavailable, "disk is full but for the reserve");
  }
  return absl::OkStatus();
}

// Makes `current_` the file to append to.
absl::Status EventLog::Writer::Roll(int32_t day) {
  if (abandoned_.has_value()) {
    // Also when its day is over: the next part is where the end of the failed one is on record.
    EventDayName name = abandoned_->name;
    if (++name.part > kMaxEventDayPart) return base::Error(absl::StatusCode::kUnavailable, "too many failed files");
    if (absl::Status status = OpenCurrent(name, abandoned_->end); !status.ok()) return status;
    abandoned_.reset();
  }
  if (current_.has_value() && day <= current_->name().day) return absl::OkStatus();
  if (current_.has_value()) {
    if (absl::Status status = current_->database().Execute("PRAGMA wal_checkpoint(TRUNCATE)"); !status.ok()) {
      return status;
    }
    current_.reset();
  }
  accounting_.clear();
  accepted_.clear();
  return OpenCurrent(EventDayName{day, 0}, std::nullopt);
}

void EventLog::Writer::Abandon() {
  abandoned_ = Abandoned{current_->name(), next_offset_ - 1};
  dedupe_.EndCurrent(abandoned_->end);
  current_->database().KeepWalOnClose();
  current_.reset();
}

absl::Status EventLog::Writer::Commit(std::deque<EventAppend>& group,
                                      std::vector<std::vector<EventOutcome>>& outcomes,
                                      CommitPace::Seconds* committing) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(current_->database());
  if (!transaction.ok()) return transaction.status();
  const int64_t quarantine_rows = quarantine_rows_;
  const int64_t sequence_rows = sequence_rows_;
  Accounting added;
  std::map<std::string, int64_t> accepted;
  outcomes.resize(group.size());
  const auto write = [&]() -> absl::Status {
    for (size_t i = 0; i < group.size(); ++i) {
      const EventAppend& append = group[i];
      if (!append.entries.empty()) accepted[append.environment] += static_cast<int64_t>(append.entries.size());
      outcomes[i].reserve(append.entries.size());
      for (const EventEntry& entry : append.entries) {
        const absl::StatusOr<EventOutcome> outcome = Place(append, entry);
        if (!outcome.ok()) return outcome.status();
        outcomes[i].push_back(*outcome);
        ++added[Account(append, entry, *outcome, added)];
      }
      for (const DeclaredDrop& drop : append.drops) {
        if (absl::Status status = current_->Declare(append, drop); !status.ok()) return status;
      }
      if (absl::Status status = AddSequences(append); !status.ok()) return status;
    }
    for (const auto& [environment, count] : accepted) {
      if (absl::Status status = current_->AddAccepted(environment, count); !status.ok()) return status;
    }
    for (const auto& [key, count] : added) {
      if (absl::Status status = current_->AddAccounting(key, count); !status.ok()) return status;
    }
    const Clock::time_point begin = Clock::now();
    absl::Status status = transaction->Commit();
    *committing = Clock::now() - begin;
    return status;
  };
  const absl::Status status = write();
  if (!status.ok()) {
    quarantine_rows_ = quarantine_rows;
    sequence_rows_ = sequence_rows;
    return status;
  }
  for (const auto& [key, count] : added) accounting_[key] += count;
  for (const auto& [environment, count] : accepted) accepted_[environment] += count;
  return status;
}

absl::Status EventLog::Writer::AddSequences(const EventAppend& append) {
  for (const SequenceRange& range : SequencesOf(append)) {
    if (sequence_rows_ >= options_.max_sequence_rows) return absl::OkStatus();
    const absl::StatusOr<int64_t> more = current_->AddSequences(append, range);
    if (!more.ok()) return more.status();
    sequence_rows_ += *more;
  }
  return absl::OkStatus();
}

absl::StatusOr<EventOutcome> EventLog::Writer::Place(const EventAppend& append, const EventEntry& entry) {
  if (!entry.refusal_code.empty()) {
    const absl::Status status = Quarantine(append, entry, entry.refusal_code, entry.refusal_text);
    if (!status.ok()) return status;
    return EventOutcome::kRejected;
  }
  // By the day of the file, as ids are forgotten.
  if (entry.made_ms.has_value() && DayOf(*entry.made_ms) <= current_->name().day - options_.dedupe_days) {
    return EventOutcome::kExpired;
  }
  const absl::StatusOr<std::optional<EventDay::Found>> found =
      dedupe_.Find(append.environment, entry.event_id, *current_);
  if (!found.ok()) return found.status();
  if (found->has_value()) {
    if ((*found)->body_hash == entry.body_hash) return EventOutcome::kDuplicate;
    const absl::Status status =
        Quarantine(append, entry, "ID_CONFLICT", "an event with this id and another body was stored before");
    if (!status.ok()) return status;
    return EventOutcome::kConflict;
  }
  if (absl::Status status = current_->Insert(next_offset_, append, entry); !status.ok()) return status;
  ++next_offset_;
  dedupe_.Add(append.environment, entry.event_id);
  return entry.is_time_suspect ? EventOutcome::kStoredTimeSuspect : EventOutcome::kStored;
}

absl::Status EventLog::Writer::Quarantine(const EventAppend& append, const EventEntry& entry, std::string_view code,
                                          std::string_view text) {
  // Hash 0 is the row that counts what no longer gets a row of its own.
  uint64_t hash = EventHash(entry.bytes, 0) | 1;
  if (quarantine_rows_ >= options_.max_quarantine_rows) {
    hash = 0;
  } else {
    ++quarantine_rows_;
  }
  return current_->AddQuarantine(append, entry, code, text, hash);
}

AccountingKey EventLog::Writer::Account(const EventAppend& append, const EventEntry& entry, EventOutcome outcome,
                                        const Accounting& added) const {
  AccountingKey key{append.environment, entry.kind, outcome, entry.experiment, entry.variant};
  if (accounting_.size() + added.size() >= options_.max_accounting_rows && !accounting_.contains(key) &&
      !added.contains(key)) {
    key.experiment.clear();
    key.variant.clear();
  }
  return key;
}

EventLog::EventLog(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}

EventLog::~EventLog() = default;

absl::StatusOr<std::unique_ptr<EventLog>> EventLog::Open(const std::string& directory, const EventLogOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return base::Error(absl::StatusCode::kUnavailable, "event log: cannot make it: " + error.message());
  absl::StatusOr<DirectoryLock> lock = DirectoryLock::Take(directory);
  if (!lock.ok()) return lock.status();
  auto writer = std::make_unique<Writer>(directory, options, *std::move(lock));
  if (absl::Status status = writer->Load(); !status.ok()) return status;
  writer->Start();
  return std::unique_ptr<EventLog>(new EventLog(std::move(writer)));
}

absl::Status EventLog::Append(EventAppend append) { return writer_->Append(std::move(append)); }

void EventLog::Close() { writer_->Close(); }

std::chrono::duration<double> EventLog::ExpectedWait() const { return writer_->ExpectedWait(); }

int64_t EventLog::durable_seq() const { return writer_->durable_seq(); }

}  // namespace expt::storage
