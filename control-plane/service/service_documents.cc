#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "control-plane/service/check.h"
#include "control-plane/service/configuration_warnings.h"
#include "control-plane/service/dashboard.h"
#include "control-plane/service/library.h"
#include "control-plane/service/plan.h"
#include "control-plane/service/references.h"
#include "control-plane/service/review.h"
#include "control-plane/service/search.h"
#include "control-plane/service/template.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "expt/context.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;
using storage::DocumentName;
using storage::DocumentWrite;

constexpr size_t kSearchBatch = 500;

std::string_view IdPrefix(Kind kind) {
  switch (kind) {
    case Kind::kFlag:
      return "flg_";
    case Kind::kMetric:
      return "met_";
    case Kind::kSegment:
      return "seg_";
    case Kind::kAttribute:
      return "att_";
    case Kind::kExperiment:
      return "exp_";
    case Kind::kLayer:
      return "lay_";
    case Kind::kHoldout:
      return "hld_";
    case Kind::kOverride:
    case Kind::kProjectOverride:
      return "ovr_";
    case Kind::kContext:
      return "ctx_";
    case Kind::kFlagTest:
      return "tst_";
    case Kind::kMetricGroup:
      return "mgr_";
    case Kind::kTemplate:
      return "tpl_";
    case Kind::kDashboard:
      return "dsh_";
  }
  return "";
}

// What the server writes and a caller may send back is not kept.
void StripReadOnly(json& body) {
  if (!body.is_object()) return;
  for (const char* name : {"id", "created", "updated", "archived", "phase", "warnings", "uploaded"}) body.erase(name);
}

std::string Place(Kind kind, const json& body) {
  const auto key = body.is_object() ? body.find("key") : body.end();
  if (!body.is_object() || key == body.end() || !key->is_string()) return std::string(KindName(kind));
  const std::string& text = key->get_ref<const std::string&>();
  return IsKey(text) ? Named(KindName(kind), text) : std::string(KindName(kind));
}

DocumentWrite MetricVersion(const std::string& project, const json& metric) {
  const std::string key = metric["key"].get<std::string>() + "@" + std::to_string(metric["version"].get<int64_t>());
  return {.name = {project, "", std::string(kMetricVersionKind), key},
          .id = NewId("mtv_"),
          .body = Dump(metric),
          .revision = 0,
          .is_archived = false};
}

void CheckVariantsKept(const Flag& before, const Flag& after, const std::set<std::string>& used, Problems& problems) {
  std::vector<std::string> kept;
  for (const Variant& variant : before.variants) {
    if (after.HasVariant(variant.key)) {
      kept.push_back(variant.key);
    } else if (used.contains(variant.key)) {
      problems.push_back({"/variants", "variant \"" + variant.key + "\" is still served or compared"});
    }
  }
  std::vector<std::string> order;
  for (const Variant& variant : after.variants) {
    if (before.HasVariant(variant.key)) order.push_back(variant.key);
  }
  if (order != kept) {
    problems.push_back({"/variants", "variants keep their order, because splits follow it; add new ones at the end"});
  }
}

}  // namespace

std::optional<Fault> Service::CheckFolder(Kind kind, const Where& where) {
  if (BelongsToEnvironment(kind)) {
    const Result<EnvironmentRef> found = FindEnvironment(where.project, where.environment);
    return found.ok() ? std::nullopt : std::optional(found.fault());
  }
  const Result<Versioned> found = GetProject(where.project);
  return found.ok() ? std::nullopt : std::optional(found.fault());
}

void Service::PrepareFlag(Draft& draft, Plan& plan) {
  const Flag flag = ReadFlag(draft.body, draft.problems);
  if (draft.before.is_null()) return;
  Problems none;
  const Flag before = ReadFlag(draft.before, none);
  Problems more;
  if (flag.type != ValueType::kMissing && flag.type != before.type) {
    more.push_back({"/type", "the type of a flag cannot be changed"});
  }
  const auto view = plan.LoadProject(draft.where.project, "");
  if (view.ok()) CheckVariantsKept(before, flag, VariantsInUse(view->documents, flag.key), more);
  Merge(draft.problems, std::move(more));
}

