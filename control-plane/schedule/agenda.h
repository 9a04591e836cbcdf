// What is to be published at a time of its own: change requests that are approved and have one.
//
//   Agenda agenda(state, {.now = Now, .publish = [](const DueChange& due) { ... }});
//   agenda.Look();   // again and again: publishes what is due by now
//
// Whether it is due is read from the store each time, so nothing is lost with the process. What is published, and what
// could not be, is due no more: nothing is tried twice.
#ifndef EXPT_CONTROL_PLANE_SCHEDULE_AGENDA_H_
#define EXPT_CONTROL_PLANE_SCHEDULE_AGENDA_H_

#include <functional>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"

namespace expt::storage {
class StateStore;
}

namespace expt::schedule {

struct DueChange {
  std::string project;      // keys
  std::string environment;
  std::string id;           // of the change request
  std::string actor;        // in whose name: who scheduled it, or applied what no process went on to publish
};

struct AgendaOptions {
  std::function<Time()> now;
  // Publishes, and writes into the change request that it did, or why it did not. Where it could write neither, the
  // next look comes back to it.
  std::function<void(const DueChange&)> publish;
};

// Thread-safe. `state` must outlive it.
class Agenda {
 public:
  Agenda(storage::StateStore& state, AgendaOptions options);

  // In the order of their times. How many; an error of the store when it cannot say what is due.
  absl::StatusOr<size_t> Look();

 private:
  storage::StateStore& state_;
  const AgendaOptions options_;
  const Time started_;  // what was applied before, by a process that is gone, is published by nobody else
  std::mutex looking_;
};

}  // namespace expt::schedule

#endif  // EXPT_CONTROL_PLANE_SCHEDULE_AGENDA_H_
