#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {

service::Result<nlohmann::json> BodyOf(const Exchange& exchange) {
  if (exchange.request.body.empty()) return nlohmann::json::object();
  return service::ParseJson(exchange.request.body);
}

service::Result<service::EnvironmentRef> EnvironmentOf(const Services& services, const Exchange& exchange) {
  return services.service.FindEnvironment(exchange.request.Parameter("project"),
                                          exchange.request.Parameter("environment"));
}

service::Caller CallerOf(const Exchange& exchange) { return {exchange.caller.call, *exchange.caller.api}; }

Answer DoneAnswer(const service::Result<service::Done>& done) {
  if (!done.ok()) return done.fault();
  http::Response response;
  response.status = 204;
  return response;
}

Answer PageAnswer(const service::Result<service::Page>& page) {
  if (!page.ok()) return page.fault();
  return JsonResponse(200, page->ToJson());
}

Answer CreatedAnswer(const Exchange& exchange, const std::string& location,
                     const service::Result<service::Versioned>& made) {
  if (!made.ok()) return made.fault();
  http::Response response = DocumentResponse(exchange.request, 201, *made);
  response.Set("Location", location);
  return response;
}

namespace {

// Makes the Root name all environments. An operator's Root may lack the new one: its page says so (epoch 0), and it
// cannot be published until the Root names it.
void AdoptEnvironments(const Services& services, Time now) {
  const auto environments = services.service.Environments();
  if (!environments.ok()) return;
  std::vector<std::string> ids;
  for (const service::EnvironmentRef& environment : *environments) ids.push_back(environment.id);
  if (const absl::Status status = services.signing.AdoptEnvironments(ids, now); !status.ok()) {
    services.log.Write(LogLevel::kWarning, "root_lacks_environment", {{"text", std::string(status.message())}});
  }
}

// Rings are worth having where there are enough clients to tell one ring from another.
void OfferRings(const Services& services, Time now, nlohmann::json& environment) {
  constexpr size_t kEnoughInstances = 50;
  const std::string id = environment.value("id", "");
  environment["rings_offered"] = services.instances.alive(id, now) >= kEnoughInstances;
}

}  // namespace

Answer PostSetup(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  if (!body->is_object() || !body->contains("token") || !(*body)["token"].is_string()) {
    return service::Invalid("setup", {{"/token", "expected an object with a string \"token\""}});
  }
  const bool has_member = body->size() > 1;
  if (has_member) {
    if (auto fault = services.people.CheckFirstMember(*body)) return *std::move(fault);
  }
  const auto reply = services.service.Setup(exchange.caller.call, (*body)["token"].get_ref<const std::string&>());
  if (!reply.ok()) {
    if (reply.fault().status == 401) return services.gate.Refuse(exchange.request, exchange.caller.call.now);
    return reply.fault();
  }
  nlohmann::json answer = *reply;
  if (has_member) {
    // When this fails, the token is there all the same: with it the member can be invited.
    if (auto member = services.people.AddFirstMember(exchange.caller.call, *body); member.ok()) {
      answer["member"] = *std::move(member);
    }
  }
  return JsonResponse(201, answer);
}

Answer ListProjects(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  return PageAnswer(services.service.ListProjects(*options, *exchange.caller.api->rights));
}

Answer PostProject(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto made = services.service.CreateProject(exchange.caller.call, *body);
  return CreatedAnswer(exchange, made.ok() ? "/api/v1/projects/" + made->body.value("key", "") : "", made);
}

Answer GetProject(const Services& services, const Exchange& exchange) {
  const auto project = services.service.GetProject(exchange.request.Parameter("project"));
  if (!project.ok()) return project.fault();
  return DocumentResponse(exchange.request, 200, *project);
}

Answer PutProject(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto project = services.service.ReplaceProject(exchange.caller.call, exchange.request.Parameter("project"),
                                                       *body, *revision);
  if (!project.ok()) return project.fault();
  return DocumentResponse(exchange.request, 200, *project);
}

Answer DeleteProject(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto project =
      services.service.ArchiveProject(exchange.caller.call, exchange.request.Parameter("project"), *revision);
  if (!project.ok()) return project.fault();
  return DocumentResponse(exchange.request, 200, *project);
}

Answer DeleteEnvironment(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  auto environment =
      services.service.ArchiveEnvironment(exchange.caller.call, exchange.request.Parameter("project"),
                                          exchange.request.Parameter("environment"), *revision);
  if (!environment.ok()) return environment.fault();
  OfferRings(services, exchange.caller.call.now, environment->body);
  return DocumentResponse(exchange.request, 200, *environment);
}

Answer ListEnvironments(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  auto page = services.service.ListEnvironments(exchange.request.Parameter("project"), *options,
                                                *exchange.caller.api->rights);
  if (page.ok()) {
    for (nlohmann::json& environment : page->items) OfferRings(services, exchange.caller.call.now, environment);
  }
  return PageAnswer(page);
}

Answer PostEnvironment(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const std::string project(exchange.request.Parameter("project"));
  const auto made = services.service.CreateEnvironment(exchange.caller.call, project, *body);
  if (!made.ok()) return made.fault();
  AdoptEnvironments(services, exchange.caller.call.now);
  const std::string key = made->body.value("key", "");
  auto adopted = services.service.GetEnvironment(project, key);  // with its epoch
  if (adopted.ok()) OfferRings(services, exchange.caller.call.now, adopted->body);
  return CreatedAnswer(exchange, "/api/v1/projects/" + project + "/environments/" + key, adopted);
}

Answer GetEnvironment(const Services& services, const Exchange& exchange) {
  auto environment =
      services.service.GetEnvironment(exchange.request.Parameter("project"), exchange.request.Parameter("environment"));
  if (!environment.ok()) return environment.fault();
  OfferRings(services, exchange.caller.call.now, environment->body);
  return DocumentResponse(exchange.request, 200, *environment);
}

Answer PutEnvironment(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  auto environment =
      services.service.ReplaceEnvironment(exchange.caller.call, exchange.request.Parameter("project"),
                                          exchange.request.Parameter("environment"), *body, *revision);
  if (!environment.ok()) return environment.fault();
  OfferRings(services, exchange.caller.call.now, environment->body);
  return DocumentResponse(exchange.request, 200, *environment);
}

}  // namespace expt::api
