#include <charconv>
#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/service/instant.h"
#include "src/wire/status_codec.h"

namespace expt::api {
namespace {

using nlohmann::json;

constexpr std::string_view kDigits = "0123456789abcdef";

std::string Hex(const publish::InstanceId& id) {
  std::string text;
  for (const uint8_t byte : id) text.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return text;
}

std::string_view WordOf(Audience audience) { return audience == Audience::kServer ? "server" : "client"; }

std::string_view WordOf(wire::ClientState state) {
  switch (state) {
    case wire::ClientState::kFresh:
      return "fresh";
    case wire::ClientState::kStale:
      return "stale";
    case wire::ClientState::kVeryStale:
      return "very_stale";
    case wire::ClientState::kNotReady:
      break;
  }
  return "not_ready";
}

// Labels come from a fixed list: nobody outside makes new ones.
std::string_view CodeOf(const std::optional<wire::SnapshotVerdict>& verdict) {
  if (!verdict.has_value() || verdict->code == LoadCode::kNone) return "";
  const std::string_view name = LoadCodeName(verdict->code);
  return name.empty() ? "OTHER" : name;
}

json OrNull(int64_t version) { return version == 0 ? json(nullptr) : json(version); }

json JsonOf(const std::optional<wire::SnapshotVerdict>& verdict) {
  if (!verdict.has_value()) return nullptr;
  using Result = wire::VerdictResult;
  const std::string_view code = CodeOf(verdict);
  return {{"result", verdict->result == Result::kNack ? "nack" : verdict->result == Result::kAck ? "ack" : "on_trial"},
          {"kind", wire::Name(wire::KindOf(verdict->code))},
          {"version", OrNull(verdict->version)},
          {"step", verdict->step},
          {"code", code.empty() ? json(nullptr) : json(code)}};
}

json JsonOf(const publish::Instance& instance) {
  return {{"instance_id", Hex(instance.id)},
          {"audience", WordOf(instance.audience)},
          {"sdk", instance.sdk},
          {"sdk_version", instance.sdk_version},
          {"seen", service::FormatInstant(instance.seen.time_since_epoch().count())},
          {"head_number", instance.head_number},
          {"served_version", OrNull(instance.served_version)},
          {"state", WordOf(instance.state)},
          {"verdict", JsonOf(instance.verdict)}};
}

// "server.0123…": the last instance of the page before.
struct Place {
  Audience audience = Audience::kServer;
  std::optional<publish::InstanceId> id;
};

std::string CursorOf(const publish::Instance& instance) {
  return std::string(WordOf(instance.audience)) + "." + Hex(instance.id);
}

service::Result<Place> PlaceOf(std::string_view cursor) {
  Place place;
  if (cursor.empty()) return place;
  const service::Fault fault{.status = 400, .detail = "query: cursor: expected the one of a page"};
  const std::string_view audience = cursor.substr(0, cursor.find('.'));
  if (audience != "server" && audience != "client") return fault;
  if (audience == "client") place.audience = Audience::kClient;
  const std::string_view hex = cursor.substr(std::min(cursor.size(), audience.size() + 1));
  publish::InstanceId id{};
  if (hex.size() != 2 * id.size()) return fault;
  for (size_t i = 0; i < id.size(); ++i) {
    const auto [end, error] = std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, id[i], 16);
    if (error != std::errc() || end != hex.data() + 2 * i + 2) return fault;
  }
  place.id = id;
  return place;
}

}  // namespace

Answer PostStatus(const Services& services, const Exchange& exchange) {
  const service::SdkPrincipal& principal = *exchange.caller.sdk;
  const absl::StatusOr<wire::StatusReport> report = wire::DecodeStatus(exchange.request.body);
  if (!report.ok()) return FaultOf(report.status());
  const bool is_alarm =
      services.instances.Report(principal.environment, principal.audience, *report, exchange.caller.call.now);
  services.rings.TakeReport(principal.environment, principal.audience, *report, exchange.caller.call.now);
  const std::string verdict = publish::VerdictWord(report->verdict);
  const std::string_view code = CodeOf(report->verdict);
  services.metrics.Count("exptd_status_reports_total", {{"verdict", verdict}, {"code", code}});
  if (is_alarm) {
    services.log.Write(LogLevel::kWarning, "security_alarm",
                       {{"environment", principal.environment},
                        {"audience", WordOf(principal.audience)},
                        {"principal", exchange.caller.LogName()},
                        {"address", exchange.request.peer_address},
                        {"step", report->verdict->step},
                        {"code", code}});
  }
  http::Response response{.status = 204};
  if (const auto wanted = services.rings.NextReport(principal.environment); wanted.has_value()) {
    response.Set(wire::kNextReportHeader, std::to_string(wanted->count()));
  }
  return response;
}

Answer GetInstances(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  const auto place = PlaceOf(options->cursor);
  if (!place.ok()) return place.fault();
  const Time now = exchange.caller.call.now;
  const publish::InstanceCounts counts = services.instances.Count(environment->id, now);
  std::vector<publish::Instance> list =
      services.instances.List(environment->id, place->audience, place->id, options->limit + 1, now);
  json body = {{"total", counts.total},
               {"by_version", json::array()},
               {"by_verdict", json::object()},
               {"warnings", json::array()},
               {"items", json::array()},
               {"next_cursor", nullptr}};
  for (const auto& [version, count] : counts.by_version) {
    body["by_version"].push_back({{"version", OrNull(version)}, {"count", count}});
  }
  for (const auto& [word, count] : counts.by_verdict) body["by_verdict"][word] = count;
  if (counts.security_nacks != 0) {
    body["warnings"].push_back(std::to_string(counts.security_nacks) +
                               " clients refuse what they are offered: its keys, signatures or versions are not the "
                               "ones that they trust");
  }
  if (list.size() > options->limit) {
    list.pop_back();
    body["next_cursor"] = CursorOf(list.back());
  }
  for (const publish::Instance& instance : list) body["items"].push_back(JsonOf(instance));
  return JsonResponse(200, body);
}

}  // namespace expt::api
