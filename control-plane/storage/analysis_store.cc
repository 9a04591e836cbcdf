#include "control-plane/storage/analysis_store.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "src/base/status.h"

namespace expt::storage {
namespace {

// Of the tables below and of what analysis writes into them; another one makes the file anew.
constexpr int64_t kVersion = 1;

constexpr std::string_view kAnalysisSchema = R"sql(
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS experiment(
  id INTEGER PRIMARY KEY, environment TEXT NOT NULL, name TEXT NOT NULL, phase INTEGER NOT NULL,
  is_holdout INTEGER NOT NULL, time_suspect INTEGER NOT NULL DEFAULT 0,
  UNIQUE(environment, name, phase, is_holdout));
CREATE TABLE IF NOT EXISTS unit_type(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS source(
  id INTEGER PRIMARY KEY, environment TEXT NOT NULL, text TEXT NOT NULL, bound_through INTEGER NOT NULL,
  UNIQUE(environment, text));
CREATE TABLE IF NOT EXISTS exposure(
  exp INTEGER NOT NULL, unit INTEGER NOT NULL, ts INTEGER NOT NULL, variant INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(exp, unit, ts, variant, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event(
  unit INTEGER NOT NULL, metric INTEGER NOT NULL, ts INTEGER NOT NULL, value REAL NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(unit, metric, ts, value, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event_secondary(
  metric INTEGER NOT NULL, secondary INTEGER NOT NULL, ts INTEGER NOT NULL, value REAL NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(metric, secondary, ts, value, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ident(
  unit_type INTEGER NOT NULL, secondary INTEGER NOT NULL, unit INTEGER NOT NULL, ts INTEGER NOT NULL,
  seq INTEGER NOT NULL, PRIMARY KEY(unit_type, secondary, ts, unit, seq)) WITHOUT ROWID;
)sql";

absl::StatusOr<int64_t> ReadInt(Database& database, std::string_view sql) {
  absl::StatusOr<Statement> select = database.Prepare(sql);
  if (!select.ok()) return select.status();
  const absl::StatusOr<bool> row = select->Step();
  if (!row.ok()) return row.status();
  return *row ? select->Int(0) : 0;
}

absl::Status WriteMeta(Database& database, std::string_view name, int64_t value) {
  absl::StatusOr<Statement> upsert =
      database.Prepare("INSERT INTO meta VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value");
  if (!upsert.ok()) return upsert.status();
  return upsert->BindText(1, name).BindInt(2, value).Run();
}

void Remove(const std::string& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix, ignored);
}

// Runs `insert` once for each row; `bind` sets its parameters.
template <typename Row, typename Bind>
absl::Status InsertAll(Database& database, std::string_view sql, const std::vector<Row>& rows, Bind bind) {
  if (rows.empty()) return absl::OkStatus();
  absl::StatusOr<Statement> insert = database.Prepare(sql);
  if (!insert.ok()) return insert.status();
  for (const Row& row : rows) {
    bind(*insert, row);
    if (absl::Status status = insert->Run(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AnalysisStore> AnalysisStore::OpenFile(const std::string& path) {
  DatabaseOptions options;
  options.durability = Durability::kNormal;
  options.cache_kib = 131072;
  absl::StatusOr<Database> database = Database::Open(path, options);
  if (!database.ok()) return database.status();
  AnalysisStore store(std::make_unique<Database>(*std::move(database)));
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*store.database_);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = store.database_->Execute(kAnalysisSchema); !status.ok()) return status;
  const absl::StatusOr<int64_t> version = ReadInt(*store.database_, "SELECT value FROM meta WHERE name = 'version'");
  if (!version.ok()) return version.status();
  if (*version == 0) {
    if (absl::Status status = WriteMeta(*store.database_, "version", kVersion); !status.ok()) return status;
  } else if (*version != kVersion) {
    return base::Error(absl::StatusCode::kDataLoss, "database \"analysis.db\": another version");
  }
  const absl::StatusOr<int64_t> seq = ReadInt(*store.database_, "SELECT value FROM meta WHERE name = 'seq'");
  if (!seq.ok()) return seq.status();
  const absl::StatusOr<int64_t> received =
      ReadInt(*store.database_, "SELECT value FROM meta WHERE name = 'received_ms'");
  if (!received.ok()) return received.status();
  store.watermark_ = {*seq, *received};
  if (absl::Status status = transaction->Commit(); !status.ok()) return status;
  return store;
}

absl::StatusOr<AnalysisStore> AnalysisStore::Open(const std::string& path, int64_t last_seq) {
  absl::StatusOr<AnalysisStore> store = OpenFile(path);
  if (store.ok() && store->watermark_.seq <= last_seq) return store;
  if (!store.ok() && store.status().code() == absl::StatusCode::kUnavailable) return store;
  store = base::Error(absl::StatusCode::kInternal, "closed");  // before its file goes
  Remove(path);
  return OpenFile(path);
}

absl::StatusOr<int64_t> AnalysisStore::ExperimentId(std::string_view environment, std::string_view name, uint32_t phase,
                                                    bool is_holdout) {
  std::string key = "e";
  key.append(environment).append(1, '\x1f').append(name).append(1, '\x1f');
  key += std::to_string(phase) + (is_holdout ? "h" : "");
  if (const auto it = ids_.find(key); it != ids_.end()) return it->second;
  for (const char* sql : {"INSERT INTO experiment(environment, name, phase, is_holdout) VALUES(?1, ?2, ?3, ?4) "
                          "ON CONFLICT DO NOTHING",
                          "SELECT id FROM experiment WHERE environment = ?1 AND name = ?2 AND phase = ?3 AND "
                          "is_holdout = ?4"}) {
    absl::StatusOr<Statement> statement = database_->Prepare(sql);
    if (!statement.ok()) return statement.status();
    statement->BindText(1, environment).BindText(2, name).BindInt(3, phase).BindInt(4, is_holdout ? 1 : 0);
    const absl::StatusOr<bool> row = statement->Step();
    if (!row.ok()) return row.status();
    if (*row) return ids_[key] = statement->Int(0);
  }
  return base::Error(absl::StatusCode::kInternal, "database \"analysis.db\": no row for an experiment");
}

absl::StatusOr<int64_t> AnalysisStore::UnitTypeId(std::string_view unit_type) {
  std::string key = "u";
  key.append(unit_type);
  if (const auto it = ids_.find(key); it != ids_.end()) return it->second;
  for (const char* sql :
       {"INSERT INTO unit_type(name) VALUES(?1) ON CONFLICT DO NOTHING", "SELECT id FROM unit_type WHERE name = ?1"}) {
    absl::StatusOr<Statement> statement = database_->Prepare(sql);
    if (!statement.ok()) return statement.status();
    const absl::StatusOr<bool> row = statement->BindText(1, unit_type).Step();
    if (!row.ok()) return row.status();
    if (*row) return ids_[key] = statement->Int(0);
  }
  return base::Error(absl::StatusCode::kInternal, "database \"analysis.db\": no row for a unit type");
}

absl::StatusOr<int64_t> AnalysisStore::SourceId(std::string_view environment, std::string_view text) {
  for (const char* sql : {"INSERT INTO source(environment, text, bound_through) VALUES(?1, ?2, 0) "
                          "ON CONFLICT DO NOTHING",
                          "SELECT id FROM source WHERE environment = ?1 AND text = ?2"}) {
    absl::StatusOr<Statement> statement = database_->Prepare(sql);
    if (!statement.ok()) return statement.status();
    const absl::StatusOr<bool> row = statement->BindText(1, environment).BindText(2, text).Step();
    if (!row.ok()) return row.status();
    if (*row) return statement->Int(0);
  }
  return base::Error(absl::StatusCode::kInternal, "database \"analysis.db\": no row for a metric source");
}

absl::StatusOr<std::vector<MetricSourceRow>> AnalysisStore::Sources() {
  absl::StatusOr<Statement> select =
      database_->Prepare("SELECT id, environment, text, bound_through FROM source ORDER BY id");
  if (!select.ok()) return select.status();
  std::vector<MetricSourceRow> sources;
  for (;;) {
    const absl::StatusOr<bool> row = select->Step();
    if (!row.ok()) return row.status();
    if (!*row) return sources;
    sources.push_back({select->Int(0), std::string(select->Text(1)), std::string(select->Text(2)), select->Int(3)});
  }
}

absl::StatusOr<int64_t> AnalysisStore::TimeSuspectExposures(int64_t experiment) {
  return ReadInt(*database_, "SELECT time_suspect FROM experiment WHERE id = " + std::to_string(experiment));
}

absl::Status AnalysisStore::InsertRows(RawRows& rows) {
  // In the order of the tables: neighbours share pages.
  std::sort(rows.exposures.begin(), rows.exposures.end(), [](const ExposureRow& a, const ExposureRow& b) {
    return std::tie(a.experiment, a.unit, a.ts_ms) < std::tie(b.experiment, b.unit, b.ts_ms);
  });
  std::sort(rows.events.begin(), rows.events.end(), [](const MetricRow& a, const MetricRow& b) {
    return std::tie(a.unit, a.source, a.ts_ms) < std::tie(b.unit, b.source, b.ts_ms);
  });
  absl::Status status = InsertAll(*database_, "INSERT OR IGNORE INTO exposure VALUES(?1,?2,?3,?4,?5)", rows.exposures,
                                  [](Statement& insert, const ExposureRow& row) {
                                    insert.BindInt(1, row.experiment)
                                        .BindInt(2, row.unit)
                                        .BindInt(3, row.ts_ms)
                                        .BindInt(4, row.variant)
                                        .BindInt(5, row.seq);
                                  });
  if (!status.ok()) return status;
  const auto bind_metric = [](Statement& insert, const MetricRow& row) {
    insert.BindInt(1, row.unit).BindInt(2, row.source).BindInt(3, row.ts_ms).BindReal(4, row.value).BindInt(5, row.seq);
  };
  status = InsertAll(*database_, "INSERT OR IGNORE INTO event VALUES(?1,?2,?3,?4,?5)", rows.events, bind_metric);
  if (!status.ok()) return status;
  status = InsertAll(*database_, "INSERT OR IGNORE INTO event_secondary VALUES(?2,?1,?3,?4,?5)", rows.secondary,
                     bind_metric);
  if (!status.ok()) return status;
  return InsertAll(*database_, "INSERT OR IGNORE INTO ident VALUES(?1,?2,?3,?4,?5)", rows.idents,
                   [](Statement& insert, const IdentRow& row) {
                     insert.BindInt(1, row.unit_type)
                         .BindInt(2, row.secondary)
                         .BindInt(3, row.unit)
                         .BindInt(4, row.ts_ms)
                         .BindInt(5, row.seq);
                   });
}

absl::Status AnalysisStore::SetBound(const std::vector<int64_t>& sources, int64_t through) {
  return InsertAll(*database_, "UPDATE source SET bound_through = ?2 WHERE id = ?1", sources,
                   [through](Statement& update, int64_t source) { update.BindInt(1, source).BindInt(2, through); });
}

absl::Status AnalysisStore::Insert(RawRows rows, const AnalysisWatermark& watermark,
                                   const std::vector<int64_t>& sources) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*database_);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = InsertRows(rows); !status.ok()) return status;
  const std::vector<std::pair<int64_t, int64_t>> suspects(rows.time_suspect.begin(), rows.time_suspect.end());
  absl::Status status = InsertAll(*database_, "UPDATE experiment SET time_suspect = time_suspect + ?2 WHERE id = ?1",
                                  suspects, [](Statement& update, const std::pair<int64_t, int64_t>& suspect) {
                                    update.BindInt(1, suspect.first).BindInt(2, suspect.second);
                                  });
  if (!status.ok()) return status;
  if (status = SetBound(sources, watermark.seq); !status.ok()) return status;
  if (status = WriteMeta(*database_, "seq", watermark.seq); !status.ok()) return status;
  if (status = WriteMeta(*database_, "received_ms", watermark.received_ms); !status.ok()) return status;
  if (status = transaction->Commit(); !status.ok()) return status;
  watermark_ = watermark;
  return absl::OkStatus();
}

absl::Status AnalysisStore::InsertReplayed(RawRows rows, int64_t bound_through, const std::vector<int64_t>& sources) {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*database_);
  if (!transaction.ok()) return transaction.status();
  if (absl::Status status = InsertRows(rows); !status.ok()) return status;
  if (absl::Status status = SetBound(sources, bound_through); !status.ok()) return status;
  return transaction->Commit();
}

}  // namespace expt::storage
