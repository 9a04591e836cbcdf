// /openapi.json, made from the route table and the schemas.
#ifndef EXPT_CONTROL_PLANE_API_OPENAPI_H_
#define EXPT_CONTROL_PLANE_API_OPENAPI_H_

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "control-plane/api/route.h"

namespace expt::api {

// OpenAPI 3.1. Each operation carries the permission that it needs as `x-permission`.
nlohmann::json OpenApi(std::span<const Route> routes, std::string_view public_url, std::string_view version);

// components/schemas: JSON Schema of everything that goes in and out.
const nlohmann::json& Schemas();

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_OPENAPI_H_
