// Change requests that are written by the server: back to what a publish had, and over from another environment.
#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "control-plane/service/change_requests.h"
#include "control-plane/service/flag_configuration.h"
#include "control-plane/service/references.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/document_kinds.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;
using storage::DocumentName;

constexpr size_t kMaxCopied = 1000;

json EditTo(const DocumentName& name, int64_t revision, json body) {
  return {{"kind", name.kind}, {"key", name.key}, {"base_revision", revision}, {"body", std::move(body)}};
}

// What the copy of an experiment begins with: its design and its salt, and none of its run.
json AsDraft(json experiment) {
  experiment["status"] = "draft";
  for (const char* name : {"phases", "start", "end"}) experiment.erase(name);
  for (json& metric : experiment["metrics"]) metric.erase("version");
  return experiment;
}

}  // namespace

Result<Versioned> ChangeRequests::DraftRevert(const Caller& caller, const Where& where, const json& body) {
  const Result<EnvironmentRef> place = service_.FindEnvironment(where.project, where.environment);
  if (!place.ok()) return place.fault();
  Problems problems;
  ObjectReader object(body, "", problems);
  object.Any("to", true);
  const int64_t version = object.Integer("to", 1, std::numeric_limits<int64_t>::max()).value_or(0);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("revert", std::move(problems));
  const auto publish = state_.FindPublish(place->id, Audience::kServer, version);
  if (!publish.ok()) return StorageFault(publish.status());
  if (!publish->has_value()) return NotFound("version " + std::to_string(version));
  const auto entries = state_.ChangesSince((*publish)->state_revision, where.project, where.environment);
  if (!entries.ok()) return StorageFault(entries.status());
  std::map<std::pair<std::string, std::string>, const storage::AuditEntry*> first;  // by kind and key
  for (const storage::AuditEntry& entry : *entries) first.try_emplace({entry.subject.kind, entry.subject.key}, &entry);

  json edits = json::array();
  std::string left;
  for (const auto& [name, entry] : first) {
    const bool is_configuration = name.first == kConfigurationKind;
    // Overrides are of now: who is forced, and until when.
    if (!IsKindOfSnapshots(name.first) || name.first == kOverrideKind) continue;
    const auto current = state_.Find(entry->subject);
    if (!current.ok()) return StorageFault(current.status());
    if (!current->has_value()) continue;
    const bool is_new = entry->action == "create";
    const json now = json::parse((*current)->body);
    if ((*current)->is_archived) {
      // Its configurations went with the flag, which says so.
      if (!is_new && !is_configuration) left += "\n- " + Named(name.first, name.second) + " is archived for good";
    } else if (is_new && !is_configuration) {
      edits.push_back({{"kind", name.first},
                       {"key", name.second},
                       {"base_revision", (*current)->revision},
                       {"archive", true}});
    } else {
      json then = is_new ? InitialConfiguration() : json::parse(entry->before);
      if (then != now) edits.push_back(EditTo(entry->subject, (*current)->revision, std::move(then)));
    }
  }
  std::string description = "Documents as version " + std::to_string(version) + " was made from them.";
  if (!left.empty()) description += "\nLeft as it is:" + left;
  return Create(caller, where,
                {{"title", "Back to version " + std::to_string(version)},
                 {"description", std::move(description)},
                 {"edits", std::move(edits)}});
}

