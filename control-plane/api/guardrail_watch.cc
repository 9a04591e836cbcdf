#include "control-plane/api/guardrail_watch.h"

#include <nlohmann/json.hpp>
#include <string>

#include "control-plane/api/analysis_request.h"
#include "control-plane/api/own_publish.h"

namespace expt::api {
namespace {

// `guardrail "errors" is worse with variant "on"`, or empty.
std::string HarmOf(const analysis::Results& results) {
  for (const analysis::MetricResult& metric : results.metrics) {
    if (metric.role != analysis::MetricRole::kGuardrail) continue;
    for (const analysis::MetricComparison& comparison : metric.comparisons) {
      if (comparison.comparison.verdict != stats::Verdict::kWorse) continue;
      return "guardrail " + service::Quoted(metric.metric) + " is worse with variant " +
             service::Quoted(comparison.treatment);
    }
  }
  return {};
}

}  // namespace

void GuardrailWatch::Start(std::chrono::milliseconds interval) {
  ticker_.Start(interval, [this] { Look(); });
}

void GuardrailWatch::Look() {
  const auto guarded = services_.service.GuardedExperiments();
  if (!guarded.ok()) {
    services_.log.Write(LogLevel::kError, "guardrails_unread", {{"text", FaultText(guarded.fault())}});
    return;
  }
  for (const service::GuardedExperiment& one : *guarded) Check(one);
}

void GuardrailWatch::Check(const service::GuardedExperiment& guarded) {
  const service::Where& where = guarded.where;
  const auto fail = [&](const std::string& text) {
    services_.log.Write(LogLevel::kError, "guardrails_unread", {{"experiment", where.key}, {"text", text}});
  };
  const auto request = services_.service.RequestResults(where.project, where.environment, where.key,
                                                        {.alpha = {}, .mode = "any_time", .metric = {}});
  if (!request.ok()) return fail(FaultText(request.fault()));
  const absl::StatusOr<analysis::ExperimentRequest> computed = AnalysisRequest(*request);
  const absl::StatusOr<analysis::Results> results =
      computed.ok() ? services_.analysis.Compute(*computed) : computed.status();
  if (!results.ok()) return fail(std::string(results.status().message()));
  if (const std::string harm = HarmOf(*results); !harm.empty()) RollBack(guarded, harm);
}

void GuardrailWatch::RollBack(const service::GuardedExperiment& guarded, const std::string& reason) {
  const service::Call call{.actor = "system", .address = {}, .now = services_.now()};
  const OwnChange change{guarded.where, guarded.flag, guarded.layer};
  // The documents are put right in any case; only what would take other work along is not published.
  std::string failure = WhyNotAlone(services_, call, change);
  const auto rolled_back = services_.service.RollBackExperiment(call, guarded.where, reason);
  if (!rolled_back.ok()) {
    failure = FaultText(rolled_back.fault());
  } else if (failure.empty()) {
    failure = PublishOwn(services_, call, change,
                         "roll back experiment " + service::Quoted(guarded.where.key) + ": " + reason);
  }
  services_.log.Write(failure.empty() ? LogLevel::kWarning : LogLevel::kError,
                      failure.empty() ? "rolled_back" : "roll_back_failed",
                      {{"project", guarded.where.project},
                       {"environment", guarded.where.environment},
                       {"experiment", guarded.where.key},
                       {"reason", reason},
                       {"text", failure}});
}

}  // namespace expt::api
