#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "control-plane/service/check.h"
#include "control-plane/service/check_start.h"
#include "control-plane/service/configuration_warnings.h"
#include "control-plane/service/experiment_decision.h"
#include "control-plane/service/experiment_life.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/library.h"
#include "control-plane/service/plan.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "control-plane/service/winner.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;

constexpr size_t kMaxNotes = 1'000;

// The metrics of a started experiment keep the versions that they had at the start; new ones take today's.
void PinMetrics(json& document, const json& before, Library& library) {
  std::map<std::string, json> pinned;
  if (before.is_object()) {
    for (const json& entry : before["metrics"]) {
      if (entry.contains("version")) pinned.emplace(entry["metric"].get<std::string>(), entry["version"]);
    }
  }
  const bool is_draft = document["status"] == "draft" || document["status"] == "review";
  for (json& entry : document["metrics"]) {
    entry.erase("version");
    if (is_draft) continue;
    const std::string key = entry["metric"].get<std::string>();
    const auto known = pinned.find(key);
    const Metric* metric = library.FindMetric(key);
    if (known != pinned.end()) {
      entry["version"] = known->second;
    } else if (metric != nullptr) {
      entry["version"] = metric->version;
    }
  }
}

struct StepRow {
  ExperimentStep step;
  std::string_view word;  // of the audit
  std::string_view to;
  std::array<std::string_view, 2> from;  // statuses; the second may be empty
};
constexpr std::array kSteps = {
    StepRow{ExperimentStep::kSubmit, "submit", "review", {"draft"}},
    StepRow{ExperimentStep::kWithdraw, "withdraw", "draft", {"review"}},
    StepRow{ExperimentStep::kStart, "start", "running", {"draft", "review"}},
    StepRow{ExperimentStep::kPause, "pause", "paused", {"running"}},
    StepRow{ExperimentStep::kResume, "resume", "running", {"paused"}},
    StepRow{ExperimentStep::kStop, "stop", "stopped", {"running", "paused"}},
};

const StepRow& RowOf(ExperimentStep step) {
  return *std::find_if(kSteps.begin(), kSteps.end(), [step](const StepRow& row) { return row.step == step; });
}

Fault NotNow(const Experiment& experiment, const StepRow& row) {
  std::string from(row.from[0]);
  if (!row.from[1].empty()) from.append(" or ").append(row.from[1]);
  return Conflict(Named(kExperimentKind, experiment.key) + " is " + experiment.status + "; expected " + from + " to " +
                  std::string(row.word) + " it");
}

// A variant may be shipped from a short phase only by who says so.
void CheckEarly(const Experiment& experiment, bool is_early, int64_t now_ms, Problems& conflicts) {
  const std::string text = ShortRun(experiment, now_ms);
  if (!text.empty() && !is_early) conflicts.push_back({"/early", text + ": expected true, and a reason"});
}

std::vector<std::string> TextsOf(const Problems& problems) {
  std::vector<std::string> texts;
  for (const Problem& problem : problems) texts.push_back(problem.text);
  return texts;
}

}  // namespace

std::vector<Experiment> Service::ExperimentsOf(const Where& where, Plan& plan, absl::Status& status) {
  const auto documents = plan.List(NameOf(Kind::kExperiment, {where.project, where.environment, ""}));
  std::vector<Experiment> experiments;
  if (!documents.ok()) {
    status = documents.status();
    return experiments;
  }
  for (const Document& document : *documents) experiments.push_back(ReadStoredExperiment(document));
  return experiments;
}

void Service::PrepareExperiment(Draft& draft, Plan& plan, Library& library, int64_t now_ms) {
  ExpandMetricGroups(
      draft.body, draft.before, [&](const std::string& key) { return library.FindMetricGroup(key); }, draft.problems);
  const Experiment experiment = ReadExperiment(draft.body, draft.problems);
  absl::Status status;
  const std::vector<Experiment> others = ExperimentsOf(draft.where, plan, status);
  Problems more;
  CheckExperiment(experiment, library, more);
  Merge(draft.problems, std::move(more));
  CheckAllocation(experiment, others, draft.conflicts);
  if (!draft.problems.empty()) return;
  const bool is_new_salt = experiment.salt.empty() && draft.before.is_null();
  if (is_new_salt) draft.body["salt"] = plan.make_salt();
  Continued continued = ContinueExperiment(draft.body, draft.before, now_ms, draft.problems);
  Merge(draft.conflicts, std::move(continued.conflicts));
  draft.warnings = std::move(continued.warnings);
  if (!draft.problems.empty()) return;
  PinMetrics(draft.body, draft.before, library);
  // Definitions may be written in any order, so that what a start asks for is only said here.
  const bool is_begun = !draft.before.is_null() && !draft.before["phases"].empty();
  if (draft.body["status"] != "running" || is_begun) return;
  Problems missing;
  CheckStart(experiment, library, now_ms, missing);
  for (std::string& text : TextsOf(missing)) draft.warnings.push_back(std::move(text));
}

