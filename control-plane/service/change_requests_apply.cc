// What the edits of a change request come to: checked, compared, assembled, made.
#include <algorithm>
#include <array>
#include <utility>

#include "control-plane/service/change_request_parts.h"
#include "control-plane/service/change_requests.h"
#include "control-plane/service/flag_configuration.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/libraries.h"
#include "control-plane/service/review.h"
#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::ChangeRequest;
using storage::ChangeRequestState;
using storage::Document;

// What is named is checked before what names it. What goes is checked last.
int RankOf(const Edit& edit) {
  static constexpr std::array kOrder = {Kind::kAttribute, Kind::kSegment, Kind::kFlag,      Kind::kMetric,
                                        Kind::kLayer,     Kind::kHoldout, Kind::kExperiment};
  int rank = static_cast<int>(kOrder.size());
  if (edit.of.has_value()) rank = static_cast<int>(std::find(kOrder.begin(), kOrder.end(), *edit.of) - kOrder.begin());
  return edit.body.is_null() ? 2 * static_cast<int>(kOrder.size()) - rank : rank;
}

// The body as the document has it: with the key that the edit names.
json BodyOf(const Edit& edit) {
  json body = edit.body;
  if (edit.of.has_value() && body.is_object() && !body.contains("key")) body["key"] = edit.key;
  return body;
}

// A fault of one edit, as a problem of the change request.
void AddFault(const Fault& fault, const std::string& pointer, std::vector<Problem>& problems) {
  if (fault.errors.empty()) problems.push_back({pointer, fault.Text()});
  for (const Problem& problem : fault.errors) problems.push_back({pointer + "/body" + problem.pointer, problem.text});
}

}  // namespace

std::optional<Fault> ChangeRequests::Checked::Refusal(std::string detail) const {
  if (!conflicts.empty()) {
    Fault fault = Conflict(std::move(detail) + ": documents have changed since");
    fault.errors = conflicts;
    return fault;
  }
  if (!problems.empty()) return Invalid(std::move(detail), problems);
  return std::nullopt;
}

std::optional<Fault> ChangeRequests::CheckOne(const Where& where, const Edit& edit,
                                              const std::optional<Document>& current, int64_t now_ms, Plan& plan) {
  if (edit.body.is_null()) return service_.PlanArchive(plan, *edit.of, *current);
  if (!edit.of.has_value()) {
    Versioned before{InitialConfiguration(), 0};
    if (current.has_value()) before = {json::parse(current->body), current->revision};
    return service_.PlanConfiguration(plan, now_ms, {where.project, where.environment, edit.key}, before, edit.body);
  }
  const json body = BodyOf(edit);
  if (body["key"] != edit.key) {
    return Invalid(Named(edit.kind, edit.key), {{"/key", "expected " + Quoted(edit.key) + ", as the edit names it"}});
  }
  if (current.has_value()) return service_.PlanReplace(plan, now_ms, *edit.of, *current, body);
  Where made{where.project, edit.is_of_environment() ? where.environment : "", ""};
  return service_.PlanCreate(plan, now_ms, *edit.of, made, body);
}

