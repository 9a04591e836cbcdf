#include <string>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

nlohmann::json SessionBody(const service::Principal& principal) {
  return {{"actor", "token " + principal.id}, {"name", principal.name}, {"role", service::RoleName(principal.role)}};
}

}  // namespace

Answer PostSession(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  if (!body->is_object() || !body->contains("token") || !(*body)["token"].is_string() || body->size() != 1) {
    return service::Invalid("session", {{"/token", "expected an object with one string, \"token\""}});
  }
  const std::string& token = (*body)["token"].get_ref<const std::string&>();
  const auto principal = services.service.AuthenticateApi(exchange.caller.call, token);
  if (!principal.ok()) {
    if (principal.fault().status == 401) return services.gate.Refuse(exchange.request, exchange.caller.call.now);
    return principal.fault();
  }
  http::Response response = JsonResponse(201, SessionBody(*principal));
  response.Set("Set-Cookie", services.gate.SessionCookie(token));
  return response;
}

Answer GetSession(const Services&, const Exchange& exchange) {
  return JsonResponse(200, SessionBody(*exchange.caller.api));
}

Answer DeleteSession(const Services& services, const Exchange&) {
  http::Response response;
  response.status = 204;
  response.Set("Set-Cookie", services.gate.EndedSessionCookie());
  return response;
}

}  // namespace expt::api
