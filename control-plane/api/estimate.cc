#include "control-plane/api/estimate.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "expt/stats.h"

namespace expt::api {
namespace {

using nlohmann::json;
using Metric = service::EstimateRequest::PlannedMetric;

template <typename T>
json OrNull(const std::optional<T>& value) {
  return value.has_value() ? json(*value) : json(nullptr);
}

stats::PlanRequest PlanOf(const service::EstimateRequest& request, const Metric& metric, const Baseline& baseline) {
  stats::PlanRequest plan;
  plan.kind = metric.metric.kind == "proportion" ? stats::Kind::kProportion
              : metric.metric.kind == "ratio"    ? stats::Kind::kRatio
                                                 : stats::Kind::kMean;
  plan.mean = baseline.mean;
  plan.variance = baseline.variance.value_or(0);
  plan.mde = metric.mde;
  plan.mde_scale = metric.is_lift ? stats::Scale::kLift : stats::Scale::kEffect;
  plan.direction = metric.metric.direction == "decrease" ? stats::Direction::kDecrease : stats::Direction::kIncrease;
  plan.alpha = request.experiment.alpha;
  plan.power = request.power;
  plan.mode = request.experiment.mode == "fixed" ? stats::Mode::kFixed : stats::Mode::kAnyTime;
  return plan;
}

// Each treatment against control; what the neediest asks for.
struct Need {
  stats::Status status = stats::Status::kOk;
  std::optional<double> effect;
  std::optional<int64_t> total;  // of all variants
  std::optional<double> detectable;
};

Need NeedOf(const service::EstimateRequest& request, stats::PlanRequest plan) {
  Need need;
  double control = 0;
  for (const auto& [variant, share] : request.experiment.weights) {
    if (variant == request.experiment.control) control = share;
  }
  double total = 0;
  bool is_detectable = request.experiment.planned_units.has_value();
  double detectable = 0;
  for (const auto& [variant, share] : request.experiment.weights) {
    if (variant == request.experiment.control || share == 0) continue;
    plan.control_weight = control / service::kWholePpm;
    plan.treatment_weight = static_cast<double>(share) / service::kWholePpm;
    const stats::PlanResult result = stats::Plan(plan);
    need.effect = result.effect;
    if (result.status != stats::Status::kOk) {
      need.status = result.status;
    } else {
      total = std::max(total, std::ceil(static_cast<double>(*result.control_units) / plan.control_weight));
    }
    if (!is_detectable) continue;
    const double pair = static_cast<double>(*request.experiment.planned_units) *
                        (plan.control_weight + plan.treatment_weight);
    const std::optional<double> effect = stats::DetectableEffect(plan, static_cast<int64_t>(pair));
    is_detectable = effect.has_value();
    detectable = std::max(detectable, effect.value_or(0));
  }
  if (need.status == stats::Status::kOk && total > 0) need.total = static_cast<int64_t>(total);
  if (is_detectable && detectable > 0) need.detectable = detectable;
  return need;
}

std::optional<int64_t> DaysFor(const std::optional<int64_t>& units, const std::optional<double>& daily) {
  if (!units.has_value() || !daily.has_value()) return std::nullopt;
  const double days = std::ceil(static_cast<double>(*units) / *daily);
  return days < 1e9 ? std::optional(static_cast<int64_t>(days)) : std::nullopt;
}

json ShareOut(const service::Weights& weights, int64_t total) {
  json units = json::object();
  for (const auto& [variant, share] : weights) {
    units[variant] = static_cast<int64_t>(std::ceil(static_cast<double>(total) * share / service::kWholePpm));
  }
  return units;
}

json MetricJson(const service::EstimateRequest& request, const Metric& metric,
                const std::optional<Baseline>& baseline, Need& need) {
  json document = {{"metric", metric.metric.key}, {"status", "no_baseline"}, {"baseline", nullptr}};
  for (const char* name : {"effect", "lift", "units", "total_units", "days", "detectable_effect", "detectable_lift"}) {
    document[name] = nullptr;
  }
  if (!baseline.has_value()) return document;
  need = NeedOf(request, PlanOf(request, metric, *baseline));
  const auto lift = [&baseline](const std::optional<double>& effect) {
    return effect.has_value() && baseline->mean != 0 ? json(*effect / std::fabs(baseline->mean)) : json(nullptr);
  };
  document["status"] = stats::Name(need.status);
  document["baseline"] = {{"mean", baseline->mean},
                          {"variance", OrNull(baseline->variance)},
                          {"experiment", OrNull(baseline->experiment)}};
  document["effect"] = OrNull(need.effect);
  document["lift"] = lift(need.effect);
  if (need.total.has_value()) document["units"] = ShareOut(request.experiment.weights, *need.total);
  document["total_units"] = OrNull(need.total);
  document["days"] = OrNull(DaysFor(need.total, request.daily_units));
  document["detectable_effect"] = OrNull(need.detectable);
  document["detectable_lift"] = lift(need.detectable);
  return document;
}

}  // namespace

json EstimateJson(const service::EstimateRequest& request, const std::vector<std::optional<Baseline>>& baselines) {
  const service::Experiment& experiment = request.experiment;
  json metrics = json::array();
  std::vector<std::string> warnings;
  std::optional<int64_t> total = 0;
  for (size_t i = 0; i < request.metrics.size(); ++i) {
    const std::string place = "metric " + service::Quoted(request.metrics[i].metric.key);
    Need need;
    metrics.push_back(MetricJson(request, request.metrics[i], baselines[i], need));
    if (!baselines[i].has_value()) {
      warnings.push_back(place + ": no experiment has measured it; give a baseline");
    } else if (need.total.has_value() && experiment.planned_units.value_or(*need.total) < *need.total) {
      warnings.push_back(place + ": " + std::to_string(*experiment.planned_units) + " units are planned, " +
                         std::to_string(*need.total) + " are needed");
    }
    total = need.total.has_value() && total.has_value() ? std::optional(std::max(*total, *need.total)) : std::nullopt;
  }
  const std::optional<int64_t> days = DaysFor(total, request.daily_units);
  if (days.has_value() && *days < experiment.min_duration) {
    warnings.push_back("the units come within " + std::to_string(*days) + " days; a phase runs for at least " +
                       std::to_string(experiment.min_duration));
  }
  return {{"experiment", experiment.key},
          {"mode", experiment.mode},
          {"alpha", experiment.alpha},
          {"power", request.power},
          {"daily_units", OrNull(request.daily_units)},
          {"planned_units", OrNull(experiment.planned_units)},
          {"metrics", std::move(metrics)},
          {"total_units", OrNull(total)},
          {"days", OrNull(days)},
          {"warnings", std::move(warnings)}};
}

}  // namespace expt::api
