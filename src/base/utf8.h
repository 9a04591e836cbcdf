// UTF-8 as Unicode defines it: no surrogates, no overlong forms, nothing above U+10FFFF.
#ifndef EXPT_SRC_BASE_UTF8_H_
#define EXPT_SRC_BASE_UTF8_H_

#include <cstddef>
#include <string_view>

namespace expt::base {

bool IsUtf8(std::string_view text);

// Bytes of the well-formed character at `at`, 1 to 4; 0 when there is none.
size_t Utf8CharacterSize(std::string_view text, size_t at);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_UTF8_H_
