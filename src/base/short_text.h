// Texts of a few bytes, as names, keys and most values are, compared, copied and hashed in line: a call of memcmp(),
// memcpy() or XXH3 costs more than what it then does. Code that has to be small calls them all the same.
#ifndef EXPT_SRC_BASE_SHORT_TEXT_H_
#define EXPT_SRC_BASE_SHORT_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "src/base/hash.h"
#include "src/base/small_code.h"
#include "src/base/utf8.h"
#if !defined(EXPT_SMALL_CODE)
#define XXH_INLINE_ALL
#include <xxhash.h>
#endif

namespace expt::base {

// The bytes at `from` as a number in the order of this machine.
template <typename Word>
EXPT_HOT Word Load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

EXPT_HOT bool IsSameText(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  const char* const x = a.data();
  const char* const y = b.data();
  if constexpr (kSmallCode) {
    return size == 0 || (x[0] == y[0] && std::memcmp(x, y, size) == 0);
  } else {
    // Both ends, which overlap in the middle.
    if (size >= 8) {
      if (size > 16) return std::memcmp(x, y, size) == 0;
      const size_t last = size - 8;
      return ((Load<uint64_t>(x) ^ Load<uint64_t>(y)) | (Load<uint64_t>(x + last) ^ Load<uint64_t>(y + last))) == 0;
    }
    if (size >= 4) {
      const size_t last = size - 4;
      return ((Load<uint32_t>(x) ^ Load<uint32_t>(y)) | (Load<uint32_t>(x + last) ^ Load<uint32_t>(y + last))) == 0;
    }
    return size == 0 || (x[0] == y[0] && x[size / 2] == y[size / 2] && x[size - 1] == y[size - 1]);
  }
}

template <typename Word>
EXPT_HOT void Store(char* to, Word word) {
  std::memcpy(to, &word, sizeof word);
}

// Copies `text` to where there is room for it; whether it is UTF-8.
EXPT_HOT bool CopyUtf8(std::string_view text, char* to) {
  const size_t size = text.size();
  const char* const from = text.data();
#if defined(EXPT_SMALL_CODE)
  if (size != 0) std::memcpy(to, from, size);
#else
  uint64_t all = 0;
  const auto copy = [&]<typename Word>(size_t at, Word) {
    const Word word = Load<Word>(from + at);
    Store(to + at, word);
    all |= word;
  };
  if (size >= 8) {
    for (size_t at = 0; at < size - 8; at += 8) copy(at, uint64_t{});
    copy(size - 8, uint64_t{});
  } else if (size >= 4) {
    copy(0, uint32_t{});
    copy(size - 4, uint32_t{});
  } else if (size != 0) {
    copy(0, uint8_t{});
    copy(size / 2, uint8_t{});
    copy(size - 1, uint8_t{});
  }
  if ((all & 0x8080808080808080u) == 0) return true;  // ASCII
#endif
  return IsUtf8(text);
}

// Xxh3(text).
EXPT_HOT uint64_t Xxh3Short(std::string_view text) {
#if !defined(EXPT_SMALL_CODE)
  if (text.size() <= 16) {
    return XXH3_len_0to16_64b(reinterpret_cast<const xxh_u8*>(text.data()), text.size(), XXH3_kSecret, 0);
  }
#endif
  return Xxh3(text);
}

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SHORT_TEXT_H_
