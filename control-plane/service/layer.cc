#include "control-plane/service/layer.h"

#include <nlohmann/json.hpp>

#include "control-plane/service/flag_configuration.h"

namespace expt::service {

Layer ReadLayer(const nlohmann::json& document, Problems& problems) {
  Layer layer;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  layer.key = object.Key("key");
  layer.description = object.Text("description", false, 4096);
  if (const std::string bucket_by = object.Text("bucket_by", false, kMaxKeySize); !bucket_by.empty()) {
    layer.bucket_by = bucket_by;
  }
  layer.salt = object.OptionalKey("salt", "", kMaxSaltSize);
  object.RefuseOthers();
  return layer;
}

}  // namespace expt::service
