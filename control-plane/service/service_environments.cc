#include <utility>

#include "control-plane/service/attribute.h"
#include "control-plane/service/json_reader.h"
#include "control-plane/service/library.h"
#include "control-plane/service/libraries.h"
#include "control-plane/service/review.h"
#include "control-plane/service/plan.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/key_store.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;

constexpr size_t kMaxEmergencyOff = 256;
constexpr size_t kMaxProjectTags = 64;
constexpr size_t kMaxTagSize = 64;
constexpr int64_t kDefaultBake = 300;  // seconds
constexpr int64_t kMostBake = 86'400;

// {"key", "name"} of a project, and its tags and owner where it has them.
json ReadProject(const json& body, Problems& problems) {
  ObjectReader object(body, "", problems);
  json project = {{"key", object.Key("key")}, {"name", object.Text("name", false, 256)}};
  object.Allow({"id", "created", "updated", "archived"});
  if (const auto tags = object.Texts("tags", kMaxProjectTags, kMaxTagSize); !tags.empty()) project["tags"] = tags;
  if (const std::string owner = object.Text("owner", false, 128); !owner.empty()) project["owner"] = owner;
  object.RefuseOthers();
  if (project["name"] == "") project["name"] = project["key"];
  return project;
}

// An environment has more than a project: how publishes reach it, and what they need before.
json ReadEnvironment(const json& body, Problems& problems) {
  ObjectReader object(body, "", problems);
  json environment = {{"key", object.Key("key")},
                      {"name", object.Text("name", false, 256)},
                      {"rings", object.Word("rings", {"none", "staged"}, "none")},
                      {"bake", object.Integer("bake", 1, kMostBake).value_or(kDefaultBake)},
                      {"review", ReadReview(object, problems)},
                      {"freezes", ReadFreezes(object, problems)}};
  object.Allow({"id", "created", "updated", "archived", "epoch", "root_version", "published_version", "rings_offered"});
  object.RefuseOthers();
  if (environment["name"] == "") environment["name"] = environment["key"];
  return environment;
}

storage::DocumentName ProjectName(std::string_view key) {
  return {"", "", std::string(kProjectKind), std::string(key)};
}

storage::DocumentName EnvironmentName(std::string_view project, std::string_view key) {
  return {std::string(project), "", std::string(kEnvironmentKind), std::string(key)};
}

EnvironmentRef RefOf(const Document& document) { return {document.name.project, document.name.key, document.id}; }

}  // namespace

Service::Service(storage::StateStore& state, storage::KeyStore& keys)
    : state_(state), keys_(keys), libraries_(std::make_unique<Libraries>(state)) {}

Service::~Service() = default;

Result<Versioned> Service::CreateProject(const Call& call, const json& body) {
  Problems problems;
  const json named = ReadProject(body, problems);
  if (!problems.empty()) return Invalid("project", std::move(problems));
  const std::lock_guard lock(writing_);
  const std::string key = named["key"].get<std::string>();
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = ProjectName(key), .id = NewId("prj_"), .body = Dump(named)});
  const json targeting_key = TargetingKeyDefinition();
  change.writes.push_back({.name = {key, "", std::string(kAttributeKind), targeting_key["key"].get<std::string>()},
                           .id = NewId("att_"),
                           .body = Dump(targeting_key)});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), change.writes.front().name);
  return GetProject(key);
}

Result<std::vector<Document>> Service::ListPermitted(const storage::DocumentName& folder, const ListOptions& options,
                                                     const std::function<bool(const std::string&)>& is_permitted) {
  const size_t wanted = LimitOf(options) + 1;
  std::vector<Document> permitted;
  for (std::string after = options.cursor; permitted.size() < wanted;) {
    const auto documents = state_.List(folder, after, wanted, options.archived);
    if (!documents.ok()) return StorageFault(documents.status());
    for (const Document& document : *documents) {
      if (permitted.size() < wanted && is_permitted(document.name.key)) permitted.push_back(document);
    }
    if (documents->size() < wanted) break;
    after = documents->back().name.key;
  }
  return permitted;
}

Result<Versioned> Service::GetProject(std::string_view project) {
  const auto document = state_.Find(ProjectName(project));
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value()) return NotFound(Named("project", project));
  return AnswerOf(**document);
}

std::optional<Fault> Service::CheckProjectLives(std::string_view project) {
  const auto document = state_.Find(ProjectName(project));
  if (!document.ok()) return StorageFault(document.status());
  if (document->has_value() && (*document)->is_archived) return Conflict(Named("project", project) + " is archived");
  return std::nullopt;
}

