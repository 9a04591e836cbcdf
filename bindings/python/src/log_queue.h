// What a client's thread has to say, until Python asks for it: that thread never runs Python.
#ifndef EXPT_BINDINGS_PYTHON_LOG_QUEUE_H_
#define EXPT_BINDINGS_PYTHON_LOG_QUEUE_H_

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expt/options.h"

namespace expt::python {

// Thread-safe.
class LogQueue {
 public:
  struct Line {
    LogLevel level;
    std::string text;
  };

  // The oldest lines make room.
  void Add(LogLevel level, std::string_view text) {
    const std::lock_guard guard(mutex_);
    if (lines_.size() == kMostLines) {
      lines_.pop_front();
      ++dropped_;
    }
    lines_.push_back({level, std::string(text)});
  }

  // What came since the last call, and how many lines made room meanwhile.
  std::pair<std::deque<Line>, uint64_t> Take() {
    const std::lock_guard guard(mutex_);
    return {std::exchange(lines_, {}), std::exchange(dropped_, 0)};
  }

 private:
  static constexpr size_t kMostLines = 256;

  std::mutex mutex_;
  std::deque<Line> lines_;
  uint64_t dropped_ = 0;
};

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_LOG_QUEUE_H_
