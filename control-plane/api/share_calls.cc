// Shares: results that are shown to whoever holds a token.
#include <algorithm>

#include "control-plane/api/analysis_request.h"
#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/service/dashboard.h"
#include "control-plane/service/instant.h"

namespace expt::api {
namespace {

using nlohmann::json;

// What others may read of an experiment: the question, not who may be asked.
json PublicExperiment(const json& experiment) {
  json shown = json::object();
  for (const char* name :
       {"key", "name", "hypothesis", "status", "control", "weights", "start", "end", "mode", "alpha", "phase"}) {
    const auto field = experiment.find(name);
    if (field != experiment.end()) shown[name] = *field;
  }
  return shown;
}

// {"experiment", "results", "problem"}: why there are no results, or null.
service::Result<json> ExperimentContent(const Services& services, const service::Where& where) {
  const auto experiment = services.service.Get(service::Kind::kExperiment, where);
  if (!experiment.ok()) return experiment.fault();
  json content = {{"experiment", PublicExperiment(experiment->body)}, {"results", nullptr}, {"problem", nullptr}};
  const auto request = services.service.RequestResults(where.project, where.environment, where.key, {});
  if (!request.ok()) {
    if (request.fault().status != 409) return request.fault();
    content["problem"] = request.fault().detail;
    return content;
  }
  const absl::StatusOr<analysis::ExperimentRequest> computed = AnalysisRequest(*request);
  const absl::StatusOr<analysis::Results> results =
      computed.ok() ? services.analysis.Compute(*computed) : computed.status();
  if (!results.ok()) {
    services.log.Write(LogLevel::kError, "results_failed", {{"text", std::string(results.status().message())}});
    return FaultOf(results.status());
  }
  content["results"] = analysis::ToJson(*results);
  return content;
}

// Only the named metrics, in the order of the results.
void KeepMetrics(json& results, const std::vector<std::string>& metrics) {
  if (metrics.empty() || !results.is_object() || !results.contains("metrics")) return;
  json kept = json::array();
  for (const json& metric : results["metrics"]) {
    const std::string key = metric.value("metric", "");
    if (std::find(metrics.begin(), metrics.end(), key) != metrics.end()) kept.push_back(metric);
  }
  results["metrics"] = std::move(kept);
}

service::Result<json> DashboardContent(const Services& services, const service::Where& where) {
  const auto document = services.service.Get(service::Kind::kDashboard, where);
  if (!document.ok()) return document.fault();
  service::Problems none;
  const service::Dashboard dashboard = service::ReadDashboard(document->body, none);
  json blocks = json::array();
  for (const service::DashboardBlock& block : dashboard.blocks) {
    if (block.type == "text") {
      blocks.push_back({{"type", "text"}, {"text", block.text}});
      continue;
    }
    auto content = ExperimentContent(services, {where.project, block.environment, block.experiment});
    if (!content.ok() && content.fault().status != 404) return content.fault();
    json shown = content.ok() ? *std::move(content)
                              : json{{"experiment", nullptr}, {"results", nullptr}, {"problem", "it is not there"}};
    KeepMetrics(shown["results"], block.metrics);
    shown["type"] = "results";
    shown["environment"] = block.environment;
    blocks.push_back(std::move(shown));
  }
  return json{{"dashboard", {{"key", dashboard.key}, {"name", dashboard.name}, {"description", dashboard.description}}},
              {"blocks", std::move(blocks)}};
}

service::Result<json> ContentOf(const Services& services, const service::ShareRequest& request) {
  return request.kind == "dashboard" ? DashboardContent(services, request.where)
                                     : ExperimentContent(services, request.where);
}

}  // namespace

Answer PostShare(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto request =
      services.service.ReadShareRequest(exchange.caller.call, exchange.request.Parameter("project"), *body);
  if (!request.ok()) return request.fault();
  json frozen;
  if (request->is_frozen) {
    auto content = ContentOf(services, *request);
    if (!content.ok()) return content.fault();
    frozen = *std::move(content);
  }
  const auto made = services.service.CreateShare(exchange.caller.call, *request, frozen);
  if (!made.ok()) return made.fault();
  return JsonResponse(201, *made);
}

Answer ListShares(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  return PageAnswer(services.service.ListShares(exchange.request.Parameter("project"), *options));
}

Answer DeleteShare(const Services& services, const Exchange& exchange) {
  return DoneAnswer(services.service.RevokeShare(exchange.caller.call, exchange.request.Parameter("project"),
                                                 exchange.request.Parameter("share")));
}

Answer GetShared(const Services& services, const Exchange& exchange) {
  const auto share = services.service.OpenShare(exchange.caller.call, exchange.request.Parameter("token"));
  if (!share.ok()) return share.fault();
  json content = share->frozen;
  if (!share->request.is_frozen) {
    auto current = ContentOf(services, share->request);
    if (!current.ok()) return current.fault();
    content = *std::move(current);
  }
  const Time now = exchange.caller.call.now;
  http::Response response = JsonResponse(
      200, {{"kind", share->request.kind},
            {"name", share->request.name},
            {"as_of", service::FormatInstant(share->request.is_frozen ? share->created_ms
                                                                      : now.time_since_epoch().count())},
            {"expires", service::FormatInstant(share->request.expires_ms)},
            {"frozen", share->request.is_frozen},
            {"content", std::move(content)}});
  response.Set("Cache-Control", "no-store");
  return response;
}

}  // namespace expt::api
