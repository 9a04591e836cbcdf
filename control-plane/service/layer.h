// A layer: bucket space that its experiments share without meeting. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_LAYER_H_
#define EXPT_CONTROL_PLANE_SERVICE_LAYER_H_

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "control-plane/service/json_reader.h"

namespace expt::service {

struct Layer {
  std::string key;
  std::string description;
  std::string bucket_by = "targeting_key";
  std::string salt;  // empty: still to be made
};

Layer ReadLayer(const nlohmann::json& document, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_LAYER_H_
