#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/api/change_apply.h"
#include "control-plane/api/publishing.h"

namespace expt::api {
namespace {

service::Where ChangeRequestOf(const Exchange& exchange) {
  const http::Request& request = exchange.request;
  return {.project = std::string(request.Parameter("project")),
          .environment = std::string(request.Parameter("environment")),
          .key = std::string(request.Parameter("id"))};
}

// Of the change requests of the environment.
std::string PathOf(const service::Where& where) {
  return "/api/v1/projects/" + where.project + "/environments/" + where.environment + "/change-requests/";
}

Answer ChangeRequestAnswer(const Exchange& exchange, const service::Result<service::Versioned>& change) {
  if (!change.ok()) return change.fault();
  return DocumentResponse(exchange.request, 200, *change);
}

// A call that takes If-Match and a body.
template <typename Do>
Answer WithBody(const Exchange& exchange, Do run) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return ChangeRequestAnswer(exchange, run(*body, *revision));
}

// A call that takes If-Match only.
template <typename Do>
Answer WithoutBody(const Exchange& exchange, Do run) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  return ChangeRequestAnswer(exchange, run(*revision));
}

}  // namespace

Answer ListChangeRequests(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  return PageAnswer(services.changes.List(ChangeRequestOf(exchange), *options,
                                          exchange.request.Query("state").value_or("")));
}

Answer PostChangeRequest(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const service::Where where = ChangeRequestOf(exchange);
  bool is_applied = false;
  if (const auto apply = body->find("apply"); body->is_object() && apply != body->end() && !apply->is_null()) {
    if (!apply->is_boolean()) return service::Invalid("change request", {{"/apply", "expected true or false"}});
    is_applied = apply->get<bool>();
  }
  const auto created = [&]() -> service::Result<service::Versioned> {
    if (!is_applied) return services.changes.Create(CallerOf(exchange), where, *body);
    const service::Permission publish = service::Permission::kPublishWrite;
    if (!exchange.caller.api->rights->At(where.project, where.environment).Has(publish)) {
      return service::Fault{.status = 403, .title = "not permitted", .detail = "\"apply\" needs \"publish.write\""};
    }
    const ChangeTask task{exchange.caller.call, exchange.caller.api->person(), where};
    return ApplyNewChange(services, CallerOf(exchange), task, *body);
  }();
  return CreatedAnswer(exchange, PathOf(where) + (created.ok() ? created->body.value("id", "") : ""), created);
}

Answer PostEnvironmentRevert(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const service::Where where = ChangeRequestOf(exchange);
  const auto made = services.changes.DraftRevert(CallerOf(exchange), where, *body);
  return CreatedAnswer(exchange, PathOf(where) + (made.ok() ? made->body.value("id", "") : ""), made);
}

Answer PostCopy(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto copied = services.changes.Copy(CallerOf(exchange), ChangeRequestOf(exchange), *body);
  if (!copied.ok()) return copied.fault();
  return JsonResponse(200, *copied);
}

Answer GetChangeRequest(const Services& services, const Exchange& exchange) {
  return ChangeRequestAnswer(exchange, services.changes.Get(ChangeRequestOf(exchange)));
}

Answer PutChangeRequest(const Services& services, const Exchange& exchange) {
  return WithBody(exchange, [&](const nlohmann::json& body, std::optional<int64_t> revision) {
    return services.changes.Replace(CallerOf(exchange), ChangeRequestOf(exchange), body, revision);
  });
}

Answer PostChangeRequestSubmit(const Services& services, const Exchange& exchange) {
  return WithoutBody(exchange, [&](std::optional<int64_t> revision) {
    return services.changes.Submit(CallerOf(exchange), ChangeRequestOf(exchange), revision);
  });
}

Answer PostChangeRequestReview(const Services& services, const Exchange& exchange) {
  return WithBody(exchange, [&](const nlohmann::json& body, std::optional<int64_t> revision) {
    return services.changes.Review(CallerOf(exchange), ChangeRequestOf(exchange), body, revision);
  });
}

Answer PostChangeRequestSchedule(const Services& services, const Exchange& exchange) {
  return WithBody(exchange, [&](const nlohmann::json& body, std::optional<int64_t> revision) {
    return services.changes.Schedule(CallerOf(exchange), ChangeRequestOf(exchange), body, revision);
  });
}

Answer PostChangeRequestApply(const Services& services, const Exchange& exchange) {
  const ChangeTask task{exchange.caller.call, exchange.caller.api->person(), ChangeRequestOf(exchange)};
  return WithoutBody(exchange,
                     [&](std::optional<int64_t> revision) { return ApplyChange(services, task, revision); });
}

Answer PostChangeRequestClose(const Services& services, const Exchange& exchange) {
  return WithoutBody(exchange, [&](std::optional<int64_t> revision) {
    return services.changes.Close(CallerOf(exchange), ChangeRequestOf(exchange), revision);
  });
}

Answer ListChangeRequestComments(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  return PageAnswer(services.changes.ListComments(ChangeRequestOf(exchange), *options));
}

Answer PostChangeRequestComment(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return DoneAnswer(services.changes.Comment(CallerOf(exchange), ChangeRequestOf(exchange), *body));
}

Answer GetChangeRequestDiff(const Services& services, const Exchange& exchange) {
  const auto diff = services.changes.Diff(exchange.caller.call, ChangeRequestOf(exchange));
  if (!diff.ok()) return diff.fault();
  return JsonResponse(200, *diff);
}

Answer GetChangeRequestPreview(const Services& services, const Exchange& exchange) {
  auto assembled = RequestOf(services, exchange.caller.call, exchange.caller.api->person(),
                             services.changes.Assemble(exchange.caller.call, ChangeRequestOf(exchange)));
  if (!assembled.ok()) return assembled.fault();
  return PreviewAnswer(services, *std::move(assembled));
}

}  // namespace expt::api
