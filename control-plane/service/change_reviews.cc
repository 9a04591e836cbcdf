// What others say about a change request, and when it goes live.
#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "control-plane/service/change_request_parts.h"
#include "control-plane/service/change_requests.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/review.h"
#include "control-plane/service/stored.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::ChangeRequest;
using storage::ChangeRequestState;
using storage::Remark;
using storage::Verdict;

constexpr size_t kMaxComment = 4096;
constexpr size_t kAllRemarks = static_cast<size_t>(std::numeric_limits<int32_t>::max());

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

json RemarkBody(const Remark& remark) {
  return {{"number", remark.number},
          {"time", FormatInstant(remark.time_ms)},
          {"actor", remark.actor},
          {"verdict", VerdictName(remark.verdict)},
          {"revision", remark.revision},
          {"text", remark.text}};
}

}  // namespace

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
  if (request.state == ChangeRequestState::kOpen) return WrongState(request, ": it is to be submitted first");
  if (IsOver(request)) return WrongState(request);
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
  if (request.state != ChangeRequestState::kApproved) return WrongState(request, ", expected approved");
  if (time_ms.has_value()) {
    if (auto fault = RefuseInFreeze(state_, where.project, where.environment, *time_ms)) return *std::move(fault);
    request.failure.clear();
    request.failed_ms = 0;
  }
  request.publish_at_ms = time_ms.value_or(0);
  request.scheduled_by = time_ms.has_value() ? caller.call.actor : "";
  storage::Change change = ChangeBy(caller.call);
  change.notes.push_back(NoteOf(request, "schedule", {{"publish_at", InstantOrNull(request.publish_at_ms)}}));
  return Commit(std::move(change), std::move(request));
}

Result<Versioned> ChangeRequests::Close(const Caller& caller, const Where& where, std::optional<int64_t> revision) {
  const Result<ChangeRequest> found = Find(where, revision);
  if (!found.ok()) return found.fault();
  ChangeRequest request = *found;
  if (IsOver(request)) return WrongState(request);
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
