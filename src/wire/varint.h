// Varints of protobuf that ScanMessage() has passed, and how signed numbers hide in them.
#ifndef EXPT_SRC_WIRE_VARINT_H_
#define EXPT_SRC_WIRE_VARINT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "src/base/small_code.h"

namespace expt::wire {

// The rest of a varint of more than three bytes. Never reads behind a sound one.
inline uint64_t ReadLongVarint(const char*& at) {
  uint64_t sum = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(*at++);
    sum |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return sum;
  }
}

// Moves `at` behind the varint that begins there.
inline uint64_t ReadVarint(const char*& at) {
  const uint32_t first = static_cast<uint8_t>(at[0]);
  if (first < 0x80) {
    ++at;
    return first;
  }
  if constexpr (!base::kSmallCode) {
    const uint32_t second = static_cast<uint8_t>(at[1]);
    if (second < 0x80) {
      at += 2;
      return (first & 0x7f) | second << 7;
    }
    const uint32_t third = static_cast<uint8_t>(at[2]);
    if (third < 0x80) {
      at += 3;
      return (first & 0x7f) | (second & 0x7f) << 7 | third << 14;
    }
  }
  return ReadLongVarint(at);
}

// How many varints of one byte stand at `at`: what it takes four words at once to see.
inline size_t CountOneByteVarints(const char* at, const char* end) {
  const char* const begin = at;
  for (; end - at >= 32; at += 32) {
    uint64_t words[4];
    std::memcpy(words, at, sizeof(words));
    if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) != 0) break;
  }
  return static_cast<size_t>(at - begin);
}

// How many varints `bytes` holds.
inline size_t CountVarints(std::string_view bytes) {
  const char* const end = bytes.data() + bytes.size();
  size_t count = CountOneByteVarints(bytes.data(), end);
  const char* at = bytes.data() + count;
  for (; end - at >= 8; at += 8) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    // A byte without its top bit ends a varint; the product sums the eight marks.
    count += static_cast<size_t>((~word >> 7 & 0x0101010101010101u) * 0x0101010101010101u >> 56);
  }
  for (; at != end; ++at) count += static_cast<uint8_t>(*at) < 0x80;
  return count;
}

constexpr int64_t FromZigzag(uint64_t value) { return static_cast<int64_t>(value >> 1 ^ (uint64_t{0} - (value & 1))); }
// The same of varints of one byte.
inline constexpr auto kFromZigzagByte = [] {
  std::array<int8_t, 0x80> numbers{};
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int8_t>(FromZigzag(i));
  return numbers;
}();

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_VARINT_H_
