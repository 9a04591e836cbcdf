// What the event log tells of flags and attributes.
#include <charconv>
#include <map>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/service/instant.h"
#include "expt/decision.h"

namespace expt::api {
namespace {

using nlohmann::json;

constexpr int64_t kMaxUsageDays = 365;
constexpr size_t kMaxSdkInstances = 40'000;

json InstantOrNull(int64_t time_ms) { return time_ms == 0 ? json(nullptr) : json(service::FormatInstant(time_ms)); }

json VariantOrNull(const std::string& variant) { return variant.empty() ? json(nullptr) : json(variant); }

service::Fault UsageFault(const Services& services, const absl::Status& status) {
  services.log.Write(LogLevel::kError, "usage_failed", {{"text", std::string(status.message())}});
  return FaultOf(status);
}

// `2030-01-31` of a day since 1970.
std::string DayText(int32_t day) { return service::FormatInstant(int64_t{day} * 86'400'000).substr(0, 10); }

// Versions of the SDKs that are alive, most instances first.
json SdksJson(const Services& services, const std::string& environment, Time now) {
  std::map<std::pair<std::string, std::string>, size_t> counts;
  for (const Audience audience : {Audience::kServer, Audience::kClient}) {
    for (const publish::Instance& instance :
         services.instances.List(environment, audience, std::nullopt, kMaxSdkInstances, now)) {
      if (instance.audience == audience) ++counts[{instance.sdk, instance.sdk_version}];
    }
  }
  json sdks = json::array();
  for (const auto& [sdk, count] : counts) {
    sdks.push_back({{"sdk", sdk.first}, {"version", sdk.second}, {"instances", count}});
  }
  return sdks;
}

json DaysJson(const std::vector<storage::FlagDay>& days) {
  json lines = json::array();
  for (const storage::FlagDay& day : days) {
    lines.push_back({{"day", DayText(day.day)},
                     {"variant", VariantOrNull(day.variant)},
                     {"reason", std::string(ReasonName(static_cast<Reason>(day.reason)))},
                     {"count", day.count}});
  }
  return lines;
}

service::Result<int64_t> NumberQuery(const http::Request& request, std::string_view name, int64_t fallback,
                                     int64_t most) {
  const auto text = request.Query(name);
  if (!text) return fallback;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < 1 || number > most) {
    return service::Fault{.status = 400, .detail = "query: " + std::string(name) + ": expected a number from 1 to " +
                                                   std::to_string(most)};
  }
  return number;
}

}  // namespace

Answer GetFlagUsage(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const std::string key(exchange.request.Parameter("key"));
  const auto flag = services.service.Get(service::Kind::kFlag, {.project = environment->project, .key = key});
  if (!flag.ok()) return flag.fault();
  const auto days = NumberQuery(exchange.request, "days", 30, kMaxUsageDays);
  if (!days.ok()) return days.fault();
  const Time now = exchange.caller.call.now;
  const auto usage = services.usage.OfFlag(environment->id, key, now - std::chrono::hours(24 * (*days - 1)));
  if (!usage.ok()) return UsageFault(services, usage.status());
  std::map<std::string, int64_t> variants;
  for (const storage::FlagDay& day : usage->days) variants[day.variant] += day.count;
  json counts = json::array();
  for (const auto& [variant, count] : variants) {
    counts.push_back({{"variant", VariantOrNull(variant)}, {"count", count}});
  }
  return JsonResponse(200, {{"flag", key},
                            {"first_seen", InstantOrNull(usage->total.first_ms)},
                            {"last_seen", InstantOrNull(usage->total.last_ms)},
                            {"evaluations", usage->total.count},
                            {"variants", std::move(counts)},
                            {"days", DaysJson(usage->days)},
                            {"sdks", SdksJson(services, environment->id, now)}});
}

Answer ListStaleFlags(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const auto usage = services.usage.OfEnvironment(environment->id);
  if (!usage.ok()) return UsageFault(services, usage.status());
  std::map<std::string, int64_t> last_seen_ms;
  for (const auto& [flag, count] : *usage) last_seen_ms[flag] = count.last_ms;
  const auto stale = services.service.ListStale(exchange.caller.call, *environment, last_seen_ms);
  if (!stale.ok()) return stale.fault();
  json items = json::array();
  for (const service::StaleFlag& flag : *stale) {
    json reasons = json::array();
    for (const service::StaleReason& reason : flag.reasons) {
      reasons.push_back({{"reason", reason.reason},
                         {"since", service::FormatInstant(reason.since_ms)},
                         {"text", reason.text}});
    }
    const auto seen = last_seen_ms.find(flag.flag);
    items.push_back({{"flag", flag.flag},
                     {"last_seen", InstantOrNull(seen == last_seen_ms.end() ? 0 : seen->second)},
                     {"reasons", std::move(reasons)}});
  }
  return JsonResponse(200, {{"items", std::move(items)}});
}

Answer ListAttributeValues(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const std::string key(exchange.request.Parameter("key"));
  const auto attribute = services.service.Get(service::Kind::kAttribute, {.project = environment->project, .key = key});
  if (!attribute.ok()) return attribute.fault();
  if (attribute->body.value("private", false)) {
    return service::Conflict("attribute \"" + key + "\" is private: its values are never shown");
  }
  const auto limit = NumberQuery(exchange.request, "limit", 100, static_cast<int64_t>(storage::kMaxSeenValues));
  if (!limit.ok()) return limit.fault();
  const auto values = services.usage.ValuesOf(environment->id, key, static_cast<size_t>(*limit));
  if (!values.ok()) return UsageFault(services, values.status());
  json items = json::array();
  for (const storage::SeenValue& value : *values) {
    json read = json::parse(value.value, nullptr, false);
    if (read.is_discarded()) continue;
    items.push_back({{"value", std::move(read)},
                     {"count", value.count},
                     {"last_seen", service::FormatInstant(value.last_ms)}});
  }
  return JsonResponse(200, {{"items", std::move(items)}});
}

}  // namespace expt::api
