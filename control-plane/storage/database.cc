#include "control-plane/storage/database.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/cord.h"
#include "src/base/status.h"

namespace expt::storage {
namespace {

constexpr char kIoErrorPayload[] = "expt.io_error";

std::string_view FileName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

absl::StatusCode CodeOf(int extended) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_CONSTRAINT:
      return extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
                     extended == SQLITE_CONSTRAINT_ROWID
                 ? absl::StatusCode::kAlreadyExists
                 : absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status ErrorOf(std::string_view path, int code, std::string_view text) {
  std::string message = "database \"";
  message.append(FileName(path)).append("\": ").append(text);
  absl::Status status = base::Error(CodeOf(code), message);
  if ((code & 0xff) == SQLITE_IOERR) status.SetPayload(kIoErrorPayload, absl::Cord());
  return status;
}

// The last error of a connection, as SQLite words it.
absl::Status ErrorOf(sqlite3* handle) {
  const char* path = sqlite3_db_filename(handle, "main");
  return ErrorOf(path == nullptr ? "" : path, sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
}

bool IsName(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    if (!((c >= 'a' && c <= 'z') || c == '_')) return false;
  }
  return true;
}

}  // namespace

bool IsIoError(const absl::Status& status) { return status.GetPayload(kIoErrorPayload).has_value(); }

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::Keep(int code) {
  if (code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = code;
  return *this;
}

Statement& Statement::BindInt(int parameter, int64_t value) {
  return Keep(sqlite3_bind_int64(statement_.get(), parameter, value));
}

Statement& Statement::BindReal(int parameter, double value) {
  return Keep(sqlite3_bind_double(statement_.get(), parameter, value));
}

Statement& Statement::BindText(int parameter, std::string_view value) {
  return Keep(sqlite3_bind_text64(statement_.get(), parameter, value.data() == nullptr ? "" : value.data(),
                                  value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::BindBlob(int parameter, std::string_view value) {
  return Keep(sqlite3_bind_blob64(statement_.get(), parameter, value.data() == nullptr ? "" : value.data(),
                                  value.size(), SQLITE_TRANSIENT));
}

Statement& Statement::BindBlobView(int parameter, std::string_view value) {
  return Keep(sqlite3_bind_blob64(statement_.get(), parameter, value.data() == nullptr ? "" : value.data(),
                                  value.size(), SQLITE_STATIC));
}

Statement& Statement::BindNull(int parameter) { return Keep(sqlite3_bind_null(statement_.get(), parameter)); }

absl::StatusOr<bool> Statement::Step() {
  sqlite3* handle = sqlite3_db_handle(statement_.get());
  if (bind_error_ != SQLITE_OK) {
    const int code = std::exchange(bind_error_, SQLITE_OK);
    const char* path = sqlite3_db_filename(handle, "main");
    sqlite3_reset(statement_.get());
    return ErrorOf(path == nullptr ? "" : path, code, sqlite3_errstr(code));
  }
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    return false;
  }
  absl::Status status = ErrorOf(handle);
  sqlite3_reset(statement_.get());
  return status;
}

absl::Status Statement::Run() {
  for (;;) {
    const absl::StatusOr<bool> row = Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

void Statement::Reset() {
  bind_error_ = SQLITE_OK;
  sqlite3_reset(statement_.get());
}

int64_t Statement::Int(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double Statement::Real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string_view Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::string_view Statement::Blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::IsNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

bool Statement::IsReal(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_FLOAT; }

int Statement::column_count() const { return sqlite3_column_count(statement_.get()); }

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

absl::StatusOr<Database> Database::Open(const std::string& path, const DatabaseOptions& options) {
  sqlite3* handle = nullptr;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (options.create && !options.read_only) flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) {
    return ErrorOf(path, code, handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle));
  }
  sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.count()));
  std::string pragmas = "PRAGMA cache_size=-" + std::to_string(options.cache_kib) + ";PRAGMA foreign_keys=ON;";
  if (!options.read_only) {
    const char* durability = options.durability == Durability::kFull     ? "FULL"
                             : options.durability == Durability::kNormal ? "NORMAL"
                                                                         : "OFF";
    pragmas += "PRAGMA journal_mode=WAL;PRAGMA synchronous=";
    pragmas += durability;
    pragmas += ";PRAGMA journal_size_limit=" + std::to_string(options.journal_size_limit_bytes) + ";";
  }
  if (absl::Status status = database.Execute(pragmas); !status.ok()) return status;
  return database;
}

absl::Status Database::Execute(std::string_view sql) {
  const std::string text(sql);
  if (sqlite3_exec(handle_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return ErrorOf(handle_.get());
  return absl::OkStatus();
}

absl::StatusOr<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK) {
    return ErrorOf(handle_.get());
  }
  return Statement(statement);
}

absl::Status Database::Attach(const std::string& path, std::string_view name) {
  if (!IsName(name)) return base::Error(absl::StatusCode::kInternal, "database name must be made of letters");
  absl::StatusOr<Statement> statement = Prepare("ATTACH ?1 AS " + std::string(name));
  if (!statement.ok()) return statement.status();
  return statement->BindText(1, path).Run();
}

absl::Status Database::Detach(std::string_view name) {
  if (!IsName(name)) return base::Error(absl::StatusCode::kInternal, "database name must be made of letters");
  return Execute("DETACH " + std::string(name));
}

int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_.get()); }

int64_t Database::changes() const { return sqlite3_changes64(handle_.get()); }

void Database::KeepWalOnClose() {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  int keep = 1;
  sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
}

absl::StatusOr<Transaction> Transaction::Begin(Database& database, Kind kind) {
  const absl::Status status = database.Execute(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!status.ok()) return status;
  return Transaction(&database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself after an I/O error; then this is refused, which is fine.
  if (database_ != nullptr) (void)database_->Execute("ROLLBACK");
}

absl::Status Transaction::Commit() {
  const absl::Status status = database_->Execute("COMMIT");
  if (status.ok()) database_ = nullptr;
  return status;
}

}  // namespace expt::storage
