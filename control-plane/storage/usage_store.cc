#include "control-plane/storage/usage_store.h"

#include <filesystem>
#include <utility>

#include "control-plane/storage/rows.h"
#include "src/base/status.h"

namespace expt::storage {
namespace {

constexpr int64_t kUsageVersion = 1;

constexpr std::string_view kUsageSchema = R"sql(
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS evaluation(
  environment TEXT NOT NULL, flag TEXT NOT NULL, day INTEGER NOT NULL, variant TEXT NOT NULL, reason INTEGER NOT NULL,
  count INTEGER NOT NULL, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  PRIMARY KEY(environment, flag, day, variant, reason)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen_value(
  environment TEXT NOT NULL, attribute TEXT NOT NULL, value TEXT NOT NULL, count INTEGER NOT NULL,
  first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  PRIMARY KEY(environment, attribute, value)) WITHOUT ROWID;
)sql";

absl::StatusOr<int64_t> ReadUsageMeta(Database& database, std::string_view name) {
  absl::StatusOr<Statement> query = database.Prepare("SELECT value FROM meta WHERE name=?1");
  if (!query.ok()) return query.status();
  query->BindText(1, name);
  const auto value = First(*query, [](const Statement& row) { return row.Int(0); });
  if (!value.ok()) return value.status();
  return value->value_or(0);
}

absl::Status WriteUsageMeta(Database& database, std::string_view name, int64_t value) {
  absl::StatusOr<Statement> upsert =
      database.Prepare("INSERT INTO meta(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value=?2");
  if (!upsert.ok()) return upsert.status();
  return upsert->BindText(1, name).BindInt(2, value).Run();
}

UsageCount CountRow(const Statement& row, int column) {
  return {.count = row.Int(column), .first_ms = row.Int(column + 1), .last_ms = row.Int(column + 2)};
}

}  // namespace

absl::StatusOr<UsageStore> UsageStore::OpenFile(const std::string& path) {
  absl::StatusOr<Database> database = Database::Open(path, {.durability = Durability::kNormal});
  if (!database.ok()) return database.status();
  UsageStore store(std::make_unique<Database>(*std::move(database)));
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*store.database_);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = store.database_->Execute(kUsageSchema); !status.ok()) return status;
  const absl::StatusOr<int64_t> version = ReadUsageMeta(*store.database_, "version");
  if (!version.ok()) return version.status();
  if (*version != 0 && *version != kUsageVersion) {
    return base::Error(absl::StatusCode::kDataLoss, "database \"usage.db\": another version");
  }
  if (absl::Status status = WriteUsageMeta(*store.database_, "version", kUsageVersion); !status.ok()) return status;
  const absl::StatusOr<int64_t> seq = ReadUsageMeta(*store.database_, "seq");
  if (!seq.ok()) return seq.status();
  store.seq_ = *seq;
  if (absl::Status status = store.LoadKnown(); !status.ok()) return status;
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return store;
}

absl::StatusOr<UsageStore> UsageStore::Open(const std::string& path, int64_t last_seq) {
  absl::StatusOr<UsageStore> store = OpenFile(path);
  if (store.ok() && store->seq_ <= last_seq) return store;
  if (!store.ok() && store.status().code() == absl::StatusCode::kUnavailable) return store;
  store = base::Error(absl::StatusCode::kInternal, "closed");  // before its file goes
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix, ignored);
  return OpenFile(path);
}

absl::Status UsageStore::LoadKnown() {
  for (const auto& [sql, known] : {std::pair("SELECT DISTINCT environment, flag, variant FROM evaluation", &flags_),
                                   std::pair("SELECT environment, attribute, value FROM seen_value", &values_)}) {
    absl::StatusOr<Statement> query = database_->Prepare(sql);
    if (!query.ok()) return query.status();
    for (;;) {
      const absl::StatusOr<bool> found = query->Step();
      if (!found.ok()) return found.status();
      if (!*found) break;
      (*known)[std::string(query->Text(0))][std::string(query->Text(1))].emplace(query->Text(2));
    }
  }
  return absl::OkStatus();
}

bool UsageStore::Admit(std::map<std::string, Names>& known, const std::string& environment, const std::string& name,
                       const std::string& entry, size_t most_names, size_t most_entries) {
  Names& names = known[environment];
  auto found = names.find(name);
  if (found == names.end()) {
    if (names.size() >= most_names) return false;
    found = names.emplace(name, std::set<std::string>()).first;
  }
  if (found->second.contains(entry)) return true;
  if (found->second.size() >= most_entries) return false;
  found->second.insert(entry);
  return true;
}

