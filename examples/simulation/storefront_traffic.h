// Visitors of the storefront, in turn by every way that there is to it.
#ifndef EXPT_EXAMPLES_SIMULATION_STOREFRONT_TRAFFIC_H_
#define EXPT_EXAMPLES_SIMULATION_STOREFRONT_TRAFFIC_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "expt/client.h"

namespace simulation {

// Thread-safe.
class StorefrontTraffic {
 public:
  StorefrontTraffic(expt::Client& client, std::string group) : client_(client), group_(std::move(group)) {}

  // One visit; returns how many events found no room.
  //
  // Every other visitor of the sticky experiment has been here before: the shop remembers which variant the visitor was
  // given and hands it to the engine.
  uint64_t Visit(uint64_t number);

  struct Counts {
    std::map<std::string, uint64_t> decided;  // by rule id, or by reason where no rule decided
    uint64_t kept = 0;                        // decisions that a remembered variant made
  };
  Counts counts() const;

 private:
  void Remember(const expt::Decision& decision, const expt::Context& visitor);  // holds mutex_

  expt::Client& client_;
  const std::string group_;
  mutable std::mutex mutex_;
  expt::StickyAssignments assignments_;  // guarded by mutex_, as is the next
  Counts counts_;
};

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_STOREFRONT_TRAFFIC_H_
