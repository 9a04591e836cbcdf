// What a share shows, and until when.
#ifndef EXPT_CONTROL_PLANE_SERVICE_SHARE_H_
#define EXPT_CONTROL_PLANE_SERVICE_SHARE_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "control-plane/service/where.h"

namespace expt::service {

struct ShareRequest {
  Where where;       // of the experiment or the dashboard
  std::string kind;  // "experiment" or "dashboard"
  std::string name;
  int64_t expires_ms = 0;
  bool is_frozen = false;  // it goes on showing what there is when it is made
};

struct OpenedShare {
  ShareRequest request;
  int64_t created_ms = 0;
  nlohmann::json frozen;  // null: not frozen
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_SHARE_H_
