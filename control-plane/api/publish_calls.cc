#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/api/publishing.h"
#include "control-plane/publish/hex.h"
#include "control-plane/service/json_reader.h"

namespace expt::api {
namespace {

service::Result<Audience> AudienceOf(const Exchange& exchange) {
  const std::string_view text = exchange.request.Query("audience").value_or("server");
  if (text == "server") return Audience::kServer;
  if (text == "client") return Audience::kClient;
  return service::Fault{.status = 400, .detail = "query: audience: expected server or client"};
}

// What a publish now would make live, for the caller.
service::Result<Assembled> AssembleRequest(const Services& services, const Exchange& exchange) {
  return RequestOf(services, exchange.caller.call, exchange.caller.api->person(),
                   services.service.Assemble(exchange.caller.call, exchange.request.Parameter("project"),
                                             exchange.request.Parameter("environment")));
}

}  // namespace

Answer PostPublish(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  service::Problems problems;
  service::ObjectReader reader(*body, "", problems);
  const std::string comment = reader.Text("comment", false);
  const bool allows_empty = reader.Boolean("allow_empty", false);
  reader.RefuseOthers();
  if (!problems.empty()) return service::Invalid("publish", std::move(problems));

  const PublishTask task{.person = exchange.caller.api->person(),
                         .project = std::string(exchange.request.Parameter("project")),
                         .environment = std::string(exchange.request.Parameter("environment")),
                         .comment = comment,
                         .allows_empty = allows_empty};
  const service::Call& call = exchange.caller.call;
  if (auto fault = services.service.RefusePublish(call, task.project, task.environment, false)) {
    return *std::move(fault);
  }
  const auto published = PublishNow(services, call, task);
  if (!published.ok()) return published.fault();
  return JsonResponse(200, {{"version", published->outcome.version},
                            {"digest", HexText(published->outcome.digest)},
                            {"client_digest", HexText(published->outcome.client_digest)},
                            {"flags", published->outcome.flags},
                            {"warnings", published->warnings},
                            {"rings", RingsJson(published->outcome.rings)}});
}

Answer GetPublishPreview(const Services& services, const Exchange& exchange) {
  auto assembled = AssembleRequest(services, exchange);
  if (!assembled.ok()) return assembled.fault();
  return PreviewAnswer(services, *std::move(assembled));
}

Answer PostPublishApproval(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  service::Problems problems;
  service::ObjectReader reader(*body, "", problems);
  const std::string text = reader.Text("content", true);
  reader.RefuseOthers();
  const std::optional<Digest> content = publish::ParseDigest(text);
  if (problems.empty() && !content.has_value()) {
    problems.push_back({"/content", "expected the 64 digits that a preview answers with"});
  }
  if (!problems.empty()) return service::Invalid("approval", std::move(problems));
  const auto changes = services.service.ListChanges(exchange.caller.call, exchange.request.Parameter("project"),
                                                    exchange.request.Parameter("environment"));
  if (!changes.ok()) return changes.fault();
  for (const nlohmann::json& change : (*changes)["changes"]) {
    const auto person = services.people.PersonOf(change["actor"].get<std::string>());
    if (!person.ok()) return person.fault();
    if (*person == exchange.caller.api->person()) {
      return service::Fault{.status = 403, .title = "not allowed", .detail = "who made a change cannot approve it"};
    }
  }
  const auto assembled = AssembleRequest(services, exchange);
  if (!assembled.ok()) return assembled.fault();
  const absl::Status status = services.publisher.Approve(assembled->request, *content);
  if (absl::IsAborted(status)) return service::Conflict(std::string(status.message()));
  if (!status.ok()) return FaultOf(status);
  return JsonResponse(201, {{"content", text}, {"actor", exchange.caller.call.actor}});
}

Answer GetChanges(const Services& services, const Exchange& exchange) {
  const auto changes = services.service.ListChanges(exchange.caller.call, exchange.request.Parameter("project"),
                                                    exchange.request.Parameter("environment"));
  if (!changes.ok()) return changes.fault();
  return JsonResponse(200, *changes);
}

Answer GetLiveSnapshot(const Services& services, const Exchange& exchange) {
  const auto audience = AudienceOf(exchange);
  if (!audience.ok()) return audience.fault();
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  absl::StatusOr<std::string> file = services.publisher.LiveSnapshotFile(environment->id, *audience);
  if (!file.ok()) return FaultOf(file.status());
  http::Response response;
  response.content_type = "application/octet-stream";
  response.body = *std::move(file);
  return response;
}

Answer GetEnvironmentRoot(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  absl::StatusOr<std::string> file = services.signing.RootFile(services.signing.root_version());
  if (!file.ok()) return FaultOf(file.status());
  http::Response response;
  response.content_type = "application/octet-stream";
  response.body = *std::move(file);
  return response;
}

}  // namespace expt::api
