// SHA-256 (FIPS 180-4) in the pure core, which has no libsodium. What keeps a secret or checks a signature asks the
// host.
#ifndef EXPT_SRC_BASE_SHA256_H_
#define EXPT_SRC_BASE_SHA256_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace expt::base {

// Of `first` and `second` joined, without joining them.
std::array<uint8_t, 32> Sha256(std::string_view first, std::string_view second = {});

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SHA256_H_
