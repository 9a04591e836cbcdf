// What a snapshot says about reporting: which attributes are unit ids, which may leave the process, and what an
// experiment is. Views are valid while a copy of the snapshot lives.
#ifndef EXPT_SRC_CORE_CATALOG_H_
#define EXPT_SRC_CORE_CATALOG_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "expt/snapshot.h"

namespace expt::core {

// Names of the attributes declared a unit type, in the snapshot's order. Empty for a snapshot that is not ready.
std::vector<std::string_view> UnitTypes(const Snapshot& snapshot);

// Names of the attributes declared `analytics` and not `private`, in the snapshot's order.
std::vector<std::string_view> AnalyticsAttributes(const Snapshot& snapshot);

struct ExperimentEntry {
  std::string_view id;
  std::string_view key;
  std::string_view flag;       // key
  std::string_view bucket_by;  // attribute
  uint32_t phase = 0;
  std::vector<std::string_view> variants;  // keys
};
// The experiment of that key; nothing when there is none. Cost: one look at each experiment.
std::optional<ExperimentEntry> FindExperiment(const Snapshot& snapshot, std::string_view key);

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_CATALOG_H_
