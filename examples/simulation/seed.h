// Fourteen days of history for the demo.
#ifndef EXPT_EXAMPLES_SIMULATION_SEED_H_
#define EXPT_EXAMPLES_SIMULATION_SEED_H_

#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "expt/client.h"

namespace simulation {

inline constexpr uint64_t kSeedVisitors = 24'000;

struct SeedReport {
  uint64_t events = 0;
};

// Sends every visitor's exposures and events with the times that they had. The variants are those that the engine
// decides with these times, so ramps and the holdout count. The holdout's own exposures are left to the live traffic:
// only the engine records those. The same `start` gives the same events, so that a second run stores nothing.
absl::Status SendHistory(expt::Client& client, expt::Time start, std::chrono::seconds patience, SeedReport& report);

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_SEED_H_
