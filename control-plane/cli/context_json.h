// A context written as JSON.
//
//   {"targetingKey": "user-42", "country": "CH", "age": 31, "device": {"os": "ios"}, "tags": ["beta"]}
//
//   object            its members, named with dots: "device.os"; a name that is written with dots wins over them
//   string, boolean   as they are
//   integer           an integer when it fits int64, else missing
//   other number      a double
//   array             a list of strings when every element is one, else missing
//   null              missing
#ifndef EXPT_CONTROL_PLANE_CLI_CONTEXT_JSON_H_
#define EXPT_CONTROL_PLANE_CLI_CONTEXT_JSON_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "expt/context.h"

namespace expt::cli {

// `targetingKey` and `targeting_key` are one name; giving both with different values makes a context that is not
// valid, which every flag answers with INVALID_CONTEXT.
//
// Errors: kInvalidArgument `context: at byte 17: ...` when `json` is not JSON or not an object.
absl::StatusOr<Context> ParseContext(std::string_view json);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_CONTEXT_JSON_H_
