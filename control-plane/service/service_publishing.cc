#include <charconv>
#include <utility>

#include "control-plane/service/assemble.h"
#include "control-plane/service/check.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/library.h"
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
  std::vector<Experiment> experiments;
  for (const auto& [key, experiment] : library.experiments()) {
    if (experiment.has_value()) experiments.push_back(*experiment);
  }
  for (const Experiment& experiment : experiments) {
    Problems problems;
    if (experiment.status != "stopped") CheckExperiment(experiment, library, experiments, problems);
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

std::string Hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (uint8_t byte : digest) hex.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return hex;
}

// JSON text of the store, or null for none.
json ParseOrNull(const std::string& text) { return text.empty() ? json(nullptr) : json::parse(text); }

// Entries are looked at in batches, until a page is full or this many were.
constexpr size_t kAuditBatch = 1000;
constexpr int kMaxAuditBatches = 10;

json AuditBody(const storage::AuditEntry& entry) {
  return {{"number", entry.number},
          {"time", FormatInstant(entry.time_ms)},
          {"actor", entry.actor},
          {"address", entry.address},
          {"action", entry.action},
          {"project", entry.subject.project},
          {"environment", entry.subject.environment},
          {"kind", entry.subject.kind},
          {"key", entry.subject.key},
          {"before", ParseOrNull(entry.before)},
          {"after", ParseOrNull(entry.after)},
          {"hash", Hex(entry.hash)}};
}

// Entries of keys and publishes name the environment by its id, all others by its key.
bool MayRead(const Rights& rights, const storage::DocumentName& subject,
             const std::vector<EnvironmentRef>& environments) {
  std::string_view project = subject.project;
  std::string_view environment = subject.environment;
  for (const EnvironmentRef& known : environments) {
    if (known.id != subject.environment) continue;
    project = known.project;
    environment = known.key;
  }
  return rights.At(project, environment).Has(Permission::kAuditRead);
}

}  // namespace

Result<Assembly> Service::Assemble(const Call& call, std::string_view project, std::string_view environment) {
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const Result<std::string> server_salt = MemberListSalt(state_, place->id, Audience::kServer);
  if (!server_salt.ok()) return server_salt.fault();
  const Result<std::string> client_salt = MemberListSalt(state_, place->id, Audience::kClient);
  if (!client_salt.ok()) return client_salt.fault();
  const auto view = state_.LoadProject(project, environment);
  if (!view.ok()) return StorageFault(view.status());
  Library library(view->documents);
  if (Problems problems = CheckAll(library); !problems.empty()) {
    return Invalid(Named("environment", environment), std::move(problems));
  }
  Assembly assembly;
  assembly.project = place->project;
  assembly.environment = place->key;
  assembly.environment_id = place->id;
  assembly.state_revision = view->revision;
  assembly.server = AssembleSnapshot(library, {.project = place->project,
                                               .environment_id = place->id,
                                               .audience = Audience::kServer,
                                               .member_list_salt = *server_salt,
                                               .now = call.now});
  assembly.client = AssembleSnapshot(library, {.project = place->project,
                                               .environment_id = place->id,
                                               .audience = Audience::kClient,
                                               .member_list_salt = *client_salt,
                                               .now = call.now});
  assembly.warnings = AssembleWarnings(library);
  return assembly;
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

Result<Page> Service::ListAudit(const ListOptions& options, const Rights& rights) {
  int64_t before = 0;
  if (!options.cursor.empty()) {
    const char* end = options.cursor.data() + options.cursor.size();
    const auto [stop, error] = std::from_chars(options.cursor.data(), end, before);
    if (error != std::errc() || stop != end || before < 1) return Malformed("cursor: expected the one of a page");
  }
  const Result<std::vector<EnvironmentRef>> environments = Environments();
  if (!environments.ok()) return environments.fault();
  const size_t limit = LimitOf(options);
  Page page;
  for (int batch = 0; batch < kMaxAuditBatches; ++batch) {
    const auto entries = state_.ListAudit(before, kAuditBatch);
    if (!entries.ok()) return StorageFault(entries.status());
    for (const storage::AuditEntry& entry : *entries) {
      if (!MayRead(rights, entry.subject, *environments)) continue;
      if (page.items.size() == limit) return page;
      page.items.push_back(AuditBody(entry));
      page.next_cursor = std::to_string(entry.number);
    }
    if (entries->size() < kAuditBatch) {
      page.next_cursor.reset();
      return page;
    }
    before = entries->back().number;
    page.next_cursor = std::to_string(before);
  }
  return page;
}

}  // namespace expt::service