std::optional<Fault> ChangeRequests::Check(const Where& where, const std::vector<Edit>& edits, int64_t now_ms,
                                           Checked& checked) {
  struct Task {
    size_t index = 0;
    std::optional<Document> current;
  };
  std::vector<Task> tasks;
  for (size_t i = 0; i < edits.size(); ++i) {
    const Edit& edit = edits[i];
    const std::string pointer = Child("/edits", i);
    const auto current = state_.Find(NameOf(edit, where.project, where.environment));
    if (!current.ok()) return StorageFault(current.status());
    const int64_t revision = current->has_value() ? (*current)->revision : 0;
    if (revision != edit.base_revision.value_or(0)) {
      checked.conflicts.push_back({Child(pointer, "base_revision"),
                                   Named(edit.kind, edit.key) + " has revision " + std::to_string(revision) +
                                       ", the edit was made from " + std::to_string(edit.base_revision.value_or(0))});
    } else if (current->has_value() && (*current)->is_archived) {
      checked.problems.push_back({pointer, Named(edit.kind, edit.key) + " is archived"});
    } else if (!current->has_value() && edit.body.is_null()) {
      checked.problems.push_back({pointer, "not found: " + Named(edit.kind, edit.key)});
    } else {
      tasks.push_back({i, *current});
    }
  }
  // First as they are written, so that each is checked beside all the others.
  for (const Task& task : tasks) {
    const Edit& edit = edits[task.index];
    Document laid = task.current.value_or(Document());
    laid.name = NameOf(edit, where.project, where.environment);
    laid.is_archived = edit.body.is_null();
    if (!laid.is_archived) laid.body = Dump(BodyOf(edit));
    checked.plan.Lay(std::move(laid));
    if (!edit.body.is_null() || edit.of != Kind::kFlag) continue;
    const auto view = state_.LoadProject(where.project, "");
    if (!view.ok()) return StorageFault(view.status());
    for (Document configuration : view->documents) {  // they go with their flag
      if (configuration.name.kind != kConfigurationKind || configuration.name.key != edit.key) continue;
      configuration.is_archived = true;
      checked.plan.Lay(std::move(configuration));
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(), [&](const Task& a, const Task& b) {
    return RankOf(edits[a.index]) < RankOf(edits[b.index]);
  });
  for (const Task& task : tasks) {
    const auto fault = CheckOne(where, edits[task.index], task.current, now_ms, checked.plan);
    if (!fault.has_value()) continue;
    if (fault->status >= 500) return fault;
    AddFault(*fault, Child("/edits", task.index), checked.problems);
  }
  return std::nullopt;
}

Result<json> ChangeRequests::Diff(const Call& call, const Where& where) {
  const Result<ChangeRequest> request = Find(where, std::nullopt);
  if (!request.ok()) return request.fault();
  return DiffOf(call, where, EditsOf(*request), request->state == ChangeRequestState::kApplied);
}

Result<json> ChangeRequests::DiffOf(const Call& call, const Where& where, const std::vector<Edit>& edits,
                                    bool is_applied) {
  Checked checked(state_);
  checked.plan.make_salt = [] { return "(made when it is applied)"; };
  checked.plan.make_rule_id = checked.plan.make_salt;
  if (!is_applied) {
    const std::lock_guard lock(service_.writing_);
    if (auto fault = Check(where, edits, Milliseconds(call.now), checked)) return *std::move(fault);
  }
  json items = json::array();
  for (const Edit& edit : edits) {
    const storage::DocumentName name = NameOf(edit, where.project, where.environment);
    const int64_t base = edit.base_revision.value_or(0);
    const auto newest = state_.ListRevisions(name, 0, 1);
    // The base, and above it what the edit has become.
    const auto based = state_.ListRevisions(name, base + 1, 1);
    const auto made = state_.ListRevisions(name, base + 2, 1);
    for (const auto* read : {&newest, &based, &made}) {
      if (!read->ok()) return StorageFault(read->status());
    }
    const int64_t revision = newest->empty() ? 0 : newest->front().revision;
    json before = edit.of.has_value() ? json(nullptr) : InitialConfiguration();
    if (base != 0 && !based->empty()) before = json::parse(based->front().after);
    json after = edit.body.is_null() ? json(nullptr) : BodyOf(edit);
    if (is_applied && !after.is_null() && !made->empty()) after = json::parse(made->front().after);
    for (const storage::DocumentWrite& write : checked.plan.writes()) {
      if (write.name == name && !write.is_archived) after = json::parse(write.body);
    }
    json item = {{"kind", edit.kind},
                 {"key", edit.key},
                 {"base_revision", base},
                 {"revision", revision},
                 {"moved", !is_applied && revision != base},
                 {"changes", DifferencesOf(before, after)}};
    items.push_back(std::move(item));
  }
  json problems = json::array();
  for (const std::vector<Problem>* list : {&checked.conflicts, &checked.problems}) {
    for (const Problem& problem : *list) problems.push_back({{"pointer", problem.pointer}, {"text", problem.text}});
  }
  return json{{"edits", std::move(items)}, {"problems", std::move(problems)}, {"warnings", checked.plan.warnings}};
}

Result<Assembly> ChangeRequests::AssembleEdits(const Call& call, const Where& where, const std::vector<Edit>& edits) {
  const Result<EnvironmentRef> place = service_.FindEnvironment(where.project, where.environment);
  if (!place.ok()) return place.fault();
  std::optional<storage::StateStore::View> view;
  std::vector<std::string> warnings;
  {
    const std::lock_guard lock(service_.writing_);
    Checked checked(state_);
    if (auto fault = Check(where, edits, Milliseconds(call.now), checked)) return *std::move(fault);
    if (auto fault = checked.Refusal("change request")) return *std::move(fault);
    auto loaded = checked.plan.LoadProject(where.project, where.environment);
    if (!loaded.ok()) return StorageFault(loaded.status());
    view = *std::move(loaded);
    warnings = std::move(checked.plan.warnings);
  }
  Library library(view->documents);
  const absl::Status members = service_.libraries_->FillMembers(place->project, library);
  if (absl::IsAborted(members)) return Conflict("members of a segment are being uploaded; try again");
  if (!members.ok()) return StorageFault(members);
  Result<Assembly> assembly = service_.AssembleFrom(library, *place, view->revision, call.now);
  if (assembly.ok()) assembly->warnings.insert(assembly->warnings.begin(), warnings.begin(), warnings.end());
  return assembly;
}

Result<Assembly> ChangeRequests::Assemble(const Call& call, const Where& where) {
  const Result<ChangeRequest> request = Find(where, std::nullopt);
  if (!request.ok()) return request.fault();
  // What is applied is among the documents.
  if (request->state == ChangeRequestState::kApplied) {
    return service_.Assemble(call, where.project, where.environment);
  }
  return AssembleEdits(call, where, EditsOf(*request));
}

Result<Assembly> ChangeRequests::AssembleOf(const Caller& caller, const Where& where, const json& body) {
  json document;
  const auto edits = ReadDocument(caller, where, body, &document);
  if (!edits.ok()) return edits.fault();
  return AssembleEdits(caller.call, where, *edits);
}

void ChangeRequests::AddApply(const Call& call, ChangeRequest& request, const Checked& checked,
                              storage::Change& change) {
  change.writes = checked.plan.writes();
  request.state = ChangeRequestState::kApplied;
  request.applied_by = call.actor;
  request.applied_ms = Milliseconds(call.now);
  request.publish_at_ms = 0;
  request.failure.clear();
  request.failed_ms = 0;
  change.notes.push_back(NoteOf(request, "apply",
                                {{"title", json::parse(request.document)["title"]},
                                 {"revision", request.revision + 1},
                                 {"edits", change.writes.size()}}));
}

Result<Versioned> ChangeRequests::Apply(const Call& call, const Where& where, std::optional<int64_t> revision) {
  const std::lock_guard lock(service_.writing_);
  const Result<ChangeRequest> found = Find(where, revision);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  if (request.state == ChangeRequestState::kApplied && request.version == 0) return AnswerTo(request);
  const std::string name = Named("change request", request.id);
  if (request.state != ChangeRequestState::kApproved) {
    return Conflict(name + " is not approved, or applied already");
  }
  const Result<Standing> standing = StandingOf(request);
  if (!standing.ok()) return standing.fault();
  if (!standing->is_enough()) {
    return Conflict(name + " has " + std::to_string(standing->approvals) + " of " + std::to_string(standing->needed) +
                    " approvals");
  }
  Checked checked(state_);
  const std::vector<Edit> edits = EditsOf(request);
  if (auto fault = Check(where, edits, Milliseconds(call.now), checked)) return *std::move(fault);
  if (auto fault = checked.Refusal(name)) return *std::move(fault);
  storage::Change change = ChangeBy(call);
  AddApply(call, request, checked, change);
  return Commit(std::move(change), std::move(request));
}

Result<Versioned> ChangeRequests::CreateApplied(const Caller& caller, const Where& where, const json& body) {
  json document;
  const auto edits = ReadDocument(caller, where, body, &document);
  if (!edits.ok()) return edits.fault();
  const std::lock_guard lock(service_.writing_);
  ChangeRequest request{.id = NewId("chg_"),
                        .project = where.project,
                        .environment = where.environment,
                        .actor = caller.call.actor,
                        .authors = Dump(json::array({caller.principal.person()})),
                        .document = Dump(document),
                        .edited_revision = 1};
  const Result<Standing> standing = StandingOf(request);
  if (!standing.ok()) return standing.fault();
  if (!standing->is_enough()) {
    return Conflict("these changes need " + std::to_string(standing->needed) +
                    " approvals: make the change request without \"apply\", and submit it");
  }
  Checked checked(state_);
  if (auto fault = Check(where, *edits, Milliseconds(caller.call.now), checked)) return *std::move(fault);
  if (auto fault = checked.Refusal("change request")) return *std::move(fault);
  storage::Change change = ChangeBy(caller.call);
  AddApply(caller.call, request, checked, change);
  return Commit(std::move(change), std::move(request));
}

Result<Versioned> ChangeRequests::NotePublished(const Call& call, const Where& where, int64_t version) {
  const Result<ChangeRequest> found = Find(where, std::nullopt);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  request.version = version;
  request.failure.clear();
  request.failed_ms = 0;
  return Commit(ChangeBy(call), std::move(request));
}

Result<Versioned> ChangeRequests::NoteFailure(const Call& call, const Where& where, std::string_view text) {
  const Result<ChangeRequest> found = Find(where, std::nullopt);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  request.publish_at_ms = 0;
  request.failure = text;
  request.failed_ms = Milliseconds(call.now);
  storage::Change change = ChangeBy(call);
  change.notes.push_back(NoteOf(request, "apply_failed", {{"text", request.failure}}));
  return Commit(std::move(change), std::move(request));
}

}  // namespace expt::service
