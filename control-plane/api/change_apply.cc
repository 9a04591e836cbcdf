#include "control-plane/api/change_apply.h"

#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/own_publish.h"
#include "control-plane/api/publishing.h"

namespace expt::api {
namespace {

using service::Fault;
using service::Result;
using service::Versioned;

// What stands in the way of publishing `assembly`, as far as that can be known. `is_approved`: by a second person.
std::optional<Fault> RefuseApply(const Services& services, const ChangeTask& task, Result<service::Assembly> assembly,
                                 bool is_approved) {
  const service::Where& where = task.where;
  if (auto fault = services.service.RefusePublish(task.call, where.project, where.environment, /*is_reviewed=*/true)) {
    return fault;
  }
  auto assembled = RequestOf(services, task.call, task.person, std::move(assembly));
  if (!assembled.ok()) return assembled.fault();
  if (!assembled->failures.empty()) return NothingPublished(assembled->failures);
  const auto rings = services.publisher.FindRings(assembled->request.environment_id);
  if (!rings.ok()) return FaultOf(rings.status());
  if (rings->has_value() && (*rings)->state == storage::RingState::kUnderWay) {
    return service::Conflict("version " + std::to_string((*rings)->version) +
                             " is under way in rings; complete or halt it first");
  }
  if (assembled->request.server.flags.empty()) {
    return NothingPublished({"there is no flag; an empty snapshot must be asked for"});
  }
  const auto preview = services.publisher.Preview(std::move(assembled->request));
  if (!preview.ok()) return FaultOf(preview.status());
  if (!preview->problems.empty()) return NothingPublished(preview->problems);
  if (preview->needs_approval && !is_approved) {
    return service::Conflict(GuardText(preview->replay.count) + " the change request");
  }
  return std::nullopt;
}

// What is applied goes live.
Result<Versioned> Publish(const Services& services, const ChangeTask& task, const Versioned& applied,
                          bool is_approved) {
  const std::string id = applied.body["id"].get<std::string>();
  const service::Where where{task.where.project, task.where.environment, id};
  const auto published = PublishNow(services, task.call,
                                    {.person = task.person,
                                     .project = where.project,
                                     .environment = where.environment,
                                     .comment = applied.body["title"].get<std::string>() + " (" + id + ")",
                                     .is_approved = is_approved});
  if (!published.ok()) {
    Fault fault = published.fault();
    const std::string text = fault.Text();
    if (const auto noted = services.changes.NoteFailure(task.call, where, text); !noted.ok()) return noted.fault();
    fault.title.clear();
    fault.detail = "change request \"" + id + "\" is applied, but not published: " + text;
    return fault;
  }
  auto noted = services.changes.NotePublished(task.call, where, published->outcome.version);
  if (noted.ok()) noted->body["warnings"] = published->warnings;
  return noted;
}

}  // namespace

Result<Versioned> ApplyChange(const Services& services, const ChangeTask& task, std::optional<int64_t> revision) {
  const auto approved = services.changes.IsApprovedByOthers(task.where);
  if (!approved.ok()) return approved.fault();
  auto fault = RefuseApply(services, task, services.changes.Assemble(task.call, task.where), *approved);
  if (fault.has_value()) return *std::move(fault);
  const auto applied = services.changes.Apply(task.call, task.where, revision);
  if (!applied.ok()) return applied.fault();
  return Publish(services, task, *applied, *approved);
}

Result<Versioned> ApplyNewChange(const Services& services, const service::Caller& caller, const ChangeTask& task,
                                 const nlohmann::json& body) {
  auto fault = RefuseApply(services, task, services.changes.AssembleOf(caller, task.where, body), false);
  if (fault.has_value()) return *std::move(fault);
  const auto applied = services.changes.CreateApplied(caller, task.where, body);
  if (!applied.ok()) return applied.fault();
  return Publish(services, task, *applied, false);
}

void ApplyDue(const Services& services, const service::Where& where, const std::string& actor) {
  const service::Call call{.actor = actor, .address = "", .now = services.now()};
  const auto applied = [&]() -> Result<Versioned> {
    const auto person = services.people.PersonOf(actor);
    if (!person.ok()) return person.fault();
    const auto may = services.people.MayPublish(call, actor, where.project, where.environment);
    if (!may.ok()) return may.fault();
    if (!*may) return service::Conflict(actor + " may not publish here any more");
    return ApplyChange(services, {call, *person, where}, std::nullopt);
  }();
  if (applied.ok()) {
    const auto version = applied->body["applied"]["version"].get<int64_t>();
    services.log.Write(LogLevel::kInfo, "change_published", {{"change_request", where.key}, {"version", version}});
    return;
  }
  const std::string text = FaultText(applied.fault());
  services.log.Write(LogLevel::kWarning, "change_not_published", {{"change_request", where.key}, {"text", text}});
  if (applied.fault().status == 503) return;  // nothing was done: the next look tries it
  const auto now = services.changes.Get(where);
  if (now.ok() && now->body["failure"].is_null()) (void)services.changes.NoteFailure(call, where, text);
}

}  // namespace expt::api