void Service::PrepareMetric(Draft& draft, Library& library) {
  draft.body["version"] = 1;
  if (!draft.before.is_null()) {
    const int64_t version = draft.before["version"].get<int64_t>();
    draft.body["version"] = MeasuresTheSame(draft.before, draft.body) ? version : version + 1;
  }
  const Metric metric = ReadMetric(draft.body, draft.problems);
  Problems more;
  CheckMetric(metric, library, more);
  Merge(draft.problems, std::move(more));
}

void Service::PrepareSegment(Draft& draft, Plan& plan, Library& library) {
  const Segment segment = ReadSegment(draft.body, draft.problems);
  Problems more;
  CheckSegment(segment, library, more);
  Merge(draft.problems, std::move(more));
  if (!draft.problems.empty()) return;
  FillSegment(draft.body, draft.before, plan.make_salt);
  // What was uploaded stays: it has addresses of its own.
  if (draft.before.is_object() && draft.before.contains("uploaded")) draft.body["uploaded"] = draft.before["uploaded"];
}

void Service::PrepareAttribute(Draft& draft) {
  const AttributeDefinition attribute = ReadAttribute(draft.body, draft.problems);
  if (draft.before.is_null() || !draft.problems.empty()) return;
  if (draft.before["type"] != draft.body["type"]) {
    draft.problems.push_back({"/type", "the type of an attribute cannot be changed"});
  }
  if (draft.before.value("unit_type", false) && !attribute.is_unit_type) {
    draft.problems.push_back({"/unit_type", "an attribute stays a unit type, because units are bucketed by it"});
  }
}

void Service::PrepareLayer(Draft& draft, Plan& plan, Library& library) {
  const Layer layer = ReadLayer(draft.body, draft.problems);
  Problems more;
  CheckLayer(layer, library, more);
  Merge(draft.problems, std::move(more));
  if (!draft.problems.empty()) return;
  if (!draft.body.contains("bucket_by") || draft.body["bucket_by"].is_null()) draft.body["bucket_by"] = layer.bucket_by;
  if (layer.salt.empty()) draft.body["salt"] = draft.before.is_null() ? json(plan.make_salt()) : draft.before["salt"];
  if (draft.before.is_null()) return;
  for (const char* name : {"bucket_by", "salt"}) {
    if (draft.before[name] == draft.body[name]) continue;
    absl::Status status;
    for (const Experiment& experiment : ExperimentsOf(draft.where, plan, status)) {
      if (experiment.layer == layer.key && IsUnderWay(experiment.status)) {
        draft.problems.push_back({Child("", name), "experiment \"" + experiment.key +
                                                       "\" is under way in this layer; its units would move"});
      }
    }
  }
}

void Service::PrepareHoldout(Draft& draft, Plan& plan, Library& library, int64_t now_ms) {
  const Holdout holdout = ReadHoldout(draft.body, draft.problems);
  Problems more;
  CheckHoldout(holdout, library, more);
  Merge(draft.problems, std::move(more));
  if (!draft.problems.empty()) return;
  if (holdout.salt.empty() && draft.before.is_null()) draft.body["salt"] = plan.make_salt();
  ContinueHoldout(draft.body, draft.before, now_ms, draft.problems);
  if (draft.before.is_null()) return;
  Problems none;
  draft.warnings = HoldoutWarnings(ReadHoldout(draft.before, none), holdout, now_ms);
}

void Service::PrepareFlagTest(Draft& draft, Library& library) {
  const FlagTest test = ReadFlagTest(draft.body, draft.problems);
  Problems more;
  CheckFlagTest(test, library, more);
  if (!test.environment.empty()) {
    const Result<EnvironmentRef> found = FindEnvironment(draft.where.project, test.environment);
    if (!found.ok()) more.push_back({"/environment", "unknown environment " + Quoted(test.environment)});
  }
  Merge(draft.problems, std::move(more));
}

