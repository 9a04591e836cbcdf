// SHA-256 (FIPS 180-4) in the pure core, which has no libsodium. What keeps a secret or checks a signature asks the
// host.
#ifndef EXPT_SRC_BASE_SHA256_H_
#define EXPT_SRC_BASE_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace expt::base {

// Of `first` and `second` joined, without joining them.
std::array<uint8_t, 32> Sha256(std::string_view first, std::string_view second = {});

// The same of any number of pieces. Allocates nothing.
class Sha256Stream {
 public:
  void Add(std::string_view bytes);
  // Once, after all pieces.
  std::array<uint8_t, 32> Finish();

 private:
  void Take();  // a full block
  void Pad();

  // First 32 bits of the fractional parts of the square roots of the first 8 primes.
  uint32_t words_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint8_t block_[64];
  size_t filled_ = 0;  // less than a block
  uint64_t size_ = 0;  // of all pieces
};

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SHA256_H_
