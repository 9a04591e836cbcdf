#include "src/base/sha256.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "src/base/sha256_x86.h"

namespace expt::base {
namespace {

constexpr size_t kBlockBytes = 64;
constexpr size_t kLengthBytes = 8;

// First 32 bits of the fractional parts of the cube roots of the first 64 primes.
using Rounds = std::array<uint32_t, 64>;
constexpr Rounds MakeRounds() {
  Rounds rounds{};
  size_t count = 0;
  for (uint32_t number = 2; count < rounds.size(); ++number) {
    uint32_t divisor = 2;
    while (number % divisor != 0) ++divisor;
    if (divisor < number) continue;
    double root = 8;  // by Newton's method; a double holds 18 bits more than are needed
    for (int step = 0; step < 16; ++step) root -= (root - number / (root * root)) / 3;
    rounds[count++] = static_cast<uint32_t>(static_cast<uint64_t>(root * 4294967296.0));
  }
  return rounds;
}

#if defined(EXPT_SMALL_CODE)
// Made when they are first needed: the numbers take more room than what makes them.
const Rounds& RoundsMade() {
  static Rounds rounds;
  if (rounds[0] == 0) rounds = MakeRounds();
  return rounds;
}
#else
constexpr Rounds kRounds = MakeRounds();
constexpr const Rounds& RoundsMade() { return kRounds; }
#endif

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
  const Rounds& rounds = RoundsMade();
  if (HasShaInstructions()) return TakeBlocksBySha(words_, reinterpret_cast<const char*>(block_), 1, rounds.data());
  uint32_t w[16];
  for (int t = 0; t < 16; ++t) w[t] = ReadBigEndian(block_ + 4 * t);
  uint32_t a = words_[0], b = words_[1], c = words_[2], d = words_[3];
  uint32_t e = words_[4], f = words_[5], g = words_[6], h = words_[7];
  for (int t = 0; t < 64; ++t) {
    if (t >= 16) w[t % 16] += Spread(w[(t + 1) % 16], 7, 18, 3) + w[(t + 9) % 16] + Spread(w[(t + 14) % 16], 17, 19, 10);
    const uint32_t t1 =
        h + (Rotated(e, 6) ^ Rotated(e, 11) ^ Rotated(e, 25)) + ((e & f) ^ (~e & g)) + rounds[t] + w[t % 16];
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
    TakeBlocksBySha(words_, bytes.data(), bytes.size() / kBlockBytes, RoundsMade().data());
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