void Service::PrepareDashboard(Draft& draft) {
  const Dashboard dashboard = ReadDashboard(draft.body, draft.problems);
  Problems more;
  for (const DashboardBlock& block : dashboard.blocks) {
    if (block.environment.empty() || block.experiment.empty()) continue;
    const Result<Versioned> found =
        Get(Kind::kExperiment, {draft.where.project, block.environment, block.experiment});
    if (found.ok()) continue;
    if (!FindEnvironment(draft.where.project, block.environment).ok()) {
      more.push_back({block.pointer + "/environment", "unknown environment " + Quoted(block.environment)});
    } else {
      more.push_back({block.pointer + "/experiment", "unknown experiment " + Quoted(block.experiment) +
                                                         " in environment " + Quoted(block.environment)});
    }
  }
  Merge(draft.problems, std::move(more));
}

std::optional<Fault> Service::Prepare(Draft& draft, Plan& plan, int64_t now_ms) {
  StripReadOnly(draft.body);
  if (!draft.body.is_object()) return Invalid(std::string(KindName(draft.kind)), {{"", "expected an object"}});
  if (!draft.where.key.empty()) {
    // The key stands in the address; the document may repeat it.
    if (!draft.body.contains("key")) draft.body["key"] = draft.where.key;
    if (draft.body["key"] != draft.where.key) draft.problems.push_back({"/key", "a key cannot be changed"});
  }
  Library& library = plan.LibraryOf(draft.where.project, draft.where.environment);
  switch (draft.kind) {
    case Kind::kFlag:
      PrepareFlag(draft, plan);
      break;
    case Kind::kMetric:
      PrepareMetric(draft, library);
      break;
    case Kind::kSegment:
      PrepareSegment(draft, plan, library);
      break;
    case Kind::kAttribute:
      PrepareAttribute(draft);
      break;
    case Kind::kLayer:
      PrepareLayer(draft, plan, library);
      break;
    case Kind::kHoldout:
      PrepareHoldout(draft, plan, library, now_ms);
      break;
    case Kind::kExperiment:
      PrepareExperiment(draft, plan, library, now_ms);
      break;
    case Kind::kOverride:
    case Kind::kProjectOverride: {
      Problems more;
      CheckUnitOverride(ReadUnitOverride(draft.body, draft.problems), library, more);
      Merge(draft.problems, std::move(more));
      break;
    }
    case Kind::kContext:
      (void)ReadSavedContext(draft.body, draft.problems);
      break;
    case Kind::kFlagTest:
      PrepareFlagTest(draft, library);
      break;
    case Kind::kMetricGroup: {
      Problems more;
      CheckMetricGroup(ReadMetricGroup(draft.body, draft.problems), library, more);
      Merge(draft.problems, std::move(more));
      break;
    }
    case Kind::kTemplate:
      (void)ReadTemplate(draft.body, draft.problems);
      break;
    case Kind::kDashboard:
      PrepareDashboard(draft);
      break;
  }
  if (!library.status().ok()) return StorageFault(library.status());
  if (!draft.problems.empty()) {
    Merge(draft.problems, std::move(draft.conflicts));
    return Invalid(Place(draft.kind, draft.body), std::move(draft.problems));
  }
  if (!draft.conflicts.empty()) return Conflict(Place(draft.kind, draft.body), std::move(draft.conflicts));
  return std::nullopt;
}

Result<json> Service::FromTemplate(Kind kind, const Where& where, std::string_view key, const json& body) {
  const Result<Versioned> found = Get(Kind::kTemplate, {.project = where.project, .key = std::string(key)});
  if (!found.ok()) return found.fault();
  if (found->body["archived"].get<bool>() || found->body["of"] != KindName(kind)) {
    return NotFound(Named(kTemplateKind, key));
  }
  json document = found->body["body"];
  document.merge_patch(body);
  return document;
}

std::optional<Fault> Service::RefuseDirect(Kind kind, const Where& where) {
  switch (kind) {
    case Kind::kMetric:
    case Kind::kMetricGroup:
    case Kind::kAttribute:
    case Kind::kContext:
    case Kind::kDashboard:
    case Kind::kFlagTest:
    case Kind::kTemplate:
      return std::nullopt;  // they decide nothing
    default:
      break;
  }
  return RefuseUnreviewed(state_, where.project, BelongsToEnvironment(kind) ? where.environment : "");
}

