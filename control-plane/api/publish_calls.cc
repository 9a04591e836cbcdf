#include <algorithm>
#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/service/json_reader.h"

namespace expt::api {
namespace {

// A change of the documents between assembling and publishing makes both start again, this many times.
constexpr int kMaxAttempts = 3;

service::Result<Audience> AudienceOf(const Exchange& exchange) {
  const std::string_view text = exchange.request.Query("audience").value_or("server");
  if (text == "server") return Audience::kServer;
  if (text == "client") return Audience::kClient;
  return service::Fault{.status = 400, .detail = "query: audience: expected server or client"};
}

Answer PublishedAnswer(const publish::PublishOutcome& outcome, std::vector<std::string> warnings) {
  if (!outcome.problems.empty()) {
    std::vector<service::Problem> errors;
    for (const std::string& text : outcome.problems) errors.push_back({"", text});
    return service::Invalid("nothing was published", std::move(errors));
  }
  for (const std::string& text : outcome.warnings) {
    if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(text);
  }
  return JsonResponse(200, {{"version", outcome.version},
                            {"digest", HexText(outcome.digest)},
                            {"client_digest", HexText(outcome.client_digest)},
                            {"flags", outcome.flags},
                            {"warnings", std::move(warnings)},
                            {"rings", RingsJson(outcome.rings)}});
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

  for (int attempt = 1;; ++attempt) {
    auto assembly = services.service.Assemble(exchange.caller.call, exchange.request.Parameter("project"),
                                              exchange.request.Parameter("environment"));
    if (!assembly.ok()) return assembly.fault();
    const auto outcome = services.publisher.Publish({.actor = exchange.caller.call.actor,
                                                     .address = exchange.caller.call.address,
                                                     .now = exchange.caller.call.now,
                                                     .comment = comment,
                                                     .environment_id = assembly->environment_id,
                                                     .state_revision = assembly->state_revision,
                                                     .server = std::move(assembly->server),
                                                     .client = std::move(assembly->client),
                                                     .allows_empty = allows_empty});
    if (outcome.ok()) {
      if (outcome->rings.has_value()) services.rings.Look();  // a ring with nobody in it ends at once
      return PublishedAnswer(*outcome, std::move(assembly->warnings));
    }
    if (outcome.status().code() == absl::StatusCode::kAborted && attempt < kMaxAttempts) continue;
    const bool is_refusal = absl::IsFailedPrecondition(outcome.status());
    services.log.Write(is_refusal ? LogLevel::kInfo : LogLevel::kError, "publish_failed",
                       {{"text", std::string(outcome.status().message())}});
    return FaultOf(outcome.status());
  }
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
