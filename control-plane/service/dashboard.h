// A page of results and texts that somebody has put together. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_DASHBOARD_H_
#define EXPT_CONTROL_PLANE_SERVICE_DASHBOARD_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "control-plane/service/json_reader.h"

namespace expt::service {

struct DashboardBlock {
  std::string type;         // "results" or "text"
  std::string text;         // of a text
  std::string environment;  // of results: keys
  std::string experiment;
  std::vector<std::string> metrics;  // keys; none: all of the experiment
  std::string pointer;
};

struct Dashboard {
  std::string key;
  std::string name;
  std::string description;
  std::vector<DashboardBlock> blocks;
};

Dashboard ReadDashboard(const nlohmann::json& document, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_DASHBOARD_H_
