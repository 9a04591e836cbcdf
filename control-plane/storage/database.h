// SQLite as the storage room uses it: one file, prepared statements, transactions, errors as absl::Status.
//
//   auto database = Database::Open("/var/lib/exptd/state.db", {});
//   auto insert = database->Prepare("INSERT INTO flag(key, body) VALUES(?1, ?2)");
//   auto transaction = Transaction::Begin(*database);
//   insert->BindText(1, "checkout").BindBlob(2, body);
//   if (absl::Status status = insert->Run(); !status.ok()) return status;   // ~Transaction rolls back
//   return transaction->Commit();
//
// Error texts begin with `database "<file name>": `. Codes:
//   kUnavailable         locked for longer than the busy budget, disk full, I/O error, not writable, cannot open
//   kDataLoss            the file is damaged or no database
//   kAlreadyExists       a UNIQUE or PRIMARY KEY constraint refused the row
//   kFailedPrecondition  another constraint refused the row
//   kInternal            anything else: our SQL is wrong
#ifndef EXPT_CONTROL_PLANE_STORAGE_DATABASE_H_
#define EXPT_CONTROL_PLANE_STORAGE_DATABASE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace expt::storage {

// True when reading, writing or syncing the file has failed (not: disk full, locked). What a failed commit has left on
// disk is not known then.
bool IsIoError(const absl::Status& status);

// One prepared statement. Parameters count from 1, columns from 0.
// Not thread-safe; must be destroyed before its Database is.
class Statement {
 public:
  Statement() = default;

  // Each parameter keeps its value over Reset(). Text and blobs are copied.
  Statement& BindInt(int parameter, int64_t value);
  Statement& BindReal(int parameter, double value);
  Statement& BindText(int parameter, std::string_view value);
  Statement& BindBlob(int parameter, std::string_view value);
  Statement& BindNull(int parameter);
  // As BindBlob, but `value` must stay as it is until the statement is reset or bound again.
  Statement& BindBlobView(int parameter, std::string_view value);

  // True when there is a row to read, false after the last one; then the statement is reset.
  // After an error, also of an earlier Bind, it is reset too.
  absl::StatusOr<bool> Step();
  // Steps to the end, and resets.
  absl::Status Run();
  void Reset();

  // Of the row that Step() has found. Views are valid until the next Step() or Reset().
  int64_t Int(int column) const;
  double Real(int column) const;
  std::string_view Text(int column) const;
  std::string_view Blob(int column) const;
  bool IsNull(int column) const;
  bool IsReal(int column) const;
  int column_count() const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement& Keep(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_error_ = 0;
};

enum class Durability : uint8_t {
  kFull,    // a commit is on disk when it returns
  kNormal,  // a commit survives a crash of the process, not always one of the machine
  kOff,     // for what can be rebuilt
};

struct DatabaseOptions {
  bool read_only = false;
  bool create = true;  // make the file when it is missing
  Durability durability = Durability::kFull;
  std::chrono::milliseconds busy_timeout{5000};  // how long a lock of another connection is waited for
  int cache_kib = 8192;
  // Bytes that the write-ahead log is cut to after a checkpoint.
  int64_t journal_size_limit_bytes = int64_t{64} << 20;
};

// A connection to one database file in WAL mode. Not thread-safe: one thread at a time.
class Database {
 public:
  static absl::StatusOr<Database> Open(const std::string& path, const DatabaseOptions& options);

  // Runs one or more statements that take no parameter and whose rows nobody reads.
  absl::Status Execute(std::string_view sql);
  absl::StatusOr<Statement> Prepare(std::string_view sql);
  // Attaches another file under a name made of letters.
  absl::Status Attach(const std::string& path, std::string_view name);
  absl::Status Detach(std::string_view name);

  int64_t last_insert_rowid() const;
  // Rows that the last INSERT, UPDATE or DELETE has changed.
  int64_t changes() const;
  // Leaves the write-ahead log as it is when the connection closes, instead of moving it into the file.
  void KeepWalOnClose();

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3, Close> handle_;
};

// Everything between Begin() and Commit(), or nothing. Rolls back when destroyed before Commit() succeeded.
// The Database must stay where it is while the transaction lives.
class Transaction {
 public:
  enum class Kind : uint8_t {
    kRead,   // one consistent view; takes no write lock
    kWrite,  // takes the write lock at once, so a later statement cannot fail for want of it
  };
  static absl::StatusOr<Transaction> Begin(Database& database, Kind kind = Kind::kWrite);
  ~Transaction();
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  absl::Status Commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_DATABASE_H_
