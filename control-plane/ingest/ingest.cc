#include "control-plane/ingest/ingest.h"

#include <algorithm>
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
constexpr std::string_view kConflictCode = "ID_CONFLICT";
constexpr std::string_view kConflictText = "an event with this id and another body was stored before";

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
  if (auto refusal = Refuse(event, is_server_key)) {
    entry.refusal_code = refusal->code;
    entry.refusal_text = std::move(refusal->text);
    return entry;
  }
  const EventTime time = CorrectTime(event.time_ms, header, received_ms);
  entry.event_id = event.event_id;
  entry.body_hash = BodyHash(event);
  entry.time_ms = event.time_ms;
  entry.corrected_ms = time.corrected_ms;
  entry.is_time_suspect = time.is_suspect;
  if (const auto* exposure = std::get_if<wire::ExposureEvent>(&event.body)) {
    entry.experiment = exposure->experiment;
    entry.variant = exposure->variant;
  }
  return entry;
}

std::vector<storage::DeclaredDrop> DropsOf(const wire::BatchHeader& header) {
  std::vector<storage::DeclaredDrop> drops;
  for (const wire::DropCount& drop : header.drops) {
    if (drops.size() == kMaxDeclaredDrops) break;
    if (drop.count == 0 || drop.experiment.size() > 128 || drop.variant.size() > 128) continue;
    const uint64_t count = std::min<uint64_t>(drop.count, uint64_t{1} << 53);
    drops.push_back({static_cast<uint8_t>(drop.reason), static_cast<uint8_t>(drop.kind), drop.experiment, drop.variant,
                     static_cast<int64_t>(count)});
  }
  return drops;
}

// What the reply needs of each event once its outcome is known.
struct Refused {
  uint32_t index;
  std::string code;
  std::string text;
};

std::string ReplyOf(const std::vector<storage::EventOutcome>& outcomes, const std::vector<Refused>& refused,
                    int64_t received_ms) {
  wire::BatchReply reply;
  reply.received_at_ms = received_ms;
  reply.results.reserve(outcomes.size());
  size_t next_refused = 0;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const auto index = static_cast<uint32_t>(i);
    switch (outcomes[i]) {
      case storage::EventOutcome::kStored:
      case storage::EventOutcome::kStoredTimeSuspect:
        reply.results.push_back(wire::AckResult::kStored);
        break;
      case storage::EventOutcome::kDuplicate:
        reply.results.push_back(wire::AckResult::kDuplicate);
        break;
      case storage::EventOutcome::kRejected:
        reply.results.push_back(wire::AckResult::kRejected);
        while (refused[next_refused].index != index) ++next_refused;
        reply.rejections.push_back({index, refused[next_refused].code, refused[next_refused].text});
        break;
      case storage::EventOutcome::kConflict:
        reply.results.push_back(wire::AckResult::kRejected);
        reply.rejections.push_back({index, std::string(kConflictCode), std::string(kConflictText)});
        break;
    }
  }
  return wire::EncodeReply(reply);
}

}  // namespace

Ingest::Ingest(std::unique_ptr<storage::EventLog> log, const std::string& directory)
    : log_(std::move(log)), reader_(directory) {}

Ingest::~Ingest() = default;

absl::StatusOr<std::unique_ptr<Ingest>> Ingest::Open(const std::string& directory, IngestOptions options) {
  absl::StatusOr<std::unique_ptr<storage::EventLog>> log = storage::EventLog::Open(directory, options.log);
  if (!log.ok()) return log.status();
  return std::unique_ptr<Ingest>(new Ingest(*std::move(log), directory));
}

void Ingest::Accept(const Sender& sender, std::string body, Time received, Done done) {
  storage::EventAppend append;
  append.environment = sender.environment;
  append.received_ms = received.time_since_epoch().count();
  append.body = std::make_shared<const std::string>(std::move(body));

  absl::StatusOr<wire::Batch> batch = base::Error(
      absl::StatusCode::kInvalidArgument, "event batch: expected at most " + std::to_string(wire::kMaxBatchBytes) +
                                              " bytes, got " + std::to_string(append.body->size()));
  if (append.body->size() <= wire::kMaxBatchBytes) batch = wire::DecodeBatch(*append.body);
  if (!batch.ok()) {
    storage::EventEntry entry;
    entry.bytes = *append.body;
    entry.refusal_code = "BATCH_INVALID";
    entry.refusal_text = Text(batch.status());
    append.entries.push_back(std::move(entry));
    append.done = [done, cause = batch.status()](const absl::Status& status,
                                                 const std::vector<storage::EventOutcome>&) {
      done(status.ok() ? cause : status);
    };
  } else {
    append.sender = batch->header.sdk.substr(0, 64) + " " + batch->header.sdk_version.substr(0, 64);
    append.instance.assign(batch->header.instance_id.begin(), batch->header.instance_id.end());
    append.drops = DropsOf(batch->header);
    append.entries.reserve(batch->items.size());
    std::vector<Refused> refused;
    for (const wire::Batch::Item& item : batch->items) {
      append.entries.push_back(EntryOf(item, batch->header, append.received_ms, sender.is_server_key));
      const storage::EventEntry& entry = append.entries.back();
      if (!entry.refusal_code.empty()) {
        refused.push_back({static_cast<uint32_t>(append.entries.size() - 1), entry.refusal_code, entry.refusal_text});
      }
    }
    append.done = [done, refused = std::move(refused), received_ms = append.received_ms](
                      const absl::Status& status, const std::vector<storage::EventOutcome>& outcomes) {
      if (!status.ok()) return done(status);
      done(ReplyOf(outcomes, refused, received_ms));
    };
  }
  const absl::Status status = log_->Append(std::move(append));
  if (!status.ok()) done(status);
}

absl::StatusOr<AccountingReport> Ingest::Accounting(std::string_view environment) const {
  absl::StatusOr<std::vector<storage::AccountingRow>> rows = reader_.Accounting(environment);
  if (!rows.ok()) return rows.status();
  absl::StatusOr<std::vector<storage::DeclaredDropRow>> drops = reader_.DeclaredDrops(environment);
  if (!drops.ok()) return drops.status();
  AccountingReport report;
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
