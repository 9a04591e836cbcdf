// Checks again and again that the event counters add up and that no experiment loses more of one variant than of
// another. What it finds goes to the log as warnings and to /metrics.
#ifndef EXPT_CONTROL_PLANE_API_ACCOUNTING_WATCH_H_
#define EXPT_CONTROL_PLANE_API_ACCOUNTING_WATCH_H_

#include <chrono>

#include "control-plane/api/log.h"
#include "control-plane/http/metrics.h"
#include "control-plane/ingest/ingest.h"
#include "control-plane/publish/ticker.h"
#include "control-plane/service/service.h"

namespace expt::api {

// Thread-safe. What it is made with must outlive it.
class AccountingWatch {
 public:
  AccountingWatch(service::Service& service, const ingest::Ingest& ingest, http::Metrics& metrics, Log& log);

  // Checks every `interval` until it is destroyed or stopped.
  void Start(std::chrono::milliseconds interval);
  void Stop() { ticker_.Stop(); }

  // Checks now. Cost: reads the counters of all days.
  void Check();

 private:
  void CheckEnvironment(const service::EnvironmentRef& environment);

  service::Service& service_;
  const ingest::Ingest& ingest_;
  http::Metrics& metrics_;
  Log& log_;
  publish::Ticker ticker_;
};

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_ACCOUNTING_WATCH_H_
