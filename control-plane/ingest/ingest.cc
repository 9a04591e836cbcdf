#include "control-plane/ingest/ingest.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <variant>

#include "control-plane/ingest/event_rules.h"
#include "expt/event.h"
#include "src/base/status.h"
#include "src/wire/event_codec.h"

namespace expt::ingest {
namespace {

// A client declares at most these many different drops in one batch; more of them say nothing more.
constexpr size_t kMaxDeclaredDrops = 256;
// More and longer ones are refused by rule anyway.
constexpr size_t kMaxCountedKey = 128;
constexpr std::string_view kConflictCode = "ID_CONFLICT";
constexpr std::string_view kConflictText = "an event with this id and another body was stored before";
constexpr std::string_view kExpiredCode = "EVENT_EXPIRED";
constexpr std::string_view kExpiredText = "event id: made so long ago that nobody knows whether it was stored before";

// Reasons of drops for which a sequence number is missing. What was rejected has come, and what was invalid never had
// a number.
constexpr std::array<uint8_t, 5> kNumberedReasons = {
    static_cast<uint8_t>(DropReason::kBufferFull), static_cast<uint8_t>(DropReason::kTooLarge),
    static_cast<uint8_t>(DropReason::kClosed), static_cast<uint8_t>(DropReason::kSpoolFull),
    static_cast<uint8_t>(DropReason::kExpired)};

std::string_view KindName(uint8_t kind) {
  switch (static_cast<EventKind>(kind)) {
    case EventKind::kExposure:
      return "exposure";
    case EventKind::kMetric:
      return "metric";
    case EventKind::kIdentify:
      return "identify";
    case EventKind::kSummary:
      return "summary";
  }
  return "unreadable";
}

std::string_view ReasonName(uint8_t reason) {
  switch (static_cast<DropReason>(reason)) {
    case DropReason::kBufferFull:
      return "buffer_full";
    case DropReason::kTooLarge:
      return "too_large";
    case DropReason::kRejected:
      return "rejected";
    case DropReason::kClosed:
      return "closed";
    case DropReason::kSpoolFull:
      return "spool_full";
    case DropReason::kExpired:
      return "expired";
    case DropReason::kInvalid:
      return "invalid";
    case DropReason::kNone:
      break;
  }
  return "unknown";
}

std::string_view Text(const absl::Status& status) { return {status.message().data(), status.message().size()}; }

storage::EventEntry EntryOf(const wire::Batch::Item& item, const wire::BatchHeader& header, int64_t received_ms,
                            bool is_server_key) {
  storage::EventEntry entry;
  entry.bytes = item.bytes;
  entry.is_trusted = is_server_key;
  if (!item.event.ok()) {
    entry.refusal_code = "EVENT_INVALID";
    entry.refusal_text = Text(item.event.status());
    return entry;
  }
  const wire::Event& event = *item.event;
  entry.kind = static_cast<uint8_t>(event.kind());
  entry.sequence = event.sequence;
  const auto* exposure = std::get_if<wire::ExposureEvent>(&event.body);
  if (exposure != nullptr && exposure->experiment.size() <= kMaxCountedKey &&
      exposure->variant.size() <= kMaxCountedKey) {
    entry.experiment = exposure->experiment;
    entry.variant = exposure->variant;
  }
  if (auto refusal = Refuse(event, is_server_key)) {
    entry.refusal_code = refusal->code;
    entry.refusal_text = std::move(refusal->text);
    return entry;
  }
  const EventTime time = CorrectTime(event.time_ms, header, received_ms);
  const std::optional<int64_t> made = IdTime(event.event_id);
  // A clock that is off may have been off otherwise when the id was made.
  if (made.has_value() && !time.is_suspect) entry.made_ms = CorrectTime(*made, header, received_ms).corrected_ms;
  entry.event_id = event.event_id;
  entry.body_hash = BodyHash(event);
  entry.time_ms = event.time_ms;
  entry.corrected_ms = time.corrected_ms;
  entry.is_time_suspect = time.is_suspect;
  return entry;
}

std::vector<storage::DeclaredDrop> DropsOf(const wire::BatchHeader& header) {
  std::vector<storage::DeclaredDrop> drops;
  for (const wire::DropCount& drop : header.drops) {
    if (drops.size() == kMaxDeclaredDrops) break;
    if (drop.count == 0 || drop.experiment.size() > kMaxCountedKey || drop.variant.size() > kMaxCountedKey) {
      continue;
    }
    const uint64_t count = std::min<uint64_t>(drop.count, uint64_t{1} << 53);
    drops.push_back({static_cast<uint8_t>(drop.reason), static_cast<uint8_t>(drop.kind), drop.experiment, drop.variant,
                     static_cast<int64_t>(count)});
  }
  return drops;
}

// What the reply needs beside the outcomes of what went to the log.
struct Plan {
  struct Refused {
    uint32_t index;
    std::string code;
    std::string text;
  };
  std::vector<Refused> refused;  // by rising index
  std::vector<bool> is_shed;     // per event of the batch
  size_t shed = 0;
  int64_t received_ms = 0;
};

wire::AckResult AckOf(storage::EventOutcome outcome) {
  switch (outcome) {
    case storage::EventOutcome::kStored:
    case storage::EventOutcome::kStoredTimeSuspect:
      return wire::AckResult::kStored;
    case storage::EventOutcome::kDuplicate:
      return wire::AckResult::kDuplicate;
    case storage::EventOutcome::kRejected:
    case storage::EventOutcome::kConflict:
    case storage::EventOutcome::kExpired:
      return wire::AckResult::kRejected;
  }
  return wire::AckResult::kRetry;
}

std::string ReplyOf(const std::vector<storage::EventOutcome>& outcomes, const Plan& plan) {
  wire::BatchReply reply;
  reply.received_at_ms = plan.received_ms;
  reply.results.reserve(plan.is_shed.size());
  size_t next_outcome = 0;
  size_t next_refused = 0;
  for (size_t i = 0; i < plan.is_shed.size(); ++i) {
    if (plan.is_shed[i]) {
      reply.results.push_back(wire::AckResult::kRetry);
      continue;
    }
    const storage::EventOutcome outcome = outcomes[next_outcome++];
    reply.results.push_back(AckOf(outcome));
    if (outcome == storage::EventOutcome::kRejected) {
      const Plan::Refused& refused = plan.refused[next_refused++];
      reply.rejections.push_back({refused.index, refused.code, refused.text});
    } else if (outcome == storage::EventOutcome::kConflict) {
      reply.rejections.push_back({static_cast<uint32_t>(i), std::string(kConflictCode), std::string(kConflictText)});
    } else if (outcome == storage::EventOutcome::kExpired) {
      reply.rejections.push_back({static_cast<uint32_t>(i), std::string(kExpiredCode), std::string(kExpiredText)});
    }
  }
  return wire::EncodeReply(reply);
}

void Count(storage::EventOutcome outcome, int64_t count, AccountingReport::Arm* arm) {
  arm->accepted += count;
  switch (outcome) {
    case storage::EventOutcome::kStored:
    case storage::EventOutcome::kStoredTimeSuspect:
      arm->stored += count;
      break;
    case storage::EventOutcome::kDuplicate:
      arm->duplicate += count;
      break;
    case storage::EventOutcome::kRejected:
    case storage::EventOutcome::kConflict:
      arm->quarantined += count;
      break;
    case storage::EventOutcome::kExpired:
      arm->expired += count;
      break;
  }
}

std::vector<AccountingReport::Arm> ArmsOf(const std::vector<storage::AccountingRow>& rows,
                                          const std::vector<storage::DeclaredDropRow>& drops) {
  std::map<std::pair<std::string, std::string>, AccountingReport::Arm> arms;
  for (const storage::AccountingRow& row : rows) {
    if (!row.experiment.empty()) Count(row.outcome, row.count, &arms[{row.experiment, row.variant}]);
  }
  for (const auto& [environment, drop] : drops) {
    if (drop.experiment.empty() || drop.reason == static_cast<uint8_t>(DropReason::kRejected)) continue;
    arms[{drop.experiment, drop.variant}].dropped += drop.count;
  }
  std::vector<AccountingReport::Arm> made;
  for (auto& [key, arm] : arms) {
    arm.experiment = key.first;
    arm.variant = key.second;
    made.push_back(std::move(arm));
  }
  return made;
}

bool IsExposure(const wire::Batch::Item& item) {
  return item.event.ok() && item.event->kind() == EventKind::kExposure;
}

}  // namespace

std::string_view Name(BatchRefusal refusal) {
  switch (refusal) {
    case BatchRefusal::kKeyTooFast:
      return "key_too_fast";
    case BatchRefusal::kTooFarBehind:
      return "too_far_behind";
    case BatchRefusal::kDisk:
      return "disk";
    case BatchRefusal::kUnreadable:
      return "unreadable";
    case BatchRefusal::kTooLarge:
      return "too_large";
  }
  return "unknown";
}

Ingest::Ingest(std::unique_ptr<storage::EventLog> log, const std::string& directory, const IngestOptions& options)
    : admission_(options.admission), reader_(directory), log_(std::move(log)) {}

Ingest::~Ingest() = default;

absl::StatusOr<std::unique_ptr<Ingest>> Ingest::Open(const std::string& directory, IngestOptions options) {
  absl::StatusOr<std::unique_ptr<storage::EventLog>> log = storage::EventLog::Open(directory, options.log);
  if (!log.ok()) return log.status();
  return std::unique_ptr<Ingest>(new Ingest(*std::move(log), directory, options));
}

absl::Status Ingest::Admit(const Sender& sender, Time now) {
  absl::Status status = admission_.Check(sender.key_id, log_->ExpectedWait(), now);
  if (absl::IsResourceExhausted(status)) Refused(BatchRefusal::kKeyTooFast);
  if (absl::IsUnavailable(status)) Refused(BatchRefusal::kTooFarBehind);
  return status;
}

void Ingest::Answered(const std::vector<storage::EventOutcome>& outcomes, size_t shed) {
  std::array<uint64_t, storage::kEventOutcomes> counts{};
  for (const storage::EventOutcome outcome : outcomes) ++counts[static_cast<size_t>(outcome)];
  for (size_t i = 0; i < counts.size(); ++i) answered_[i] += counts[i];
  shed_ += shed;
}

void Ingest::Append(storage::EventAppend append, const Done& done) {
  const absl::Status status = log_->Append(std::move(append));
  if (status.ok()) return;
  // The queue belongs to all keys: it is not this one that is too fast.
  if (!absl::IsResourceExhausted(status)) return done(status);
  Refused(BatchRefusal::kTooFarBehind);
  done(base::Error(absl::StatusCode::kUnavailable, Text(status)));
}

// The whole of what was sent goes into quarantine as one entry.
void Ingest::RefuseBatch(storage::EventAppend append, std::string_view code, const absl::Status& cause,
                         BatchRefusal refusal, const Done& done) {
  storage::EventEntry entry;
  entry.bytes = *append.body;
  entry.refusal_code = code;
  entry.refusal_text = Text(cause);
  append.entries.push_back(std::move(entry));
  append.done = [this, done, code = cause.code(), text = std::string(Text(cause)), refusal](
                    const absl::Status& status, const std::vector<storage::EventOutcome>& outcomes) {
    Refused(status.ok() ? refusal : BatchRefusal::kDisk);
    Answered(outcomes, 0);
    done(status.ok() ? base::Error(code, text) : status);
  };
  Append(std::move(append), done);
}

void Ingest::Accept(const Sender& sender, std::string body, Time received, Done done) {
  storage::EventAppend append;
  append.environment = sender.environment;
  append.received_ms = received.time_since_epoch().count();
  append.body = std::make_shared<const std::string>(std::move(body));
  if (append.body->size() > wire::kMaxBatchFileBytes) {
    admission_.Charge(sender.key_id, 1, received);
    const absl::Status cause =
        base::Error(absl::StatusCode::kOutOfRange, "event batch: expected at most " +
                                                       std::to_string(wire::kMaxBatchFileBytes) + " bytes, got " +
                                                       std::to_string(append.body->size()));
    return RefuseBatch(std::move(append), "BATCH_TOO_LARGE", cause, BatchRefusal::kTooLarge, done);
  }
  const absl::StatusOr<wire::Batch> batch = wire::DecodeBatch(*append.body);
  if (!batch.ok()) {
    admission_.Charge(sender.key_id, 1, received);
    return RefuseBatch(std::move(append), "BATCH_INVALID", batch.status(), BatchRefusal::kUnreadable, done);
  }
  admission_.Charge(sender.key_id, batch->items.size(), received);
  append.sender = batch->header.sdk.substr(0, 64) + " " + batch->header.sdk_version.substr(0, 64);
  append.instance.assign(batch->header.instance_id.begin(), batch->header.instance_id.end());
  append.drops = DropsOf(batch->header);
  append.entries.reserve(batch->items.size());
  const bool sheds = admission_.ShedsAllButExposures(log_->ExpectedWait());
  Plan plan;
  plan.is_shed.resize(batch->items.size());
  plan.received_ms = append.received_ms;
  for (size_t i = 0; i < batch->items.size(); ++i) {
    if (sheds && !IsExposure(batch->items[i])) {
      plan.is_shed[i] = true;
      ++plan.shed;
      continue;
    }
    storage::EventEntry& entry = append.entries.emplace_back(
        EntryOf(batch->items[i], batch->header, append.received_ms, sender.is_server_key));
    if (!entry.refusal_code.empty()) {
      plan.refused.push_back({static_cast<uint32_t>(i), entry.refusal_code, entry.refusal_text});
    }
  }
  append.done = [this, done, plan = std::move(plan)](const absl::Status& status,
                                                     const std::vector<storage::EventOutcome>& outcomes) {
    if (!status.ok()) {
      Refused(BatchRefusal::kDisk);
      return done(status);
    }
    Answered(outcomes, plan.shed);
    done(ReplyOf(outcomes, plan));
  };
  Append(std::move(append), done);
}

int64_t AccountingReport::known_lost() const {
  int64_t lost = 0;
  for (const Received& row : received) {
    if (row.outcome == "rejected" || row.outcome == "conflict" || row.outcome == "expired") lost += row.count;
  }
  for (const Dropped& row : dropped) {
    if (row.reason != "rejected") lost += row.count;
  }
  return lost;
}

absl::StatusOr<AccountingReport> Ingest::Accounting(std::string_view environment) const {
  absl::StatusOr<std::vector<storage::AccountingRow>> rows = reader_.Accounting(environment);
  if (!rows.ok()) return rows.status();
  absl::StatusOr<std::vector<storage::DeclaredDropRow>> drops = reader_.DeclaredDrops(environment);
  if (!drops.ok()) return drops.status();
  const absl::StatusOr<int64_t> accepted = reader_.Accepted(environment);
  if (!accepted.ok()) return accepted.status();
  const absl::StatusOr<storage::SequenceSums> sequences = reader_.Sequences(environment, kNumberedReasons);
  if (!sequences.ok()) return sequences.status();
  AccountingReport report;
  report.accepted = *accepted;
  report.sequences = *sequences;
  report.arms = ArmsOf(*rows, *drops);
  for (storage::AccountingRow& row : *rows) {
    report.received.push_back({std::string(KindName(row.kind)), std::string(storage::Name(row.outcome)),
                               std::move(row.experiment), std::move(row.variant), row.count});
  }
  for (storage::DeclaredDropRow& row : *drops) {
    report.dropped.push_back({std::string(KindName(row.drop.kind)), std::string(ReasonName(row.drop.reason)),
                              std::move(row.drop.experiment), std::move(row.drop.variant), row.drop.count});
  }
  return report;
}

absl::StatusOr<std::vector<QuarantinedEvent>> Ingest::Quarantine(std::string_view environment, int64_t limit) const {
  absl::StatusOr<std::vector<storage::QuarantineRow>> rows = reader_.Quarantine(environment, limit);
  if (!rows.ok()) return rows.status();
  std::vector<QuarantinedEvent> events;
  for (storage::QuarantineRow& row : *rows) {
    events.push_back({std::move(row.code), std::move(row.text), std::move(row.sender), std::move(row.bytes),
                      Time(std::chrono::milliseconds(row.first_seen_ms)),
                      Time(std::chrono::milliseconds(row.last_seen_ms)), row.count});
  }
  return events;
}

void Ingest::Close() { log_->Close(); }

}  // namespace expt::ingest
