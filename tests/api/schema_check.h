// Checks a JSON value against a schema of /openapi.json: the part of JSON Schema that those schemas use. A keyword that
// is not known is a defect of the schema, so none can be ignored.
#ifndef EXPT_TESTS_API_SCHEMA_CHECK_H_
#define EXPT_TESTS_API_SCHEMA_CHECK_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace expt::testing {

// What does not fit, each with its place; empty when all does. `document` holds components/schemas.
std::vector<std::string> Misfits(const nlohmann::json& value, const nlohmann::json& schema,
                                 const nlohmann::json& document);

}  // namespace expt::testing

#endif  // EXPT_TESTS_API_SCHEMA_CHECK_H_
