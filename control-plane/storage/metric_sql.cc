#include "control-plane/storage/metric_sql.h"

#include <algorithm>
#include <string>
#include <utility>

namespace expt::storage {
namespace {

// Text with parameters, numbered as they come.
class Writer {
 public:
  explicit Writer(const Dialect& dialect) : dialect_(dialect) {}
  Writer& operator<<(std::string_view text) {
    sql_.text.append(text);
    return *this;
  }
  // A parameter with this value.
  std::string Bind(SqlValue value) {
    sql_.parameters.push_back(value);
    return dialect_.Parameter(sql_.parameters.size());
  }
  const Dialect& dialect() const { return dialect_; }
  Sql Take() { return std::move(sql_); }
  // The statement that makes `table` of what was written.
  Sql TakeTable(std::string_view table) {
    sql_.text = dialect_.Ctas(table, sql_.text);
    return std::move(sql_);
  }

 private:
  const Dialect& dialect_;
  Sql sql_;
};

std::string Column(char letter, size_t metric) { return letter + std::to_string(metric); }

void WriteSlice(Writer& writer, const ExposureSlice& slice) {
  writer << " WHERE x.exp=" << writer.Bind(slice.experiment);
  if (slice.start_ms.has_value()) writer << " AND x.ts>=" << writer.Bind(*slice.start_ms);
  if (slice.end_ms.has_value()) writer << " AND x.ts<" << writer.Bind(*slice.end_ms);
}

std::string List(Writer& writer, const std::vector<int64_t>& values) {
  std::string list = "(";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) list += ",";
    list += writer.Bind(values[i]);
  }
  return list + ")";
}

std::vector<int64_t> Sources(const std::vector<UnitMetric>& metrics) {
  std::vector<int64_t> sources;
  for (const UnitMetric& metric : metrics) {
    sources.push_back(metric.numerator.source);
    if (metric.denominator.has_value()) sources.push_back(metric.denominator->source);
  }
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

// "the event is of this column and in the metric's window"
std::string InWindow(Writer& writer, const UnitMetric& metric, const UnitColumn& column) {
  std::string text = "e.metric=" + writer.Bind(column.source) + " AND e.ts>=u.t0+" + writer.Bind(metric.start_ms);
  if (metric.end_ms.has_value()) text += " AND e.ts<u.t0+" + writer.Bind(*metric.end_ms);
  if (metric.latest_ms.has_value()) text += " AND e.ts<" + writer.Bind(*metric.latest_ms);
  return text;
}

std::string Total(Writer& writer, const UnitMetric& metric, const UnitColumn& column) {
  const std::string in_window = InWindow(writer, metric, column);
  switch (column.total) {
    case UnitTotal::kAny:
      return "CASE WHEN SUM(CASE WHEN " + in_window + " THEN 1 ELSE 0 END)>0 THEN 1 ELSE 0 END";
    case UnitTotal::kCount:
      return "SUM(CASE WHEN " + in_window + " THEN 1 ELSE 0 END)";
    case UnitTotal::kSum:
      break;
  }
  return "SUM(CASE WHEN " + in_window + " THEN e.value ELSE 0 END)";
}

// The number of the unit less its constant, 0 for a unit that is left out.
std::string Shifted(Writer& writer, const UnitMetric& metric, size_t i, char letter, double shift) {
  std::string text = "(" + writer.dialect().F64("m." + Column(letter, i)) + "-" + writer.Bind(shift) + ")";
  if (metric.leaves_out_units_without_events) {
    text = "(CASE WHEN m." + Column('c', i) + ">0 THEN " + text + " ELSE 0 END)";
  }
  return text;
}

}  // namespace

Sql UnitsSql(const Dialect& dialect, const ExposureSlice& slice) {
  Writer writer(dialect);
  if (slice.is_first_seen) {
    writer << "SELECT z.unit AS unit, z.ts AS t0, z.variant AS variant, "
              "CASE WHEN z.v_lo=z.v_hi THEN 0 ELSE 1 END AS multi FROM ("
              "SELECT x.unit AS unit, x.ts AS ts, x.variant AS variant, "
              "ROW_NUMBER() OVER (PARTITION BY x.unit ORDER BY x.ts, x.variant, x.seq) AS rn, "
              "MIN(x.variant) OVER (PARTITION BY x.unit) AS v_lo, MAX(x.variant) OVER (PARTITION BY x.unit) AS v_hi "
              "FROM exposure x";
    WriteSlice(writer, slice);
    writer << ") z WHERE z.rn=1";
  } else {
    writer << "SELECT z.unit AS unit, z.t0 AS t0, z.v_lo AS variant, "
              "CASE WHEN z.v_lo=z.v_hi THEN 0 ELSE 1 END AS multi FROM ("
              "SELECT x.unit AS unit, MIN(x.ts) AS t0, MIN(x.variant) AS v_lo, MAX(x.variant) AS v_hi FROM exposure x";
    WriteSlice(writer, slice);
    writer << " GROUP BY x.unit) z";
  }
  return writer.TakeTable("units");
}

Sql ExposureCountSql(const Dialect& dialect, const ExposureSlice& slice) {
  Writer writer(dialect);
  writer << "SELECT COUNT(*) AS n FROM exposure x";
  WriteSlice(writer, slice);
  return writer.Take();
}

Sql UnitCountSql(const Dialect& dialect) {
  Writer writer(dialect);
  writer << "SELECT u.variant AS variant, u.multi AS multi, COUNT(*) AS n FROM units u "
            "GROUP BY u.variant, u.multi ORDER BY u.variant, u.multi";
  return writer.Take();
}

