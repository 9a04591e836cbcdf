#include "control-plane/service/change_requests.h"

#include <algorithm>
#include <utility>

#include "control-plane/service/change_request_parts.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::ChangeRequest;
using storage::ChangeRequestState;

constexpr size_t kMaxTitle = 256;
constexpr size_t kMaxDescription = 16'384;

void AddAuthor(ChangeRequest& request, const std::string& person) {
  json authors = request.authors.empty() ? json::array() : json::parse(request.authors);
  if (std::find(authors.begin(), authors.end(), person) == authors.end()) authors.push_back(person);
  request.authors = Dump(authors);
}

// What the audit keeps of what was submitted.
json Summary(const ChangeRequest& request) {
  const json document = json::parse(request.document);
  return {{"title", document["title"]}, {"revision", request.revision + 1}, {"edits", document["edits"]}};
}

}  // namespace

Result<ChangeRequest> ChangeRequests::Find(const Where& where, std::optional<int64_t> revision) {
  const Result<EnvironmentRef> place = service_.FindEnvironment(where.project, where.environment);
  if (!place.ok()) return place.fault();
  auto request = state_.FindChangeRequest(where.key);
  if (!request.ok()) return StorageFault(request.status());
  const bool is_here = request->has_value() && (*request)->project == where.project &&
                       (*request)->environment == where.environment;
  if (!is_here) return NotFound(Named("change request", where.key));
  if (revision.has_value() && *revision != (*request)->revision) {
    return StaleRevision(Named("change request", where.key) + " was changed by somebody else; read it again");
  }
  return **std::move(request);
}

Result<Versioned> ChangeRequests::AnswerTo(const ChangeRequest& request) {
  const Result<Standing> standing = StandingOf(request);
  if (!standing.ok()) return standing.fault();
  json body = json::parse(request.document);
  body["id"] = request.id;
  body["number"] = request.number;
  body["state"] = StateName(request.state);
  body["actor"] = request.actor;
  body["created"] = FormatInstant(request.created_ms);
  body["updated"] = FormatInstant(request.updated_ms);
  body["approvals"] = standing->list;
  body["approvals_needed"] = standing->needed;
  body["publish_at"] = InstantOrNull(request.publish_at_ms);
  body["applied"] = nullptr;
  if (request.state == ChangeRequestState::kApplied) {
    body["applied"] = {{"actor", request.applied_by},
                       {"time", FormatInstant(request.applied_ms)},
                       {"state_revision", request.state_revision},
                       {"version", request.version == 0 ? json(nullptr) : json(request.version)}};
  }
  body["failure"] = nullptr;
  if (!request.failure.empty()) {
    body["failure"] = {{"time", FormatInstant(request.failed_ms)}, {"text", request.failure}};
  }
  return Versioned{std::move(body), request.revision};
}

Result<std::vector<Edit>> ChangeRequests::ReadDocument(const Caller& caller, const Where& where, const json& body,
                                                       json* document) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string title = object.Text("title", true, kMaxTitle);
  const std::string description = object.Text("description", false, kMaxDescription);
  std::vector<Edit> edits = ReadEdits(object, problems);
  object.Allow({"id", "number", "state", "actor", "created", "updated", "approvals", "approvals_needed", "publish_at",
                "applied", "failure", "apply", "warnings"});
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("change request", std::move(problems));
  const Rights& rights = *caller.principal.rights;
  for (size_t i = 0; i < edits.size(); ++i) {
    Edit& edit = edits[i];
    const Permission permission = PermissionFor(edit);
    if (!rights.At(where.project, edit.is_of_environment() ? where.environment : "").Has(permission)) {
      problems.push_back({Child("/edits", i), "this needs the permission " + Quoted(PermissionWord(permission))});
    }
    if (edit.body.is_object()) {
      for (const char* name : {"id", "created", "updated", "archived", "phase", "warnings", "flag"}) {
        if (name != std::string_view("flag") || !edit.of.has_value()) edit.body.erase(name);
      }
    }
    if (edit.base_revision.has_value()) continue;
    const auto current = state_.Find(NameOf(edit, where.project, where.environment));
    if (!current.ok()) return StorageFault(current.status());
    edit.base_revision = current->has_value() ? (*current)->revision : 0;
  }
  if (!problems.empty()) {
    return Fault{.status = 403, .title = "not permitted", .detail = "change request", .errors = std::move(problems)};
  }
  *document = {{"title", title}, {"description", description}, {"edits", EditsJson(edits)}};
  return edits;
}

