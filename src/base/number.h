// Numbers compared by value across int64 and double, and written as text.
#ifndef EXPT_SRC_BASE_NUMBER_H_
#define EXPT_SRC_BASE_NUMBER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace expt::base {

// Negative, 0 or positive as the exact value of `a` is less than, equal to or greater than that of `b`.
// `b` may be infinite but not NaN.
int Compare(int64_t a, double b);

// The int64 of the same value; nothing for fractions, NaN, infinity and values out of range. -0 is 0.
std::optional<int64_t> ExactInteger(double value);

// Decimal text in `buffer` (at least 20 bytes).
std::string_view FormatInteger(int64_t value, std::span<char> buffer);

void AppendInteger(std::string& out, int64_t value);

// The decimal text of fewest digits that reads back as `value`, with ".0" where it would look like an integer:
// "0.1", "20.0", "1e+21". "NaN", "Infinity" and "-Infinity" for the rest.
void AppendDouble(std::string& out, double value);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_NUMBER_H_
