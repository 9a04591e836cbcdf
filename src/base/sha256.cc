#include "src/base/sha256.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "src/base/sha256_x86.h"

namespace expt::base {
namespace {

constexpr size_t kBlockBytes = 64;
constexpr size_t kLengthBytes = 8;

// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

constexpr uint32_t Rotated(uint32_t x, int right) { return x >> right | x << (32 - right); }

uint32_t ReadBigEndian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

void WriteBigEndian(uint32_t word, uint8_t* bytes) {
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(word >> (24 - 8 * i));
}

uint32_t Spread(uint32_t x, int first, int second, int shift) {
  return Rotated(x, first) ^ Rotated(x, second) ^ x >> shift;
}

}  // namespace

// Names of variables are those of FIPS 180-4, section 6.2.
void Sha256Stream::Take() {
  filled_ = 0;
  if (HasShaInstructions()) return TakeBlocksBySha(words_, reinterpret_cast<const char*>(block_), 1, kRound);
  uint32_t w[16];
  for (int t = 0; t < 16; ++t) w[t] = ReadBigEndian(block_ + 4 * t);
  uint32_t a = words_[0], b = words_[1], c = words_[2], d = words_[3];
  uint32_t e = words_[4], f = words_[5], g = words_[6], h = words_[7];
  for (int t = 0; t < 64; ++t) {
    if (t >= 16) w[t % 16] += Spread(w[(t + 1) % 16], 7, 18, 3) + w[(t + 9) % 16] + Spread(w[(t + 14) % 16], 17, 19, 10);
    const uint32_t t1 =
        h + (Rotated(e, 6) ^ Rotated(e, 11) ^ Rotated(e, 25)) + ((e & f) ^ (~e & g)) + kRound[t] + w[t % 16];
    const uint32_t t2 = (Rotated(a, 2) ^ Rotated(a, 13) ^ Rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1;
    d = c, c = b, b = a, a = t1 + t2;
  }
  const uint32_t taken[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) words_[i] += taken[i];
}

void Sha256Stream::Add(std::string_view bytes) {
  size_ += bytes.size();
  if (filled_ == 0 && bytes.size() >= kBlockBytes && HasShaInstructions()) {
    TakeBlocksBySha(words_, bytes.data(), bytes.size() / kBlockBytes, kRound);
    bytes.remove_prefix(bytes.size() / kBlockBytes * kBlockBytes);
  }
  while (!bytes.empty()) {
    const size_t size = std::min(bytes.size(), kBlockBytes - filled_);
    std::memcpy(block_ + filled_, bytes.data(), size);
    bytes.remove_prefix(size);
    filled_ += size;
    if (filled_ == kBlockBytes) Take();
  }
}

// One bit, zeros up to the end of a block and, in its last bytes, the length in bits.
void Sha256Stream::Pad() {
  block_[filled_++] = 0x80;
  if (filled_ > kBlockBytes - kLengthBytes) {
    std::memset(block_ + filled_, 0, kBlockBytes - filled_);
    Take();
  }
  std::memset(block_ + filled_, 0, kBlockBytes - kLengthBytes - filled_);
  const uint64_t bits = size_ * 8;
  WriteBigEndian(static_cast<uint32_t>(bits >> 32), block_ + kBlockBytes - 8);
  WriteBigEndian(static_cast<uint32_t>(bits), block_ + kBlockBytes - 4);
  Take();
}

std::array<uint8_t, 32> Sha256Stream::Finish() {
  Pad();
  std::array<uint8_t, 32> digest;
  for (size_t i = 0; i < 8; ++i) WriteBigEndian(words_[i], digest.data() + 4 * i);
  return digest;
}

std::array<uint8_t, 32> Sha256(std::string_view first, std::string_view second) {
  Sha256Stream stream;
  stream.Add(first);
  stream.Add(second);
  return stream.Finish();
}

}  // namespace expt::base
