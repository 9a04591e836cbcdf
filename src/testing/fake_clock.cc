#include "expt/testing.h"

namespace expt {
inline namespace v1 {
namespace testing {
namespace {

void Add(std::atomic<std::chrono::milliseconds>& to, std::chrono::milliseconds by) {
  std::chrono::milliseconds now = to.load();
  while (!to.compare_exchange_weak(now, now + by)) {
  }
}

}  // namespace

void FakeClock::Advance(std::chrono::milliseconds by) {
  Add(wall_, by);
  Add(monotonic_, by);
}

void FakeClock::StepWall(std::chrono::milliseconds by) { Add(wall_, by); }

}  // namespace testing
}  // namespace v1
}  // namespace expt
