#include "control-plane/api/api.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/openapi.h"
#include "control-plane/api/repetition.h"
#include "control-plane/api/ui_files.h"
#include "src/base/status.h"

namespace expt::api {
namespace {

constexpr std::string_view kEventsPath = "/sdk/v1/events";

void Serve(const Services& services, const Route& route, const http::Request& request, http::Responder respond) {
  auth::Admission admission = services.gate.Admit(request, route.access, services.now());
  if (admission.refusal) {
    admission.refusal->principal = admission.LogName();
    return respond(*std::move(admission.refusal));
  }
  const Exchange exchange{request, admission};
  if (route.later != nullptr) return route.later(services, exchange, std::move(respond));
  Answer answer = CallOnce(services, route, exchange);
  http::Response response = answer.ok() ? *std::move(answer) : FaultResponse(request, answer.fault());
  response.principal = admission.LogName();
  respond(std::move(response));
}

absl::Status Wrong(const Route& route, std::string_view text) {
  return base::Error(absl::StatusCode::kInternal, "route \"" + std::string(route.method) + " " +
                                                      std::string(route.path) + "\": " + std::string(text));
}

absl::Status Check(const Route& route) {
  if ((route.call == nullptr) == (route.later == nullptr)) return Wrong(route, "expected one call");
  for (const std::string_view schema : {route.body.schema, route.success.schema}) {
    if (!schema.empty() && !Schemas().contains(schema))
      return Wrong(route, "no schema \"" + std::string(schema) + "\"");
  }
  for (const QueryParameter& query : route.query) {
    if (!Schemas().contains(query.schema)) return Wrong(route, "no schema \"" + std::string(query.schema) + "\"");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<http::Router> MakeRouter(const Services& services) {
  http::Router router;
  for (const Route& route : Routes()) {
    if (absl::Status status = Check(route); !status.ok()) return status;
    http::Route bound{.method = std::string(route.method), .path = std::string(route.path)};
    for (const QueryParameter& query : route.query) bound.query.emplace_back(query.name);
    if (!route.body.schema.empty()) {
      bound.body_limit = route.body.limit;
      bound.content_types = {std::string(route.body.media_type)};
      if (!route.body.other_media_type.empty()) bound.content_types.emplace_back(route.body.other_media_type);
      if (route.body.is_compressible) bound.content_encodings = {"gzip", "zstd"};
    }
    bound.any_origin = route.any_origin;
    bound.handler = [&services, &route](http::Request request, http::Responder respond) {
      Serve(services, route, request, std::move(respond));
    };
    if (absl::Status status = router.Add(std::move(bound)); !status.ok()) {
      return base::Error(absl::StatusCode::kInternal, {status.message().data(), status.message().size()});
    }
  }
  if (!services.ui.empty()) {
    const auto page = [&services](http::Request request, http::Responder respond) {
      respond(UiFile(services.ui, request));
    };
    router.SetFallback(page, {std::begin(kServerFolders), std::end(kServerFolders)});
  }
  return router;
}

void DeclareMetrics(http::Metrics& metrics) {
  using Type = http::Metrics::Type;
  metrics.Declare("exptd_http_requests_total", Type::kCounter, "Requests by method, route and status.");
  metrics.Declare("exptd_http_request_seconds", Type::kHistogram, "From the head of a request to its answer.");
  metrics.Declare("exptd_http_request_bytes_total", Type::kCounter, "Bytes of request bodies as sent.");
  metrics.Declare("exptd_http_response_bytes_total", Type::kCounter, "Bytes of response bodies.");
  metrics.Declare("exptd_instances", Type::kGauge, "Clients that reported in the last hour, by environment.");
  metrics.Declare("exptd_ring_events_total", Type::kCounter, "What happened to publishes that go out in rings.");
  metrics.Declare("exptd_status_reports_total", Type::kCounter,
                  "Status reports by verdict (ack, on_trial, none, nack_ and its kind) and code.");
}

http::Observer MakeObserver(const Services& services) {
  return [&services](const http::ExchangeRecord& record) {
    const std::string status = std::to_string(record.status);
    const std::string_view method = record.route.empty() ? "" : record.method;  // else anybody could make labels
    services.metrics.Count("exptd_http_requests_total",
                           {{"method", method}, {"route", record.route}, {"status", status}});
    services.metrics.Observe("exptd_http_request_seconds", {{"route", record.route}},
                             static_cast<double>(record.duration.count()) / 1e6);
    services.metrics.Count("exptd_http_request_bytes_total", {}, static_cast<double>(record.request_bytes));
    services.metrics.Count("exptd_http_response_bytes_total", {}, static_cast<double>(record.response_bytes));

    const bool is_change = record.route.starts_with("/api/") && record.method != "GET";
    // Under overload a line for each batch would be a load of its own; the counters tell.
    const bool is_shed = record.route == kEventsPath && (record.status == 429 || record.status == 503);
    const LogLevel level = is_shed                                                                ? LogLevel::kDebug
                           : record.status >= 500                                                   ? LogLevel::kError
                           : record.status == 401 || record.status == 403 || record.status == 429 ? LogLevel::kWarning
                           : is_change                                                            ? LogLevel::kInfo
                                                                                                  : LogLevel::kDebug;
    if (!services.log.IsOn(level)) return;
    services.log.Write(level, "request",
                       {{"request_id", std::to_string(record.id)},
                        {"method", method},
                        {"route", record.route},
                        {"status", record.status},
                        {"principal", record.principal},
                        {"address", record.peer_address},
                        {"microseconds", record.duration.count()},
                        {"request_bytes", record.request_bytes},
                        {"response_bytes", record.response_bytes}});
  };
}

}  // namespace expt::api
