#include "control-plane/api/override_watch.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace expt::api {

void OverrideWatch::Start(std::chrono::milliseconds interval) {
  ticker_.Start(interval, [this] { Look(); });
}

void OverrideWatch::Warn(const service::EnvironmentRef& environment, std::string_view text) {
  log_.Write(LogLevel::kWarning, "overrides_not_ended", {{"environment", environment.id}, {"text", text}});
}

void OverrideWatch::Look() {
  const auto environments = service_.Environments();
  if (!environments.ok()) return;  // the next look tells
  for (const service::EnvironmentRef& environment : *environments) LookAt(environment);
}

void OverrideWatch::LookAt(const service::EnvironmentRef& environment) {
  const service::Call call{.actor = "system", .now = now_()};
  const auto expired = service_.ExpiredOverrides(call, environment);
  if (!expired.ok()) return Warn(environment, expired.fault().Text());
  if (expired->empty()) return;
  const auto changes = service_.ListChanges(call, environment.project, environment.key);
  if (!changes.ok()) return Warn(environment, changes.fault().Text());
  // What somebody is still working on does not go live because of the time.
  if (!(*changes)["changes"].empty() || !(*changes)["problems"].empty()) return;
  // A freeze is waited for. That overrides end was decided when they were made: nobody need review it.
  if (service_.RefusePublish(call, environment.project, environment.key, /*is_reviewed=*/true)) return;
  auto assembly = service_.Assemble(call, environment.project, environment.key);
  if (!assembly.ok()) return Warn(environment, assembly.fault().Text());
  const auto runs = service_.RunTests(call, *assembly);
  if (!runs.ok()) return Warn(environment, runs.fault().Text());
  for (const service::FlagTestRun& run : *runs) {
    if (!run.is_passed) return Warn(environment, run.text);
  }
  std::string keys;
  for (const std::string& key : *expired) keys += (keys.empty() ? "" : ", ") + key;
  publish::PublishRequest request;
  request.actor = call.actor;
  request.now = call.now;
  request.comment = "overrides have expired: " + keys;
  request.environment_id = assembly->environment_id;
  request.state_revision = assembly->state_revision;
  request.server = std::move(assembly->server);
  request.client = std::move(assembly->client);
  request.allows_empty = true;
  request.is_renewal = true;  // that they end was decided when they were made
  const auto outcome = publisher_.Publish(std::move(request));
  // Under way in rings, or somebody else was faster: the next look sees.
  if (absl::IsFailedPrecondition(outcome.status()) || absl::IsAborted(outcome.status())) return;
  if (!outcome.ok()) return Warn(environment, std::string(outcome.status().message()));
  if (!outcome->problems.empty()) return Warn(environment, outcome->problems.front());
  log_.Write(LogLevel::kInfo, "overrides_ended",
             {{"environment", environment.id}, {"version", outcome->version}, {"overrides", *expired}});
}

}  // namespace expt::api
