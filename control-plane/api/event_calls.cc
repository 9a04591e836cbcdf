#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/api/losses.h"
#include "control-plane/service/instant.h"

namespace expt::api {
namespace {

using nlohmann::json;

json ExperimentsJson(const ingest::AccountingReport& report) {
  json experiments = json::array();
  for (const Losses& losses : AllLosses(report)) {
    json experiment = LossesJson(losses);
    experiment["experiment"] = losses.experiment;
    experiments.push_back(std::move(experiment));
  }
  return experiments;
}

json SequencesJson(const ingest::AccountingReport& report) {
  return {{"instances", report.sequences.instances},
          {"sent", report.sequences.sent},
          {"received", report.sequences.received},
          {"declared", report.sequences.declared},
          {"unknown", report.sequences.unknown}};
}

}  // namespace

Answer GetAccounting(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const absl::StatusOr<ingest::AccountingReport> report = services.ingest.Accounting(environment->id);
  if (!report.ok()) return FaultOf(report.status());
  json received = json::array();
  std::map<std::string, int64_t> totals = {{"conflict", 0}, {"duplicate", 0}, {"expired", 0},
                                           {"rejected", 0}, {"stored", 0},    {"stored_time_suspect", 0}};
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
  return JsonResponse(200, {{"accepted", report->accepted},
                            {"totals", totals},
                            {"dropped_total", dropped_total},
                            {"received", std::move(received)},
                            {"dropped", std::move(dropped)},
                            {"lost", {{"known", report->known_lost()}, {"unknown", report->sequences.unknown}}},
                            {"sequences", SequencesJson(*report)},
                            {"experiments", ExperimentsJson(*report)}});
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
