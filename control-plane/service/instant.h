// Times in documents: RFC 3339 text with an offset; milliseconds since 1970-01-01 UTC inside.
#ifndef EXPT_CONTROL_PLANE_SERVICE_INSTANT_H_
#define EXPT_CONTROL_PLANE_SERVICE_INSTANT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace expt::service {

// "2030-01-31T12:00:00Z", "2030-01-31T13:00:00.250+01:00"; years 1970 to 9999. Nothing for any other text, a day
// that does not exist, and a leap second.
std::optional<int64_t> ParseInstant(std::string_view text);

// "2030-01-31T12:00:00Z", with ".250" where there are milliseconds.
std::string FormatInstant(int64_t time_ms);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_INSTANT_H_
