// The text of a double, as src/base/double_text.cc writes it: JavaScript has what it takes, so that neither printf nor
// strtod come along.
#include <cmath>

#include "src/base/number.h"

// Writes the text of a finite number to `to` and returns its size, at most 32. src/double_text.ts of @expt/core.
extern "C" __attribute__((import_module("expt"), import_name("double_text"))) uint32_t expt_double_text(double value,
                                                                                                        char* to);

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
  char text[32];
  out.append(text, expt_double_text(value, text));
}

}  // namespace expt::base
