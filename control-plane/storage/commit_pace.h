// How long what is handed to the writer of the event log will take to be durable, judged by its last groups.
//
//   a group of n events takes  commit + n * per_event;  both are averages of the last groups, newer ones weigh more
#ifndef EXPT_CONTROL_PLANE_STORAGE_COMMIT_PACE_H_
#define EXPT_CONTROL_PLANE_STORAGE_COMMIT_PACE_H_

#include <chrono>
#include <cstddef>

namespace expt::storage {

// Not thread-safe.
class CommitPace {
 public:
  using Seconds = std::chrono::duration<double>;
  using Moment = std::chrono::steady_clock::time_point;

  void Begin(size_t events, Moment now);
  // `inserting` and `committing`: the parts of the group's time that grow with its events, and that do not.
  void End(Seconds inserting, Seconds committing);
  // Its transaction failed: it says nothing about the pace.
  void Abort() { is_running_ = false; }

  // Of an event that comes behind `queued` others, written in groups of at most `max_group`. A group that takes longer
  // than it should is expected to take as long again.
  Seconds Expect(size_t queued, size_t max_group, Moment now) const;

 private:
  Seconds commit_{0.005};
  // Sums over groups, each weighing less with every later group.
  double inserted_events_ = 0;
  Seconds inserting_{0};
  bool is_running_ = false;
  size_t running_events_ = 0;
  Moment began_{};
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_COMMIT_PACE_H_
