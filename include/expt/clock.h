// The clock that a client reads. Replace it in tests; evaluation itself takes `now` as an argument.
#ifndef EXPT_CLOCK_H_
#define EXPT_CLOCK_H_

#include <chrono>

#include "expt/snapshot.h"

namespace expt {
inline namespace v1 {

// Thread-safe: methods are called from any thread. They must not block or throw.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock; may step.
  virtual Time Now() = 0;
  // Never steps back; its zero is arbitrary.
  virtual std::chrono::milliseconds Monotonic() = 0;
};

// The machine's clocks. Never destroyed.
Clock* SystemClock();

}  // namespace v1
}  // namespace expt

#endif  // EXPT_CLOCK_H_
