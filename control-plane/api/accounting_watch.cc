#include "control-plane/api/accounting_watch.h"

#include <nlohmann/json.hpp>
#include <string>

#include "control-plane/api/losses.h"

namespace expt::api {
namespace {

constexpr std::string_view kFaults = "exptd_accounting_faults";
constexpr std::string_view kLost = "exptd_events_lost";
constexpr std::string_view kAlarms = "exptd_loss_alarms";

void Warn(Log& log, std::string_view event, const nlohmann::ordered_json& fields) {
  log.Write(LogLevel::kWarning, event, fields);
}

}  // namespace

AccountingWatch::AccountingWatch(service::Service& service, const ingest::Ingest& ingest, http::Metrics& metrics,
                                 Log& log)
    : service_(service), ingest_(ingest), metrics_(metrics), log_(log) {
  using Type = http::Metrics::Type;
  metrics.Declare(kFaults, Type::kGauge, "Files of the event log whose counters do not add up, at the last check.");
  metrics.Declare(kLost, Type::kGauge,
                  "Events lost, at the last check: refused here or dropped by clients (known), or missing in the "
                  "sequences of clients (unknown).");
  metrics.Declare(kAlarms, Type::kGauge, "Experiments that lost more of one variant than of another.");
}

void AccountingWatch::Start(std::chrono::milliseconds interval) {
  ticker_.Start(interval, [this] { Check(); });
}

void AccountingWatch::Check() {
  const auto faults = ingest_.CheckAccounting();
  if (!faults.ok()) return Warn(log_, "accounting_unread", {{"text", std::string(faults.status().message())}});
  for (const storage::AccountingFault& fault : *faults) {
    Warn(log_, "accounting_fault", {{"environment", fault.environment}, {"text", fault.text}});
  }
  metrics_.Set(kFaults, {}, static_cast<double>(faults->size()));
  const auto environments = service_.Environments();
  if (!environments.ok()) return Warn(log_, "accounting_unread", {{"text", environments.fault().detail}});
  for (const service::EnvironmentRef& environment : *environments) CheckEnvironment(environment);
}

void AccountingWatch::CheckEnvironment(const service::EnvironmentRef& environment) {
  const auto report = ingest_.Accounting(environment.id);
  if (!report.ok()) return Warn(log_, "accounting_unread", {{"text", std::string(report.status().message())}});
  metrics_.Set(kLost, {{"environment", environment.id}, {"cause", "known"}},
               static_cast<double>(report->known_lost()));
  metrics_.Set(kLost, {{"environment", environment.id}, {"cause", "unknown"}},
               static_cast<double>(report->sequences.unknown));
  int alarms = 0;
  for (const Losses& losses : AllLosses(*report)) {
    if (!losses.test.alarm) continue;
    ++alarms;
    Warn(log_, "losses_differ",
         {{"environment", environment.id}, {"experiment", losses.experiment}, {"p", *losses.test.p}});
  }
  metrics_.Set(kAlarms, {{"environment", environment.id}}, alarms);
}

}  // namespace expt::api
