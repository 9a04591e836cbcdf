#include <utility>

#include "control-plane/service/assemble.h"
#include "control-plane/service/check.h"
#include "control-plane/service/libraries.h"
#include "control-plane/service/library.h"
#include "control-plane/service/review.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "src/host/crypto.h"

namespace expt::service {
namespace {

using nlohmann::json;

// `problems` of a document, as seen from the whole environment.
void Within(const std::string& folder, const std::string& key, Problems problems, Problems& all) {
  const std::string pointer = Child("/" + folder, key);
  for (Problem& problem : problems) all.push_back({pointer + problem.pointer, std::move(problem.text)});
}

// Documents are checked when they are written; what they refer to may have changed since. Looking something up that is
// missing adds an empty entry to a shelf, which does not disturb walking over it.
Problems CheckAll(Library& library) {
  Problems all;
  for (const auto& [key, segment] : library.segments()) {
    Problems problems;
    if (segment.has_value()) CheckSegment(*segment, library, problems);
    Within("segments", key, std::move(problems), all);
  }
  for (const auto& [key, layer] : library.layers()) {
    Problems problems;
    if (layer.has_value()) CheckLayer(*layer, library, problems);
    Within("layers", key, std::move(problems), all);
  }
  for (const auto& [key, holdout] : library.holdouts()) {
    Problems problems;
    if (holdout.has_value()) CheckHoldout(*holdout, library, problems);
    Within("holdouts", key, std::move(problems), all);
  }
  for (const auto* shelf : {&library.overrides(), &library.project_overrides()}) {
    for (const auto& [key, forced] : *shelf) {
      Problems problems;
      if (forced.has_value()) CheckUnitOverride(*forced, library, problems);
      Within(shelf == &library.overrides() ? "overrides" : "project_overrides", key, std::move(problems), all);
    }
  }
  std::vector<Experiment> experiments;
  for (const auto& [key, experiment] : library.experiments()) {
    if (experiment.has_value()) experiments.push_back(*experiment);
  }
  for (const Experiment& experiment : experiments) {
    Problems problems;
    if (!HasEnded(experiment.status)) CheckExperiment(experiment, library, problems);
    CheckAllocation(experiment, experiments, problems);
    Within("experiments", experiment.key, std::move(problems), all);
  }
  for (const auto& [key, configuration] : library.configurations()) {
    Problems problems;
    if (configuration.has_value()) CheckConfiguration(*configuration, key, library, problems);
    Within("flags", key, std::move(problems), all);
  }
  return all;
}

// One salt for each environment and audience, made when it is needed first.
Result<std::string> MemberListSalt(storage::StateStore& state, std::string_view environment_id, Audience audience) {
  std::string name = "member_list_salt/";
  name.append(environment_id).append(audience == Audience::kServer ? "/server" : "/client");
  const auto salt = state.KeepSetting(name, NewSalt());
  if (!salt.ok()) return StorageFault(salt.status());
  return *salt;
}

// The tests of the environment, each with the attributes of its context.
std::vector<FlagTest> TestsOf(Library& library, const std::string& environment) {
  std::vector<FlagTest> tests;
  for (const auto& [key, stored] : library.flag_tests()) {
    if (!stored.has_value() || (!stored->environment.empty() && stored->environment != environment)) continue;
    FlagTest& test = tests.emplace_back(*stored);
    if (test.context.empty()) continue;
    if (const SavedContext* context = library.FindContext(test.context)) test.attributes = context->attributes;
  }
  return tests;
}

}  // namespace

Result<Assembly> Service::AssembleFrom(Library& library, const EnvironmentRef& place, int64_t state_revision,
                                       Time now) {
  const Result<std::string> server_salt = MemberListSalt(state_, place.id, Audience::kServer);
  if (!server_salt.ok()) return server_salt.fault();
  const Result<std::string> client_salt = MemberListSalt(state_, place.id, Audience::kClient);
  if (!client_salt.ok()) return client_salt.fault();
  if (Problems problems = CheckAll(library); !problems.empty()) {
    return Invalid(Named("environment", place.key), std::move(problems));
  }
  Assembly assembly;
  assembly.project = place.project;
  assembly.environment = place.key;
  assembly.environment_id = place.id;
  assembly.state_revision = state_revision;
  assembly.server = AssembleSnapshot(library, {.project = place.project,
                                               .environment_id = place.id,
                                               .audience = Audience::kServer,
                                               .member_list_salt = *server_salt,
                                               .now = now});
  assembly.client = AssembleSnapshot(library, {.project = place.project,
                                               .environment_id = place.id,
                                               .audience = Audience::kClient,
                                               .member_list_salt = *client_salt,
                                               .now = now});
  assembly.tests = TestsOf(library, place.key);
  assembly.warnings = AssembleWarnings(library);
  return assembly;
}

Result<Assembly> Service::Assemble(const Call& call, std::string_view project, std::string_view environment) {
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const auto borrowed = libraries_->Borrow(place->project, place->key);
  if (!borrowed.ok()) return StorageFault(borrowed.status());
  return AssembleFrom(*borrowed->library, *place, borrowed->revision, call.now);
}

std::optional<Fault> Service::RefusePublish(const Call& call, std::string_view project, std::string_view environment,
                                            bool is_reviewed) {
  if (auto fault = RefuseInFreeze(state_, project, environment, Milliseconds(call.now))) return fault;
  return is_reviewed ? std::nullopt : RefuseUnreviewed(state_, project, environment);
}

Result<std::vector<FlagTestRun>> Service::RunTests(const Call& call, const Assembly& assembly) {
  auto runs = RunFlagTests(assembly.server, assembly.tests, call.now);
  if (runs.ok()) return *std::move(runs);
  // The engine does not take it at all: a publish says why.
  return Invalid("flag tests", {{"", std::string(runs.status().message())}});
}

Result<std::vector<std::string>> Service::ExpiredOverrides(const Call& call, const EnvironmentRef& environment) {
  const auto live = state_.LivePublish(environment.id, Audience::kServer);
  if (!live.ok()) return StorageFault(live.status());
  std::vector<std::string> keys;
  if (!live->has_value()) return keys;
  const auto borrowed = libraries_->Borrow(environment.project, environment.key);
  if (!borrowed.ok()) return StorageFault(borrowed.status());
  for (const auto* shelf : {&borrowed->library->overrides(), &borrowed->library->project_overrides()}) {
    for (const auto& [key, forced] : *shelf) {
      if (!forced.has_value() || !forced->IsExpired(Milliseconds(call.now))) continue;
      if (*forced->expires_ms > (*live)->created_ms) keys.push_back(key);
    }
  }
  return keys;
}

Result<ResultsRequest> Service::RequestResults(std::string_view project, std::string_view environment,
                                               std::string_view experiment_key, const ResultsOptions& options) {
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const std::string key(experiment_key);
  const auto document = state_.Find({place->project, place->key, std::string(kExperimentKind), key});
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value()) return NotFound(Named(kExperimentKind, key));
  const Experiment experiment = ReadStoredExperiment(**document);
  if (experiment.phases.empty()) return Conflict(Named(kExperimentKind, key) + " has not started");
  Problems problems;
  ResultsRequest request;
  request.environment_id = place->id;
  request.experiment = key;
  request.experiment_id = experiment.id;
  request.status = experiment.status;
  request.phase = experiment.phases.back().number;
  request.phase_start_ms = experiment.phases.back().start_ms;
  request.phase_end_ms = experiment.end_ms;
  request.bucket_by = experiment.bucket_by;
  request.control = experiment.control;
  request.planned_units = experiment.planned_units;
  request.multi_exposure = experiment.multi_exposure;
  request.alpha = options.alpha.value_or(experiment.alpha);
  if (!(request.alpha > 0 && request.alpha < 1)) problems.push_back({"/alpha", "expected a number between 0 and 1"});
  request.mode = options.mode.value_or(experiment.mode);
  if (request.mode != "any_time" && request.mode != "fixed") {
    problems.push_back({"/mode", "expected \"any_time\" or \"fixed\""});
  }
  const auto flag = state_.Find({place->project, "", std::string(kFlagKind), experiment.flag});
  if (!flag.ok()) return StorageFault(flag.status());
  if (flag->has_value()) {
    const Flag definition = ReadFlag(json::parse((*flag)->body), problems);
    for (const Variant& variant : definition.variants) {
      for (const auto& [name, share] : experiment.weights) {
        if (name == variant.key) request.variants.push_back({name, share});
      }
    }
  }
  bool is_metric_found = !options.metric.has_value();
  for (const Experiment::PlannedMetric& planned : experiment.metrics) {
    if (options.metric.has_value() && planned.metric != *options.metric) continue;
    is_metric_found = true;
    const std::string version = planned.metric + "@" + std::to_string(planned.version.value_or(1));
    const auto pinned = state_.Find({place->project, "", std::string(kMetricVersionKind), version});
    if (!pinned.ok()) return StorageFault(pinned.status());
    if (!pinned->has_value()) return NotFound(Named(kMetricKind, planned.metric));
    ResultsRequest::PlannedMetric metric;
    metric.document = json::parse((*pinned)->body);
    metric.metric = ReadMetric(metric.document, problems);
    metric.role = planned.role;
    request.metrics.push_back(std::move(metric));
  }
  if (!is_metric_found) {
    problems.push_back({"/metric", Named(kExperimentKind, key) + " has no metric \"" + *options.metric + "\""});
  }
  if (!problems.empty()) return Invalid(Named("results of experiment", key), std::move(problems));
  return request;
}

}  // namespace expt::service
