#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

Answer JsonAnswer(const service::Result<nlohmann::json>& answer) {
  if (!answer.ok()) return answer.fault();
  return JsonResponse(200, *answer);
}

}  // namespace

Answer PutCodeReferences(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return JsonAnswer(services.service.ReplaceCodeReferences(exchange.caller.call,
                                                           exchange.request.Parameter("project"), *body));
}

Answer ListCodeScans(const Services& services, const Exchange& exchange) {
  return JsonAnswer(services.service.ListCodeScans(exchange.request.Parameter("project")));
}

Answer ListCodeReferences(const Services& services, const Exchange& exchange) {
  return JsonAnswer(services.service.ListCodeReferences({.project = std::string(exchange.request.Parameter("project")),
                                                         .key = std::string(exchange.request.Parameter("key"))}));
}

}  // namespace expt::api
