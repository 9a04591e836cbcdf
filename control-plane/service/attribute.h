// An attribute that contexts may have, and what may be done with it. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_ATTRIBUTE_H_
#define EXPT_CONTROL_PLANE_SERVICE_ATTRIBUTE_H_

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "control-plane/service/json_reader.h"
#include "expt/value.h"

namespace expt::service {

struct AttributeDefinition {
  std::string key;
  std::string description;
  ValueType type = ValueType::kString;
  bool is_unit_type = false;  // it holds a unit id
  bool is_analytics = false;  // may leave the process in events
  bool is_private = false;
};

AttributeDefinition ReadAttribute(const nlohmann::json& document, Problems& problems);

// Every project begins with it: the default unit id.
nlohmann::json TargetingKeyDefinition();

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_ATTRIBUTE_H_
