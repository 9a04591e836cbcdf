// Instants written as text: "2024-02-29T23:59:60.123456+01:00".
#ifndef EXPT_SRC_BASE_RFC3339_H_
#define EXPT_SRC_BASE_RFC3339_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace expt::base {

// Milliseconds since 1970-01-01T00:00:00Z, finer digits cut off towards the past; nothing for any other text.
//
//   date      YYYY-MM-DD, a day that exists, in the years 0000 to 9999 of the Gregorian calendar
//   "T"       or "t" or one space
//   time      hh:mm:ss, of any minute 60 seconds too, which are the first of the next; then maybe "." and digits
//   offset    "Z" or "z", or +hh:mm or -hh:mm up to 23:59, never left out
std::optional<int64_t> ParseRfc3339(std::string_view text);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_RFC3339_H_
