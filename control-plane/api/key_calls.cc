#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {

Answer ListKeys(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  const auto page = services.service.ListSdkKeys(exchange.request.Parameter("project"),
                                                 exchange.request.Parameter("environment"), *options);
  if (!page.ok()) return page.fault();
  return JsonResponse(200, page->ToJson());
}

Answer PostKey(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  if (auto fault = services.people.NeedFresh(*exchange.caller.api)) return *std::move(fault);
  const auto made = services.service.CreateSdkKey(exchange.caller.call, exchange.request.Parameter("project"),
                                                  exchange.request.Parameter("environment"), *body);
  if (!made.ok()) return made.fault();
  return JsonResponse(201, *made);
}

Answer PostKeyRotation(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  if (auto fault = services.people.NeedFresh(*exchange.caller.api)) return *std::move(fault);
  const std::string_view key_id = exchange.request.Parameter("key_id");
  const auto rotation =
      services.service.RotateSdkKey(exchange.caller.call, exchange.request.Parameter("project"),
                                    exchange.request.Parameter("environment"), key_id, *body);
  if (!rotation.ok()) return rotation.fault();
  services.streams.EndKeyAt(key_id, rotation->old_expires_ms);
  return JsonResponse(201, rotation->answer);
}

Answer DeleteKey(const Services& services, const Exchange& exchange) {
  const auto done =
      services.service.RevokeSdkKey(exchange.caller.call, exchange.request.Parameter("project"),
                                    exchange.request.Parameter("environment"), exchange.request.Parameter("key_id"));
  if (!done.ok()) return done.fault();
  services.streams.EndKey(exchange.request.Parameter("key_id"));
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace expt::api