Result<json> ChangeRequests::CopiedEdits(const Where& where, const std::string& from,
                                         const std::vector<std::string>& flags) {
  json edits = json::array();
  std::set<std::pair<std::string, std::string>> copied;  // kind and key
  std::vector<Document> to_follow;
  for (const std::string& flag : flags) {
    DocumentName name{where.project, from, std::string(kConfigurationKind), flag};
    const auto source = state_.Find(name);
    if (!source.ok()) return StorageFault(source.status());
    name.environment = where.environment;
    const auto target = state_.Find(name);
    if (!target.ok()) return StorageFault(target.status());
    const json wanted = source->has_value() ? json::parse((*source)->body) : InitialConfiguration();
    const json present = target->has_value() ? json::parse((*target)->body) : InitialConfiguration();
    if (wanted == present) continue;
    edits.push_back(EditTo(name, target->has_value() ? (*target)->revision : 0, wanted));
    if (source->has_value()) to_follow.push_back(**source);
  }
  // What they name in the environment they come from, and is missing in this one, comes along.
  while (!to_follow.empty()) {
    const Document document = std::move(to_follow.back());
    to_follow.pop_back();
    for (const Reference& reference : ReferencesOf(document)) {
      const bool is_of_environment = reference.kind == kExperimentKind || reference.kind == kLayerKind ||
                                     reference.kind == kHoldoutKind;
      if (!is_of_environment) continue;
      DocumentName name{where.project, where.environment, std::string(reference.kind), reference.key};
      const auto present = state_.Find(name);
      if (!present.ok()) return StorageFault(present.status());
      if (present->has_value() || !copied.emplace(name.kind, name.key).second) continue;
      name.environment = from;
      const auto source = state_.Find(name);
      if (!source.ok()) return StorageFault(source.status());
      if (!source->has_value()) continue;
      json body = json::parse((*source)->body);
      if (reference.kind == kExperimentKind) body = AsDraft(std::move(body));
      Document copy = **source;
      copy.body = Dump(body);
      to_follow.push_back(std::move(copy));
      edits.push_back(EditTo(name, 0, std::move(body)));
    }
  }
  return edits;
}

Result<json> ChangeRequests::Copy(const Caller& caller, const Where& where, const json& body) {
  const Result<EnvironmentRef> place = service_.FindEnvironment(where.project, where.environment);
  if (!place.ok()) return place.fault();
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string from = object.Key("from");
  std::vector<std::string> flags = object.Texts("flags", kMaxCopied, kMaxKeySize);
  const bool is_all = object.Boolean("all", false);
  const bool is_dry_run = object.Boolean("dry_run", false);
  object.RefuseOthers();
  if (object.is_object() && is_all != flags.empty()) object.Report("flags", "expected either flags, or \"all\": true");
  // A place that may not be read is as good as missing.
  const bool may_read = caller.principal.rights->At(where.project, from).Has(Permission::kFlagsRead);
  if (problems.empty() && (!may_read || !service_.FindEnvironment(where.project, from).ok())) {
    object.Report("from", "unknown environment " + Quoted(from));
  }
  if (problems.empty() && from == where.environment) object.Report("from", "expected another environment");
  std::vector<std::string> known;
  const auto documents = state_.List({where.project, "", std::string(kFlagKind), ""}, "",
                                     static_cast<size_t>(std::numeric_limits<int32_t>::max()), false);
  if (!documents.ok()) return StorageFault(documents.status());
  for (const Document& flag : *documents) known.push_back(flag.name.key);
  for (size_t i = 0; i < flags.size(); ++i) {
    if (std::binary_search(known.begin(), known.end(), flags[i])) continue;
    problems.push_back({Child("/flags", i), "unknown flag " + Quoted(flags[i])});
  }
  if (!problems.empty()) return Invalid("copy", std::move(problems));
  if (is_all) flags = known;
  const Result<json> edits = CopiedEdits(where, from, flags);
  if (!edits.ok()) return edits.fault();
  const json document = {{"title", "Copy from " + from}, {"description", ""}, {"edits", *edits}};
  if (is_dry_run) {
    json read;
    const auto list = ReadDocument(caller, where, document, &read);
    if (!list.ok()) return list.fault();
    const Result<json> diff = DiffOf(caller.call, where, *list, false);
    if (!diff.ok()) return diff.fault();
    return json{{"change_request", nullptr}, {"diff", *diff}};
  }
  const Result<Versioned> made = Create(caller, where, document);
  if (!made.ok()) return made.fault();
  const Result<json> diff = Diff(caller.call, {where.project, where.environment, made->body["id"].get<std::string>()});
  if (!diff.ok()) return diff.fault();
  return json{{"change_request", made->body}, {"diff", *diff}};
}

}  // namespace expt::service