Result<Versioned> Service::ReplaceProject(const Call& call, std::string_view project, const json& body,
                                          std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const storage::DocumentName name = ProjectName(project);
  const auto current = state_.Find(name);
  if (!current.ok()) return StorageFault(current.status());
  if (!current->has_value()) return NotFound(Named("project", project));
  if ((*current)->is_archived) return Conflict(Named("project", project) + " is archived");
  if (revision.has_value() && *revision != (*current)->revision) return CommitFault(absl::AbortedError(""), name);
  Problems problems;
  json keyed = body;
  if (keyed.is_object() && !keyed.contains("key")) keyed["key"] = project;
  const json replaced = ReadProject(keyed, problems);
  if (keyed.is_object() && keyed["key"] != project) problems.push_back({"/key", "a key never changes"});
  if (!problems.empty()) return Invalid("project", std::move(problems));
  storage::Change change = ChangeBy(call);
  change.writes.push_back(
      {.name = name, .id = (*current)->id, .body = Dump(replaced), .revision = (*current)->revision});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return GetProject(project);
}

Result<Versioned> Service::ArchiveProject(const Call& call, std::string_view project,
                                          std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const storage::DocumentName name = ProjectName(project);
  const auto current = state_.Find(name);
  if (!current.ok()) return StorageFault(current.status());
  if (!current->has_value()) return NotFound(Named("project", project));
  if (revision.has_value() && *revision != (*current)->revision) return CommitFault(absl::AbortedError(""), name);
  if ((*current)->is_archived) return AnswerOf(**current);
  const auto living = state_.List(EnvironmentName(project, ""), "", 1, /*archived=*/false);
  if (!living.ok()) return StorageFault(living.status());
  if (!living->empty()) {
    return Conflict(Named("project", project) + " has " + Named("environment", living->front().name.key) +
                    "; archive it first");
  }
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = name,
                           .id = (*current)->id,
                           .body = (*current)->body,
                           .revision = (*current)->revision,
                           .is_archived = true});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return GetProject(project);
}

Result<Versioned> Service::ArchiveEnvironment(const Call& call, std::string_view project, std::string_view environment,
                                              std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const storage::DocumentName name = EnvironmentName(project, environment);
  const auto current = state_.Find(name);
  if (!current.ok()) return StorageFault(current.status());
  if (!current->has_value()) return NotFound(Named("environment", environment));
  if (revision.has_value() && *revision != (*current)->revision) return CommitFault(absl::AbortedError(""), name);
  if ((*current)->is_archived) return GetEnvironment(project, environment);
  absl::Status status;
  Plan plan(state_);
  for (const Experiment& experiment : ExperimentsOf({name.project, name.key, ""}, plan, status)) {
    if (!IsUnderWay(experiment.status)) continue;
    return Conflict(Named("environment", environment) + " has " + Named("experiment", experiment.key) + ", which is " +
                    experiment.status + "; stop it first");
  }
  if (!status.ok()) return StorageFault(status);
  const auto is_key_valid = HasValidSdkKey((*current)->id, Milliseconds(call.now));
  if (!is_key_valid.ok()) return is_key_valid.fault();
  if (*is_key_valid) {
    return Conflict(Named("environment", environment) + " has an SDK key that is valid; revoke its keys first");
  }
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = name,
                           .id = (*current)->id,
                           .body = (*current)->body,
                           .revision = (*current)->revision,
                           .is_archived = true});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return GetEnvironment(project, environment);
}

Result<Page> Service::ListProjects(const ListOptions& options, const Rights& rights) {
  const size_t limit = LimitOf(options);
  const auto documents = ListPermitted(ProjectName(""), options, [&](const std::string& key) {
    return rights.At(key, "").Has(Permission::kProjectsRead);
  });
  if (!documents.ok()) return documents.fault();
  return PageOf(*documents, limit);
}

json Service::EnvironmentBody(const Document& document, const std::optional<RootFile>& root) {
  json body = AnswerOf(document).body;
  const int64_t epoch = root.has_value() ? root->root.Epoch(document.id) : 0;
  if (!body.contains("rings")) body["rings"] = "none";
  if (!body.contains("bake")) body["bake"] = kDefaultBake;
  if (!body.contains("review")) body["review"] = {{"required", false}, {"approvals", 1}};
  if (!body.contains("freezes")) body["freezes"] = json::array();
  body["epoch"] = epoch == 0 ? json(nullptr) : json(epoch);
  body["root_version"] = epoch == 0 ? json(nullptr) : json(root->root.root_version);
  const auto live = state_.LivePublish(document.id, Audience::kServer);
  body["published_version"] = live.ok() && live->has_value() ? json((*live)->version) : json(nullptr);
  return body;
}

Result<Versioned> Service::CreateEnvironment(const Call& call, std::string_view project, const json& body) {
  Problems problems;
  const json named = ReadEnvironment(body, problems);
  if (!problems.empty()) return Invalid("environment", std::move(problems));
  const std::lock_guard lock(writing_);
  if (const Result<Versioned> found = GetProject(project); !found.ok()) return found.fault();
  if (auto fault = CheckProjectLives(project)) return *std::move(fault);
  const std::string key = named["key"].get<std::string>();
  storage::Change change = ChangeBy(call);
  change.writes.push_back({.name = EnvironmentName(project, key), .id = NewId("env_"), .body = Dump(named)});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), change.writes.front().name);
  return GetEnvironment(project, key);
}

