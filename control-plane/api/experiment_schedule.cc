#include "control-plane/api/experiment_schedule.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "control-plane/api/publishing.h"
#include "control-plane/service/library.h"

namespace expt::api {
namespace {

using nlohmann::json;
using service::DueExperiment;
using service::ExperimentStep;

std::string_view WordOf(const DueExperiment& due) { return due.step == ExperimentStep::kStop ? "stop" : "start"; }

std::string TextOf(const service::Fault& fault) {
  std::string text = fault.Text();
  for (const service::Problem& problem : fault.errors) text += "; " + problem.pointer + ": " + problem.text;
  return text;
}

// A publish makes everything live that waits for one. What belongs to the experiment may.
bool BelongsTo(const DueExperiment& due, const json& change) {
  const std::string kind = change["kind"];
  const std::string key = change["key"];
  if (kind == service::kExperimentKind) return key == due.where.key;
  if (kind == service::kFlagKind || kind == service::kConfigurationKind) return key == due.flag;
  return kind == service::kLayerKind && key == due.layer;
}

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

void ExperimentSchedule::Take(const DueExperiment& due) {
  const service::Call call{.actor = "system", .address = {}, .now = services_.now()};
  std::string failure = WhyNot(call, due);
  if (failure.empty()) {
    const auto taken = services_.service.StepExperiment(call, due.where, due.step, json::object(), std::nullopt);
    failure = taken.ok() ? Publish(call, due) : TextOf(taken.fault());
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
  if (!noted.ok()) services_.log.Write(LogLevel::kError, "schedule_unread", {{"text", TextOf(noted.fault())}});
}

std::string ExperimentSchedule::WhyNot(const service::Call& call, const DueExperiment& due) {
  if (due.is_over) return "the time of its stop has passed, too";
  // Who reviewed the experiment has seen its schedule.
  const auto refused =
      services_.service.RefusePublish(call, due.where.project, due.where.environment, /*is_reviewed=*/true);
  if (refused) return TextOf(*refused);
  const auto changes = services_.service.ListChanges(call, due.where.project, due.where.environment);
  if (!changes.ok()) return TextOf(changes.fault());
  int waiting = 0;
  std::string first;
  for (const json& change : (*changes)["changes"]) {
    if (BelongsTo(due, change)) continue;
    if (waiting++ == 0) {
      first = change["kind"].get<std::string>() + " " + service::Quoted(change["key"].get<std::string>());
    }
  }
  if (waiting > 0) {
    return "other changes wait for a publish, which would make them live, too: " + std::to_string(waiting) +
           ", such as " + first;
  }
  for (const json& problem : (*changes)["problems"]) {
    return "nothing can be published: " + problem["pointer"].get<std::string>() + ": " +
           problem["text"].get<std::string>();
  }
  return {};
}

std::string ExperimentSchedule::Publish(const service::Call& call, const DueExperiment& due) {
  const auto published = PublishNow(
      services_, call,
      {.person = call.actor,
       .project = due.where.project,
       .environment = due.where.environment,
       .comment = std::string(WordOf(due)) + " of experiment " + service::Quoted(due.where.key) + ", as scheduled",
       .is_unattended = true});
  return published.ok() ? std::string() : "nothing was published: " + TextOf(published.fault());
}

}  // namespace expt::api
