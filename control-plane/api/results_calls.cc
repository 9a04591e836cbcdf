#include <charconv>
#include <nlohmann/json.hpp>

#include "control-plane/api/analysis_request.h"
#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/api/losses.h"

namespace expt::api {
namespace {

using nlohmann::json;

service::Result<service::ResultsOptions> ResultsOptionsOf(const Exchange& exchange) {
  service::ResultsOptions options;
  if (const auto text = exchange.request.Query("alpha")) {
    double alpha = 0;
    const auto result = std::from_chars(text->data(), text->data() + text->size(), alpha);
    const bool is_number = result.ec == std::errc() && result.ptr == text->data() + text->size();
    if (!is_number || !(alpha > 0 && alpha < 1)) {
      return service::Fault{.status = 400, .detail = "query: alpha: expected a number between 0 and 1"};
    }
    options.alpha = alpha;
  }
  if (const auto mode = exchange.request.Query("mode")) {
    if (*mode != "any_time" && *mode != "fixed") {
      return service::Fault{.status = 400, .detail = "query: mode: expected any_time or fixed"};
    }
    options.mode = *mode;
  }
  if (const auto metric = exchange.request.Query("metric")) options.metric = *metric;
  return options;
}

}  // namespace

Answer GetResults(const Services& services, const Exchange& exchange) {
  const auto options = ResultsOptionsOf(exchange);
  if (!options.ok()) return options.fault();
  const auto request =
      services.service.RequestResults(exchange.request.Parameter("project"), exchange.request.Parameter("environment"),
                                      exchange.request.Parameter("key"), *options);
  if (!request.ok()) return request.fault();
  const absl::StatusOr<analysis::ExperimentRequest> computed = AnalysisRequest(*request);
  const absl::StatusOr<analysis::Results> results =
      computed.ok() ? services.analysis.Compute(*computed) : computed.status();
  if (!results.ok()) {
    services.log.Write(LogLevel::kError, "results_failed", {{"text", std::string(results.status().message())}});
    return FaultOf(results.status());
  }
  const absl::StatusOr<ingest::AccountingReport> report = services.ingest.Accounting(computed->environment);
  if (!report.ok()) return FaultOf(report.status());
  json document = analysis::ToJson(*results);
  document["losses"] = LossesJson(LossesOf(*report, *computed));
  return JsonResponse(200, document);
}

}  // namespace expt::api
