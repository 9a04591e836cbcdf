#include "src/base/number.h"

#include <charconv>
#include <cmath>

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
#if defined(EXPT_SMALL_CODE)
  char* const end = buffer.data() + buffer.size();
  char* at = end;
  uint64_t rest = value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  for (; rest > 9; rest /= 10) *--at = static_cast<char>('0' + rest % 10);
  *--at = static_cast<char>('0' + rest);
  if (value < 0) *--at = '-';
  return {at, static_cast<size_t>(end - at)};
#else
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), static_cast<size_t>(result.ptr - buffer.data())};
#endif
}

void AppendInteger(std::string& out, int64_t value) {
  char buffer[24];
  out.append(FormatInteger(value, buffer));
}

}  // namespace expt::base
