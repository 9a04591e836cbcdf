// What new flags, experiments and rules begin with. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_TEMPLATE_H_
#define EXPT_CONTROL_PLANE_SERVICE_TEMPLATE_H_

#include <nlohmann/json.hpp>
#include <string>

#include "control-plane/service/json_reader.h"

namespace expt::service {

struct Template {
  std::string key;
  std::string name;
  std::string description;
  std::string of;       // "flag", "experiment" or "rule"
  nlohmann::json body;  // of the document, or of the rule
};

// What the body says by itself is checked as in such a document; what it names need not be there yet.
Template ReadTemplate(const nlohmann::json& document, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_TEMPLATE_H_
