// The bucket of a unit: docs/bucketing.md.
#ifndef EXPT_SRC_BASE_BUCKET_H_
#define EXPT_SRC_BASE_BUCKET_H_

#include <cstdint>
#include <string_view>

#include "src/base/hash.h"

namespace expt::base {

inline constexpr uint32_t kBucketCount = 1'000'000;

// xxh3_64(salt + ":" + unit_id) mod 1,000,000. Never allocates.
inline uint32_t Bucket(std::string_view salt, std::string_view unit_id) {
  return static_cast<uint32_t>(Xxh3Joined(salt, unit_id) % kBucketCount);
}

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_BUCKET_H_
