// Varints of protobuf that ScanMessage() has passed, and how signed numbers hide in them.
#ifndef EXPT_SRC_WIRE_VARINT_H_
#define EXPT_SRC_WIRE_VARINT_H_

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

// How many varints `bytes` holds.
inline size_t CountVarints(std::string_view bytes) {
  size_t count = 0;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
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
