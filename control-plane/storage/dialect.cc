#include "control-plane/storage/dialect.h"

namespace expt::storage {
namespace {

std::string Expand(std::string_view macro, std::string_view a, std::string_view b) {
  std::string text;
  for (size_t i = 0; i < macro.size();) {
    const std::string_view rest = macro.substr(i);
    if (rest.starts_with("{a}") || rest.starts_with("{b}")) {
      text.append(rest[1] == 'a' ? a : b);
      i += 3;
    } else {
      text.push_back(rest[0]);
      ++i;
    }
  }
  return text;
}

}  // namespace

// Scratch tables are the connection's own and vanish with its transaction.
const Dialect kSqlite = {
    .name = "sqlite",
    .idiv = "({a})/({b})",
    .f64 = "CAST({a} AS REAL)",
    .ctas = "CREATE TEMP TABLE {a} AS {b}",
    .analyze = "",
    .integer = "INTEGER",
    .parameter = "?{a}",
};

const Dialect kPostgresql = {
    .name = "postgresql",
    .idiv = "({a})/({b})",
    .f64 = "CAST({a} AS double precision)",
    .ctas = "CREATE UNLOGGED TABLE {a} AS {b}",
    .analyze = "ANALYZE {a}",
    .integer = "bigint",
    .parameter = "${a}",
};

std::string Dialect::Idiv(std::string_view a, std::string_view b) const { return Expand(idiv, a, b); }
std::string Dialect::F64(std::string_view a) const { return Expand(f64, a, {}); }
std::string Dialect::Ctas(std::string_view table, std::string_view query) const { return Expand(ctas, table, query); }
std::string Dialect::Analyze(std::string_view table) const { return Expand(analyze, table, {}); }
std::string Dialect::Int(std::string_view a) const {
  return "CAST(" + std::string(a) + " AS " + std::string(integer) + ")";
}
std::string Dialect::Parameter(size_t number) const { return Expand(parameter, std::to_string(number), {}); }

}  // namespace expt::storage
