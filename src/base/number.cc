#include "src/base/number.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace expt::base {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;

}  // namespace

int Compare(int64_t a, double b) {
  if (b >= kTwo63) return -1;
  if (b < -kTwo63) return 1;
  const int64_t whole = static_cast<int64_t>(b);  // towards zero
  if (a != whole) return a < whole ? -1 : 1;
  const double fraction = b - static_cast<double>(whole);
  return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

std::optional<int64_t> ExactInteger(double value) {
  if (!(value >= -kTwo63 && value < kTwo63)) return std::nullopt;
  const int64_t whole = static_cast<int64_t>(value);
  if (static_cast<double>(whole) != value) return std::nullopt;
  return whole;
}

std::string_view FormatInteger(int64_t value, std::span<char> buffer) {
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), static_cast<size_t>(result.ptr - buffer.data())};
}

void AppendInteger(std::string& out, int64_t value) {
  char buffer[24];
  out.append(FormatInteger(value, buffer));
}

void AppendDouble(std::string& out, double value) {
  if (std::isnan(value)) {
    out.append("NaN");
    return;
  }
  if (std::isinf(value)) {
    out.append(value < 0 ? "-Infinity" : "Infinity");
    return;
  }
  // %.15g drops trailing zeros, so it is the shortest text of every normal number that has one of up to 15 digits.
  char text[40];
  const bool is_subnormal = std::abs(value) < std::numeric_limits<double>::min();
  for (int digits = is_subnormal ? 1 : 15; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) break;
  }
  bool looks_integral = true;
  for (char* c = text; *c != '\0'; ++c) {
    const bool is_plain = (*c >= '0' && *c <= '9') || *c == '-' || *c == '+' || *c == 'e';
    if (!is_plain) *c = '.';  // the decimal point of the process's locale
    if (*c == '.' || *c == 'e') looks_integral = false;
  }
  out.append(text);
  if (looks_integral) out.append(".0");
}

}  // namespace expt::base
