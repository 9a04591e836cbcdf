// Results of experiments from the event log.
//
//   auto analysis = Analysis::Open("/var/lib/exptd", {});
//   absl::StatusOr<Results> results = (*analysis)->Compute(request);
//   nlohmann::json document = ToJson(*results);
//
//   DIR/events/       the log, written by ingest
//   DIR/analysis.db   what was copied out of it; may be deleted at any time and is made again
//
// docs/analytics.md says how events become numbers.
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_ANALYSIS_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_ANALYSIS_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/analysis/metric_definition.h"
#include "expt/snapshot.h"
#include "expt/stats.h"

namespace expt::analysis {

struct ExperimentVariant {
  std::string key;
  double weight = 0;  // any unit
};

enum class MetricRole : uint8_t { kSuccess, kGuardrail, kSecondary };

struct ExperimentMetric {
  MetricDefinition definition;
  MetricRole role = MetricRole::kSuccess;
};

// What becomes of a unit that met more than one variant. It is counted either way, and never in the SRM test.
enum class MultiExposure : uint8_t { kExclude, kFirstSeen };

struct ExperimentRequest {
  std::string environment;     // id
  std::string experiment_id;   // as exposures carry it
  std::string experiment_key;  // for the reader of the results
  uint32_t phase = 1;
  std::optional<Time> start;  // exposures in [start, end) count
  std::optional<Time> end;
  std::string control;  // key of a variant
  std::vector<ExperimentVariant> variants;
  std::string unit_type = "targeting_key";
  std::vector<ExperimentMetric> metrics;
  double alpha = 0.05;
  stats::Mode mode = stats::Mode::kAnyTime;
  std::optional<int64_t> planned_units;  // of all variants together
  MultiExposure multi_exposure = MultiExposure::kExclude;
};

struct VariantUnits {
  std::string variant;
  double weight = 0;
  int64_t units = 0;
};

struct VariantResult {
  std::string variant;
  stats::VariantSummary summary;
};

struct MetricComparison {
  std::string control;
  std::string treatment;
  stats::Comparison comparison;
};

struct MetricResult {
  std::string metric;
  MetricKind kind = MetricKind::kProportion;
  Direction direction = Direction::kIncrease;
  MetricRole role = MetricRole::kSuccess;
  std::vector<VariantResult> variants;        // in the request's order
  std::vector<MetricComparison> comparisons;  // every other variant against control
};

struct Results {
  std::string experiment;
  std::string experiment_id;
  uint32_t phase = 1;
  stats::Mode mode = stats::Mode::kAnyTime;
  double alpha = 0.05;
  // Everything received up to this moment is in; absent while nothing was received.
  std::optional<Time> watermark;
  int64_t exposure_events = 0;
  int64_t exposed_units = 0;
  int64_t multi_exposed_units = 0;
  // Exposures left out because their sender's clock was off.
  int64_t time_suspect_exposures = 0;
  stats::SrmResult srm;
  std::vector<VariantUnits> variants;
  std::vector<MetricResult> metrics;
};

struct AnalysisOptions {
  // How often the background step copies new events. 0: only Compute() and CatchUp() do.
  std::chrono::milliseconds copy_interval{1000};
  size_t max_cached_results = 256;
};

// Thread-safe.
class Analysis {
 public:
  // A missing, damaged or outdated analysis.db is made anew.
  // Errors: kUnavailable (I/O).
  static absl::StatusOr<std::unique_ptr<Analysis>> Open(const std::string& directory, AnalysisOptions options);
  // Stops the background step.
  ~Analysis();
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  // Everything that was acknowledged before the call is in the results. A metric asked for the first time is replayed
  // from the whole log; afterwards the background step keeps it up to date.
  //
  // Errors: kInvalidArgument (the request; names the place), kUnavailable, kDataLoss (a damaged file of the log).
  absl::StatusOr<Results> Compute(const ExperimentRequest& request);

  // Copies what the log holds by now.
  absl::Status CatchUp();

 private:
  class State;
  explicit Analysis(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The document of docs/analytics.md; a number without a value is null.
nlohmann::json ToJson(const Results& results);

std::string_view Name(MetricRole role);  // "success", "guardrail", "secondary"

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_ANALYSIS_H_
