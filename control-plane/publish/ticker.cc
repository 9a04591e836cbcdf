#include "control-plane/publish/ticker.h"

#include <utility>

namespace expt::publish {

void Ticker::Start(std::chrono::milliseconds interval, std::function<void()> tick) {
  const std::lock_guard lock(mutex_);
  if (thread_.joinable()) return;
  is_stopping_ = false;
  thread_ = std::thread([this, interval, tick = std::move(tick)] { Run(interval, tick); });
}

void Ticker::Stop() {
  std::thread thread;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    thread = std::move(thread_);
  }
  stop_.notify_all();
  if (thread.joinable()) thread.join();
}

void Ticker::Run(std::chrono::milliseconds interval, const std::function<void()>& tick) {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, interval, [this] { return is_stopping_; })) {
    lock.unlock();
    tick();
    lock.lock();
  }
}

}  // namespace expt::publish
