#include "src/base/hash.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace expt::base {

uint64_t Xxh3(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

uint64_t Xxh3Joined(std::string_view first, std::string_view second) {
  constexpr size_t kOnStack = 240;
  const size_t size = first.size() + 1 + second.size();
  if (size <= kOnStack) {
    char joined[kOnStack];
    if (!first.empty()) std::memcpy(joined, first.data(), first.size());
    joined[first.size()] = ':';
    if (!second.empty()) std::memcpy(joined + first.size() + 1, second.data(), second.size());
    return XXH3_64bits(joined, size);
  }
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, first.data(), first.size());
  XXH3_64bits_update(&state, ":", 1);
  XXH3_64bits_update(&state, second.data(), second.size());
  return XXH3_64bits_digest(&state);
}

}  // namespace expt::base
