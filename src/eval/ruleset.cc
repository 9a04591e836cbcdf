#include "src/eval/ruleset.h"

namespace expt::eval {
namespace {

template <typename T>
size_t Bytes(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}

}  // namespace

size_t Ruleset::SizeBytes() const {
  return sizeof *this + arena.size_bytes() + Bytes(attributes) + Bytes(experiments) + Bytes(flag_table) +
         Bytes(regexes);
}

}  // namespace expt::eval
