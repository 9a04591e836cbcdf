#include "control-plane/api/analysis_request.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "src/base/status.h"

namespace expt::api {
namespace {

analysis::MetricRole RoleOf(std::string_view role) {
  return role == "guardrail"   ? analysis::MetricRole::kGuardrail
         : role == "secondary" ? analysis::MetricRole::kSecondary
                               : analysis::MetricRole::kSuccess;
}

Time TimeOf(int64_t ms) { return Time(std::chrono::milliseconds(ms)); }

}  // namespace

absl::StatusOr<analysis::ExperimentRequest> AnalysisRequest(const service::ResultsRequest& request) {
  analysis::ExperimentRequest made;
  made.environment = request.environment_id;
  made.experiment_id = request.experiment_id;
  made.experiment_key = request.experiment;
  made.phase = request.phase;
  made.start = TimeOf(request.phase_start_ms);
  if (request.phase_end_ms) made.end = TimeOf(*request.phase_end_ms);
  made.control = request.control;
  for (const service::ResultsRequest::Variant& variant : request.variants) {
    made.variants.push_back({variant.key, static_cast<double>(variant.weight_ppm)});
  }
  made.unit_type = request.bucket_by;
  for (const service::ResultsRequest::PlannedMetric& planned : request.metrics) {
    absl::StatusOr<analysis::MetricDefinition> definition = analysis::MetricFromJson(planned.document);
    if (!definition.ok()) {
      return base::Error(absl::StatusCode::kInternal, std::string(definition.status().message()));
    }
    made.metrics.push_back({*std::move(definition), RoleOf(planned.role)});
  }
  made.alpha = request.alpha;
  made.mode = request.mode == "fixed" ? stats::Mode::kFixed : stats::Mode::kAnyTime;
  made.planned_units = request.planned_units;
  made.multi_exposure =
      request.multi_exposure == "first" ? analysis::MultiExposure::kFirstSeen : analysis::MultiExposure::kExclude;
  return made;
}

}  // namespace expt::api