Result<Versioned> Service::StepExperiment(const Call& call, const Where& where, ExperimentStep step, const json& body,
                                          std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindCurrent(Kind::kExperiment, where, revision);
  if (!current.ok()) return current.fault();
  const int64_t now_ms = Milliseconds(call.now);
  const StepRow& row = RowOf(step);
  const Experiment experiment = ReadStoredExperiment(*current);

  Problems problems;
  ObjectReader object(body, "", problems);
  std::optional<ExperimentDecision> decision;
  bool is_early = false;
  if (step == ExperimentStep::kStop) {
    is_early = object.Boolean("early", false);
    if (const json* decided = object.Object("decision", false)) {
      decision = ReadDecision(*decided, object.At("decision"), experiment, problems);
    }
  }
  object.RefuseOthers();
  const std::string place = Named(kExperimentKind, where.key);
  if (!problems.empty()) return Invalid(place, std::move(problems));
  if (std::find(row.from.begin(), row.from.end(), experiment.status) == row.from.end()) {
    return NotNow(experiment, row);
  }

  Library library(state_, where.project, where.environment);
  Problems conflicts;
  std::vector<std::string> warnings;
  if (step == ExperimentStep::kStart || step == ExperimentStep::kSubmit) {
    absl::Status status;
    Plan plan(state_);
    const std::vector<Experiment> others = ExperimentsOf(where, plan, status);
    if (!status.ok()) return StorageFault(status);
    CheckExperiment(experiment, library, conflicts);
    CheckAllocation(experiment, others, conflicts);
    CheckStart(experiment, library, now_ms, conflicts);
    // Who reviews it is told what is still missing.
    if (step == ExperimentStep::kSubmit) warnings = TextsOf(std::exchange(conflicts, {}));
  }
  if (step == ExperimentStep::kStop) {
    const bool is_ship = decision.has_value() && decision->outcome == "ship";
    if (is_ship) CheckEarly(experiment, is_early, now_ms, conflicts);
    if (const std::string text = ShortRun(experiment, now_ms); !is_ship && !text.empty()) warnings.push_back(text);
  }
  if (!library.status().ok()) return StorageFault(library.status());
  if (!conflicts.empty()) return Conflict(place, std::move(conflicts));

  const json before = json::parse(current->body);
  json document = before;
  document["status"] = row.to;
  ContinueExperiment(document, before, now_ms, problems);
  if (!problems.empty()) return Invalid(place, std::move(problems));
  PinMetrics(document, before, library);
  if (decision.has_value()) document["decision"] = DecisionDocument(*decision, is_early, call.actor, now_ms);
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = current->name,
                           .id = current->id,
                           .body = Dump(document),
                           .revision = current->revision,
                           .action = row.word});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), current->name);
  return WithWarnings(Get(Kind::kExperiment, where), warnings);
}

Result<Versioned> Service::NoteExperiment(const Call& call, const Where& where, const json& body,
                                          std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindCurrent(Kind::kExperiment, where, revision);
  if (!current.ok()) return current.fault();
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string text = object.Text("text", true, kMaxReasonSize);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("note", std::move(problems));
  json document = json::parse(current->body);
  json notes = document.value("notes", json::array());
  if (notes.size() >= kMaxNotes) {
    return Conflict(Named(kExperimentKind, where.key) + " has " + std::to_string(kMaxNotes) + " notes");
  }
  notes.push_back({{"text", text}, {"actor", call.actor}, {"time", FormatInstant(Milliseconds(call.now))}});
  document["notes"] = std::move(notes);
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = current->name,
                           .id = current->id,
                           .body = Dump(document),
                           .revision = current->revision,
                           .action = "note"});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), current->name);
  return Get(Kind::kExperiment, where);
}