absl::Status UsageStore::Insert(const UsageRows& rows, int64_t seq) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*database_);
  if (!transaction.ok()) return transaction.status();
  absl::StatusOr<Statement> evaluation = database_->Prepare(
      "INSERT INTO evaluation(environment, flag, day, variant, reason, count, first_ms, last_ms) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(environment, flag, day, variant, reason) DO UPDATE "
      "SET count=count+?6, first_ms=MIN(first_ms, ?7), last_ms=MAX(last_ms, ?8)");
  if (!evaluation.ok()) return evaluation.status();
  for (const auto& [key, count] : rows.evaluations) {
    const auto& [environment, flag, day, variant, reason] = key;
    if (!Admit(flags_, environment, flag, variant, kMaxUsedFlags, kMaxUsedVariants)) continue;
    evaluation->BindText(1, environment).BindText(2, flag).BindInt(3, day).BindText(4, variant).BindInt(5, reason);
    const absl::Status status =
        evaluation->BindInt(6, count.count).BindInt(7, count.first_ms).BindInt(8, count.last_ms).Run();
    if (!status.ok()) return status;
  }
  absl::StatusOr<Statement> value = database_->Prepare(
      "INSERT INTO seen_value(environment, attribute, value, count, first_ms, last_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6) "
      "ON CONFLICT(environment, attribute, value) DO UPDATE "
      "SET count=count+?4, first_ms=MIN(first_ms, ?5), last_ms=MAX(last_ms, ?6)");
  if (!value.ok()) return value.status();
  for (const auto& [key, count] : rows.values) {
    const auto& [environment, attribute, text] = key;
    if (!Admit(values_, environment, attribute, text, kMaxSeenAttributes, kMaxSeenValues)) continue;
    value->BindText(1, environment).BindText(2, attribute).BindText(3, text);
    const absl::Status status =
        value->BindInt(4, count.count).BindInt(5, count.first_ms).BindInt(6, count.last_ms).Run();
    if (!status.ok()) return status;
  }
  if (absl::Status status = WriteUsageMeta(*database_, "seq", seq); !status.ok()) return status;
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  seq_ = seq;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FlagDay>> UsageStore::Days(std::string_view environment, std::string_view flag,
                                                      int32_t from_day) {
  absl::StatusOr<Statement> query = database_->Prepare(
      "SELECT day, variant, reason, count FROM evaluation WHERE environment=?1 AND flag=?2 AND day>=?3 "
      "ORDER BY day, variant, reason");
  if (!query.ok()) return query.status();
  query->BindText(1, environment).BindText(2, flag).BindInt(3, from_day);
  return All(*query, [](const Statement& row) {
    return FlagDay{.day = static_cast<int32_t>(row.Int(0)),
                   .variant = std::string(row.Text(1)),
                   .reason = row.Int(2),
                   .count = row.Int(3)};
  });
}

absl::StatusOr<UsageCount> UsageStore::Total(std::string_view environment, std::string_view flag) {
  absl::StatusOr<Statement> query = database_->Prepare(
      "SELECT COALESCE(SUM(count), 0), COALESCE(MIN(first_ms), 0), COALESCE(MAX(last_ms), 0) FROM evaluation "
      "WHERE environment=?1 AND flag=?2");
  if (!query.ok()) return query.status();
  query->BindText(1, environment).BindText(2, flag);
  const auto total = First(*query, [](const Statement& row) { return CountRow(row, 0); });
  if (!total.ok()) return total.status();
  return total->value_or(UsageCount());
}

absl::StatusOr<std::map<std::string, UsageCount>> UsageStore::Totals(std::string_view environment) {
  absl::StatusOr<Statement> query = database_->Prepare(
      "SELECT flag, SUM(count), MIN(first_ms), MAX(last_ms) FROM evaluation WHERE environment=?1 GROUP BY flag");
  if (!query.ok()) return query.status();
  query->BindText(1, environment);
  const auto rows = All(*query, [](const Statement& row) {
    return std::pair(std::string(row.Text(0)), CountRow(row, 1));
  });
  if (!rows.ok()) return rows.status();
  return std::map<std::string, UsageCount>(rows->begin(), rows->end());
}

absl::StatusOr<std::vector<SeenValue>> UsageStore::Values(std::string_view environment, std::string_view attribute,
                                                          size_t limit) {
  absl::StatusOr<Statement> query = database_->Prepare(
      "SELECT value, count, last_ms FROM seen_value WHERE environment=?1 AND attribute=?2 "
      "ORDER BY count DESC, value LIMIT ?3");
  if (!query.ok()) return query.status();
  query->BindText(1, environment).BindText(2, attribute).BindInt(3, static_cast<int64_t>(limit));
  return All(*query, [](const Statement& row) {
    return SeenValue{.value = std::string(row.Text(0)), .count = row.Int(1), .last_ms = row.Int(2)};
  });
}

}  // namespace expt::storage