std::optional<Fault> Service::PlanCreate(Plan& plan, int64_t now_ms, Kind kind, Where& where, const json& body) {
  Draft draft{.kind = kind,
              .where = {where.project, where.environment, ""},
              .body = body,
              .before = nullptr,
              .problems = {},
              .conflicts = {},
              .warnings = {}};
  if (auto fault = Prepare(draft, plan, now_ms)) return fault;
  where.key = draft.body["key"].get<std::string>();
  plan.Write({.name = NameOf(kind, where), .id = NewId(IdPrefix(kind)), .body = Dump(draft.body)});
  if (kind == Kind::kMetric) plan.Write(MetricVersion(where.project, draft.body));
  plan.warnings.insert(plan.warnings.end(), draft.warnings.begin(), draft.warnings.end());
  return std::nullopt;
}

Result<Versioned> Service::Create(const Call& call, Kind kind, const Where& where, const json& body) {
  const std::lock_guard lock(writing_);
  if (auto fault = CheckFolder(kind, where)) return *std::move(fault);
  if (auto fault = CheckProjectLives(where.project)) return *std::move(fault);
  // Nothing that runs depends on a new document of the project.
  if (BelongsToEnvironment(kind)) {
    if (auto fault = RefuseUnreviewed(state_, where.project, where.environment)) return *std::move(fault);
  }
  Plan plan(state_);
  Where made = where;
  if (auto fault = PlanCreate(plan, Milliseconds(call.now), kind, made, body)) return *std::move(fault);
  storage::Change change = ChangeBy(call);
  change.writes = plan.writes();
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), NameOf(kind, made));
  return WithWarnings(Get(kind, made), plan.warnings);
}

Result<Versioned> Service::Get(Kind kind, const Where& where) {
  if (auto fault = CheckFolder(kind, where)) return *std::move(fault);
  const auto document = state_.Find(NameOf(kind, where));
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value()) return NotFound(Named(KindName(kind), where.key));
  return AnswerOf(**document);
}

Result<Page> Service::List(Kind kind, const Where& where, const ListOptions& options) {
  if (auto fault = CheckFolder(kind, where)) return *std::move(fault);
  const size_t limit = LimitOf(options);
  const Search search(options);
  std::vector<storage::Document> found;
  std::string after = options.cursor;
  const size_t batch = search.is_empty() ? limit + 1 : kSearchBatch;
  for (;;) {
    auto documents = state_.List(NameOf(kind, where), after, batch, options.archived);
    if (!documents.ok()) return StorageFault(documents.status());
    const bool is_last = documents->size() < batch;
    if (!documents->empty()) after = documents->back().name.key;
    for (storage::Document& document : *documents) {
      if (found.size() > limit) break;
      if (search.is_empty() || search.Matches(json::parse(document.body))) found.push_back(std::move(document));
    }
    if (is_last || found.size() > limit) return PageOf(found, limit);
  }
}

std::optional<Fault> Service::PlanReplace(Plan& plan, int64_t now_ms, Kind kind, const Document& current,
                                          const json& body) {
  const DocumentName& name = current.name;
  Draft draft{.kind = kind,
              .where = {name.project, name.environment, name.key},
              .body = body,
              .before = json::parse(current.body),
              .problems = {},
              .conflicts = {},
              .warnings = {}};
  if (auto fault = Prepare(draft, plan, now_ms)) return fault;
  plan.Write({.name = name, .id = current.id, .body = Dump(draft.body), .revision = current.revision});
  if (kind == Kind::kMetric && draft.body["version"] != draft.before["version"]) {
    plan.Write(MetricVersion(name.project, draft.body));
  }
  plan.warnings.insert(plan.warnings.end(), draft.warnings.begin(), draft.warnings.end());
  return std::nullopt;
}

