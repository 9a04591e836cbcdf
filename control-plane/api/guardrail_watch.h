// Rolls back experiments of which a guardrail is worse, and publishes that.
//
// Their results are of the mode any_time, which holds at every look: looking once a minute does not raise the share of
// false alarms above the experiment's alpha for each guardrail.
#ifndef EXPT_CONTROL_PLANE_API_GUARDRAIL_WATCH_H_
#define EXPT_CONTROL_PLANE_API_GUARDRAIL_WATCH_H_

#include <chrono>

#include "control-plane/api/services.h"
#include "control-plane/publish/ticker.h"

namespace expt::api {

// Thread-safe. `services` must outlive it.
class GuardrailWatch {
 public:
  explicit GuardrailWatch(const Services& services) : services_(services) {}

  // Looks every `interval` until it is destroyed or stopped.
  void Start(std::chrono::milliseconds interval);
  void Stop() { ticker_.Stop(); }

  // Looks at the results of every experiment that rolls back by itself.
  void Look();

 private:
  void Check(const service::GuardedExperiment& guarded);
  void RollBack(const service::GuardedExperiment& guarded, const std::string& reason);

  const Services& services_;
  publish::Ticker ticker_;
};

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_GUARDRAIL_WATCH_H_
