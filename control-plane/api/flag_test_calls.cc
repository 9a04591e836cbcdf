#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {

Answer PostTestsRun(const Services& services, const Exchange& exchange) {
  const auto assembly = services.service.Assemble(exchange.caller.call, exchange.request.Parameter("project"),
                                                  exchange.request.Parameter("environment"));
  if (!assembly.ok()) return assembly.fault();
  const auto runs = services.service.RunTests(exchange.caller.call, *assembly);
  if (!runs.ok()) return runs.fault();
  nlohmann::json items = nlohmann::json::array();
  size_t passed = 0;
  for (const service::FlagTestRun& run : *runs) {
    passed += run.is_passed ? 1 : 0;
    items.push_back(RunJson(run));
  }
  return JsonResponse(200, {{"passed", passed}, {"failed", runs->size() - passed}, {"items", std::move(items)}});
}

}  // namespace expt::api