Result<Document> Service::FindCurrent(Kind kind, const Where& where, std::optional<int64_t> revision) {
  if (auto fault = CheckFolder(kind, where)) return *std::move(fault);
  if (auto fault = CheckProjectLives(where.project)) return *std::move(fault);
  const DocumentName name = NameOf(kind, where);
  auto current = state_.Find(name);
  if (!current.ok()) return StorageFault(current.status());
  if (!current->has_value()) return NotFound(Named(name.kind, where.key));
  if ((*current)->is_archived) return Conflict(Named(name.kind, where.key) + " is archived");
  if (revision.has_value() && *revision != (*current)->revision) return CommitFault(absl::AbortedError(""), name);
  return *std::move(*current);
}

Result<Versioned> Service::Replace(const Call& call, Kind kind, const Where& where, const json& body,
                                   std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const DocumentName name = NameOf(kind, where);
  const Result<Document> current = FindCurrent(kind, where, revision);
  if (!current.ok()) return current.fault();
  const bool decides = kind != Kind::kFlag || !DecidesTheSame(json::parse(current->body), body);
  if (auto fault = decides ? RefuseDirect(kind, where) : std::nullopt) return *std::move(fault);
  Plan plan(state_);
  if (auto fault = PlanReplace(plan, Milliseconds(call.now), kind, *current, body)) return *std::move(fault);
  storage::Change change = ChangeBy(call);
  change.writes = plan.writes();
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return WithWarnings(Get(kind, where), plan.warnings);
}

std::optional<Fault> Service::FindUser(Kind kind, const Where& where, Plan& plan) {
  const auto view = plan.LoadProject(where.project, BelongsToEnvironment(kind) ? where.environment : "");
  if (!view.ok()) return StorageFault(view.status());
  const Reference wanted{KindName(kind), where.key};
  for (const Document& document : view->documents) {
    const std::vector<Reference> references = ReferencesOf(document);
    if (std::find(references.begin(), references.end(), wanted) == references.end()) continue;
    std::string user = document.name.kind == kConfigurationKind ? Named("flag", document.name.key)
                                                                : Named(document.name.kind, document.name.key);
    if (!document.name.environment.empty()) user += " in " + Named("environment", document.name.environment);
    return Conflict(Named(KindName(kind), where.key) + " is used by " + user);
  }
  return std::nullopt;
}

std::optional<Fault> Service::PlanArchive(Plan& plan, Kind kind, const Document& current) {
  const DocumentName& name = current.name;
  if (kind == Kind::kAttribute && name.key == kTargetingKey) {
    return Conflict("the targeting key is part of every project");
  }
  if (kind == Kind::kExperiment) {
    const std::string status = ReadStoredExperiment(current).status;
    if (IsUnderWay(status)) {
      return Conflict(Named(name.kind, name.key) + " is " + status + "; stop it first");
    }
  }
  if (auto fault = FindUser(kind, {name.project, name.environment, name.key}, plan)) return fault;
  const auto write = [&plan](const Document& document) {
    plan.Write({.name = document.name,
                .id = document.id,
                .body = document.body,
                .revision = document.revision,
                .is_archived = true});
  };
  write(current);
  if (kind != Kind::kFlag) return std::nullopt;
  // Its configurations go with it.
  const auto view = state_.LoadProject(name.project, "");
  if (!view.ok()) return StorageFault(view.status());
  for (const Document& document : view->documents) {
    if (document.name.kind == kConfigurationKind && document.name.key == name.key) write(document);
  }
  return std::nullopt;
}

Result<Versioned> Service::Archive(const Call& call, Kind kind, const Where& where, std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  if (auto fault = CheckFolder(kind, where)) return *std::move(fault);
  const DocumentName name = NameOf(kind, where);
  const auto current = state_.Find(name);
  if (!current.ok()) return StorageFault(current.status());
  if (!current->has_value()) return NotFound(Named(name.kind, where.key));
  if (revision.has_value() && *revision != (*current)->revision) return CommitFault(absl::AbortedError(""), name);
  if ((*current)->is_archived) return AnswerOf(**current);
  if (auto fault = RefuseDirect(kind, where)) return *std::move(fault);
  Plan plan(state_);
  if (auto fault = PlanArchive(plan, kind, **current)) return *std::move(fault);
  storage::Change change = ChangeBy(call);
  change.writes = plan.writes();
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return Get(kind, where);
}

