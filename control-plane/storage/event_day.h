// One file of the event log: the events received on one UTC day, appended and never changed.
//
//   events-20300107.db      part 0 of the day; offsets 1, 2, 3, ...
//   events-20300107-1.db    part 1, begun after an I/O error in part 0; offsets 2^32 + 1, ...
//
//   event       offset (rowid) -> environment, id, hash, kind, times, bytes; unique by (id, environment)
//   accounting  (environment, kind, outcome, experiment, variant) -> count
//   quarantine  (environment, code, hash) -> bytes, text, first and last seen, count
//   declared    (environment, instance, reason, kind, experiment, variant) -> count, as the client last said
//   accepted    environment -> events taken in, counted before anything is decided about them
//   sequence    (environment, instance, first) -> last: the sequence numbers that have come, as ranges
//   meta        "earlier_end": the last offset that counts in the part before this one
//
// A part after the first repeats the accounting and the accepted of the parts before it, so a day's are those of its
// last part. docs/events.md describes the format.
#ifndef EXPT_CONTROL_PLANE_STORAGE_EVENT_DAY_H_
#define EXPT_CONTROL_PLANE_STORAGE_EVENT_DAY_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/database.h"
#include "control-plane/storage/event_record.h"

namespace expt::storage {

inline constexpr int kSeqDayShift = 40;
inline constexpr int kOffsetPartShift = 32;

// Bits of event.marks. Stored; never renumbered.
inline constexpr int64_t kTimeSuspectMark = 1;
inline constexpr int64_t kTrustedMark = 2;

inline constexpr int kMaxEventDayPart = 255;

struct EventDayName {
  int32_t day = 0;   // since 1970-01-01 UTC
  int32_t part = 0;  // [0, kMaxEventDayPart]
  auto operator<=>(const EventDayName&) const = default;

  std::string FileName() const;
  static std::optional<EventDayName> Parse(std::string_view file_name);
  int64_t first_offset() const { return (int64_t{part} << kOffsetPartShift) + 1; }
};
int32_t DayOf(int64_t time_ms);
inline int64_t SeqOf(int32_t day, int64_t offset) { return int64_t{day} << kSeqDayShift | offset; }

// The files in `directory`, in order.
absl::StatusOr<std::vector<EventDayName>> ListEventDays(const std::string& directory);

struct AccountingKey {
  std::string environment;
  uint8_t kind = 0;
  EventOutcome outcome = EventOutcome::kStored;
  std::string experiment;
  std::string variant;
  bool operator==(const AccountingKey&) const = default;
};
struct AccountingKeyHash {
  size_t operator()(const AccountingKey& key) const;
};
using Accounting = std::unordered_map<AccountingKey, int64_t, AccountingKeyHash>;

// Sequence numbers of one instance: [first, last].
struct SequenceRange {
  int64_t first = 0;
  int64_t last = 0;
  bool operator==(const SequenceRange&) const = default;
};

// A file, open. Not thread-safe.
class EventDay {
 public:
  struct Found {
    uint64_t body_hash = 0;
  };
  enum class Access : uint8_t { kRead, kWrite };

  static absl::StatusOr<EventDay> Open(const std::string& directory, EventDayName name, Access access);

  const EventDayName& name() const { return name_; }
  Database& database() { return database_; }

  // The last offset in the file; first_offset() - 1 when it has none.
  absl::StatusOr<int64_t> LastOffset();
  // Where reading the part before this one ends; nothing when no part before it has failed.
  absl::StatusOr<std::optional<int64_t>> EarlierEnd();
  // The event of that id up to offset `end`.
  absl::StatusOr<std::optional<Found>> Find(std::string_view environment, std::string_view event_id, int64_t end);
  // Calls `visit(environment, event id)` for each event up to offset `end`.
  template <typename Visit>
  absl::Status VisitIds(int64_t end, Visit visit) {
    absl::StatusOr<Statement> select = database_.Prepare(kSelectIds);
    if (!select.ok()) return select.status();
    select->BindInt(1, end);
    for (;;) {
      const absl::StatusOr<bool> row = select->Step();
      if (!row.ok()) return row.status();
      if (!*row) return absl::OkStatus();
      visit(select->Text(0), select->Blob(1));
    }
  }
  absl::StatusOr<Accounting> ReadAccounting();
  // Whether the file has the table; one of an earlier version may lack it.
  absl::StatusOr<bool> HasTable(std::string_view table);
  absl::StatusOr<std::map<std::string, int64_t>> ReadAccepted();

  // Inside a transaction of database():
  absl::Status Insert(int64_t offset, const EventAppend& append, const EventEntry& entry);
  absl::Status AddAccounting(const AccountingKey& key, int64_t count);
  absl::Status AddQuarantine(const EventAppend& append, const EventEntry& entry, std::string_view code,
                             std::string_view text, uint64_t hash);
  absl::StatusOr<int64_t> CountQuarantine();
  absl::Status Declare(const EventAppend& append, const DeclaredDrop& drop);
  absl::Status AddAccepted(std::string_view environment, int64_t count);
  // Adds `range` to those of the instance, as one with those that it touches. Returns by how many rows there are more
  // then: at most 1.
  absl::StatusOr<int64_t> AddSequences(const EventAppend& append, SequenceRange range);
  absl::StatusOr<int64_t> CountSequences();
  absl::Status SetEarlierEnd(int64_t offset);
  // After such a transaction was rolled back.
  void ForgetUncommitted() { environments_.clear(); }

 private:
  static const char* const kSelectIds;

  EventDay(Database database, EventDayName name) : database_(std::move(database)), name_(name) {}
  absl::StatusOr<int64_t> EnvironmentRow(std::string_view environment, bool create);
  absl::StatusOr<Statement*> Prepared(Statement& slot, bool& is_ready, std::string_view sql);

  Database database_;
  EventDayName name_;
  std::unordered_map<std::string, int64_t> environments_;  // rows of that table
  struct Slot {
    Statement statement;
    bool is_ready = false;
  };
  absl::StatusOr<Statement*> Prepared(Slot& slot, std::string_view sql) {
    return Prepared(slot.statement, slot.is_ready, sql);
  }
  absl::StatusOr<int64_t> Count(std::string_view table);
  Slot find_, insert_, count_, quarantine_, declare_, accept_, touching_, erase_range_, add_range_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_EVENT_DAY_H_
