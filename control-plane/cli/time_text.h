// Times as people write them: RFC 3339, and milliseconds since 1970-01-01 UTC.
#ifndef EXPT_CONTROL_PLANE_CLI_TIME_TEXT_H_
#define EXPT_CONTROL_PLANE_CLI_TIME_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"

namespace expt::cli {

// "2030-01-07T09:30:00Z", "2030-01-07T09:30:00.250+01:00"; a leap second counts as the second before it.
absl::StatusOr<Time> ParseTime(std::string_view text);

// "2030-01-07T09:30:00Z"; milliseconds only where there are some.
std::string FormatTime(Time time);

Time Now();

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_TIME_TEXT_H_
