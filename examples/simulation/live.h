// Live traffic: visitors who come now, decide with the real engine, and buy.
#ifndef EXPT_EXAMPLES_SIMULATION_LIVE_H_
#define EXPT_EXAMPLES_SIMULATION_LIVE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "examples/simulation/storefront_traffic.h"
#include "expt/client.h"

namespace simulation {

struct LiveReport {
  uint64_t visitors = 0;
  uint64_t refused = 0;        // events that the client had no room for
  uint64_t recent = 0;         // visitors since the report before the last one
  uint64_t recent_ramped = 0;  // those of them whom the ramp covers
  StorefrontTraffic::Counts storefront;
};

struct LiveOptions {
  int threads = 4;
  int visitors_per_second = 80;      // all threads together; each makes about ten events
  std::chrono::seconds duration{0};  // 0: until `is_over`
  std::string group;                 // visitors are named after it; a new one for every run
  std::chrono::seconds report_every{5};
  std::function<void(const LiveReport&)> report;  // called by one thread at a time
};

// Returns when the time is over or `is_over` is set.
LiveReport SendLiveTraffic(expt::Client& client, const LiveOptions& options, const std::atomic<bool>& is_over);

// How many rules of the storefront have decided, what was kept, how many the ramp covers: one line.
std::string LiveText(const LiveReport& report);

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_LIVE_H_