Result<Versioned> Service::ReplaceEnvironment(const Call& call, std::string_view project, std::string_view environment,
                                              const json& body, std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const storage::DocumentName name = EnvironmentName(project, environment);
  const auto current = state_.Find(name);
  if (!current.ok()) return StorageFault(current.status());
  if (!current->has_value()) return NotFound(Named("environment", environment));
  if ((*current)->is_archived) return Conflict(Named("environment", environment) + " is archived");
  if (revision.has_value() && *revision != (*current)->revision) return CommitFault(absl::AbortedError(""), name);
  Problems problems;
  json replaced = ReadEnvironment(body, problems);
  // Who leaves these out does not mean to lift them.
  const json before = json::parse((*current)->body);
  for (const char* name : {"review", "freezes"}) {
    if (!body.contains(name) && before.contains(name)) replaced[name] = before[name];
  }
  if (problems.empty() && replaced["key"] != environment) problems.push_back({"/key", "a key never changes"});
  if (!problems.empty()) return Invalid("environment", std::move(problems));
  storage::Change change = ChangeBy(call);
  change.writes.push_back(
      {.name = name, .id = (*current)->id, .body = Dump(replaced), .revision = (*current)->revision});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return GetEnvironment(project, environment);
}

Result<Versioned> Service::GetEnvironment(std::string_view project, std::string_view environment) {
  const auto document = state_.Find(EnvironmentName(project, environment));
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value()) return NotFound(Named("environment", environment));
  const auto root = NewestRoot();
  if (!root.ok()) return StorageFault(root.status());
  return Versioned{EnvironmentBody(**document, *root), (*document)->revision};
}

Result<Page> Service::ListEnvironments(std::string_view project, const ListOptions& options, const Rights& rights) {
  if (const Result<Versioned> found = GetProject(project); !found.ok()) return found.fault();
  const size_t limit = LimitOf(options);
  const auto documents = ListPermitted(EnvironmentName(project, ""), options, [&](const std::string& key) {
    return rights.At(project, key).Has(Permission::kProjectsRead);
  });
  if (!documents.ok()) return documents.fault();
  const auto root = NewestRoot();
  if (!root.ok()) return StorageFault(root.status());
  Page page = PageOf(*documents, limit);
  for (size_t i = 0; i < page.items.size(); ++i) page.items[i] = EnvironmentBody((*documents)[i], *root);
  return page;
}

Result<EnvironmentRef> Service::FindEnvironment(std::string_view project, std::string_view environment) {
  const auto document = state_.Find(EnvironmentName(project, environment));
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value() || (*document)->is_archived) return NotFound(Named("environment", environment));
  return RefOf(**document);
}

Result<EnvironmentRef> Service::FindEnvironmentById(std::string_view environment_id) {
  const auto document = state_.FindById(kEnvironmentKind, environment_id);
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value()) return NotFound(Named("environment", environment_id));
  return RefOf(**document);
}

Result<std::vector<EnvironmentRef>> Service::Environments() {
  const auto documents = state_.ListEverywhere(kEnvironmentKind);
  if (!documents.ok()) return StorageFault(documents.status());
  std::vector<EnvironmentRef> environments;
  for (const Document& document : *documents) environments.push_back(RefOf(document));
  return environments;
}

Result<Versioned> Service::GetEmergencyOff(std::string_view project, std::string_view environment) {
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const std::string kind(kEmergencyOffKind);
  const auto document = state_.Find({place->project, place->key, kind, kind});
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value()) return Versioned{{{"flags", json::array()}}, 0};
  return Versioned{json::parse((*document)->body), (*document)->revision};
}

Result<Versioned> Service::ReplaceEmergencyOff(const Call& call, std::string_view project, std::string_view environment,
                                               const json& body, std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Versioned> current = GetEmergencyOff(project, environment);
  if (!current.ok()) return current.fault();
  const std::string kind(kEmergencyOffKind);
  const storage::DocumentName name{std::string(project), std::string(environment), kind, kind};
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::vector<std::string> flags = object.Texts("flags", kMaxEmergencyOff, kMaxKeySize);
  object.RefuseOthers();
  Library library(state_, name.project, name.environment);
  for (size_t i = 0; i < flags.size(); ++i) {
    if (library.FindFlag(flags[i]) == nullptr) {
      problems.push_back({Child("/flags", i), "unknown flag \"" + flags[i] + "\""});
    }
  }
  if (!library.status().ok()) return StorageFault(library.status());
  if (!problems.empty()) return Invalid("emergency-off list", std::move(problems));
  if (revision.has_value() && *revision != current->revision) {
    return CommitFault(absl::AbortedError(""), name);
  }
  storage::Change change = ChangeBy(call);
  change.writes.push_back(
      {.name = name, .id = NewId("off_"), .body = Dump({{"flags", flags}}), .revision = current->revision});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return GetEmergencyOff(project, environment);
}

}  // namespace expt::service
