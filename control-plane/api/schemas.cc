#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "control-plane/api/openapi.h"
#include "control-plane/api/schemas/part.h"
#include "control-plane/service/permission.h"

namespace expt::api {
namespace {

using nlohmann::json;

// Every stored document carries these beside what its writer says.
constexpr char kStoredFields[] = R"json({
  "id": {"type": "string", "readOnly": true},
  "created": {"type": "string", "format": "date-time", "readOnly": true},
  "updated": {"type": "string", "format": "date-time", "readOnly": true},
  "archived": {"type": "boolean", "readOnly": true}
})json";

json PageSchema(std::string_view item) {
  json items = {{"type", "array"}, {"items", {{"$ref", "#/components/schemas/" + std::string(item)}}}};
  return {{"type", "object"},
          {"additionalProperties", false},
          {"required", {"items", "next_cursor"}},
          {"properties", {{"items", std::move(items)}, {"next_cursor", {{"type", {"string", "null"}}}}}}};
}

// What a secret looks like in the one answer that shows it.
json WithSecret(json schema, const char* name, const char* description) {
  schema["required"].push_back(name);
  schema["properties"][name] = {{"type", "string"}, {"description", description}};
  return schema;
}

json MakeSchemas() {
  json schemas = json::object();
  const json stored = json::parse(kStoredFields);
  for (const SchemaPart& part : SchemaParts()) {
    schemas.update(json::parse(part.text));
    for (const std::string_view name : part.stored) schemas[std::string(name)]["properties"].update(stored);
    for (const std::string_view name : part.paged) schemas[std::string(name) + "Page"] = PageSchema(name);
  }
  for (const service::PermissionRow& row : service::PermissionTable()) {
    schemas["Permission"]["enum"].push_back(row.word);
  }
  schemas["NewToken"] = WithSecret(schemas["Token"], "token", "For Authorization; shown here only.");
  schemas["NewShare"] = WithSecret(schemas["Share"], "token", "Behind /share/v1/; shown here only.");
  schemas["NewSdkKey"] = WithSecret(schemas["SdkKey"], "key", "expt1.…; shown here only.");
  return schemas;
}

}  // namespace

std::vector<SchemaPart> SchemaParts() {
  return {CommonSchemas(),  PeopleSchemas(),      ProjectsSchemas(), AuditSchemas(),   TargetingSchemas(),
          FlagsSchemas(),   ExperimentsSchemas(), MetricsSchemas(),  PublishSchemas(), ChangesSchemas(),
          ResultsSchemas(), EventsSchemas(),      ResourceSchemas(), UsageSchemas()};
}

const json& Schemas() {
  static const json& schemas = *new json(MakeSchemas());
  return schemas;
}

}  // namespace expt::api
