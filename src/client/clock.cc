#include "expt/clock.h"

#include <ctime>

namespace expt {
inline namespace v1 {
namespace {

// The coarse clocks are several times cheaper to read and exact to a few milliseconds, which is what an evaluation
// and an event time need.
#ifdef CLOCK_REALTIME_COARSE
constexpr clockid_t kWall = CLOCK_REALTIME_COARSE;
constexpr clockid_t kSteady = CLOCK_MONOTONIC_COARSE;
#else
constexpr clockid_t kWall = CLOCK_REALTIME;
constexpr clockid_t kSteady = CLOCK_MONOTONIC;
#endif

int64_t ReadMs(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

class MachineClock final : public Clock {
 public:
  Time Now() override { return Time(std::chrono::milliseconds(ReadMs(kWall))); }
  std::chrono::milliseconds Monotonic() override { return std::chrono::milliseconds(ReadMs(kSteady)); }
};

}  // namespace

Clock* SystemClock() {
  static MachineClock* const clock = new MachineClock;  // never destroyed: threads may outlive static objects
  return clock;
}

}  // namespace v1
}  // namespace expt
