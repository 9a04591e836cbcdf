// src/base/hash.h for the module: what a page loads for it is a third of what xxhash.h gives.
#include "src/base/hash.h"

#include <cstring>
#include <string>

#include "bindings/js-wasm/native/xxh3.h"

namespace expt::base {

uint64_t Xxh3(std::string_view bytes) { return wasm::xxh3::Hash(bytes); }

uint64_t Xxh3Joined(std::string_view first, std::string_view second) {
  constexpr size_t kOnStack = 128;
  const size_t size = first.size() + 1 + second.size();
  if (size > kOnStack) return Xxh3(std::string(first).append(":").append(second));
  char joined[kOnStack];
  if (!first.empty()) std::memcpy(joined, first.data(), first.size());
  joined[first.size()] = ':';
  if (!second.empty()) std::memcpy(joined + first.size() + 1, second.data(), second.size());
  return Xxh3({joined, size});
}

}  // namespace expt::base
