// What every table of the state store reads and writes alike.
#ifndef EXPT_CONTROL_PLANE_STORAGE_ROWS_H_
#define EXPT_CONTROL_PLANE_STORAGE_ROWS_H_

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/storage/database.h"
#include "expt/snapshot.h"

namespace expt::storage {

inline std::string Select(std::string_view columns, std::string_view rest) {
  std::string sql = "SELECT ";
  sql.append(columns).append(" ").append(rest);
  return sql;
}

inline std::string_view BytesOf(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Zero when the column does not hold a digest.
inline Digest DigestOf(std::string_view bytes) {
  Digest digest{};
  if (bytes.size() == digest.size()) std::memcpy(digest.data(), bytes.data(), digest.size());
  return digest;
}

// The first row of a query, or nothing.
template <typename Row>
auto First(Statement& statement, Row row) -> absl::StatusOr<std::optional<decltype(row(statement))>> {
  using Optional = std::optional<decltype(row(statement))>;
  const absl::StatusOr<bool> found = statement.Step();
  if (!found.ok()) return found.status();
  if (!*found) return Optional();
  Optional answer(row(statement));
  statement.Reset();
  return answer;
}

template <typename Row>
auto All(Statement& statement, Row row) -> absl::StatusOr<std::vector<decltype(row(statement))>> {
  std::vector<decltype(row(statement))> rows;
  for (;;) {
    const absl::StatusOr<bool> found = statement.Step();
    if (!found.ok()) return found.status();
    if (!*found) return rows;
    rows.push_back(row(statement));
  }
}

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_ROWS_H_
