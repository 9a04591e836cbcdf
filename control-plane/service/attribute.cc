#include "control-plane/service/attribute.h"

#include <nlohmann/json.hpp>

#include "expt/context.h"

namespace expt::service {

using nlohmann::json;

AttributeDefinition ReadAttribute(const json& document, Problems& problems) {
  AttributeDefinition attribute;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  attribute.key = object.Key("key");
  attribute.description = object.Text("description", false, 4096);
  const std::string type = object.Word("type", {"string", "integer", "double", "boolean", "string_list"});
  for (const ValueType candidate :
       {ValueType::kString, ValueType::kInteger, ValueType::kDouble, ValueType::kBoolean, ValueType::kStringList}) {
    if (ValueTypeName(candidate) == type) attribute.type = candidate;
  }
  attribute.is_unit_type = object.Boolean("unit_type", false);
  attribute.is_analytics = object.Boolean("analytics", false);
  attribute.is_private = object.Boolean("private", false);
  if (attribute.is_unit_type && (attribute.type == ValueType::kBoolean || attribute.type == ValueType::kStringList)) {
    object.Report("unit_type", "a unit id is a string or an integer, found type \"" + type + "\"");
  }
  if (attribute.is_private && attribute.is_analytics) {
    object.Report("analytics", "a private attribute never leaves the process");
  }
  if (attribute.key == kTargetingKey && !attribute.is_unit_type) {
    object.Report("unit_type", "the targeting key is always a unit type");
  }
  object.RefuseOthers();
  return attribute;
}

json TargetingKeyDefinition() {
  return {{"key", kTargetingKey}, {"description", "The default unit id."},
          {"type", "string"},     {"unit_type", true},
          {"analytics", false},   {"private", false}};
}

}  // namespace expt::service
