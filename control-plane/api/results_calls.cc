#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "control-plane/api/analysis_request.h"
#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/service/instant.h"

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
  return JsonResponse(200, analysis::ToJson(*results));
}

Answer GetAccounting(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const absl::StatusOr<ingest::AccountingReport> report = services.ingest.Accounting(environment->id);
  if (!report.ok()) return FaultOf(report.status());
  json received = json::array();
  std::map<std::string, int64_t> totals = {
      {"conflict", 0}, {"duplicate", 0}, {"rejected", 0}, {"stored", 0}, {"stored_time_suspect", 0}};
  for (const ingest::AccountingReport::Received& row : report->received) {
    received.push_back({{"kind", row.kind},
                        {"outcome", row.outcome},
                        {"experiment", row.experiment},
                        {"variant", row.variant},
                        {"count", row.count}});
    totals[row.outcome] += row.count;
  }
  json dropped = json::array();
  int64_t dropped_total = 0;
  for (const ingest::AccountingReport::Dropped& row : report->dropped) {
    dropped.push_back({{"kind", row.kind},
                       {"reason", row.reason},
                       {"experiment", row.experiment},
                       {"variant", row.variant},
                       {"count", row.count}});
    dropped_total += row.count;
  }
  return JsonResponse(200, {{"totals", totals},
                            {"dropped_total", dropped_total},
                            {"received", std::move(received)},
                            {"dropped", std::move(dropped)}});
}

Answer GetQuarantine(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const auto events = services.ingest.Quarantine(environment->id, static_cast<int64_t>(options->limit));
  if (!events.ok()) return FaultOf(events.status());
  json items = json::array();
  for (const ingest::QuarantinedEvent& event : *events) {
    items.push_back({{"code", event.code},
                     {"text", event.text},
                     {"sender", event.sender},
                     {"bytes", absl::Base64Escape({event.bytes.data(), event.bytes.size()})},
                     {"first_seen", service::FormatInstant(event.first_seen.time_since_epoch().count())},
                     {"last_seen", service::FormatInstant(event.last_seen.time_since_epoch().count())},
                     {"count", event.count}});
  }
  return JsonResponse(200, {{"items", std::move(items)}, {"next_cursor", nullptr}});
}

}  // namespace expt::api
