#include "control-plane/api/analysis_request.h"
#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/api/estimate.h"

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

// A change of an experiment and of a flag. The route asks for flags.write.
Answer ChangeBoth(const Services& services, const Exchange& exchange,
                  decltype(&service::Service::ShipExperiment) change) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const service::Where where = ExperimentOf(exchange);
  const service::PermissionSet permitted = exchange.caller.api->rights->At(where.project, where.environment);
  if (!permitted.Has(service::Permission::kExperimentsWrite)) {
    return service::Fault{.status = 403, .title = "not allowed", .detail = "needs experiments.write, too"};
  }
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return ChangedAnswer(exchange, (services.service.*change)(exchange.caller.call, where, *body, *revision));
}

// What was given, or what control of the past experiment was like. Nothing when it met nobody.
absl::StatusOr<std::optional<Baseline>> BaselineOf(const Services& services,
                                                   const service::EstimateRequest::PlannedMetric& planned) {
  if (planned.mean.has_value()) return Baseline{*planned.mean, planned.variance, std::nullopt};
  if (!planned.past.has_value()) return std::nullopt;
  const absl::StatusOr<analysis::ExperimentRequest> request = AnalysisRequest(*planned.past);
  if (!request.ok()) return request.status();
  const absl::StatusOr<analysis::Results> results = services.analysis.Compute(*request);
  if (!results.ok()) return results.status();
  for (const analysis::VariantResult& variant : results->metrics.at(0).variants) {
    if (variant.variant != request->control || !variant.summary.mean.has_value()) continue;
    return Baseline{*variant.summary.mean, variant.summary.variance, planned.past->experiment};
  }
  return std::nullopt;
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
  return ChangeBoth(services, exchange, &service::Service::ShipExperiment);
}

Answer PostGuardedRamp(const Services& services, const Exchange& exchange) {
  return ChangeBoth(services, exchange, &service::Service::CreateGuardedRamp);
}

Answer PostExperimentNote(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return ChangedAnswer(
      exchange, services.service.NoteExperiment(exchange.caller.call, ExperimentOf(exchange), *body, *revision));
}

Answer PostScreenshot(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  return ChangedAnswer(
      exchange, services.service.AddScreenshot(exchange.caller.call, ExperimentOf(exchange), exchange.request.body,
                                               exchange.request.Query("variant").value_or(""),
                                               exchange.request.Query("caption").value_or(""), *revision));
}

Answer GetScreenshot(const Services& services, const Exchange& exchange) {
  auto picture = services.service.GetScreenshot(ExperimentOf(exchange), exchange.request.Parameter("screenshot"));
  if (!picture.ok()) return picture.fault();
  http::Response response = ImmutableResponse(exchange.request, std::move(picture->bytes), picture->digest, false);
  if (response.status == 200) response.content_type = std::move(picture->media_type);
  return response;
}

Answer DeleteScreenshot(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  return ChangedAnswer(exchange,
                       services.service.RemoveScreenshot(exchange.caller.call, ExperimentOf(exchange),
                                                         exchange.request.Parameter("screenshot"), *revision));
}

Answer PostExperimentEstimate(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto request = services.service.RequestEstimate(ExperimentOf(exchange), *body);
  if (!request.ok()) return request.fault();
  std::vector<std::optional<Baseline>> baselines;
  for (const service::EstimateRequest::PlannedMetric& planned : request->metrics) {
    absl::StatusOr<std::optional<Baseline>> baseline = BaselineOf(services, planned);
    if (!baseline.ok()) {
      services.log.Write(LogLevel::kError, "estimate_failed", {{"text", std::string(baseline.status().message())}});
      return FaultOf(baseline.status());
    }
    baselines.push_back(*std::move(baseline));
  }
  return JsonResponse(200, EstimateJson(*request, baselines));
}

}  // namespace expt::api
