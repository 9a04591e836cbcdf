// Changes that somebody works on, has reviewed, and makes with everything that belongs to them in one step.
//
//   open --submit--> in_review --approvals--> approved --apply--> applied
//    ^                  |                        |
//    +---- an edit, or changes are wanted -------+        closed: from each of the first three
//
// A change request is one mutable document: {"title", "description", "edits": [{"kind", "key", "base_revision", "body"
// or "archive": true}]}. Writing it changes nothing else and leaves no trace in the audit; what is done with it does.
// docs/changes.md describes it, docs/decisions/review.md says why it is so.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CHANGE_REQUESTS_H_
#define EXPT_CONTROL_PLANE_SERVICE_CHANGE_REQUESTS_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/assembly.h"
#include "control-plane/service/edits.h"
#include "control-plane/service/people.h"
#include "control-plane/service/plan.h"
#include "control-plane/service/service.h"
#include "control-plane/storage/change_requests.h"

namespace expt::service {

// Thread-safe. What it is given must outlive it. `where.key` is the id of a change request; 412 when `revision` is
// given and is not its own.
class ChangeRequests {
 public:
  ChangeRequests(Service& service, storage::StateStore& state) : service_(service), state_(state) {}

  Result<Versioned> Create(const Caller& caller, const Where& where, const nlohmann::json& body);
  // {"to": version}: a new one that takes the documents back to what that publish was made from.
  Result<Versioned> DraftRevert(const Caller& caller, const Where& where, const nlohmann::json& body);
  // {"from": environment, "flags": [...] or "all": true, "dry_run"}: a new one that lets flags serve what they serve
  // there, with their salts; experiments, layers and holdouts that are missing here come along, experiments as drafts.
  // {"change_request", "diff"}; a dry run makes none.
  Result<nlohmann::json> Copy(const Caller& caller, const Where& where, const nlohmann::json& body);
  Result<Versioned> Get(const Where& where);
  // Newest first, without the bodies of edits; `state` empty: all.
  Result<Page> List(const Where& where, const ListOptions& options, std::string_view state);
  // The draft is saved. Other edits void approvals and a time of publish; 409 once it is applied or closed.
  Result<Versioned> Replace(const Caller& caller, const Where& where, const nlohmann::json& body,
                            std::optional<int64_t> revision);

  // Checks the edits as the routes of the documents would, each beside the others: 422 with every problem, 409 that
  // names each document that has changed since.
  Result<Versioned> Submit(const Caller& caller, const Where& where, std::optional<int64_t> revision);
  // {"verdict": "approve"|"request_changes", "text"}. 403 for who has edited it.
  Result<Versioned> Review(const Caller& caller, const Where& where, const nlohmann::json& body,
                           std::optional<int64_t> revision);
  // {"publish_at"}; null takes the time back. 409 in a freeze.
  Result<Versioned> Schedule(const Caller& caller, const Where& where, const nlohmann::json& body,
                             std::optional<int64_t> revision);
  Result<Versioned> Close(const Caller& caller, const Where& where, std::optional<int64_t> revision);

  // {"text"}
  Result<Done> Comment(const Caller& caller, const Where& where, const nlohmann::json& body);
  // Oldest first, with the verdicts.
  Result<Page> ListComments(const Where& where, const ListOptions& options);

  // Of each edit: whether its document has changed since, and what it changes.
  Result<nlohmann::json> Diff(const Call& call, const Where& where);

  // What a publish would make live if the edits were made now; faults as of Submit().
  Result<Assembly> Assemble(const Call& call, const Where& where);
  Result<Assembly> AssembleOf(const Caller& caller, const Where& where, const nlohmann::json& body);

  // Makes all edits in one step. 409 unless it is approved. What is applied and not published yet is answered as it is.
  Result<Versioned> Apply(const Call& call, const Where& where, std::optional<int64_t> revision);
  // Create(), Submit() and Apply() in one: 409 where somebody would have to approve.
  Result<Versioned> CreateApplied(const Caller& caller, const Where& where, const nlohmann::json& body);
  // What became of it after that: the version, or why there is none. A time of publish is over with a failure.
  Result<Versioned> NotePublished(const Call& call, const Where& where, int64_t version);
  Result<Versioned> NoteFailure(const Call& call, const Where& where, std::string_view text);

  // Somebody who has not edited it approves it as it is.
  Result<bool> IsApprovedByOthers(const Where& where);

 private:
  struct Standing {
    int64_t needed = 0;
    int64_t approvals = 0;
    bool is_blocked = false;  // somebody wants changes
    nlohmann::json list;      // the approvals
    bool is_enough() const { return !is_blocked && approvals >= needed; }
  };
  // Edits that have been checked.
  struct Checked {
    explicit Checked(storage::StateStore& state) : plan(state) {}
    // 409 for conflicts, else 422 for problems.
    std::optional<Fault> Refusal(std::string detail) const;

    Plan plan;
    std::vector<Problem> conflicts;  // documents that have changed since
    std::vector<Problem> problems;
  };

  Result<storage::ChangeRequest> Find(const Where& where, std::optional<int64_t> revision);
  // `more`, unless null, counts as if it had been written.
  Result<Standing> StandingOf(const storage::ChangeRequest& request, const storage::Remark* more = nullptr);
  Result<Versioned> AnswerTo(const storage::ChangeRequest& request);
  Result<std::vector<Edit>> ReadDocument(const Caller& caller, const Where& where, const nlohmann::json& body,
                                         nlohmann::json* document);
  // The callers of these hold Service::writing_.
  std::optional<Fault> Check(const Where& where, const std::vector<Edit>& edits, int64_t now_ms, Checked& checked);
  std::optional<Fault> CheckOne(const Where& where, const Edit& edit, const std::optional<storage::Document>& current,
                                int64_t now_ms, Plan& plan);
  void AddApply(const Call& call, storage::ChangeRequest& request, const Checked& checked, storage::Change& change);

  // What an applied one has changed needs no check any more.
  Result<nlohmann::json> DiffOf(const Call& call, const Where& where, const std::vector<Edit>& edits, bool is_applied);
  Result<nlohmann::json> CopiedEdits(const Where& where, const std::string& from,
                                     const std::vector<std::string>& flags);
  Result<Assembly> AssembleEdits(const Call& call, const Where& where, const std::vector<Edit>& edits);
  Result<Versioned> Commit(storage::Change change, storage::ChangeRequest request);

  Service& service_;
  storage::StateStore& state_;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CHANGE_REQUESTS_H_
