// Varints of protobuf that ScanMessage() has passed, and how signed numbers hide in them.
#ifndef EXPT_SRC_WIRE_VARINT_H_
#define EXPT_SRC_WIRE_VARINT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace expt::wire {

// The rest of a varint whose first byte was not its last. Never reads behind a sound one.
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
  const auto byte = static_cast<uint8_t>(*at);
  if (byte >= 0x80) return ReadLongVarint(at);
  ++at;
  return byte;
}

// The numbers in seven bits of each byte of a varint of up to eight, put together.
inline uint64_t JoinedSevens(uint64_t bytes) {
  bytes &= 0x7f7f7f7f7f7f7f7fu;
  bytes = (bytes & 0x007f007f007f007fu) | (bytes & 0x7f007f007f007f00u) >> 1;
  bytes = (bytes & 0x00003fff00003fffu) | (bytes & 0x3fff00003fff0000u) >> 2;
  return (bytes & 0x000000000fffffffu) | (bytes & 0x0fffffff00000000u) >> 4;
}

// Calls use(number) for the varints that begin in the eight bytes at `at` and end there, and moves `at` behind them.
// False where none ends there.
template <typename Use>
inline bool ReadEightBytes(const char*& at, Use use) {
  constexpr uint64_t kMore = 0x8080808080808080u;
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  uint64_t ends = ~word & kMore;
  if (ends == kMore) {
    for (int i = 0; i < 8; ++i, word >>= 8) use(word & 0x7f);
    at += 8;
    return true;
  }
  if (ends == 0) return false;
  do {
    const int last = std::countr_zero(ends);  // its top bit is the last of the varint
    use(JoinedSevens(word & ((uint64_t{2} << last) - 1)));
    at += last / 8 + 1;
    word = word >> last >> 1;
    ends = ends >> last >> 1;
  } while (ends != 0);
  return true;
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

inline int64_t FromZigzag(uint64_t value) { return static_cast<int64_t>(value >> 1 ^ (uint64_t{0} - (value & 1))); }

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_VARINT_H_
