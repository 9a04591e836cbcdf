// XXH3-64, unseeded, in as few instructions as it takes: xxhash.h unrolls and inlines for machines whose programs nobody
// downloads. As fast for the texts of a decision, up to 128 bytes. tests/wasm compares it with the library.
//
// The formulas and constants are those of xxHash 0.8 (doc/xxhash_spec.md there).
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_XXH3_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_XXH3_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace expt::wasm::xxh3 {

inline constexpr uint64_t kPrime32_1 = 0x9E3779B1, kPrime32_2 = 0x85EBCA77, kPrime32_3 = 0xC2B2AE3D;
inline constexpr uint64_t kPrime64_1 = 0x9E3779B185EBCA87, kPrime64_2 = 0xC2B2AE3D27D4EB4F,
                          kPrime64_3 = 0x165667B19E3779F9, kPrime64_4 = 0x85EBCA77C2B2AE63,
                          kPrime64_5 = 0x27D4EB2F165667C5;
inline constexpr uint8_t kSecret[192] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c, 0xde, 0xd4,
    0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f, 0xcb, 0x79, 0xe6, 0x4e,
    0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21, 0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43,
    0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c, 0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb,
    0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3, 0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19,
    0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8, 0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7,
    0xc7, 0x0b, 0x4f, 0x1d, 0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78,
    0x73, 0x64, 0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e, 0x2b, 0x16,
    0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce, 0x45, 0xcb, 0x3a, 0x8f,
    0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};

// The machine is little-endian, as the formulas are.
template <typename T>
T Read(const void* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}
inline uint64_t Read64(const uint8_t* at) { return Read<uint64_t>(at); }

// The two halves of the 128-bit product, folded by XOR.
inline uint64_t MultiplyFold(uint64_t a, uint64_t b) {
  const uint64_t low = (a & 0xffffffff) * (b & 0xffffffff);
  const uint64_t cross = (a >> 32) * (b & 0xffffffff) + (low >> 32);
  const uint64_t other = (a & 0xffffffff) * (b >> 32) + (cross & 0xffffffff);
  const uint64_t high = (a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32);
  return high ^ (other << 32 | (low & 0xffffffff));
}

inline uint64_t Avalanche(uint64_t hash) {
  hash = (hash ^ hash >> 37) * 0x165667919E3779F9;
  return hash ^ hash >> 32;
}

inline uint64_t Mix16(const uint8_t* at, const uint8_t* secret) {
  return MultiplyFold(Read64(at) ^ Read64(secret), Read64(at + 8) ^ Read64(secret + 8));
}

inline uint64_t Short(const uint8_t* at, size_t size) {
  if (size > 8) {
    const uint64_t low = Read64(at) ^ Read64(kSecret + 24) ^ Read64(kSecret + 32);
    const uint64_t high = Read64(at + size - 8) ^ Read64(kSecret + 40) ^ Read64(kSecret + 48);
    return Avalanche(size + __builtin_bswap64(low) + high + MultiplyFold(low, high));
  }
  if (size >= 4) {
    const uint64_t text = Read<uint32_t>(at + size - 4) + (uint64_t{Read<uint32_t>(at)} << 32);
    uint64_t hash = text ^ Read64(kSecret + 8) ^ Read64(kSecret + 16);
    hash ^= (hash << 49 | hash >> 15) ^ (hash << 24 | hash >> 40);
    hash *= 0x9FB21C651E98DF25;
    hash = (hash ^ ((hash >> 35) + size)) * 0x9FB21C651E98DF25;
    return hash ^ hash >> 28;
  }
  uint64_t hash = Read64(kSecret + 56) ^ Read64(kSecret + 64);
  if (size > 0) {
    const uint32_t text = uint32_t{at[0]} << 16 | uint32_t{at[size >> 1]} << 24 | at[size - 1] |
                          static_cast<uint32_t>(size) << 8;
    hash = text ^ Read<uint32_t>(kSecret) ^ Read<uint32_t>(kSecret + 4);
  }
  hash = (hash ^ hash >> 33) * kPrime64_2;
  hash = (hash ^ hash >> 29) * kPrime64_3;
  return hash ^ hash >> 32;
}

// 17 to 240 bytes.
inline uint64_t Middle(const uint8_t* at, size_t size) {
  uint64_t hash = size * kPrime64_1;
  if (size <= 128) {
    for (size_t i = 0; i <= (size - 1) / 32; ++i) {
      hash += Mix16(at + 16 * i, kSecret + 32 * i) + Mix16(at + size - 16 * (i + 1), kSecret + 32 * i + 16);
    }
    return Avalanche(hash);
  }
  const size_t last = size / 16;
  for (size_t i = 0; i <= last; ++i) {
    const size_t secret = i == last ? 119 : i < 8 ? 16 * i : 16 * (i - 8) + 3;
    hash += Mix16(i == last ? at + size - 16 : at + 16 * i, kSecret + secret);
    if (i == 7) hash = Avalanche(hash);
  }
  return Avalanche(hash);
}

[[gnu::noinline]] inline void Accumulate(uint64_t* sums, const uint8_t* stripe, const uint8_t* secret) {
  for (size_t i = 0; i < 8; ++i) {
    const uint64_t value = Read64(stripe + 8 * i);
    const uint64_t key = value ^ Read64(secret + 8 * i);
    sums[i ^ 1] += value;
    sums[i] += (key & 0xffffffff) * (key >> 32);
  }
}

// More than 240 bytes: stripes of 64 bytes, in blocks of 16.
inline uint64_t Long(const uint8_t* at, size_t size) {
  uint64_t sums[8] = {kPrime32_3, kPrime64_1, kPrime64_2, kPrime64_3, kPrime64_4, kPrime32_2, kPrime64_5, kPrime32_1};
  const size_t stripes = (size - 1) / 64;
  for (size_t i = 0; i < stripes; ++i) {
    Accumulate(sums, at + 64 * i, kSecret + 8 * (i % 16));
    if (i % 16 != 15) continue;
    for (size_t k = 0; k < 8; ++k) {
      sums[k] = (sums[k] ^ sums[k] >> 47 ^ Read64(kSecret + 128 + 8 * k)) * kPrime32_1;
    }
  }
  Accumulate(sums, at + size - 64, kSecret + 121);
  uint64_t hash = size * kPrime64_1;
  for (size_t i = 0; i < 8; i += 2) {
    hash += MultiplyFold(sums[i] ^ Read64(kSecret + 11 + 8 * i), sums[i + 1] ^ Read64(kSecret + 19 + 8 * i));
  }
  return Avalanche(hash);
}

inline uint64_t Hash(std::string_view bytes) {
  const auto* const at = reinterpret_cast<const uint8_t*>(bytes.data());
  return bytes.size() <= 16    ? Short(at, bytes.size())
         : bytes.size() <= 240 ? Middle(at, bytes.size())
                               : Long(at, bytes.size());
}

}  // namespace expt::wasm::xxh3

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_XXH3_H_
