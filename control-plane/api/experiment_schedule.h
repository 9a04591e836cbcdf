// Starts and stops experiments at the times of their schedules, and publishes that.
//
// What is due is read from the documents each time, so nothing is lost with the process. Each step is taken once: what
// cannot be done is written into the experiment, and is not tried again before somebody changes its schedule.
#ifndef EXPT_CONTROL_PLANE_API_EXPERIMENT_SCHEDULE_H_
#define EXPT_CONTROL_PLANE_API_EXPERIMENT_SCHEDULE_H_

#include <chrono>

#include "control-plane/api/own_publish.h"
#include "control-plane/api/services.h"
#include "control-plane/publish/ticker.h"

namespace expt::api {

// Thread-safe. `services` must outlive it.
class ExperimentSchedule {
 public:
  explicit ExperimentSchedule(const Services& services) : services_(services) {}

  // Looks every `interval` until it is destroyed or stopped.
  void Start(std::chrono::milliseconds interval);
  void Stop() { ticker_.Stop(); }

  // Takes the steps that are due now.
  void Look();

 private:
  void Take(const service::DueExperiment& due);
  // What stands in the way, or empty. Nothing is changed.
  std::string WhyNot(const service::Call& call, const service::DueExperiment& due, const OwnChange& change);

  const Services& services_;
  publish::Ticker ticker_;
};

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_EXPERIMENT_SCHEDULE_H_