Result<Versioned> Service::GetConfiguration(const Where& flag) {
  const Result<EnvironmentRef> place = FindEnvironment(flag.project, flag.environment);
  if (!place.ok()) return place.fault();
  if (const Result<Versioned> found = Get(Kind::kFlag, flag); !found.ok()) return found.fault();
  const auto document = state_.Find({flag.project, flag.environment, std::string(kConfigurationKind), flag.key});
  if (!document.ok()) return StorageFault(document.status());
  Versioned answer{InitialConfiguration(), 0};
  if (document->has_value()) answer = {json::parse((*document)->body), (*document)->revision};
  answer.body["flag"] = flag.key;
  return answer;
}

Result<Page> Service::ListConfigurations(std::string_view project, std::string_view environment,
                                         const ListOptions& options) {
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const Result<Page> flags = List(Kind::kFlag, {.project = place->project}, options);
  if (!flags.ok()) return flags.fault();
  Page page;
  page.next_cursor = flags->next_cursor;
  for (const json& flag : flags->items) {
    const Where where{place->project, place->key, flag["key"].get<std::string>()};
    Result<Versioned> configuration = GetConfiguration(where);
    if (!configuration.ok()) return configuration.fault();
    page.items.push_back(std::move(configuration->body));
  }
  return page;
}

std::optional<Fault> Service::PlanConfiguration(Plan& plan, int64_t now_ms, const Where& flag,
                                                const Versioned& current, const json& body) {
  const auto definition = plan.Find(NameOf(Kind::kFlag, flag));
  if (!definition.ok()) return StorageFault(definition.status());
  if (!definition->has_value()) return NotFound(Named(kFlagKind, flag.key));
  if ((*definition)->is_archived) return Conflict(Named(kFlagKind, flag.key) + " is archived");
  Problems problems;
  const FlagConfiguration configuration = ReadFlagConfiguration(body, problems);
  Library& library = plan.LibraryOf(flag.project, flag.environment);
  Problems more;
  CheckConfiguration(configuration, flag.key, library, more);
  Merge(problems, std::move(more));
  if (!library.status().ok()) return StorageFault(library.status());
  if (!problems.empty()) {
    return Invalid(Named(kFlagKind, flag.key) + " in " + Named("environment", flag.environment), std::move(problems));
  }
  json filled = body;
  filled.erase("flag");
  filled.erase("updated");
  filled.erase("warnings");
  FillConfiguration(filled, current.body, plan.make_rule_id, plan.make_salt);
  plan.Write({.name = {flag.project, flag.environment, std::string(kConfigurationKind), flag.key},
              .id = NewId("cfg_"),
              .body = Dump(filled),
              .revision = current.revision});
  // Salts have been filled in by now, so that those which were kept count as equal.
  for (std::string& text : ConfigurationWarnings(ReadFlagConfiguration(current.body, problems),
                                                 ReadFlagConfiguration(filled, problems), now_ms)) {
    plan.warnings.push_back(std::move(text));
  }
  return std::nullopt;
}

Result<Versioned> Service::ReplaceConfiguration(const Call& call, const Where& flag, const json& body,
                                                std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Versioned> current = GetConfiguration(flag);
  if (!current.ok()) return current.fault();
  const DocumentName name{flag.project, flag.environment, std::string(kConfigurationKind), flag.key};
  const Result<Versioned> definition = Get(Kind::kFlag, flag);
  if (!definition.ok()) return definition.fault();
  if (definition->body["archived"].get<bool>()) return Conflict(Named(kFlagKind, flag.key) + " is archived");
  if (revision.has_value() && *revision != current->revision) return CommitFault(absl::AbortedError(""), name);
  if (auto fault = RefuseUnreviewed(state_, flag.project, flag.environment)) return *std::move(fault);
  Plan plan(state_);
  if (auto fault = PlanConfiguration(plan, Milliseconds(call.now), flag, *current, body)) return *std::move(fault);
  storage::Change change = ChangeBy(call);
  change.writes = plan.writes();
  const auto committed = state_.Commit(change);
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return WithWarnings(GetConfiguration(flag), plan.warnings);
}

}  // namespace expt::service
