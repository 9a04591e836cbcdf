// What a metric would count.
#include <chrono>
#include <nlohmann/json.hpp>

#include "control-plane/analysis/metric_preview.h"
#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/service/instant.h"

namespace expt::api {
namespace {

using nlohmann::json;

json NumberOrNull(const std::optional<double>& number) { return number.has_value() ? json(*number) : json(nullptr); }

json SourceJson(const analysis::SourcePreview& source) {
  json days = json::array();
  for (const analysis::SourcePreview::Day& day : source.days) {
    days.push_back({{"day", service::FormatInstant(int64_t{day.day} * 86'400'000).substr(0, 10)},
                    {"events", day.events},
                    {"units", day.units},
                    {"total", day.total}});
  }
  return {{"named", source.named},
          {"events", source.events},
          {"without_unit", source.without_unit},
          {"units", source.units},
          {"total", source.total},
          {"mean", NumberOrNull(source.mean())},
          {"smallest", NumberOrNull(source.smallest)},
          {"largest", NumberOrNull(source.largest)},
          {"days", std::move(days)}};
}

}  // namespace

Answer PostMetricPreview(const Services& services, const Exchange& exchange) {
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto request = services.service.RequestMetricPreview(
      exchange.request.Parameter("project"), exchange.request.Parameter("environment"), *body);
  if (!request.ok()) return request.fault();
  const absl::StatusOr<analysis::MetricDefinition> metric = analysis::MetricFromJson(request->metric);
  if (!metric.ok()) return FaultOf(metric.status());
  const Time until = exchange.caller.call.now;
  const Time from = until - std::chrono::hours(24 * request->days);
  const auto preview = analysis::PreviewMetric(services.event_log, request->environment_id, *metric, from, until);
  if (!preview.ok()) {
    services.log.Write(LogLevel::kError, "preview_failed", {{"text", std::string(preview.status().message())}});
    return FaultOf(preview.status());
  }
  return JsonResponse(
      200, {{"from", service::FormatInstant(from.time_since_epoch().count())},
            {"until", service::FormatInstant(until.time_since_epoch().count())},
            {"numerator", SourceJson(preview->numerator)},
            {"denominator", preview->denominator.has_value() ? SourceJson(*preview->denominator) : json(nullptr)},
            {"cut_short", preview->is_cut_short}});
}

}  // namespace expt::api
