// Looks an attribute up by the hash of its name.
#ifndef EXPT_SRC_BASE_CONTEXT_FIND_H_
#define EXPT_SRC_BASE_CONTEXT_FIND_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "expt/context.h"
#include "src/base/short_text.h"
#include "src/base/small_code.h"

namespace expt::base {

// Up to this many entries stand in the order given; more are sorted by hash. Where code has to be small, any number.
inline constexpr size_t kUnsortedEntries = kSmallCode ? SIZE_MAX : 16;

// In entries that are sorted by hash.
inline const Context::Entry* FindSortedEntry(std::span<const Context::Entry> entries, uint64_t hash,
                                             std::string_view name) {
  size_t at = 0;
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

// `entries` of a Context, `hash` the XXH3-64 of `name`. Null when the attribute is missing.
EXPT_HOT const Context::Entry* FindEntry(std::span<const Context::Entry> entries, uint64_t hash,
                                         std::string_view name) {
  if (entries.size() > kUnsortedEntries) return FindSortedEntry(entries, hash, name);
  for (const Context::Entry& entry : entries) {
    if (entry.hash == hash && IsSameText(entry.name, name)) return &entry;
  }
  return nullptr;
}

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_CONTEXT_FIND_H_
