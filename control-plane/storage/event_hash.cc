#include "control-plane/storage/event_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace expt::storage {

uint64_t EventHash(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace expt::storage
