// What differs between SQL engines, as data. One generator (metric_sql.h) writes every statement through it.
#ifndef EXPT_CONTROL_PLANE_STORAGE_DIALECT_H_
#define EXPT_CONTROL_PLANE_STORAGE_DIALECT_H_

#include <string>
#include <string_view>

namespace expt::storage {

// Each text is a macro with its arguments as {a}, {b}.
struct Dialect {
  std::string_view name;
  std::string_view idiv;       // IDIV(a,b): integer quotient
  std::string_view f64;        // F64(a): a as double
  std::string_view ctas;       // CTAS(a,b): makes table a of the rows of query b
  std::string_view analyze;    // what makes the planner know table a once it is made; may be nothing
  std::string_view integer;    // INT: the 64-bit integer type, in casts
  std::string_view parameter;  // parameter number a, from 1

  std::string Idiv(std::string_view a, std::string_view b) const;
  std::string F64(std::string_view a) const;
  std::string Ctas(std::string_view table, std::string_view query) const;
  std::string Analyze(std::string_view table) const;
  std::string Int(std::string_view a) const;  // CAST(a AS INT)
  std::string Parameter(size_t number) const;
};

extern const Dialect kSqlite;
extern const Dialect kPostgresql;

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_DIALECT_H_
