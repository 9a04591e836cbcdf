#include "control-plane/service/check_start.h"

#include <algorithm>
#include <utility>

namespace expt::service {
namespace {

bool ServesEverybody(const Rule& rule) {
  return rule.serve.kind == Serve::Kind::kVariant && !rule.condition.has_value() && !rule.coverage.has_value() &&
         rule.holdouts.empty();
}

uint32_t MostPpm(const Coverage& coverage) {
  if (!coverage.ramp.has_value()) return coverage.ppm;
  return coverage.ramp->points.empty() ? 0 : coverage.ramp->points.back().ppm;
}

// Nothing when a rule serves the experiment to somebody, else why none does.
std::optional<std::string> WhyNobodyIsServed(const Experiment& experiment, const FlagConfiguration& configuration) {
  const std::string flag = "flag " + Quoted(experiment.flag);
  if (!configuration.is_enabled) return flag + " is disabled in this environment";
  std::optional<std::string> why;
  const Rule* all = nullptr;  // takes everybody before the rules behind it
  for (const Rule& rule : configuration.rules) {
    const bool serves = rule.serve.kind == Serve::Kind::kExperiment && rule.serve.target == experiment.key;
    if (serves && all == nullptr && (!rule.coverage.has_value() || MostPpm(*rule.coverage) > 0)) return std::nullopt;
    if (serves) {
      why = flag + ": rule " + Quoted(rule.id) +
            (all != nullptr ? " stands behind rule " + Quoted(all->id) + ", which serves everybody"
                            : " covers nobody");
    }
    if (all == nullptr && ServesEverybody(rule)) all = &rule;
  }
  return why.has_value() ? why : "no rule of " + flag + " serves the experiment";
}

}  // namespace

void CheckStart(const Experiment& experiment, Library& library, int64_t now_ms, Problems& problems) {
  if (std::none_of(experiment.metrics.begin(), experiment.metrics.end(),
                   [](const Experiment::PlannedMetric& metric) { return metric.role == "success"; })) {
    problems.push_back({"/metrics", "expected at least one metric with the role \"success\""});
  }
  bool is_control_served = false;
  bool is_other_served = false;
  for (const auto& [variant, share] : experiment.weights) {
    (variant == experiment.control ? is_control_served : is_other_served) |= share > 0;
  }
  if (!is_control_served || !is_other_served) {
    problems.push_back({"/weights", "expected shares above 0 for the control and for another variant"});
  }
  if (experiment.end_ms.has_value() && *experiment.end_ms <= now_ms) {
    problems.push_back({"/end", "the end has passed"});
  }
  const FlagConfiguration* configuration = library.FindConfiguration(experiment.flag);
  std::optional<std::string> why =
      WhyNobodyIsServed(experiment, configuration == nullptr ? FlagConfiguration() : *configuration);
  if (why.has_value()) problems.push_back({"/flag", *std::move(why)});
}

}  // namespace expt::service
