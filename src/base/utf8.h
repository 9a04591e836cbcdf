// UTF-8 as Unicode defines it: no surrogates, no overlong forms, nothing above U+10FFFF.
#ifndef EXPT_SRC_BASE_UTF8_H_
#define EXPT_SRC_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace expt::base {

bool IsUtf8(std::string_view text);

// Most text is ASCII, which is UTF-8. Reads whole words, the last ones overlapping.
inline bool IsAscii(std::string_view text) {
  const auto word = [](const char* at, auto sum) {
    std::memcpy(&sum, at, sizeof sum);
    return sum;
  };
  const char* const end = text.data() + text.size();
  uint64_t bits = 0;
  if (text.size() >= 8) {
    for (const char* at = text.data(); at < end - 8; at += 8) bits |= word(at, uint64_t{});
    bits |= word(end - 8, uint64_t{});
  } else if (text.size() >= 4) {
    bits = word(text.data(), uint32_t{}) | word(end - 4, uint32_t{});
  } else {
    for (const char c : text) bits |= static_cast<uint8_t>(c);
  }
  return (bits & 0x8080808080808080u) == 0;
}

// Bytes of the well-formed character at `at`, 1 to 4; 0 when there is none.
size_t Utf8CharacterSize(std::string_view text, size_t at);

// The character whose `size` bytes, as Utf8CharacterSize() says and not 0, begin at `at`.
char32_t DecodeUtf8(std::string_view text, size_t at, size_t size);

// Writes a character, which is not a surrogate, into `out` of at least 4 bytes; returns how many it took.
size_t EncodeUtf8(char32_t c, char* out);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_UTF8_H_
