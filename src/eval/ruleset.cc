#include "src/eval/ruleset.h"

namespace expt::eval {

Index Ruleset::FindFlag(std::string_view key, uint64_t hash) const {
  if (flag_table.empty()) return kNone;
  const size_t mask = flag_table.size() - 1;
  for (size_t at = hash & mask; flag_table[at] != 0; at = (at + 1) & mask) {
    const Index index = flag_table[at] - 1;
    if (flags[index].hash == hash && flags[index].key == key) return index;
  }
  return kNone;
}

namespace {

template <typename T>
size_t Bytes(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}

}  // namespace

size_t Ruleset::SizeBytes() const {
  return sizeof *this + text_size + arena.size_bytes() + Bytes(flags) + Bytes(attributes) + Bytes(experiments) +
         Bytes(flag_table) + Bytes(regexes);
}

}  // namespace expt::eval
