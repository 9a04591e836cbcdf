#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using nlohmann::json;
using service::Caller;
using service::ListOptions;
using service::Page;
using service::People;
using service::Result;
using service::Versioned;

using ListCall = Result<Page> (People::*)(const ListOptions&);
using GetCall = Result<Versioned> (People::*)(std::string_view);
using CreateCall = Result<Versioned> (People::*)(const Caller&, const json&);
using ReplaceCall = Result<Versioned> (People::*)(const Caller&, std::string_view, const json&,
                                                  std::optional<int64_t>);
using RemoveCall = Result<service::Done> (People::*)(const Caller&, std::string_view);

Answer ListAll(const Services& services, const Exchange& exchange, ListCall call) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  return PageAnswer((services.people.*call)(*options));
}

Answer GetOne(const Services& services, const Exchange& exchange, std::string_view parameter, GetCall call) {
  const auto document = (services.people.*call)(exchange.request.Parameter(parameter));
  if (!document.ok()) return document.fault();
  return DocumentResponse(exchange.request, 200, *document);
}

Answer CreateOne(const Services& services, const Exchange& exchange, const char* key, CreateCall call) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto made = (services.people.*call)(CallerOf(exchange), *body);
  const std::string location = made.ok() ? exchange.request.path + "/" + made->body.value(key, "") : "";
  return CreatedAnswer(exchange, location, made);
}

Answer ReplaceOne(const Services& services, const Exchange& exchange, std::string_view parameter, ReplaceCall call) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto document =
      (services.people.*call)(CallerOf(exchange), exchange.request.Parameter(parameter), *body, *revision);
  if (!document.ok()) return document.fault();
  return DocumentResponse(exchange.request, 200, *document);
}

Answer RemoveOne(const Services& services, const Exchange& exchange, std::string_view parameter, RemoveCall call) {
  return DoneAnswer((services.people.*call)(CallerOf(exchange), exchange.request.Parameter(parameter)));
}

// Of what is shown once.
Answer NewSecretAnswer(const Result<json>& made) {
  if (!made.ok()) return made.fault();
  return JsonResponse(201, *made);
}

}  // namespace

Answer ListMembers(const Services& services, const Exchange& exchange) {
  return ListAll(services, exchange, &People::ListMembers);
}
Answer PostMember(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return NewSecretAnswer(services.people.Invite(CallerOf(exchange), *body));
}
Answer GetMember(const Services& services, const Exchange& exchange) {
  return GetOne(services, exchange, "member", &People::GetMember);
}
Answer PutMember(const Services& services, const Exchange& exchange) {
  return ReplaceOne(services, exchange, "member", &People::ReplaceMember);
}
Answer PostReset(const Services& services, const Exchange& exchange) {
  return NewSecretAnswer(services.people.ResetPassword(CallerOf(exchange), exchange.request.Parameter("member")));
}

Answer ListTeams(const Services& services, const Exchange& exchange) {
  return ListAll(services, exchange, &People::ListTeams);
}
Answer PostTeam(const Services& services, const Exchange& exchange) {
  return CreateOne(services, exchange, "key", &People::CreateTeam);
}
Answer GetTeam(const Services& services, const Exchange& exchange) {
  return GetOne(services, exchange, "team", &People::GetTeam);
}
Answer PutTeam(const Services& services, const Exchange& exchange) {
  return ReplaceOne(services, exchange, "team", &People::ReplaceTeam);
}
Answer DeleteTeam(const Services& services, const Exchange& exchange) {
  return RemoveOne(services, exchange, "team", &People::RemoveTeam);
}

Answer ListRoles(const Services& services, const Exchange& exchange) {
  return ListAll(services, exchange, &People::ListRoles);
}
Answer PostRole(const Services& services, const Exchange& exchange) {
  return CreateOne(services, exchange, "key", &People::CreateRole);
}
Answer GetRole(const Services& services, const Exchange& exchange) {
  return GetOne(services, exchange, "role", &People::GetRole);
}
Answer PutRole(const Services& services, const Exchange& exchange) {
  return ReplaceOne(services, exchange, "role", &People::ReplaceRole);
}
Answer DeleteRole(const Services& services, const Exchange& exchange) {
  return RemoveOne(services, exchange, "role", &People::RemoveRole);
}

Answer ListBindings(const Services& services, const Exchange& exchange) {
  return ListAll(services, exchange, &People::ListBindings);
}
Answer PostBinding(const Services& services, const Exchange& exchange) {
  return CreateOne(services, exchange, "id", &People::CreateBinding);
}
Answer DeleteBinding(const Services& services, const Exchange& exchange) {
  return RemoveOne(services, exchange, "binding", &People::RemoveBinding);
}

Answer ListTokens(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  return PageAnswer(services.people.ListTokens(CallerOf(exchange), *options));
}
Answer PostToken(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return NewSecretAnswer(services.people.CreateToken(CallerOf(exchange), *body));
}
Answer DeleteToken(const Services& services, const Exchange& exchange) {
  return RemoveOne(services, exchange, "token", &People::RevokeToken);
}

}  // namespace expt::api
