#include "control-plane/api/repetition.h"

#include <nlohmann/json.hpp>
#include <string>

#include "control-plane/api/answer.h"
#include "src/host/crypto.h"

namespace expt::api {
namespace {

using nlohmann::json;

// Each part with its length before it, so that no two requests have the same text.
Digest DigestOf(const http::Request& request) {
  std::string text;
  const auto add = [&](std::string_view part) { text.append(std::to_string(part.size())).append(":").append(part); };
  add(request.method);
  add(request.path);
  for (const auto& [name, value] : request.query) {
    add(name);
    add(value);
  }
  add("");
  add(request.body);
  return host::Sha256(text);
}

std::string Kept(const http::Response& response) {
  json headers = json::array();
  for (const auto& [name, value] : response.headers) headers.push_back({name, value});
  return json{{"status", response.status},
              {"content_type", response.content_type},
              {"headers", std::move(headers)},
              {"body", response.Body()}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

http::Response Replayed(const std::string& reply) {
  const json kept = json::parse(reply);
  http::Response response;
  response.status = kept["status"].get<int>();
  response.content_type = kept["content_type"].get<std::string>();
  response.body = kept["body"].get<std::string>();
  for (const json& header : kept["headers"]) {
    response.Set(header[0].get_ref<const std::string&>(), header[1].get_ref<const std::string&>());
  }
  response.Set("Idempotency-Replayed", "true");
  return response;
}

}  // namespace

bool TakesIdempotencyKey(const Route& route) {
  return route.method == "POST" && route.access.is_of_api() && route.call != nullptr;
}

Answer CallOnce(const Services& services, const Route& route, const Exchange& exchange) {
  const auto key = exchange.request.Header("idempotency-key");
  if (!key.has_value() || !TakesIdempotencyKey(route) || !exchange.caller.api) return route.call(services, exchange);
  const auto turn = services.idempotency.Begin(exchange.caller.api->id, *key, DigestOf(exchange.request),
                                               exchange.caller.call.now);
  if (!turn.ok()) return turn.fault();
  if (turn->reply.has_value()) return Replayed(*turn->reply);
  Answer answer = route.call(services, exchange);
  // A fault has changed nothing.
  if (!answer.ok() || answer->status >= 300) {
    services.idempotency.Forget(*turn);
  } else {
    services.idempotency.Finish(*turn, route.success.is_secret ? "" : Kept(*answer));
  }
  return answer;
}

}  // namespace expt::api
