#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/api/openapi.h"

namespace expt::api {

Answer GetLive(const Services&, const Exchange&) { return JsonResponse(200, {{"status", "ok"}}); }

Answer GetReady(const Services& services, const Exchange&) {
  const auto environments = services.service.Environments();
  const bool store_answers = environments.ok();
  const bool heads_are_fresh = services.heads.last_status().ok();
  const bool is_ready = store_answers && heads_are_fresh;
  http::Response response = JsonResponse(
      is_ready ? 200 : 503,
      {{"status", is_ready ? "ok" : "not_ready"},
       {"checks", {{"state_store", store_answers ? "ok" : "failing"}, {"heads", heads_are_fresh ? "ok" : "failing"}}}});
  if (!is_ready) response.Set("Retry-After", JitteredSeconds(1, 5));
  return response;
}

Answer GetMetrics(const Services& services, const Exchange&) {
  if (const auto environments = services.service.Environments(); environments.ok()) {
    for (const service::EnvironmentRef& environment : *environments) {
      services.metrics.Set("exptd_instances", {{"environment", environment.id}},
                           static_cast<double>(services.instances.alive(environment.id, services.now())));
    }
  }
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = services.metrics.Text();
  return response;
}

Answer GetOpenApi(const Services& services, const Exchange&) {
  return JsonResponse(200, OpenApi(Routes(), services.public_url, services.version));
}

}  // namespace expt::api
