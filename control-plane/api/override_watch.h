// Publishes an environment again when overrides have expired since its last publish, and nothing else would go live
// with it. docs/decisions/overrides.md
#ifndef EXPT_CONTROL_PLANE_API_OVERRIDE_WATCH_H_
#define EXPT_CONTROL_PLANE_API_OVERRIDE_WATCH_H_

#include <chrono>
#include <functional>

#include "control-plane/api/log.h"
#include "control-plane/publish/publisher.h"
#include "control-plane/publish/ticker.h"
#include "control-plane/service/service.h"

namespace expt::api {

// Thread-safe. What it is made with must outlive it.
class OverrideWatch {
 public:
  OverrideWatch(service::Service& service, publish::Publisher& publisher, Log& log, std::function<Time()> now)
      : service_(service), publisher_(publisher), log_(log), now_(std::move(now)) {}

  // Looks every `interval` until it is destroyed or stopped.
  void Start(std::chrono::milliseconds interval);
  void Stop() { ticker_.Stop(); }

  // Looks now. Cost: a read of the overrides of each environment.
  void Look();

 private:
  void LookAt(const service::EnvironmentRef& environment);
  void Warn(const service::EnvironmentRef& environment, std::string_view text);

  service::Service& service_;
  publish::Publisher& publisher_;
  Log& log_;
  const std::function<Time()> now_;
  publish::Ticker ticker_;
};

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_OVERRIDE_WATCH_H_