Result<Versioned> ChangeRequests::Commit(storage::Change change, ChangeRequest request) {
  const std::string id = request.id;
  const int64_t revision = request.revision;
  change.change_requests.push_back({.request = std::move(request), .revision = revision});
  const auto committed = state_.Commit(change);
  if (!committed.ok()) {
    return CommitFault(committed.status(), {.kind = std::string(kChangeRequestKind), .key = id});
  }
  const auto stored = state_.FindChangeRequest(id);
  if (!stored.ok()) return StorageFault(stored.status());
  if (!stored->has_value()) return NotFound(Named("change request", id));
  return AnswerTo(**stored);
}

Result<Versioned> ChangeRequests::Create(const Caller& caller, const Where& where, const json& body) {
  const Result<EnvironmentRef> place = service_.FindEnvironment(where.project, where.environment);
  if (!place.ok()) return place.fault();
  json document;
  const auto edits = ReadDocument(caller, where, body, &document);
  if (!edits.ok()) return edits.fault();
  ChangeRequest request{.id = NewId("chg_"),
                        .project = where.project,
                        .environment = where.environment,
                        .actor = caller.call.actor,
                        .document = Dump(document),
                        .edited_revision = 1};
  AddAuthor(request, caller.principal.person());
  return Commit(ChangeBy(caller.call), std::move(request));
}

Result<Versioned> ChangeRequests::Get(const Where& where) {
  const Result<ChangeRequest> request = Find(where, std::nullopt);
  return request.ok() ? AnswerTo(*request) : Result<Versioned>(request.fault());
}

Result<Page> ChangeRequests::List(const Where& where, const ListOptions& options, std::string_view state) {
  const Result<EnvironmentRef> place = service_.FindEnvironment(where.project, where.environment);
  if (!place.ok()) return place.fault();
  std::optional<ChangeRequestState> wanted;
  for (const auto& [one, name] : kChangeRequestStates) {
    if (name == state) wanted = one;
  }
  if (!state.empty() && !wanted.has_value()) {
    return Malformed("query: state: expected open, in_review, approved, applied or closed");
  }
  const Result<int64_t> before = NumberOfCursor(options.cursor);
  if (!before.ok()) return before.fault();
  const size_t limit = LimitOf(options);
  const auto requests = state_.ListChangeRequests(where.project, where.environment, wanted, *before, limit + 1);
  if (!requests.ok()) return StorageFault(requests.status());
  Page page;
  for (const ChangeRequest& request : *requests) {
    if (page.items.size() == limit) {
      page.next_cursor = std::to_string((*requests)[limit - 1].number);
      break;
    }
    Result<Versioned> answer = AnswerTo(request);
    if (!answer.ok()) return answer.fault();
    for (json& edit : answer->body["edits"]) edit.erase("body");
    page.items.push_back(std::move(answer->body));
  }
  return page;
}

Result<Versioned> ChangeRequests::Replace(const Caller& caller, const Where& where, const json& body,
                                          std::optional<int64_t> revision) {
  const Result<ChangeRequest> found = Find(where, revision);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  if (IsOver(request)) return WrongState(request);
  json document;
  const auto edits = ReadDocument(caller, where, body, &document);
  if (!edits.ok()) return edits.fault();
  if (document["edits"] != json::parse(request.document)["edits"]) {
    request.state = ChangeRequestState::kOpen;
    request.edited_revision = request.revision + 1;
    request.publish_at_ms = 0;
    AddAuthor(request, caller.principal.person());
  }
  request.document = Dump(document);
  return Commit(ChangeBy(caller.call), std::move(request));
}

Result<Versioned> ChangeRequests::Submit(const Caller& caller, const Where& where, std::optional<int64_t> revision) {
  Result<ChangeRequest> found = Find(where, revision);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  if (request.state != ChangeRequestState::kOpen) return WrongState(request);
  {
    const std::lock_guard lock(service_.writing_);
    Checked checked(state_);
    const std::vector<Edit> edits = EditsOf(request);
    if (auto fault = Check(where, edits, Milliseconds(caller.call.now), checked)) return *std::move(fault);
    if (auto fault = checked.Refusal(Named("change request", request.id))) return *std::move(fault);
  }
  const Result<Standing> standing = StandingOf(request);
  if (!standing.ok()) return standing.fault();
  request.state = standing->is_enough() ? ChangeRequestState::kApproved : ChangeRequestState::kInReview;
  request.failure.clear();
  request.failed_ms = 0;
  storage::Change change = ChangeBy(caller.call);
  change.notes.push_back(NoteOf(request, "submit", Summary(request)));
  return Commit(std::move(change), std::move(request));
}

}  // namespace expt::service
