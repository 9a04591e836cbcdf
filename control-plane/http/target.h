// The request target, made canonical once, before routing and authorisation look at it.
#ifndef EXPT_CONTROL_PLANE_HTTP_TARGET_H_
#define EXPT_CONTROL_PLANE_HTTP_TARGET_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/http/request.h"

namespace expt::http {

struct Target {
  std::vector<std::string> segments;  // decoded; "/" has none
  Pairs query;                        // decoded
};

// Refuses what could be read in two ways: a percent sign without two hexadecimal digits, an encoded slash, backslash
// or control byte, invalid UTF-8, an empty segment, "." and "..", a query name that stands twice.
//
// Errors: kInvalidArgument
absl::StatusOr<Target> ParseTarget(std::string_view target);

bool IsUtf8(std::string_view text);

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_TARGET_H_
