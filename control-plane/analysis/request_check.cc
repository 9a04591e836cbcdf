#include "control-plane/analysis/request_check.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "src/base/status.h"

namespace expt::analysis {
namespace {

constexpr size_t kMaxMetrics = 100;
constexpr size_t kMaxVariants = 100;

}  // namespace

absl::Status CheckRequest(const ExperimentRequest& request) {
  const auto bad = [&](const std::string& text) {
    return base::Error(absl::StatusCode::kInvalidArgument, "experiment \"" + request.experiment_key + "\": " + text);
  };
  if (request.environment.empty()) return bad("environment: expected an id, got nothing");
  if (request.experiment_id.empty()) return bad("id: expected an id, got nothing");
  if (request.unit_type.empty()) return bad("unit type: expected a name, got nothing");
  if (!(request.alpha > 0 && request.alpha < 1)) return bad("alpha: expected a number between 0 and 1");
  if (request.planned_units.has_value() && *request.planned_units <= 0)
    return bad("planned units: expected more than 0");
  if (request.start.has_value() && request.end.has_value() && *request.end <= *request.start) {
    return bad("end: expected a time after the start");
  }
  if (request.variants.empty() || request.variants.size() > kMaxVariants) {
    return bad("variants: expected 1 to " + std::to_string(kMaxVariants) + ", got " +
               std::to_string(request.variants.size()));
  }
  std::set<std::string> keys;
  for (const ExperimentVariant& variant : request.variants) {
    const std::string place = "variant \"" + variant.key + "\": ";
    if (variant.key.empty()) return bad(place + "expected a key, got nothing");
    if (!keys.insert(variant.key).second) return bad(place + "key is used twice");
    if (!std::isfinite(variant.weight) || variant.weight < 0) return bad(place + "weight: expected at least 0");
  }
  if (!keys.contains(request.control)) return bad("control: \"" + request.control + "\" is not one of the variants");
  if (request.metrics.size() > kMaxMetrics) {
    return bad("metrics: expected at most " + std::to_string(kMaxMetrics) + ", got " +
               std::to_string(request.metrics.size()));
  }
  for (const ExperimentMetric& metric : request.metrics) {
    const std::string place = "metric \"" + metric.definition.key + "\": ";
    if (const std::vector<std::string> problems = Problems(metric.definition); !problems.empty()) {
      return bad(place + problems.front());
    }
    if (metric.definition.unit_type != request.unit_type) {
      return bad(place + "unit type: expected \"" + request.unit_type + "\", got \"" + metric.definition.unit_type +
                 "\"");
    }
  }
  return absl::OkStatus();
}

std::string TextOf(const ExperimentRequest& request) {
  nlohmann::json text = {
      request.environment,
      request.experiment_id,
      request.experiment_key,
      request.phase,
      request.start.has_value() ? nlohmann::json(request.start->time_since_epoch().count()) : nullptr,
      request.end.has_value() ? nlohmann::json(request.end->time_since_epoch().count()) : nullptr,
      request.control,
      request.unit_type,
      request.alpha,
      static_cast<int>(request.mode),
      request.planned_units.has_value() ? nlohmann::json(*request.planned_units) : nullptr,
      static_cast<int>(request.multi_exposure)};
  for (const ExperimentVariant& variant : request.variants) text.push_back({variant.key, variant.weight});
  for (const ExperimentMetric& metric : request.metrics) {
    text.push_back({ToJson(metric.definition), static_cast<int>(metric.role)});
  }
  return text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace expt::analysis
