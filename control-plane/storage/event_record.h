// What the event log takes, stores and tells.
#ifndef EXPT_CONTROL_PLANE_STORAGE_EVENT_RECORD_H_
#define EXPT_CONTROL_PLANE_STORAGE_EVENT_RECORD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace expt::storage {

// What became of an event. Each received event has exactly one outcome. Stored; never renumbered.
enum class EventOutcome : uint8_t {
  kStored = 1,
  kStoredTimeSuspect = 2,  // stored; its sender's clock is off, so analysis leaves it out
  kDuplicate = 3,          // the same id with the same body was stored before
  kRejected = 4,           // breaks a rule; in quarantine
  kConflict = 5,           // the same id with another body was stored before; in quarantine
  kExpired = 6,            // older than the dedupe window: nobody knows any more whether it was stored before
};
inline constexpr size_t kEventOutcomes = 7;  // for arrays by outcome
std::string_view Name(EventOutcome outcome);  // "stored", "stored_time_suspect", ...

// One event as its sender sent it, and what ingest made of it.
struct EventEntry {
  std::string event_id;
  uint64_t body_hash = 0;  // of what the event says; equal for a second sending of the same event
  uint8_t kind = 0;        // EventKind; 0 when unreadable
  uint64_t sequence = 0;   // of its sender's instance, from 1; 0: none
  int64_t time_ms = 0;     // by the sender's clock
  int64_t corrected_ms = 0;
  bool is_time_suspect = false;
  bool is_trusted = false;  // came under a server key
  std::optional<int64_t> made_ms;  // when its id was made, where the id says so, by our clock
  std::string experiment;   // exposures only, for accounting
  std::string variant;
  std::string_view bytes;  // encoded event, within EventAppend::body

  // Not empty: the event is not stored but quarantined under this code.
  std::string refusal_code;
  std::string refusal_text;
};

// What a client says it had to drop, in total since it opened.
struct DeclaredDrop {
  uint8_t reason = 0;
  uint8_t kind = 0;
  std::string experiment;
  std::string variant;
  int64_t count = 0;
};

// One batch on its way into the log.
struct EventAppend {
  std::string environment;
  int64_t received_ms = 0;
  std::string sender;    // "python 1.2.0"; shown in quarantine
  std::string instance;  // of the client; names its declared drops
  std::shared_ptr<const std::string> body;
  std::vector<EventEntry> entries;
  std::vector<DeclaredDrop> drops;

  // Called once, on the writer's thread, when the batch is durable (one outcome per entry), or when it is not and
  // never will be (an error; nothing of the batch is stored). Must not block.
  std::function<void(const absl::Status&, const std::vector<EventOutcome>&)> done;
};

// An event read back.
struct LoggedEvent {
  int64_t seq = 0;  // rises with every event: day << 40 | rowid
  std::string_view environment;
  std::string_view event_id;
  uint8_t kind = 0;
  bool is_time_suspect = false;
  bool is_trusted = false;
  int64_t received_ms = 0;
  int64_t time_ms = 0;
  int64_t corrected_ms = 0;
  std::string_view bytes;
};

struct AccountingRow {
  std::string environment;
  uint8_t kind = 0;
  EventOutcome outcome = EventOutcome::kStored;
  std::string experiment;
  std::string variant;
  int64_t count = 0;
  bool operator==(const AccountingRow&) const = default;
};

struct DeclaredDropRow {
  std::string environment;
  DeclaredDrop drop;
};

// What the sequence numbers of the instances of an environment say, added up over instances.
//
//   sent = received + declared + unknown        (declared: as far as it explains missing numbers)
struct SequenceSums {
  int64_t instances = 0;
  int64_t sent = 0;      // the highest number that has come
  int64_t received = 0;  // different numbers that have come
  int64_t declared = 0;  // missing numbers that the instance says it has dropped
  int64_t unknown = 0;   // missing without a word, at most kMaxUnknownLoss of an instance
  bool operator==(const SequenceSums&) const = default;
};
// A client that invents numbers must not drown what others have lost.
inline constexpr int64_t kMaxUnknownLoss = 1'000'000;

// A file whose counters contradict each other or its events.
struct AccountingFault {
  std::string environment;  // empty: of all together
  std::string text;         // names the file
};

struct QuarantineRow {
  std::string environment;
  std::string code;
  std::string text;
  std::string sender;
  std::string bytes;  // at most kMaxQuarantineBytes
  int64_t first_seen_ms = 0;
  int64_t last_seen_ms = 0;
  int64_t count = 0;
};

inline constexpr size_t kMaxQuarantineBytes = 16u << 10;

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_EVENT_RECORD_H_
