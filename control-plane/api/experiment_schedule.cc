#include "control-plane/api/experiment_schedule.h"

#include <nlohmann/json.hpp>

#include "control-plane/api/own_publish.h"

namespace expt::api {
namespace {

using nlohmann::json;
using service::DueExperiment;
using service::ExperimentStep;

std::string_view WordOf(const DueExperiment& due) { return due.step == ExperimentStep::kStop ? "stop" : "start"; }

}  // namespace

void ExperimentSchedule::Start(std::chrono::milliseconds interval) {
  ticker_.Start(interval, [this] { Look(); });
}

void ExperimentSchedule::Look() {
  const auto due = services_.service.DueExperiments(services_.now());
  if (!due.ok()) {
    services_.log.Write(LogLevel::kError, "schedule_unread", {{"text", due.fault().Text()}});
    return;
  }
  for (const DueExperiment& one : *due) Take(one);
}

std::string ExperimentSchedule::WhyNot(const service::Call& call, const DueExperiment& due, const OwnChange& change) {
  if (due.is_over) return "the time of its stop has passed, too";
  // Who reviewed the experiment has seen its schedule.
  const auto refused =
      services_.service.RefusePublish(call, due.where.project, due.where.environment, /*is_reviewed=*/true);
  return refused ? FaultText(*refused) : WhyNotAlone(services_, call, change);
}

void ExperimentSchedule::Take(const DueExperiment& due) {
  const service::Call call{.actor = "system", .address = {}, .now = services_.now()};
  const OwnChange change{due.where, due.flag, due.layer};
  std::string failure = WhyNot(call, due, change);
  if (failure.empty()) {
    const auto taken = services_.service.StepExperiment(call, due.where, due.step, json::object(), std::nullopt);
    failure = taken.ok() ? PublishOwn(services_, call, change,
                                      std::string(WordOf(due)) + " of experiment " + service::Quoted(due.where.key) +
                                          ", as scheduled")
                         : FaultText(taken.fault());
  }
  const nlohmann::ordered_json fields = {{"project", due.where.project},
                                         {"environment", due.where.environment},
                                         {"experiment", due.where.key},
                                         {"step", WordOf(due)},
                                         {"text", failure}};
  if (failure.empty()) {
    services_.log.Write(LogLevel::kInfo, "schedule_kept", fields);
    return;
  }
  services_.log.Write(LogLevel::kWarning, "schedule_failed", fields);
  const auto noted = services_.service.FailSchedule(call, due, failure);
  if (!noted.ok()) services_.log.Write(LogLevel::kError, "schedule_unread", {{"text", FaultText(noted.fault())}});
}

}  // namespace expt::api
