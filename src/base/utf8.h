// UTF-8 as Unicode defines it: no surrogates, no overlong forms, nothing above U+10FFFF.
#ifndef EXPT_SRC_BASE_UTF8_H_
#define EXPT_SRC_BASE_UTF8_H_

#include <cstddef>
#include <string_view>

namespace expt::base {

bool IsUtf8(std::string_view text);

// Bytes of the well-formed character at `at`, 1 to 4; 0 when there is none.
size_t Utf8CharacterSize(std::string_view text, size_t at);

// The character whose `size` bytes, as Utf8CharacterSize() says and not 0, begin at `at`.
char32_t DecodeUtf8(std::string_view text, size_t at, size_t size);

// Writes a character, which is not a surrogate, into `out` of at least 4 bytes; returns how many it took.
size_t EncodeUtf8(char32_t c, char* out);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_UTF8_H_
