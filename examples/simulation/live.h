// Live traffic: visitors who come now, decide with the real engine, and buy.
#ifndef EXPT_EXAMPLES_SIMULATION_LIVE_H_
#define EXPT_EXAMPLES_SIMULATION_LIVE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "expt/client.h"

namespace simulation {

struct LiveOptions {
  int threads = 4;
  int visitors_per_second = 80;      // all threads together; each makes about seven events
  std::chrono::seconds duration{0};  // 0: until `is_over`
  std::string group;                 // visitors are named after it; a new one for every run
};

struct LiveReport {
  uint64_t visitors = 0;
  uint64_t refused = 0;  // events that the client had no room for
};

// Returns when the time is over or `is_over` is set.
LiveReport SendLiveTraffic(expt::Client& client, const LiveOptions& options, const std::atomic<bool>& is_over);

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_LIVE_H_
