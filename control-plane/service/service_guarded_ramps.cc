#include <utility>

#include "control-plane/service/check.h"
#include "control-plane/service/check_condition.h"
#include "control-plane/service/configuration_warnings.h"
#include "control-plane/service/experiment_life.h"
#include "control-plane/service/library.h"
#include "control-plane/service/plan.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;
using storage::DocumentName;

constexpr uint32_t kHalfPpm = kWholePpm / 2;

// What a guarded ramp is made of: an experiment, and a rule that serves it.
struct GuardedRamp {
  json experiment;
  json rule;
};

GuardedRamp ReadGuardedRamp(const json& body, const std::string& flag, Problems& problems) {
  GuardedRamp made;
  ObjectReader object(body, "", problems);
  const std::string key = object.Key("experiment");
  const std::string control = object.Key("control");
  const std::string treatment = object.Key("treatment");
  if (!control.empty() && control == treatment) object.Report("treatment", "expected another variant than the control");
  json metrics = json::array();
  for (const std::string& metric : object.Texts("guardrails", 64, kMaxKeySize)) {
    metrics.push_back({{"metric", metric}, {"role", "guardrail"}});
  }
  if (object.is_object() && metrics.empty()) {
    object.Report("guardrails", "expected at least one metric; a ramp without guardrails is the coverage of a rule");
  }
  made.experiment = {{"key", key},
                     {"flag", flag},
                     {"status", "running"},
                     {"weights", {{control, kHalfPpm}, {treatment, kHalfPpm}}},
                     {"control", control},
                     {"mode", "any_time"},
                     {"auto_rollback", object.Boolean("auto_rollback", true)},
                     {"metrics", std::move(metrics)}};
  made.rule = {{"id", key}, {"serve", {{"experiment", key}}}};
  if (const json* ramp = object.Object("ramp", true)) {
    made.rule["coverage"] = {{"ramp", *ramp}};
    Problems more;
    ReadCoverage(made.rule["coverage"], "", more);
    for (Problem& problem : more) problems.push_back(std::move(problem));
  }
  if (const json* condition = object.Object("condition", false)) {
    made.rule["condition"] = *condition;
    ReadCondition(*condition, object.At("condition"), ConditionScope::kContext, problems);
  }
  if (const std::vector<std::string> holdouts = object.Texts("holdouts", kMaxExposures, kMaxKeySize);
      !holdouts.empty()) {
    made.rule["holdouts"] = holdouts;
  }
  object.RefuseOthers();
  return made;
}

// Names of others, where the caller has written them.
void CheckGuardedRamp(const json& body, const Flag& flag, Library& library, Problems& problems) {
  for (const char* name : {"control", "treatment"}) {
    CheckVariant(flag, body[name].get_ref<const std::string&>(), Child("", name), problems);
  }
  const json& guardrails = body["guardrails"];
  for (size_t i = 0; i < guardrails.size(); ++i) {
    const std::string& metric = guardrails[i].get_ref<const std::string&>();
    if (library.FindMetric(metric) == nullptr) {
      problems.push_back({Child("/guardrails", i), "unknown metric " + Quoted(metric)});
    }
  }
}

}  // namespace

Result<Versioned> Service::CreateGuardedRamp(const Call& call, const Where& flag, const json& body,
                                             std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Versioned> configuration = GetConfiguration(flag);
  if (!configuration.ok()) return configuration.fault();
  const DocumentName name{flag.project, flag.environment, std::string(kConfigurationKind), flag.key};
  if (revision.has_value() && *revision != configuration->revision) return CommitFault(absl::AbortedError(""), name);
  if (auto fault = RefuseDirect(Kind::kExperiment, flag)) return *std::move(fault);
  const std::string place = "guarded ramp of " + Named(kFlagKind, flag.key);
  Problems problems;
  GuardedRamp ramp = ReadGuardedRamp(body, flag.key, problems);
  if (!problems.empty()) return Invalid(place, std::move(problems));

  Library library(state_, flag.project, flag.environment);
  const Flag* definition = library.FindFlag(flag.key);
  if (definition == nullptr) return Conflict(Named(kFlagKind, flag.key) + " is archived");
  CheckGuardedRamp(body, *definition, library, problems);
  if (!problems.empty()) return Invalid(place, std::move(problems));

  const int64_t now_ms = Milliseconds(call.now);
  Draft draft{.kind = Kind::kExperiment,
              .where = {flag.project, flag.environment, ""},
              .body = std::move(ramp.experiment),
              .before = nullptr,
              .problems = {},
              .conflicts = {},
              .warnings = {}};
  Plan plan(state_);
  PrepareExperiment(draft, plan, library, now_ms);
  draft.where.key = draft.body["key"].get<std::string>();
  const DocumentName experiment = NameOf(Kind::kExperiment, draft.where);
  json filled = configuration->body;
  filled.erase("flag");
  filled["rules"].insert(filled["rules"].begin(), std::move(ramp.rule));
  FillConfiguration(
      filled, configuration->body, [] { return NewId("rule_"); }, NewSalt);
  // The experiment is not stored yet, and the rule names it.
  const std::string text = Dump(draft.body);
  library.Put({.name = experiment, .id = "", .body = text});
  const FlagConfiguration after = ReadFlagConfiguration(filled, draft.problems);
  Problems more;
  CheckConfiguration(after, flag.key, library, more);
  Merge(draft.problems, std::move(more));
  if (!library.status().ok()) return StorageFault(library.status());
  if (!draft.problems.empty()) return Invalid(place, std::move(draft.problems));
  if (!draft.conflicts.empty()) return Conflict(place, std::move(draft.conflicts));

  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = experiment, .id = NewId("exp_"), .body = text});
  change.writes.push_back(
      {.name = name, .id = NewId("cfg_"), .body = Dump(filled), .revision = configuration->revision});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), experiment);
  std::vector<std::string> warnings =
      ConfigurationWarnings(ReadFlagConfiguration(configuration->body, problems), after, now_ms);
  if (!after.is_enabled) warnings.push_back(Named(kFlagKind, flag.key) + " is disabled in this environment");
  return ExperimentAndFlag(draft.where, flag, warnings);
}

Result<std::vector<GuardedExperiment>> Service::GuardedExperiments() {
  const auto documents = state_.ListEverywhere(kExperimentKind);
  if (!documents.ok()) return StorageFault(documents.status());
  std::vector<GuardedExperiment> guarded;
  for (const Document& document : *documents) {
    if (document.body.find("\"auto_rollback\":true") == std::string::npos) continue;
    const Experiment experiment = ReadStoredExperiment(document);
    if (!experiment.rolls_back || experiment.status != "running") continue;
    guarded.push_back({.where = {document.name.project, document.name.environment, document.name.key},
                       .flag = experiment.flag,
                       .layer = experiment.layer});
  }
  return guarded;
}

}  // namespace expt::service
