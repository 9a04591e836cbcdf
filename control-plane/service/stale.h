// Flags that code could do without, and what to do about them.
#ifndef EXPT_CONTROL_PLANE_SERVICE_STALE_H_
#define EXPT_CONTROL_PLANE_SERVICE_STALE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "control-plane/storage/state_store.h"

namespace expt::service {

struct StaleReason {
  // "never_evaluated", "not_evaluated", "rolled_out", "switched_off", "experiment_ended" or "unchanged"
  std::string reason;
  int64_t since_ms = 0;
  std::string text;  // one sentence: what is so, and how to clean up
};

struct StaleFlag {
  std::string flag;
  std::vector<StaleReason> reasons;
};

// By key of the flag; those with the tag "permanent" are left out. `documents` are those of the project and one
// environment, `last_seen_ms` tells of each flag that was ever evaluated there.
std::vector<StaleFlag> FindStaleFlags(const std::vector<storage::Document>& documents,
                                      const std::map<std::string, int64_t>& last_seen_ms, int64_t now_ms);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_STALE_H_