Sql HasSecondarySql(const Dialect& dialect, const std::vector<int64_t>& sources) {
  Writer writer(dialect);
  writer << "SELECT 1 AS found FROM event_secondary s WHERE s.metric IN " << List(writer, sources) << " LIMIT 1";
  return writer.Take();
}

Sql LinkSql(const Dialect& dialect, int64_t unit_type) {
  Writer writer(dialect);
  writer << "SELECT z.secondary AS secondary, z.unit AS unit FROM (SELECT i.secondary AS secondary, i.unit AS unit, "
            "ROW_NUMBER() OVER (PARTITION BY i.secondary ORDER BY i.ts, i.unit) AS rn FROM ident i WHERE i.unit_type="
         << writer.Bind(unit_type) << ") z WHERE z.rn=1";
  return writer.TakeTable("xlink");
}

Sql LinkedEventsSql(const Dialect& dialect, const std::vector<int64_t>& sources) {
  Writer writer(dialect);
  writer << "SELECT z.unit AS unit, z.metric AS metric, z.ts AS ts, z.value AS value FROM ("
            "SELECT x.unit AS unit, s.metric AS metric, s.ts AS ts, s.value AS value, "
            "ROW_NUMBER() OVER (PARTITION BY s.metric, s.seq ORDER BY x.unit) AS rn "
            "FROM event_secondary s JOIN xlink x ON x.secondary=s.secondary WHERE s.metric IN "
         << List(writer, sources)
         << ") z WHERE z.rn=1 UNION ALL SELECT e.unit AS unit, e.metric AS metric, e.ts AS ts, e.value AS value "
            "FROM event e WHERE e.metric IN "
         << List(writer, sources) << " ORDER BY 1, 2, 3, 4";
  return writer.TakeTable("linked");
}

Sql UnitMetricSql(const Dialect& dialect, const std::vector<UnitMetric>& metrics, EventTable events, bool with_multi) {
  Writer writer(dialect);
  writer << "SELECT u.unit AS unit, u.variant AS variant";
  for (size_t i = 0; i < metrics.size(); ++i) {
    const UnitMetric& metric = metrics[i];
    writer << ", SUM(CASE WHEN " << InWindow(writer, metric, metric.numerator) << " THEN 1 ";
    if (metric.denominator.has_value()) {
      writer << "WHEN " << InWindow(writer, metric, *metric.denominator) << " THEN 1 ";
    }
    writer << "ELSE 0 END) AS " << Column('c', i);
    writer << ", " << Total(writer, metric, metric.numerator) << " AS " << Column('y', i);
    if (metric.denominator.has_value()) {
      writer << ", " << Total(writer, metric, *metric.denominator) << " AS " << Column('d', i);
    }
  }
  writer << " FROM units u LEFT JOIN " << (events == EventTable::kEvent ? "event" : "linked")
         << " e ON e.unit=u.unit AND e.metric IN " << List(writer, Sources(metrics));
  if (!with_multi) writer << " WHERE u.multi=0";
  writer << " GROUP BY u.unit, u.variant";
  return writer.TakeTable("unit_metric");
}

Sql SumsSql(const Dialect& dialect, const std::vector<UnitMetric>& metrics) {
  Writer writer(dialect);
  writer << "SELECT m.variant AS variant";
  for (size_t i = 0; i < metrics.size(); ++i) {
    writer << ", "
           << (metrics[i].leaves_out_units_without_events
                   ? "SUM(CASE WHEN m." + Column('c', i) + ">0 THEN 1 ELSE 0 END)"
                   : std::string("COUNT(*)"))
           << " AS n" << std::to_string(i) << ", SUM(" << dialect.F64("m." + Column('y', i)) << ") AS s"
           << Column('y', i);
    if (metrics[i].denominator.has_value()) {
      writer << ", SUM(" << dialect.F64("m." + Column('d', i)) << ") AS s" << Column('d', i);
    } else {
      writer << ", 0 AS s" << Column('d', i);
    }
  }
  writer << " FROM unit_metric m GROUP BY m.variant ORDER BY m.variant";
  return writer.Take();
}

Sql GramSql(const Dialect& dialect, const std::vector<UnitMetric>& metrics, const std::vector<Shift>& shifts) {
  Writer writer(dialect);
  writer << "SELECT m.variant AS variant";
  for (size_t i = 0; i < metrics.size(); ++i) {
    const auto y = [&] { return Shifted(writer, metrics[i], i, 'y', shifts[i].numerator); };
    const auto d = [&] { return Shifted(writer, metrics[i], i, 'd', shifts[i].denominator); };
    const bool is_ratio = metrics[i].denominator.has_value();
    const std::string n = std::to_string(i);
    writer << ", SUM(" << y() << ") AS s_y" << n;
    writer << ", " << (is_ratio ? "SUM(" + d() + ")" : "0") << " AS s_d" << n;
    writer << ", SUM(" << y() << "*" << y() << ") AS s_yy" << n;
    writer << ", " << (is_ratio ? "SUM(" + y() + "*" + d() + ")" : "0") << " AS s_yd" << n;
    writer << ", " << (is_ratio ? "SUM(" + d() + "*" + d() + ")" : "0") << " AS s_dd" << n;
    writer << ", SUM(" << y() << "*" << y() << "*" << y() << ") AS s_yyy" << n;
  }
  writer << " FROM unit_metric m GROUP BY m.variant ORDER BY m.variant";
  return writer.Take();
}

}  // namespace expt::storage
