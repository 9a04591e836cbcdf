// Calls a function again and again, in a thread of its own.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_TICKER_H_
#define EXPT_CONTROL_PLANE_PUBLISH_TICKER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace expt::publish {

// Thread-safe; but `tick` must not call Stop().
class Ticker {
 public:
  Ticker() = default;
  ~Ticker() { Stop(); }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // The first call comes after `interval`. Does nothing while it ticks already.
  void Start(std::chrono::milliseconds interval, std::function<void()> tick);
  // Returns when no call is under way and none will come.
  void Stop();

 private:
  void Run(std::chrono::milliseconds interval, const std::function<void()>& tick);

  std::mutex mutex_;  // guards what follows
  bool is_stopping_ = false;
  std::condition_variable stop_;
  std::thread thread_;
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_TICKER_H_
