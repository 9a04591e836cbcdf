// Metrics that are planned together: an experiment names the group instead of each. docs/definitions.md describes the
// document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_METRIC_GROUP_H_
#define EXPT_CONTROL_PLANE_SERVICE_METRIC_GROUP_H_

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "control-plane/service/json_reader.h"

namespace expt::service {

struct MetricGroup {
  std::string key;
  std::string name;
  std::string description;
  std::vector<std::string> metrics;  // keys
};

MetricGroup ReadMetricGroup(const nlohmann::json& document, Problems& problems);

// Null for an unknown key.
using FindMetricGroup = std::function<const MetricGroup*(const std::string& key)>;

// Puts the metrics of each group in the place of the entry {"group": …, "role": …} of an experiment's metrics. What is
// listed already keeps its own entry. In a draft (`before` null or one) what an earlier expansion has put there goes
// first: the group decides until the start, and no longer afterwards.
void ExpandMetricGroups(nlohmann::json& experiment, const nlohmann::json& before, const FindMetricGroup& find,
                        Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_METRIC_GROUP_H_
