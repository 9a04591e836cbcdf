// Schemas of what resource_routes.cc describes.
#ifndef EXPT_CONTROL_PLANE_API_RESOURCE_SCHEMAS_H_
#define EXPT_CONTROL_PLANE_API_RESOURCE_SCHEMAS_H_

#include <string_view>

namespace expt::api {

// One JSON object: JSON Schema 2020-12 by name.
std::string_view ResourceSchemas();

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_RESOURCE_SCHEMAS_H_
