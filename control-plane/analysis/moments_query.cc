#include "control-plane/analysis/moments_query.h"

#include <algorithm>
#include <string_view>

namespace expt::analysis {
namespace {

using storage::Int;
using storage::Real;
using storage::SqlRow;

absl::Status Make(storage::SqlEngine& engine, const storage::Sql& sql, std::string_view table) {
  if (absl::Status status = engine.Exec(sql); !status.ok()) return status;
  std::string analyze = engine.dialect().Analyze(table);
  return analyze.empty() ? absl::OkStatus() : engine.Exec({std::move(analyze), {}});
}

// Sums about a constant: of y - K over n units, of its products and of its cubes.
struct Sums {
  double y = 0, d = 0, yy = 0, yd = 0, dd = 0, yyy = 0;
};

stats::Moments MomentsOf(int64_t n, const Sums& s, const storage::Shift& shift, bool is_ratio) {
  stats::Moments moments;
  moments.n = n;
  if (n == 0) {
    moments.mean.assign(is_ratio ? 2 : 1, 0);
    moments.cross.assign(is_ratio ? 3 : 1, 0);
    return moments;
  }
  const double count = static_cast<double>(n);
  const double my = s.y / count;
  moments.mean = {shift.numerator + my};
  moments.cross = {std::max(0.0, s.yy - my * s.y)};
  if (is_ratio) {
    const double md = s.d / count;
    moments.mean.push_back(shift.denominator + md);
    moments.cross.push_back(s.yd - my * s.d);
    moments.cross.push_back(std::max(0.0, s.dd - md * s.d));
  } else {
    moments.third = s.yyy - 3 * my * s.yy + 2 * my * my * s.y;
  }
  return moments;
}

std::vector<int64_t> SourcesOf(const std::vector<storage::UnitMetric>& metrics) {
  std::vector<int64_t> sources;
  for (const storage::UnitMetric& metric : metrics) {
    sources.push_back(metric.numerator.source);
    if (metric.denominator.has_value()) sources.push_back(metric.denominator->source);
  }
  return sources;
}

}  // namespace

absl::StatusOr<UnitCounts> CountUnits(storage::SqlEngine& engine, const storage::ExposureSlice& slice) {
  UnitCounts counts;
  const storage::Dialect& dialect = engine.dialect();
  absl::Status status = engine.Query(storage::ExposureCountSql(dialect, slice),
                                     [&](const SqlRow& row) { counts.exposure_events = Int(row[0]); });
  if (!status.ok()) return status;
  if (status = Make(engine, storage::UnitsSql(dialect, slice), "units"); !status.ok()) return status;
  status = engine.Query(storage::UnitCountSql(dialect), [&](const SqlRow& row) {
    if (Int(row[1]) != 0) {
      counts.multi_exposed += Int(row[2]);
    } else {
      counts.by_variant[Int(row[0])] = Int(row[2]);
    }
  });
  if (!status.ok()) return status;
  return counts;
}

absl::StatusOr<std::vector<MetricArms>> ComputeArms(storage::SqlEngine& engine,
                                                    const std::vector<storage::UnitMetric>& metrics, int64_t unit_type,
                                                    bool with_multi_exposed) {
  std::vector<MetricArms> arms(metrics.size());
  if (metrics.empty()) return arms;
  const storage::Dialect& dialect = engine.dialect();
  const std::vector<int64_t> sources = SourcesOf(metrics);

  storage::EventTable events = storage::EventTable::kEvent;
  absl::Status status = engine.Query(storage::HasSecondarySql(dialect, sources),
                                     [&](const SqlRow&) { events = storage::EventTable::kLinked; });
  if (!status.ok()) return status;
  if (events == storage::EventTable::kLinked) {
    if (status = Make(engine, storage::LinkSql(dialect, unit_type), "xlink"); !status.ok()) return status;
    if (status = Make(engine, storage::LinkedEventsSql(dialect, sources), "linked"); !status.ok()) return status;
  }
  status = Make(engine, storage::UnitMetricSql(dialect, metrics, events, with_multi_exposed), "unit_metric");
  if (!status.ok()) return status;

  std::vector<storage::Shift> shifts(metrics.size());
  std::vector<double> units(metrics.size());
  status = engine.Query(storage::SumsSql(dialect, metrics), [&](const SqlRow& row) {
    for (size_t i = 0; i < metrics.size(); ++i) {
      ArmSums& arm = arms[i][Int(row[0])];
      arm.n = Int(row[1 + 3 * i]);
      arm.numerator = Real(row[2 + 3 * i]);
      units[i] += static_cast<double>(arm.n);
      shifts[i].numerator += arm.numerator;
      shifts[i].denominator += Real(row[3 + 3 * i]);
    }
  });
  if (!status.ok()) return status;
  for (size_t i = 0; i < metrics.size(); ++i) {
    if (units[i] == 0) continue;
    shifts[i].numerator /= units[i];
    shifts[i].denominator /= units[i];
  }
  status = engine.Query(storage::GramSql(dialect, metrics, shifts), [&](const SqlRow& row) {
    for (size_t i = 0; i < metrics.size(); ++i) {
      const size_t at = 1 + 6 * i;
      const Sums sums{Real(row[at]),     Real(row[at + 1]), Real(row[at + 2]),
                      Real(row[at + 3]), Real(row[at + 4]), Real(row[at + 5])};
      ArmSums& arm = arms[i][Int(row[0])];
      arm.moments = MomentsOf(arm.n, sums, shifts[i], metrics[i].denominator.has_value());
    }
  });
  if (!status.ok()) return status;
  return arms;
}

}  // namespace expt::analysis
