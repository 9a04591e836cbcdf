#include "control-plane/service/change_requests.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/review.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::ChangeRequest;
using storage::ChangeRequestState;
using storage::Remark;
using storage::Verdict;

constexpr std::string_view kChangeRequestKind = "change_request";
constexpr size_t kMaxTitle = 256;
constexpr size_t kMaxDescription = 16'384;
constexpr size_t kMaxComment = 4096;
constexpr size_t kAllRemarks = static_cast<size_t>(std::numeric_limits<int32_t>::max());

constexpr std::array<std::pair<ChangeRequestState, std::string_view>, 5> kStates = {
    {{ChangeRequestState::kOpen, "open"},
     {ChangeRequestState::kInReview, "in_review"},
     {ChangeRequestState::kApproved, "approved"},
     {ChangeRequestState::kApplied, "applied"},
     {ChangeRequestState::kClosed, "closed"}}};

std::string_view StateName(ChangeRequestState state) { return kStates[static_cast<size_t>(state) - 1].second; }

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kComment:
      return "comment";
    case Verdict::kApprove:
      return "approve";
    case Verdict::kRequestChanges:
      return "request_changes";
  }
  return "";
}

json TimeOrNull(int64_t time_ms) { return time_ms == 0 ? json(nullptr) : json(FormatInstant(time_ms)); }

json RemarkBody(const Remark& remark) {
  return {{"number", remark.number},
          {"time", FormatInstant(remark.time_ms)},
          {"actor", remark.actor},
          {"verdict", VerdictName(remark.verdict)},
          {"revision", remark.revision},
          {"text", remark.text}};
}

Result<int64_t> NumberOfCursor(const std::string& cursor) {
  int64_t number = 0;
  const char* end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, number);
  if (!cursor.empty() && (error != std::errc() || stop != end || number < 1)) {
    return Malformed("cursor: expected the one of a page");
  }
  return number;
}

bool IsOver(const ChangeRequest& request) {
  return request.state == ChangeRequestState::kApplied || request.state == ChangeRequestState::kClosed;
}

Fault Is(const ChangeRequest& request, std::string_view more) {
  return Conflict(Named("change request", request.id) + " is " + std::string(StateName(request.state)) +
                  std::string(more));
}

storage::Note NoteOf(const ChangeRequest& request, std::string action, json after) {
  return {.action = std::move(action),
          .subject = {request.project, request.environment, std::string(kChangeRequestKind), request.id},
          .after = Dump(after)};
}

std::vector<Edit> EditsOf(const ChangeRequest& request) {
  Problems none;
  const json document = json::parse(request.document);
  ObjectReader object(document, "", none);
  return ReadEdits(object, none);
}

void AddAuthor(ChangeRequest& request, const std::string& person) {
  json authors = request.authors.empty() ? json::array() : json::parse(request.authors);
  if (std::find(authors.begin(), authors.end(), person) == authors.end()) authors.push_back(person);
  request.authors = Dump(authors);
}

bool IsAuthor(const ChangeRequest& request, const std::string& person) {
  const json authors = json::parse(request.authors);
  return std::find(authors.begin(), authors.end(), person) != authors.end();
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

Result<ChangeRequests::Standing> ChangeRequests::StandingOf(const ChangeRequest& request, const Remark* more) {
  Standing standing;
  const std::vector<Edit> edits = EditsOf(request);
  const bool is_of_all = std::any_of(edits.begin(), edits.end(), [](const Edit& edit) {
    return edit.decides() && !edit.is_of_environment();
  });
  for (const std::string& environment : {request.environment, std::string()}) {
    if (environment.empty() && !is_of_all) continue;
    const Result<int64_t> needed = ApprovalsNeeded(state_, request.project, environment);
    if (!needed.ok()) return needed.fault();
    standing.needed = std::max(standing.needed, *needed);
  }
  auto remarks = state_.ListRemarks(request.id, 0, kAllRemarks);
  if (!remarks.ok()) return StorageFault(remarks.status());
  if (more != nullptr) remarks->push_back(*more);
  std::map<std::string, const Remark*> last;  // by person
  for (const Remark& remark : *remarks) {
    if (remark.verdict == Verdict::kComment || remark.revision < request.edited_revision) continue;
    last[remark.person] = &remark;
  }
  standing.list = json::array();
  for (const auto& [person, remark] : last) {
    if (remark->verdict == Verdict::kRequestChanges) standing.is_blocked = true;
    if (remark->verdict != Verdict::kApprove || IsAuthor(request, person)) continue;
    ++standing.approvals;
    standing.list.push_back({{"actor", remark->actor}, {"time", FormatInstant(remark->time_ms)}});
  }
  return standing;
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
  body["publish_at"] = TimeOrNull(request.publish_at_ms);
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
                "applied", "failure", "apply"});
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
  for (const auto& [one, name] : kStates) {
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
    page.items.push_back(std::move(answer->body));
  }
  return page;
}

