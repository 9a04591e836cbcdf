#include "control-plane/storage/sql_engine.h"

#include <utility>

namespace expt::storage {

absl::StatusOr<std::unique_ptr<SqliteEngine>> SqliteEngine::Open(const std::string& path) {
  DatabaseOptions options;
  options.read_only = true;
  options.cache_kib = 65536;
  absl::StatusOr<Database> database = Database::Open(path, options);
  if (!database.ok()) return database.status();
  if (absl::Status status = database->Execute("PRAGMA temp_store=MEMORY"); !status.ok()) return status;
  return std::unique_ptr<SqliteEngine>(new SqliteEngine(*std::move(database)));
}

absl::Status SqliteEngine::Begin() {
  absl::StatusOr<Transaction> transaction = Transaction::Begin(database_, Transaction::Kind::kRead);
  if (!transaction.ok()) return transaction.status();
  transaction_.emplace(*std::move(transaction));
  return absl::OkStatus();
}

void SqliteEngine::End() { transaction_.reset(); }

absl::StatusOr<Statement> SqliteEngine::Prepare(const Sql& sql) {
  absl::StatusOr<Statement> statement = database_.Prepare(sql.text);
  if (!statement.ok()) return statement.status();
  for (size_t i = 0; i < sql.parameters.size(); ++i) {
    const int parameter = static_cast<int>(i) + 1;
    if (const auto* integer = std::get_if<int64_t>(&sql.parameters[i])) {
      statement->BindInt(parameter, *integer);
    } else {
      statement->BindReal(parameter, std::get<double>(sql.parameters[i]));
    }
  }
  return statement;
}

absl::Status SqliteEngine::Exec(const Sql& sql) {
  absl::StatusOr<Statement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  return statement->Run();
}

absl::Status SqliteEngine::Query(const Sql& sql, const std::function<void(const SqlRow&)>& row) {
  absl::StatusOr<Statement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  SqlRow values;
  for (;;) {
    const absl::StatusOr<bool> found = statement->Step();
    if (!found.ok()) return found.status();
    if (!*found) return absl::OkStatus();
    values.clear();
    for (int column = 0; column < statement->column_count(); ++column) {
      if (statement->IsReal(column)) {
        values.emplace_back(statement->Real(column));
      } else {
        values.emplace_back(statement->Int(column));
      }
    }
    row(values);
  }
}

}  // namespace expt::storage
