// The parts of components/schemas, one for each tag. JSON Schema 2020-12.
#ifndef EXPT_CONTROL_PLANE_API_SCHEMAS_PART_H_
#define EXPT_CONTROL_PLANE_API_SCHEMAS_PART_H_

#include <string_view>
#include <vector>

namespace expt::api {

struct SchemaPart {
  std::string_view text;  // a JSON object: name -> schema
  // Documents, which carry id, created, updated and archived beside what their writer says.
  std::vector<std::string_view> stored = {};
  // Those that are listed: "Flag" adds "FlagPage".
  std::vector<std::string_view> paged = {};
};

SchemaPart CommonSchemas();
SchemaPart PeopleSchemas();
SchemaPart ProjectsSchemas();
SchemaPart AuditSchemas();
SchemaPart TargetingSchemas();
SchemaPart FlagsSchemas();
SchemaPart ExperimentsSchemas();
SchemaPart MetricsSchemas();
SchemaPart PublishSchemas();
SchemaPart ChangesSchemas();
SchemaPart ResultsSchemas();
SchemaPart EventsSchemas();
SchemaPart ResourceSchemas();
SchemaPart UsageSchemas();

// All of them. No name is in two.
std::vector<SchemaPart> SchemaParts();

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_SCHEMAS_PART_H_