Result<Versioned> Service::ShipExperiment(const Call& call, const Where& where, const json& body,
                                          std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindCurrent(Kind::kExperiment, where, revision);
  if (!current.ok()) return current.fault();
  const int64_t now_ms = Milliseconds(call.now);
  const Experiment experiment = ReadStoredExperiment(*current);
  json document = json::parse(current->body);
  const std::string place = Named(kExperimentKind, where.key);

  // What was decided when it stopped need not be said again.
  const json decided = document.value("decision", json(nullptr));
  const bool is_decided = decided.is_object() && decided["outcome"] == "ship";
  Problems problems;
  ObjectReader object(body, "", problems);
  ExperimentDecision decision{.outcome = "ship", .variant = object.OptionalKey("variant"), .reason = {}};
  decision.reason = object.Text("reason", !is_decided || !decision.variant.empty(), kMaxReasonSize);
  const bool is_early = object.Boolean("early", false);
  const json* coverage = object.Object("coverage", false);
  if (coverage != nullptr) ReadCoverage(*coverage, object.At("coverage"), problems);
  object.RefuseOthers();
  if (decision.variant.empty() && is_decided) decision.variant = decided["variant"];
  if (decision.variant.empty() && object.is_object() && problems.empty()) {
    object.Report("variant", "expected a value, found none");
  }
  if (!decision.variant.empty()) CheckDecided(experiment, decision.variant, "/variant", problems);
  if (!problems.empty()) return Invalid(place, std::move(problems));
  if (!IsUnderWay(experiment.status) && experiment.status != "stopped") {
    return Conflict(place + " is " + experiment.status + "; expected running, paused or stopped to ship a variant");
  }

  const bool is_accepted = is_early || (is_decided && decided.value("early", false));
  Problems conflicts;
  CheckEarly(experiment, is_accepted, now_ms, conflicts);
  const bool is_said_now = !is_decided || !decision.reason.empty();
  return Settle(call, *current,
                {.variant = decision.variant,
                 .coverage = coverage,
                 .status = "shipped",
                 .action = "ship",
                 .decision = is_said_now ? DecisionDocument(decision, is_accepted, call.actor, now_ms) : decided},
                std::move(conflicts));
}

Result<Versioned> Service::RollBackExperiment(const Call& call, const Where& where, std::string_view reason) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindCurrent(Kind::kExperiment, where, std::nullopt);
  if (!current.ok()) return current.fault();
  const Experiment experiment = ReadStoredExperiment(*current);
  if (!IsUnderWay(experiment.status)) return NotNow(experiment, RowOf(ExperimentStep::kStop));
  const int64_t now_ms = Milliseconds(call.now);
  const ExperimentDecision decision{"roll_back", experiment.control, std::string(reason)};
  const bool is_early = !ShortRun(experiment, now_ms).empty();
  return Settle(call, *current,
                {.variant = experiment.control,
                 .status = "stopped",
                 .action = "roll_back",
                 .decision = DecisionDocument(decision, is_early, call.actor, now_ms)},
                {});
}

Result<Versioned> Service::Settle(const Call& call, const Document& current, const Settlement& settlement,
                                  Problems conflicts) {
  const Experiment experiment = ReadStoredExperiment(current);
  const Where where{current.name.project, current.name.environment, current.name.key};
  const Where flag{where.project, where.environment, experiment.flag};
  const Result<Versioned> configuration = GetConfiguration(flag);
  if (!configuration.ok()) return configuration.fault();
  json settled = configuration->body;
  settled.erase("flag");
  if (ServeWinner(settled, experiment.key, settlement.variant, settlement.coverage) == 0) {
    conflicts.insert(conflicts.begin(),
                     Problem{"", "no rule of flag " + Quoted(experiment.flag) + " serves the experiment"});
  }
  if (!conflicts.empty()) return Conflict(Named(kExperimentKind, where.key), std::move(conflicts));
  FillConfiguration(
      settled, configuration->body, [] { return NewId("rule_"); }, NewSalt);
  Library library(state_, where.project, where.environment);
  Problems problems;
  const FlagConfiguration after = ReadFlagConfiguration(settled, problems);
  Problems more;
  CheckConfiguration(after, experiment.flag, library, more);
  Merge(problems, std::move(more));
  if (!library.status().ok()) return StorageFault(library.status());
  if (!problems.empty()) {
    return Conflict(Named(kFlagKind, flag.key) + " would not be valid any more", std::move(problems));
  }

  const int64_t now_ms = Milliseconds(call.now);
  json document = json::parse(current.body);
  if (IsUnderWay(experiment.status)) EndExperiment(document, now_ms);
  document["status"] = settlement.status;
  document["decision"] = settlement.decision;
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = current.name,
                           .id = current.id,
                           .body = Dump(document),
                           .revision = current.revision,
                           .action = settlement.action});
  change.writes.push_back({.name = {flag.project, flag.environment, std::string(kConfigurationKind), flag.key},
                           .id = NewId("cfg_"),
                           .body = Dump(settled),
                           .revision = configuration->revision,
                           .action = settlement.action});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), current.name);
  return ExperimentAndFlag(where, flag,
                           ConfigurationWarnings(ReadFlagConfiguration(configuration->body, problems), after, now_ms));
}

Result<Versioned> Service::ExperimentAndFlag(const Where& where, const Where& flag,
                                             const std::vector<std::string>& warnings) {
  Result<Versioned> experiment = Get(Kind::kExperiment, where);
  if (!experiment.ok()) return experiment.fault();
  Result<Versioned> served = GetConfiguration(flag);
  if (!served.ok()) return served.fault();
  return Versioned{{{"experiment", std::move(experiment->body)},
                    {"configuration", std::move(served->body)},
                    {"needs_publish", true},
                    {"warnings", warnings}},
                   experiment->revision};
}

}  // namespace expt::service
