// analysis.db: the raw rows that results are computed from, copied out of the event log and ordered by unit.
//
//   exposure(exp, unit, ts, variant, seq)           a unit met a variant
//   event(unit, metric, ts, value, seq)             an event bound to a metric source, under its unit
//   event_secondary(metric, secondary, ts, ...)     one that names no unit of the source's type, under another unit
//   ident(unit_type, secondary, unit, ts, seq)      two units were seen to be one
//   experiment, source, unit_type                   what the small numbers in the rows above stand for
//
// Times are milliseconds since 1970, units and variants 64-bit hashes. The value of an event stands before its seq in
// the key, so that rows of one moment are summed in the same order however they came. Everything here can be made
// again from the log.
#ifndef EXPT_CONTROL_PLANE_STORAGE_ANALYSIS_STORE_H_
#define EXPT_CONTROL_PLANE_STORAGE_ANALYSIS_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/database.h"

namespace expt::storage {

struct ExposureRow {
  int64_t experiment = 0;
  int64_t unit = 0;
  int64_t ts_ms = 0;
  int64_t variant = 0;
  int64_t seq = 0;
};
struct MetricRow {
  int64_t unit = 0;
  int64_t source = 0;
  int64_t ts_ms = 0;
  double value = 0;
  int64_t seq = 0;
};
struct IdentRow {
  int64_t unit_type = 0;
  int64_t secondary = 0;
  int64_t unit = 0;
  int64_t ts_ms = 0;
  int64_t seq = 0;
};
struct RawRows {
  std::vector<ExposureRow> exposures;
  std::vector<MetricRow> events;
  std::vector<MetricRow> secondary;  // `unit` is the secondary unit
  std::vector<IdentRow> idents;
  std::unordered_map<int64_t, int64_t> time_suspect;  // experiment -> exposures left out
};

// Events bound to one number: what to bind is the text, which analysis writes and reads.
struct MetricSourceRow {
  int64_t id = 0;
  std::string environment;
  std::string text;
  int64_t bound_through = 0;  // seq; everything up to it has its rows
};

struct AnalysisWatermark {
  int64_t seq = 0;
  int64_t received_ms = 0;  // of the last event copied
};

// The writing side. Not thread-safe.
class AnalysisStore {
 public:
  // Makes the file when it is missing, damaged, of another version, or when it has copied more than the log's
  // `last_seq`: then it belongs to another log.
  // Errors: kUnavailable.
  static absl::StatusOr<AnalysisStore> Open(const std::string& path, int64_t last_seq);

  // Ids are given once and kept.
  absl::StatusOr<int64_t> ExperimentId(std::string_view environment, std::string_view name, uint32_t phase,
                                       bool is_holdout);
  absl::StatusOr<int64_t> UnitTypeId(std::string_view unit_type);
  // A new source is bound through nothing.
  absl::StatusOr<int64_t> SourceId(std::string_view environment, std::string_view text);
  absl::StatusOr<std::vector<MetricSourceRow>> Sources();
  absl::StatusOr<int64_t> TimeSuspectExposures(int64_t experiment);

  const AnalysisWatermark& watermark() const { return watermark_; }

  // Adds `rows` and raises the watermark, and with it `bound_through` of the sources named, all or nothing.
  absl::Status Insert(RawRows rows, const AnalysisWatermark& watermark, const std::vector<int64_t>& sources);
  // Adds rows of `sources` only, which are bound through `bound_through` then. Rows already there stay single.
  absl::Status InsertReplayed(RawRows rows, int64_t bound_through, const std::vector<int64_t>& sources);

 private:
  explicit AnalysisStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  static absl::StatusOr<AnalysisStore> OpenFile(const std::string& path);
  absl::Status InsertRows(RawRows& rows);
  absl::Status SetBound(const std::vector<int64_t>& sources, int64_t through);

  std::unique_ptr<Database> database_;  // statements and transactions point at it
  AnalysisWatermark watermark_;
  std::unordered_map<std::string, int64_t> ids_;  // of experiments and unit types
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_ANALYSIS_STORE_H_
