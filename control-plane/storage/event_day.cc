#include "control-plane/storage/event_day.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "control-plane/storage/whole_file.h"
#include "src/base/status.h"

namespace expt::storage {
namespace {

constexpr int64_t kDayMs = 86'400'000;
constexpr std::string_view kPrefix = "events-";
constexpr std::string_view kSuffix = ".db";

constexpr std::string_view kEventDaySchema = R"sql(
CREATE TABLE IF NOT EXISTS environment(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS event(
  offset INTEGER PRIMARY KEY, environment INTEGER NOT NULL, event_id BLOB NOT NULL, body_hash INTEGER NOT NULL,
  kind INTEGER NOT NULL, marks INTEGER NOT NULL, received_ms INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  corrected_ms INTEGER NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS event_by_id ON event(event_id, environment);
CREATE TABLE IF NOT EXISTS accounting(
  environment TEXT NOT NULL, kind INTEGER NOT NULL, outcome INTEGER NOT NULL, experiment TEXT NOT NULL,
  variant TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(environment, kind, outcome, experiment, variant)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine(
  environment TEXT NOT NULL, code TEXT NOT NULL, hash INTEGER NOT NULL, text TEXT NOT NULL, sender TEXT NOT NULL,
  body BLOB NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(environment, code, hash));
CREATE TABLE IF NOT EXISTS declared(
  environment TEXT NOT NULL, instance BLOB NOT NULL, reason INTEGER NOT NULL, kind INTEGER NOT NULL,
  experiment TEXT NOT NULL, variant TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(environment, instance, reason, kind, experiment, variant)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequence(
  environment TEXT NOT NULL, instance BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY(environment, instance, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
)sql";
// A file of an earlier version has counted outcomes only, and each of its events has one.
constexpr std::string_view kAcceptedSchema = R"sql(
CREATE TABLE accepted(environment TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO accepted SELECT environment, SUM(count) FROM accounting GROUP BY environment;
)sql";

absl::StatusOr<bool> HasTableIn(Database& database, std::string_view table) {
  absl::StatusOr<Statement> select = database.Prepare("SELECT 1 FROM sqlite_master WHERE type='table' AND name=?1");
  if (!select.ok()) return select.status();
  return select->BindText(1, table).Step();
}

absl::Status MakeTables(Database& database) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = database.Execute(kEventDaySchema); !status.ok()) return status;
  const absl::StatusOr<bool> has_accepted = HasTableIn(database, "accepted");
  if (!has_accepted.ok()) return has_accepted.status();
  if (!*has_accepted) {
    if (absl::Status status = database.Execute(kAcceptedSchema); !status.ok()) return status;
  }
  return transaction->Commit();
}

// A reader must never see a day without its tables: they are made under a name that no reader lists.
absl::Status MakeFile(const std::string& directory, const std::string& name, const DatabaseOptions& options) {
  const std::string unlisted = directory + "/new-" + name;
  std::error_code error;
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(unlisted + part, error);
  {
    absl::StatusOr<Database> database = Database::Open(unlisted, options);
    if (!database.ok()) return database.status();
    if (absl::Status status = MakeTables(*database); !status.ok()) return status;
  }
  std::filesystem::rename(unlisted, directory + "/" + name, error);
  if (error) {
    return base::Error(absl::StatusCode::kUnavailable, "cannot make \"" + name + "\": " + error.message());
  }
  return SyncFolder(directory);
}

}  // namespace

std::string_view Name(EventOutcome outcome) {
  switch (outcome) {
    case EventOutcome::kStored:
      return "stored";
    case EventOutcome::kStoredTimeSuspect:
      return "stored_time_suspect";
    case EventOutcome::kDuplicate:
      return "duplicate";
    case EventOutcome::kRejected:
      return "rejected";
    case EventOutcome::kConflict:
      return "conflict";
    case EventOutcome::kExpired:
      return "expired";
  }
  return "unknown";
}

int32_t DayOf(int64_t time_ms) {
  return static_cast<int32_t>(time_ms >= 0 ? time_ms / kDayMs : (time_ms - kDayMs + 1) / kDayMs);
}

std::string EventDayName::FileName() const {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  char text[48];
  int size = std::snprintf(text, sizeof text, "events-%04d%02u%02u", static_cast<int>(date.year()),
                           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  std::string name(text, static_cast<size_t>(size));
  if (part > 0) name += "-" + std::to_string(part);
  return name.append(kSuffix);
}

std::optional<EventDayName> EventDayName::Parse(std::string_view file_name) {
  if (!file_name.starts_with(kPrefix) || !file_name.ends_with(kSuffix)) return std::nullopt;
  const std::string_view middle = file_name.substr(kPrefix.size(), file_name.size() - kPrefix.size() - kSuffix.size());
  if (middle.size() < 8) return std::nullopt;
  int date = 0;
  int part = 0;
  const char* const end = middle.data() + middle.size();
  if (std::from_chars(middle.data(), middle.data() + 8, date).ptr != middle.data() + 8) return std::nullopt;
  if (middle.size() > 8 && (middle[8] != '-' || std::from_chars(middle.data() + 9, end, part).ptr != end || part < 1 ||
                            part > kMaxEventDayPart)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day ymd{std::chrono::year(date / 10000),
                                        std::chrono::month(static_cast<unsigned>(date / 100 % 100)),
                                        std::chrono::day(static_cast<unsigned>(date % 100))};
  if (!ymd.ok()) return std::nullopt;
  return EventDayName{static_cast<int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count()), part};
}

absl::StatusOr<std::vector<EventDayName>> ListEventDays(const std::string& directory) {
  std::vector<EventDayName> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (const auto name = EventDayName::Parse(it->path().filename().string())) names.push_back(*name);
  }
  if (error) return base::Error(absl::StatusCode::kUnavailable, "cannot list the event log: " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

size_t AccountingKeyHash::operator()(const AccountingKey& key) const {
  const std::hash<std::string> hash;
  return hash(key.experiment) * 3 + hash(key.variant) * 5 + hash(key.environment) + static_cast<size_t>(key.kind) * 31 +
         static_cast<size_t>(key.outcome);
}

const char* const EventDay::kSelectIds =
    "SELECT e.name, v.event_id FROM event v JOIN environment e ON e.id = v.environment WHERE v.offset <= ?1";

absl::StatusOr<EventDay> EventDay::Open(const std::string& directory, EventDayName name, Access access) {
  DatabaseOptions options;
  options.read_only = access == Access::kRead;
  options.durability = Durability::kFull;
  options.cache_kib = access == Access::kRead ? 2048 : 65536;
  const std::string path = directory + "/" + name.FileName();
  std::error_code error;
  if (access == Access::kWrite && !std::filesystem::exists(path, error)) {
    if (absl::Status status = MakeFile(directory, name.FileName(), options); !status.ok()) return status;
  }
  absl::StatusOr<Database> database = Database::Open(path, options);
  if (!database.ok()) return database.status();
  if (access == Access::kWrite) {
    // A file of an earlier version may lack some.
    if (absl::Status status = MakeTables(*database); !status.ok()) return status;
  }
  return EventDay(*std::move(database), name);
}

absl::StatusOr<Statement*> EventDay::Prepared(Statement& slot, bool& is_ready, std::string_view sql) {
  if (!is_ready) {
    absl::StatusOr<Statement> statement = database_.Prepare(sql);
    if (!statement.ok()) return statement.status();
    slot = *std::move(statement);
    is_ready = true;
  }
  return &slot;
}

absl::StatusOr<int64_t> EventDay::LastOffset() {
  absl::StatusOr<Statement> select = database_.Prepare("SELECT MAX(offset) FROM event");
  if (!select.ok()) return select.status();
  const absl::StatusOr<bool> row = select->Step();
  if (!row.ok()) return row.status();
  return select->IsNull(0) ? name_.first_offset() - 1 : select->Int(0);
}

absl::StatusOr<std::optional<int64_t>> EventDay::EarlierEnd() {
  absl::StatusOr<Statement> select = database_.Prepare("SELECT value FROM meta WHERE name = 'earlier_end'");
  if (!select.ok()) return select.status();
  const absl::StatusOr<bool> row = select->Step();
  if (!row.ok()) return row.status();
  return *row ? std::optional<int64_t>(select->Int(0)) : std::nullopt;
}

absl::Status EventDay::SetEarlierEnd(int64_t offset) {
  absl::StatusOr<Statement> insert = database_.Prepare("INSERT INTO meta VALUES('earlier_end', ?1)");
  if (!insert.ok()) return insert.status();
  return insert->BindInt(1, offset).Run();
}

absl::StatusOr<int64_t> EventDay::EnvironmentRow(std::string_view environment, bool create) {
  const std::string name(environment);
  if (const auto it = environments_.find(name); it != environments_.end()) return it->second;
  absl::StatusOr<Statement> select = database_.Prepare("SELECT id FROM environment WHERE name = ?1");
  if (!select.ok()) return select.status();
  const absl::StatusOr<bool> row = select->BindText(1, environment).Step();
  if (!row.ok()) return row.status();
  if (*row) {
    const int64_t id = select->Int(0);
    environments_.emplace(name, id);
    return id;
  }
  if (!create) return 0;
  absl::StatusOr<Statement> insert = database_.Prepare("INSERT INTO environment(name) VALUES(?1)");
  if (!insert.ok()) return insert.status();
  if (absl::Status status = insert->BindText(1, environment).Run(); !status.ok()) return status;
  const int64_t id = database_.last_insert_rowid();
  environments_.emplace(name, id);
  return id;
}

absl::StatusOr<std::optional<EventDay::Found>> EventDay::Find(std::string_view environment, std::string_view event_id,
                                                              int64_t end) {
  const absl::StatusOr<int64_t> row_of_environment = EnvironmentRow(environment, false);
  if (!row_of_environment.ok()) return row_of_environment.status();
  if (*row_of_environment == 0) return std::nullopt;
  absl::StatusOr<Statement*> select =
      Prepared(find_.statement, find_.is_ready,
               "SELECT body_hash FROM event WHERE event_id = ?1 AND environment = ?2 AND offset <= ?3");
  if (!select.ok()) return select.status();
  const absl::StatusOr<bool> row =
      (*select)->BindBlobView(1, event_id).BindInt(2, *row_of_environment).BindInt(3, end).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  const Found found{static_cast<uint64_t>((*select)->Int(0))};
  (*select)->Reset();
  return found;
}

absl::StatusOr<Accounting> EventDay::ReadAccounting() {
  absl::StatusOr<Statement> select =
      database_.Prepare("SELECT environment, kind, outcome, experiment, variant, count FROM accounting");
  if (!select.ok()) return select.status();
  Accounting accounting;
  for (;;) {
    const absl::StatusOr<bool> row = select->Step();
    if (!row.ok()) return row.status();
    if (!*row) return accounting;
    accounting[{std::string(select->Text(0)), static_cast<uint8_t>(select->Int(1)),
                static_cast<EventOutcome>(select->Int(2)), std::string(select->Text(3)),
                std::string(select->Text(4))}] = select->Int(5);
  }
}

absl::StatusOr<bool> EventDay::HasTable(std::string_view table) { return HasTableIn(database_, table); }

absl::StatusOr<std::map<std::string, int64_t>> EventDay::ReadAccepted() {
  absl::StatusOr<Statement> select = database_.Prepare("SELECT environment, count FROM accepted");
  if (!select.ok()) return select.status();
  std::map<std::string, int64_t> accepted;
  for (;;) {
    const absl::StatusOr<bool> row = select->Step();
    if (!row.ok()) return row.status();
    if (!*row) return accepted;
    accepted.emplace(select->Text(0), select->Int(1));
  }
}

absl::Status EventDay::AddAccepted(std::string_view environment, int64_t count) {
  absl::StatusOr<Statement*> upsert =
      Prepared(accept_, "INSERT INTO accepted VALUES(?1,?2) ON CONFLICT DO UPDATE SET count = accepted.count + "
                        "excluded.count");
  if (!upsert.ok()) return upsert.status();
  (*upsert)->BindText(1, environment).BindInt(2, count);
  return (*upsert)->Run();
}

absl::StatusOr<int64_t> EventDay::AddSequences(const EventAppend& append, SequenceRange range) {
  int64_t more = 1;
  for (;;) {
    // Ranges do not touch each other: the last one that begins before the end of this one is the last that meets it.
    absl::StatusOr<Statement*> select =
        Prepared(touching_, "SELECT first, last FROM sequence WHERE environment = ?1 AND instance = ?2 AND "
                            "first <= ?3 ORDER BY first DESC LIMIT 1");
    if (!select.ok()) return select.status();
    const absl::StatusOr<bool> found =
        (*select)->BindText(1, append.environment).BindBlob(2, append.instance).BindInt(3, range.last + 1).Step();
    if (!found.ok()) return found.status();
    if (!*found) break;
    const SequenceRange met{(*select)->Int(0), (*select)->Int(1)};
    (*select)->Reset();
    if (met.last + 1 < range.first) break;
    if (met.first <= range.first && met.last >= range.last) return more - 1;  // nothing new
    absl::StatusOr<Statement*> erase =
        Prepared(erase_range_, "DELETE FROM sequence WHERE environment = ?1 AND instance = ?2 AND first = ?3");
    if (!erase.ok()) return erase.status();
    (*erase)->BindText(1, append.environment).BindBlob(2, append.instance).BindInt(3, met.first);
    if (absl::Status status = (*erase)->Run(); !status.ok()) return status;
    --more;
    range = {std::min(range.first, met.first), std::max(range.last, met.last)};
  }
  absl::StatusOr<Statement*> insert = Prepared(add_range_, "INSERT INTO sequence VALUES(?1,?2,?3,?4)");
  if (!insert.ok()) return insert.status();
  (*insert)
      ->BindText(1, append.environment)
      .BindBlob(2, append.instance)
      .BindInt(3, range.first)
      .BindInt(4, range.last);
  if (absl::Status status = (*insert)->Run(); !status.ok()) return status;
  return more;
}

absl::Status EventDay::Insert(int64_t offset, const EventAppend& append, const EventEntry& entry) {
  const absl::StatusOr<int64_t> environment = EnvironmentRow(append.environment, true);
  if (!environment.ok()) return environment.status();
  absl::StatusOr<Statement*> insert =
      Prepared(insert_.statement, insert_.is_ready, "INSERT INTO event VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)");
  if (!insert.ok()) return insert.status();
  (*insert)
      ->BindInt(1, offset)
      .BindInt(2, *environment)
      .BindBlobView(3, entry.event_id)
      .BindInt(4, static_cast<int64_t>(entry.body_hash))
      .BindInt(5, entry.kind)
      .BindInt(6, (entry.is_time_suspect ? kTimeSuspectMark : 0) | (entry.is_trusted ? kTrustedMark : 0))
      .BindInt(7, append.received_ms)
      .BindInt(8, entry.time_ms)
      .BindInt(9, entry.corrected_ms)
      .BindBlobView(10, entry.bytes);
  return (*insert)->Run();
}

absl::Status EventDay::AddAccounting(const AccountingKey& key, int64_t count) {
  absl::StatusOr<Statement*> upsert = Prepared(count_.statement, count_.is_ready,
                                               "INSERT INTO accounting VALUES(?1,?2,?3,?4,?5,?6) "
                                               "ON CONFLICT DO UPDATE SET count = accounting.count + excluded.count");
  if (!upsert.ok()) return upsert.status();
  (*upsert)
      ->BindText(1, key.environment)
      .BindInt(2, key.kind)
      .BindInt(3, static_cast<int64_t>(key.outcome))
      .BindText(4, key.experiment)
      .BindText(5, key.variant)
      .BindInt(6, count);
  return (*upsert)->Run();
}

absl::Status EventDay::AddQuarantine(const EventAppend& append, const EventEntry& entry, std::string_view code,
                                     std::string_view text, uint64_t hash) {
  absl::StatusOr<Statement*> upsert =
      Prepared(quarantine_.statement, quarantine_.is_ready,
               "INSERT INTO quarantine VALUES(?1,?2,?3,?4,?5,?6,?7,?7,1) ON CONFLICT DO UPDATE SET "
               "count = quarantine.count + 1, first_ms = MIN(quarantine.first_ms, excluded.first_ms), "
               "last_ms = MAX(quarantine.last_ms, excluded.last_ms)");
  if (!upsert.ok()) return upsert.status();
  (*upsert)
      ->BindText(1, append.environment)
      .BindText(2, code)
      .BindInt(3, static_cast<int64_t>(hash))
      .BindText(4, text)
      .BindText(5, append.sender)
      .BindBlob(6, hash == 0 ? std::string_view() : entry.bytes.substr(0, kMaxQuarantineBytes))
      .BindInt(7, append.received_ms);
  return (*upsert)->Run();
}

absl::StatusOr<int64_t> EventDay::CountQuarantine() { return Count("quarantine"); }

absl::StatusOr<int64_t> EventDay::CountSequences() { return Count("sequence"); }

absl::StatusOr<int64_t> EventDay::Count(std::string_view table) {
  absl::StatusOr<Statement> select = database_.Prepare("SELECT COUNT(*) FROM " + std::string(table));
  if (!select.ok()) return select.status();
  const absl::StatusOr<bool> row = select->Step();
  if (!row.ok()) return row.status();
  return select->Int(0);
}

absl::Status EventDay::Declare(const EventAppend& append, const DeclaredDrop& drop) {
  absl::StatusOr<Statement*> upsert = Prepared(declare_.statement, declare_.is_ready,
                                               "INSERT INTO declared VALUES(?1,?2,?3,?4,?5,?6,?7) "
                                               "ON CONFLICT DO UPDATE SET count = MAX(declared.count, excluded.count)");
  if (!upsert.ok()) return upsert.status();
  (*upsert)
      ->BindText(1, append.environment)
      .BindBlob(2, append.instance)
      .BindInt(3, drop.reason)
      .BindInt(4, drop.kind)
      .BindText(5, drop.experiment)
      .BindText(6, drop.variant)
      .BindInt(7, drop.count);
  return (*upsert)->Run();
}

}  // namespace expt::storage
