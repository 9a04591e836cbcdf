// The seam between analysis and the engine that holds the raw rows: SQLite now, larger engines by the same SQL.
#ifndef EXPT_CONTROL_PLANE_STORAGE_SQL_ENGINE_H_
#define EXPT_CONTROL_PLANE_STORAGE_SQL_ENGINE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/database.h"
#include "control-plane/storage/dialect.h"

namespace expt::storage {

using SqlValue = std::variant<int64_t, double>;

// One statement and the values of its parameters.
struct Sql {
  std::string text;
  std::vector<SqlValue> parameters;
};

// One row of a result. A column that is NULL reads as 0.
using SqlRow = std::vector<SqlValue>;
inline int64_t Int(const SqlValue& value) {
  const auto* integer = std::get_if<int64_t>(&value);
  return integer != nullptr ? *integer : static_cast<int64_t>(std::get<double>(value));
}
inline double Real(const SqlValue& value) {
  const auto* real = std::get_if<double>(&value);
  return real != nullptr ? *real : static_cast<double>(std::get<int64_t>(value));
}

// Not thread-safe. Errors: those of database.h.
class SqlEngine {
 public:
  virtual ~SqlEngine() = default;
  virtual const Dialect& dialect() const = 0;
  // Everything between Begin() and End() sees one state of the raw tables; End() drops the tables made meanwhile.
  virtual absl::Status Begin() = 0;
  virtual void End() = 0;
  virtual absl::Status Exec(const Sql& sql) = 0;
  virtual absl::Status Query(const Sql& sql, const std::function<void(const SqlRow&)>& row) = 0;
};

// Reads the raw tables of an analysis database file.
class SqliteEngine : public SqlEngine {
 public:
  static absl::StatusOr<std::unique_ptr<SqliteEngine>> Open(const std::string& path);
  const Dialect& dialect() const override { return kSqlite; }
  absl::Status Begin() override;
  void End() override;
  absl::Status Exec(const Sql& sql) override;
  absl::Status Query(const Sql& sql, const std::function<void(const SqlRow&)>& row) override;

 private:
  explicit SqliteEngine(Database database) : database_(std::move(database)) {}
  absl::StatusOr<Statement> Prepare(const Sql& sql);
  Database database_;
  std::optional<Transaction> transaction_;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_SQL_ENGINE_H_
