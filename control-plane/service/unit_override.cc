#include "control-plane/service/unit_override.h"

#include <nlohmann/json.hpp>

#include "control-plane/service/coverage.h"
#include "control-plane/service/flag_configuration.h"

namespace expt::service {

using nlohmann::json;

UnitOverride ReadUnitOverride(const json& document, Problems& problems) {
  UnitOverride forced;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  forced.key = object.Key("key");
  forced.bucket_by = ReadBucketBy(object);
  forced.unit_id = object.Text("unit_id", true, kMaxUnitIdSize);
  forced.note = object.Text("note", false, 4096);
  forced.expires_ms = object.Instant("expires");
  if (const json* variants = object.Object("variants", true)) {
    if (variants->empty() || variants->size() > kMaxOverriddenFlags) {
      object.Report("variants", "expected 1 to " + std::to_string(kMaxOverriddenFlags) + " flags, found " +
                                    std::to_string(variants->size()));
    }
    ObjectReader entries(*variants, object.At("variants"), problems);
    for (const auto& [flag, variant] : variants->items()) forced.variants.emplace(flag, entries.Key(flag));
  }
  object.RefuseOthers();
  return forced;
}

}  // namespace expt::service
