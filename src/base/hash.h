// XXH3-64, unseeded: in-memory look-up of names, and bucketing.
#ifndef EXPT_SRC_BASE_HASH_H_
#define EXPT_SRC_BASE_HASH_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace expt::base {

uint64_t Xxh3(std::string_view bytes);

// Xxh3(first + ":" + second), without allocating whatever the lengths.
uint64_t Xxh3Joined(std::string_view first, std::string_view second);

// Transparent hasher for absl and std maps keyed by text.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return static_cast<size_t>(Xxh3(text)); }
};
struct TextEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_HASH_H_
