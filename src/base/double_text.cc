// The text of a double. A file of its own, because another host may have a better way (bindings/js-wasm).
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "src/base/number.h"

namespace expt::base {

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
