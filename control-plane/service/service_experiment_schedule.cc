#include <algorithm>
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/library.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;

std::optional<DueExperiment> DueOf(const Document& document, int64_t now_ms) {
  const Experiment experiment = ReadStoredExperiment(document);
  if (experiment.has_schedule_failed || HasEnded(experiment.status)) return std::nullopt;
  DueExperiment due{.where = {document.name.project, document.name.environment, document.name.key},
                    .flag = experiment.flag,
                    .layer = experiment.layer};
  const bool is_stop_due = experiment.stop_at_ms.has_value() && *experiment.stop_at_ms <= now_ms;
  if (IsUnderWay(experiment.status)) {
    if (!is_stop_due) return std::nullopt;
    due.step = ExperimentStep::kStop;
    due.at_ms = *experiment.stop_at_ms;
    return due;
  }
  if (!experiment.start_at_ms.has_value() || *experiment.start_at_ms > now_ms) return std::nullopt;
  due.at_ms = *experiment.start_at_ms;
  due.is_over = is_stop_due;
  return due;
}

}  // namespace

Result<std::vector<DueExperiment>> Service::DueExperiments(Time now) {
  const auto documents = state_.ListEverywhere(kExperimentKind);
  if (!documents.ok()) return StorageFault(documents.status());
  std::vector<DueExperiment> due;
  for (const Document& document : *documents) {
    // Most have no schedule: they need not be read.
    if (document.body.find("\"schedule\":{") == std::string::npos) continue;
    if (auto one = DueOf(document, Milliseconds(now))) due.push_back(*std::move(one));
  }
  std::stable_sort(due.begin(), due.end(),
                   [](const DueExperiment& a, const DueExperiment& b) { return a.at_ms < b.at_ms; });
  return due;
}

Result<Done> Service::FailSchedule(const Call& call, const DueExperiment& due, std::string_view text) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindCurrent(Kind::kExperiment, due.where, std::nullopt);
  if (!current.ok()) return current.fault();
  json document = json::parse(current->body);
  document["schedule_failure"] = {{"step", due.step == ExperimentStep::kStop ? "stop" : "start"},
                                  {"text", text},
                                  {"time", FormatInstant(Milliseconds(call.now))}};
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = current->name,
                           .id = current->id,
                           .body = Dump(document),
                           .revision = current->revision,
                           .action = "fail_schedule"});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), current->name);
  return Done{};
}

}  // namespace expt::service