Result<Versioned> ChangeRequests::Replace(const Caller& caller, const Where& where, const json& body,
                                          std::optional<int64_t> revision) {
  const Result<ChangeRequest> found = Find(where, revision);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  if (IsOver(request)) return Is(request, "");
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
  if (request.state != ChangeRequestState::kOpen) return Is(request, "");
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

Result<Versioned> ChangeRequests::Review(const Caller& caller, const Where& where, const json& body,
                                         std::optional<int64_t> revision) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string verdict = object.Word("verdict", {"approve", "request_changes"});
  const std::string text = object.Text("text", verdict == "request_changes", kMaxComment);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("review", std::move(problems));
  const Result<ChangeRequest> found = Find(where, revision);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  if (request.state == ChangeRequestState::kOpen) return Is(request, ": it is to be submitted first");
  if (IsOver(request)) return Is(request, "");
  const std::string& person = caller.principal.person();
  if (IsAuthor(request, person)) {
    return Fault{.status = 403, .title = "not allowed", .detail = "who has edited a change request cannot review it"};
  }
  const bool is_approval = verdict == "approve";
  const Remark remark{.change_request = request.id,
                      .number = 0,
                      .revision = request.revision,
                      .time_ms = Milliseconds(caller.call.now),
                      .actor = caller.call.actor,
                      .person = person,
                      .verdict = is_approval ? Verdict::kApprove : Verdict::kRequestChanges,
                      .text = text};
  const Result<Standing> standing = StandingOf(request, &remark);
  if (!standing.ok()) return standing.fault();
  storage::Change change = ChangeBy(caller.call);
  change.remarks.push_back(remark);
  change.notes.push_back(NoteOf(request, verdict, {{"revision", request.revision}, {"person", person}}));
  if (is_approval && standing->is_enough()) request.state = ChangeRequestState::kApproved;
  if (!is_approval) {
    request.state = ChangeRequestState::kOpen;
    request.publish_at_ms = 0;
  }
  return Commit(std::move(change), std::move(request));
}

Result<Versioned> ChangeRequests::Schedule(const Caller& caller, const Where& where, const json& body,
                                           std::optional<int64_t> revision) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::optional<int64_t> time_ms = object.Instant("publish_at");
  object.RefuseOthers();
  if (problems.empty() && time_ms.has_value() && *time_ms <= Milliseconds(caller.call.now)) {
    object.Report("publish_at", "expected a time to come, found " + FormatInstant(*time_ms));
  }
  if (!problems.empty()) return Invalid("schedule", std::move(problems));
  const Result<ChangeRequest> found = Find(where, revision);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  if (request.state != ChangeRequestState::kApproved) return Is(request, ", expected approved");
  if (time_ms.has_value()) {
    if (auto fault = RefuseInFreeze(state_, where.project, where.environment, *time_ms)) return *std::move(fault);
    request.failure.clear();
    request.failed_ms = 0;
  }
  request.publish_at_ms = time_ms.value_or(0);
  request.scheduled_by = time_ms.has_value() ? caller.call.actor : "";
  storage::Change change = ChangeBy(caller.call);
  change.notes.push_back(NoteOf(request, "schedule", {{"publish_at", TimeOrNull(request.publish_at_ms)}}));
  return Commit(std::move(change), std::move(request));
}

Result<Versioned> ChangeRequests::Close(const Caller& caller, const Where& where, std::optional<int64_t> revision) {
  const Result<ChangeRequest> found = Find(where, revision);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  if (IsOver(request)) return Is(request, "");
  request.state = ChangeRequestState::kClosed;
  request.publish_at_ms = 0;
  storage::Change change = ChangeBy(caller.call);
  change.notes.push_back(NoteOf(request, "close", {{"revision", request.revision + 1}}));
  return Commit(std::move(change), std::move(request));
}

Result<Done> ChangeRequests::Comment(const Caller& caller, const Where& where, const json& body) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string text = object.Text("text", true, kMaxComment);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("comment", std::move(problems));
  const Result<ChangeRequest> request = Find(where, std::nullopt);
  if (!request.ok()) return request.fault();
  storage::Change change = ChangeBy(caller.call);
  change.remarks.push_back({.change_request = request->id,
                            .number = 0,
                            .revision = request->revision,
                            .time_ms = Milliseconds(caller.call.now),
                            .actor = caller.call.actor,
                            .person = caller.principal.person(),
                            .verdict = Verdict::kComment,
                            .text = text});
  if (const auto committed = state_.Commit(change); !committed.ok()) return StorageFault(committed.status());
  return Done{};
}

Result<Page> ChangeRequests::ListComments(const Where& where, const ListOptions& options) {
  const Result<ChangeRequest> request = Find(where, std::nullopt);
  if (!request.ok()) return request.fault();
  const Result<int64_t> after = NumberOfCursor(options.cursor);
  if (!after.ok()) return after.fault();
  const size_t limit = LimitOf(options);
  const auto remarks = state_.ListRemarks(request->id, *after, limit + 1);
  if (!remarks.ok()) return StorageFault(remarks.status());
  Page page;
  for (const Remark& remark : *remarks) {
    if (page.items.size() == limit) {
      page.next_cursor = std::to_string((*remarks)[limit - 1].number);
      break;
    }
    page.items.push_back(RemarkBody(remark));
  }
  return page;
}

Result<bool> ChangeRequests::IsApprovedByOthers(const Where& where) {
  const Result<ChangeRequest> request = Find(where, std::nullopt);
  if (!request.ok()) return request.fault();
  const Result<Standing> standing = StandingOf(*request);
  if (!standing.ok()) return standing.fault();
  return standing->approvals > 0 && !standing->is_blocked;
}

}  // namespace expt::service
