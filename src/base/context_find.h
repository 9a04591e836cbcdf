// Looks an attribute up by the hash of its name.
#ifndef EXPT_SRC_BASE_CONTEXT_FIND_H_
#define EXPT_SRC_BASE_CONTEXT_FIND_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "expt/context.h"
#include "src/base/small_code.h"

namespace expt::base {

// Up to this many entries stand in the order given; more are sorted by hash. Where code has to be small, any number.
inline constexpr size_t kUnsortedEntries = kSmallCode ? SIZE_MAX : 16;

// `entries` of a Context, `hash` the XXH3-64 of `name`. Null when the attribute is missing.
inline const Context::Entry* FindEntry(std::span<const Context::Entry> entries, uint64_t hash, std::string_view name) {
  size_t at = 0;
  if (entries.size() > kUnsortedEntries) {
    size_t end = entries.size();
    while (at < end) {
      const size_t middle = (at + end) / 2;
      if (entries[middle].hash < hash) {
        at = middle + 1;
      } else {
        end = middle;
      }
    }
    for (; at < entries.size() && entries[at].hash == hash; ++at) {
      if (entries[at].name == name) return &entries[at];
    }
    return nullptr;
  }
  for (; at < entries.size(); ++at) {
    if (entries[at].hash == hash && entries[at].name == name) return &entries[at];
  }
  return nullptr;
}

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_CONTEXT_FIND_H_
