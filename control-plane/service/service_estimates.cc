#include <algorithm>
#include <utility>

#include "control-plane/service/estimate_request.h"
#include "control-plane/service/library.h"
#include "control-plane/service/plan.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using nlohmann::json;

// The same number per unit: today's version of the metric, by the same unit.
bool HasMeasured(const Experiment& experiment, const Metric& metric) {
  if (experiment.phases.empty() || experiment.bucket_by != metric.unit_type) return false;
  return std::any_of(experiment.metrics.begin(), experiment.metrics.end(), [&](const auto& planned) {
    return planned.metric == metric.key && planned.version == metric.version;
  });
}

EstimateRequest::PlannedMetric ReadEstimated(const json& document, const std::string& pointer,
                                             const Experiment& experiment, Library& library, Problems& problems) {
  EstimateRequest::PlannedMetric planned;
  ObjectReader object(document, pointer, problems);
  const std::string key = object.Key("metric");
  if (object.is_object() && !object.Has("mde")) object.Report("mde", "expected a value, found none");
  planned.mde = object.Number("mde").value_or(1);
  if (!(planned.mde > 0)) object.Report("mde", "expected a number above 0");
  planned.is_lift = object.Word("mde_scale", {"lift", "effect"}, "lift") == "lift";
  const Metric* metric = key.empty() ? nullptr : library.FindMetric(key);
  if (metric != nullptr) planned.metric = *metric;
  if (!key.empty() && metric == nullptr) object.Report("metric", "unknown metric " + Quoted(key));
  if (metric != nullptr && metric->unit_type != experiment.bucket_by) {
    object.Report("metric", "metric " + Quoted(key) + " counts by " + Quoted(metric->unit_type) +
                                ", the experiment buckets by " + Quoted(experiment.bucket_by));
  }
  if (const json* baseline = object.Object("baseline", false)) {
    ObjectReader inner(*baseline, object.At("baseline"), problems);
    if (!inner.Has("mean")) inner.Report("mean", "expected a value, found none");
    planned.mean = inner.Number("mean");
    planned.variance = inner.Number("variance");
    const bool is_rate = planned.metric.kind == "proportion";
    if (is_rate && planned.mean.has_value() && !(*planned.mean >= 0 && *planned.mean <= 1)) {
      inner.Report("mean", "expected a rate between 0 and 1");
    }
    if (metric != nullptr && !is_rate && !inner.Has("variance")) {
      inner.Report("variance", "expected a value, found none");
    }
    if (planned.variance.has_value() && !(*planned.variance >= 0)) {
      inner.Report("variance", "expected a number, 0 or more");
    }
    inner.RefuseOthers();
  }
  object.RefuseOthers();
  return planned;
}

}  // namespace

Result<EstimateRequest> Service::RequestEstimate(const Where& where, const json& body) {
  if (auto fault = CheckFolder(Kind::kExperiment, where)) return *std::move(fault);
  const auto document = state_.Find(NameOf(Kind::kExperiment, where));
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value()) return NotFound(Named(kExperimentKind, where.key));
  EstimateRequest request;
  request.experiment = ReadStoredExperiment(**document);

  Library library(state_, where.project, where.environment);
  Problems problems;
  ObjectReader object(body, "", problems);
  request.power = object.Number("power").value_or(request.power);
  if (!(request.power > request.experiment.alpha && request.power < 1)) {
    object.Report("power", "expected a number between the experiment's alpha and 1");
  }
  request.daily_units = object.Number("daily_units");
  if (request.daily_units.has_value() && !(*request.daily_units > 0)) {
    object.Report("daily_units", "expected a number above 0");
  }
  const json* metrics = object.Array("metrics", true, 64);
  if (metrics != nullptr && metrics->empty()) object.Report("metrics", "expected at least one metric");
  for (size_t i = 0; metrics != nullptr && i < metrics->size(); ++i) {
    request.metrics.push_back(
        ReadEstimated((*metrics)[i], Child("/metrics", i), request.experiment, library, problems));
  }
  object.RefuseOthers();
  if (!library.status().ok()) return StorageFault(library.status());
  if (!problems.empty()) return Invalid(Named("estimate of experiment", where.key), std::move(problems));

  // Where no baseline was given: the experiment itself, once it runs, else the one that began last.
  absl::Status status;
  Plan plan(state_);
  std::vector<Experiment> others = ExperimentsOf(where, plan, status);
  if (!status.ok()) return StorageFault(status);
  const auto rank = [&where](const Experiment& experiment) {
    return std::pair(experiment.key == where.key, experiment.phases.empty() ? 0 : experiment.phases.back().start_ms);
  };
  std::sort(others.begin(), others.end(),
            [&rank](const Experiment& a, const Experiment& b) { return rank(a) > rank(b); });
  for (EstimateRequest::PlannedMetric& planned : request.metrics) {
    if (planned.mean.has_value()) continue;
    const auto past = std::find_if(others.begin(), others.end(), [&planned](const Experiment& experiment) {
      return HasMeasured(experiment, planned.metric);
    });
    if (past == others.end()) continue;
    auto results = RequestResults(where.project, where.environment, past->key,
                                  {.alpha = {}, .mode = {}, .metric = planned.metric.key});
    if (!results.ok()) return results.fault();
    planned.past = *std::move(results);
  }
  return request;
}

}  // namespace expt::service
