#include <string>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using nlohmann::json;

json KeyOrNull(const std::string& key) { return key.empty() ? json(nullptr) : json(key); }

json SessionBody(const service::Principal& principal) {
  const service::PermissionSet everywhere = principal.rights->At("", "");
  json role = nullptr;
  for (const service::Role one : service::kRoles) {
    if (everywhere.HasAll(service::PermissionsOf(one))) role = service::RoleName(one);
  }
  json places = json::array();
  for (const service::Grant& place : principal.rights->Places()) {
    json words = json::array();
    for (const service::PermissionRow& row : service::PermissionTable()) {
      if (place.permissions.Has(row.permission)) words.push_back(row.word);
    }
    places.push_back({{"project", KeyOrNull(place.project)},
                      {"environment", KeyOrNull(place.environment)},
                      {"permissions", std::move(words)}});
  }
  return {{"actor", principal.actor()},
          {"name", principal.name},
          {"email", KeyOrNull(principal.email)},
          {"role", std::move(role)},
          {"is_fresh", principal.is_fresh},
          {"permissions", std::move(places)}};
}

Answer SignedInAnswer(const Services& services, const service::SignedIn& signed_in) {
  http::Response response = JsonResponse(201, SessionBody(signed_in.principal));
  services.gate.SetCookies(signed_in, &response);
  return response;
}

Answer SignInWithToken(const Services& services, const Exchange& exchange, const json& body) {
  if (!body["token"].is_string() || body.size() != 1) {
    return service::Invalid("session", {{"/token", "expected an object with one string, \"token\""}});
  }
  const service::Call& call = exchange.caller.call;
  const auto token = services.service.AuthenticateApi(call, body["token"].get_ref<const std::string&>());
  const auto holder = token.ok() ? services.people.HolderOf(call, *token) : token.fault();
  if (!holder.ok()) {
    if (holder.fault().status == 401) return services.gate.Refuse(exchange.request, call.now);
    return holder.fault();
  }
  const auto signed_in =
      services.people.SignInWithToken(call, *holder, services.gate.BrowserOf(exchange.request));
  if (!signed_in.ok()) return signed_in.fault();
  return SignedInAnswer(services, *signed_in);
}

}  // namespace

Answer PostSession(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  if (body->is_object() && body->contains("token")) return SignInWithToken(services, exchange, *body);
  const std::string email = body->is_object() && body->contains("email") && (*body)["email"].is_string()
                                ? (*body)["email"].get<std::string>()
                                : "";
  const service::Call& call = exchange.caller.call;
  if (auto refusal = services.gate.TakeSignIn(exchange.request, email, call.now)) return *std::move(refusal);
  const auto signed_in = services.people.SignIn(call, *body, services.gate.BrowserOf(exchange.request));
  if (signed_in.ok()) return SignedInAnswer(services, *signed_in);
  // Who knows the password is told that a code is needed; everybody else gets what every wrong credential gets.
  const bool is_guess = signed_in.fault().status == 401 && signed_in.fault().errors.empty();
  if (is_guess) return services.gate.RefuseSignIn(exchange.request, email, call);
  return signed_in.fault();
}

Answer GetSession(const Services&, const Exchange& exchange) {
  return JsonResponse(200, SessionBody(*exchange.caller.api));
}

Answer DeleteSession(const Services& services, const Exchange& exchange) {
  const std::string session = services.gate.BrowserOf(exchange.request).session;
  const auto done = services.people.SignOut(exchange.caller.call, session);
  if (!done.ok()) return done.fault();
  http::Response response;
  response.status = 204;
  services.gate.EndCookie(&response);
  return response;
}

}  // namespace expt::api
