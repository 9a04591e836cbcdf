// What can be said about a regular expression without compiling it.
#ifndef EXPT_SRC_MODEL_PATTERN_H_
#define EXPT_SRC_MODEL_PATTERN_H_

#include <string_view>

namespace expt::model {

// Whether `pattern` asks for a class of Unicode characters, \p or \P, inside [...] too. Escaped backslashes and
// \Q...\E are understood. Such classes need tables that not every build of the engine has.
bool HasUnicodeClass(std::string_view pattern);

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_PATTERN_H_
