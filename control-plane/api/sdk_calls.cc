#include <charconv>
#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/http/inflate.h"
#include "control-plane/http/problem.h"

namespace expt::api {
namespace {

constexpr std::string_view kProtobuf = "application/x-protobuf";

// "7"; no sign, no leading zero.
std::optional<int64_t> VersionOf(std::string_view text) {
  int64_t version = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), version);
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return version;
}

}  // namespace

Answer GetHead(const Services& services, const Exchange& exchange) {
  const service::SdkPrincipal& principal = *exchange.caller.sdk;
  const std::shared_ptr<const publish::IssuedHead> head =
      services.heads.Head(principal.environment, principal.audience);
  if (head == nullptr) return service::NotFound("nothing has been published in this environment");
  http::Response response;
  response.Set("ETag", head->etag);
  // Every poll asks this server, and what one key may see is not for another.
  response.Set("Cache-Control", "private, no-cache, no-transform");
  response.Set("Vary", "Authorization");
  if (IsNoneMatchHit(exchange.request, head->etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = "application/octet-stream";
  response.shared_body = std::shared_ptr<const std::string>(head, &head->file);
  return response;
}

Answer GetStream(const Services& services, const Exchange& exchange) {
  return services.streams.Open(*exchange.caller.sdk, exchange.request.Header("last-event-id").value_or(""));
}

Answer GetSnapshot(const Services& services, const Exchange& exchange) {
  const service::SdkPrincipal& principal = *exchange.caller.sdk;
  const std::string_view digest = exchange.request.Parameter("digest");
  absl::StatusOr<std::string> file = services.publisher.SnapshotFile(principal.environment, principal.audience, digest);
  if (absl::IsNotFound(file.status()) || absl::IsInvalidArgument(file.status())) {
    return service::NotFound("no such snapshot");
  }
  if (!file.ok()) return FaultOf(file.status());
  return ImmutableResponse(exchange.request, *std::move(file), digest, principal.audience == Audience::kClient);
}

Answer GetRoot(const Services& services, const Exchange& exchange) {
  const std::string_view text = exchange.request.Parameter("version");
  const std::optional<int64_t> version = VersionOf(text);
  if (!version) return service::NotFound("no such root");
  absl::StatusOr<std::string> file = services.signing.RootFile(*version);
  if (absl::IsNotFound(file.status())) return service::NotFound("no such root");
  if (!file.ok()) return FaultOf(file.status());
  return ImmutableResponse(exchange.request, *std::move(file), "root-" + std::string(text), true);
}

void PostEvents(const Services& services, const Exchange& exchange, http::Responder respond) {
  const http::Request& request = exchange.request;
  const std::string encoding = http::LowerCase(request.Header("content-encoding").value_or("identity"));
  absl::StatusOr<std::string> body = http::Inflate(encoding, request.body, {});
  if (!body.ok()) {
    const bool is_too_large = absl::IsResourceExhausted(body.status());
    return respond(http::ProblemResponse({.status = is_too_large ? 413 : 400,
                                          .detail = std::string(body.status().message()),
                                          .request_id = request.id}));
  }
  const service::SdkPrincipal& principal = *exchange.caller.sdk;
  const ingest::Sender sender{.environment = principal.environment,
                              .is_server_key = principal.audience == Audience::kServer,
                              .key_id = principal.key_id};
  // Ingest wants a copyable function.
  const auto shared = std::make_shared<http::Responder>(std::move(respond));
  const auto done = [shared, id = request.id,
                     principal = exchange.caller.LogName()](absl::StatusOr<std::string> reply) {
    http::Response response;
    if (reply.ok()) {
      response.content_type = kProtobuf;
      response.body = *std::move(reply);
    } else {
      http::Request origin;
      origin.id = id;
      service::Fault fault = FaultOf(reply.status());
      if (reply.status().code() == absl::StatusCode::kFailedPrecondition) {  // closing: another time, not never
        fault = {.status = 503, .detail = "not available now, try again"};
      }
      response = FaultResponse(origin, fault);
    }
    response.principal = principal;
    (*shared)(std::move(response));
  };
  services.ingest.Accept(sender, *std::move(body), exchange.caller.call.now, done);
}

}  // namespace expt::api
