// The steps from raw rows to sums, as SQL for any dialect. Meaning lives here once.
//
//   exposure --U--> units(unit, t0, variant, multi)
//   units, event --M--> unit_metric(unit, variant, c0, y0, d0, c1, ...)
//   unit_metric --G--> per variant: n, sums and sums of products
//   ident --X--> xlink(secondary, unit) --L--> linked: event, and the events of secondary units under their unit
//
// Every column is qualified where two tables meet, and an output name never repeats an input column's name unless it is
// that column unchanged: one of the engines lets an output name shadow an input. Values of requests are parameters,
// never text.
#ifndef EXPT_CONTROL_PLANE_STORAGE_METRIC_SQL_H_
#define EXPT_CONTROL_PLANE_STORAGE_METRIC_SQL_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "control-plane/storage/dialect.h"
#include "control-plane/storage/sql_engine.h"

namespace expt::storage {

enum class UnitTotal : uint8_t { kAny, kCount, kSum };

// One number per unit: the rows of `source` in [t0 + start, t0 + end), before `latest`.
struct UnitColumn {
  int64_t source = 0;  // value of event.metric
  UnitTotal total = UnitTotal::kAny;
};

struct UnitMetric {
  UnitColumn numerator;
  std::optional<UnitColumn> denominator;
  int64_t start_ms = 0;
  std::optional<int64_t> end_ms;
  std::optional<int64_t> latest_ms;
  bool leaves_out_units_without_events = false;
};

struct ExposureSlice {
  int64_t experiment = 0;  // value of exposure.exp
  std::optional<int64_t> start_ms;
  std::optional<int64_t> end_ms;
  // A unit with several variants: its first one (else any), `multi` is 1 either way.
  bool is_first_seen = false;
};

enum class EventTable : uint8_t { kEvent, kLinked };

// U. Makes `units`.
Sql UnitsSql(const Dialect& dialect, const ExposureSlice& slice);
// One row: exposure rows in the slice.
Sql ExposureCountSql(const Dialect& dialect, const ExposureSlice& slice);
// Per (variant, multi): variant, multi, units.
Sql UnitCountSql(const Dialect& dialect);

// One row: 1 when rows of secondary units exist for any of `sources`.
Sql HasSecondarySql(const Dialect& dialect, const std::vector<int64_t>& sources);
// X. Makes `xlink`, the first unit of type `unit_type` that each secondary unit was seen with.
Sql LinkSql(const Dialect& dialect, int64_t unit_type);
// L. Makes `linked`; an event of several secondary units counts once.
Sql LinkedEventsSql(const Dialect& dialect, const std::vector<int64_t>& sources);

// M. Makes `unit_metric`; `with_multi` keeps units of several variants.
Sql UnitMetricSql(const Dialect& dialect, const std::vector<UnitMetric>& metrics, EventTable events, bool with_multi);

// G, first pass. Per variant: variant, then for each metric n, SUM(y), SUM(d).
Sql SumsSql(const Dialect& dialect, const std::vector<UnitMetric>& metrics);

// G, second pass, about a constant of each column, so that no digits are lost where the mean is large beside the
// spread. Per variant: variant, then for each metric with y and d now less their constants:
// SUM(y), SUM(d), SUM(yy), SUM(yd), SUM(dd), SUM(yyy).
struct Shift {
  double numerator = 0;
  double denominator = 0;
};
Sql GramSql(const Dialect& dialect, const std::vector<UnitMetric>& metrics, const std::vector<Shift>& shifts);

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_METRIC_SQL_H_
