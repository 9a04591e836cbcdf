#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using service::ExperimentStep;

service::Where ExperimentOf(const Exchange& exchange) {
  const http::Request& request = exchange.request;
  return {.project = std::string(request.Parameter("project")),
          .environment = std::string(request.Parameter("environment")),
          .key = std::string(request.Parameter("key"))};
}

Answer ChangedAnswer(const Exchange& exchange, const service::Result<service::Versioned>& changed) {
  if (!changed.ok()) return changed.fault();
  return DocumentResponse(exchange.request, 200, *changed);
}

}  // namespace

template <ExperimentStep step>
Answer PostExperimentStep(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return ChangedAnswer(exchange, services.service.StepExperiment(exchange.caller.call, ExperimentOf(exchange), step,
                                                                 *body, *revision));
}

template Answer PostExperimentStep<ExperimentStep::kSubmit>(const Services&, const Exchange&);
template Answer PostExperimentStep<ExperimentStep::kWithdraw>(const Services&, const Exchange&);
template Answer PostExperimentStep<ExperimentStep::kStart>(const Services&, const Exchange&);
template Answer PostExperimentStep<ExperimentStep::kPause>(const Services&, const Exchange&);
template Answer PostExperimentStep<ExperimentStep::kResume>(const Services&, const Exchange&);
template Answer PostExperimentStep<ExperimentStep::kStop>(const Services&, const Exchange&);

Answer PostExperimentShip(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const service::Where where = ExperimentOf(exchange);
  // The route asks for flags.write: the flag serves something else afterwards.
  const service::PermissionSet permitted = exchange.caller.api->rights->At(where.project, where.environment);
  if (!permitted.Has(service::Permission::kExperimentsWrite)) {
    return service::Fault{.status = 403, .title = "not allowed", .detail = "needs experiments.write, too"};
  }
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return ChangedAnswer(exchange, services.service.ShipExperiment(exchange.caller.call, where, *body, *revision));
}

}  // namespace expt::api
