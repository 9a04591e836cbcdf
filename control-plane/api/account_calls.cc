#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

// For the calls that take a body and answer with nothing.
template <typename Change>
Answer ChangeWithBody(const Exchange& exchange, Change change) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return DoneAnswer(change(*body));
}

}  // namespace

Answer PostPassword(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto done = services.people.RedeemTicket(exchange.caller.call, *body);
  if (!done.ok() && done.fault().status == 401) {
    return services.gate.Refuse(exchange.request, exchange.caller.call.now);
  }
  return DoneAnswer(done);
}

Answer PutOwnPassword(const Services& services, const Exchange& exchange) {
  const auto& account = exchange.caller.api->email;
  if (auto refusal = services.gate.TakeSignIn(exchange.request, account, exchange.caller.call.now)) {
    return *std::move(refusal);
  }
  return ChangeWithBody(exchange, [&](const nlohmann::json& body) {
    return services.people.ChangePassword(CallerOf(exchange), body);
  });
}

Answer PutOwnEmail(const Services& services, const Exchange& exchange) {
  return ChangeWithBody(
      exchange, [&](const nlohmann::json& body) { return services.people.ChangeEmail(CallerOf(exchange), body); });
}

Answer PostTotp(const Services& services, const Exchange& exchange) {
  const auto secret = services.people.EnrolTotp(CallerOf(exchange));
  if (!secret.ok()) return secret.fault();
  return JsonResponse(201, *secret);
}

Answer PutTotp(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto codes = services.people.ConfirmTotp(CallerOf(exchange), *body);
  if (!codes.ok()) return codes.fault();
  return JsonResponse(200, *codes);
}

Answer DeleteTotp(const Services& services, const Exchange& exchange) {
  return DoneAnswer(services.people.RemoveTotp(CallerOf(exchange)));
}

Answer ListOwnSessions(const Services& services, const Exchange& exchange) {
  return PageAnswer(services.people.ListSessions(CallerOf(exchange)));
}

Answer DeleteOwnSession(const Services& services, const Exchange& exchange) {
  return DoneAnswer(services.people.EndSession(CallerOf(exchange), exchange.request.Parameter("session")));
}

}  // namespace expt::api
