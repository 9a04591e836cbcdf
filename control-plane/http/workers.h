// A fixed number of threads that run jobs in the order in which they came.
#ifndef EXPT_CONTROL_PLANE_HTTP_WORKERS_H_
#define EXPT_CONTROL_PLANE_HTTP_WORKERS_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace expt::http {

// Thread-safe. The destructor runs the jobs that wait, then joins.
class Workers {
 public:
  Workers(int threads, size_t max_waiting);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when max_waiting jobs wait already: the job is not taken.
  bool Run(std::function<void()> job);

 private:
  void Loop();

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // guarded by mutex_
  bool is_closed_ = false;                     // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_WORKERS_H_
