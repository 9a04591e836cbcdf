// Writing JSON text without a JSON library.
#ifndef EXPT_SRC_BASE_JSON_TEXT_H_
#define EXPT_SRC_BASE_JSON_TEXT_H_

#include <string>
#include <string_view>

#include "expt/value.h"

namespace expt::base {

// `text` in quotes, escaped. A byte that is not UTF-8 becomes U+FFFD, so the result always is.
void AppendJsonString(std::string& out, std::string_view text);

// Whether `text` stands in a JSON string as it is; false for text beyond ASCII too.
bool IsPlainJson(std::string_view text);

// As expt::ToJson(value).
void AppendJson(std::string& out, const ValueView& value);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_JSON_TEXT_H_
