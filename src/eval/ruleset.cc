#include "src/eval/ruleset.h"

namespace expt::eval {

Index Ruleset::FindFlag(std::string_view key, uint64_t hash) const {
  if (flag_table.empty()) return kNone;
  const size_t mask = flag_table.size() - 1;
  for (size_t at = hash & mask; flag_table[at] != 0; at = (at + 1) & mask) {
    const Index index = flag_table[at] - 1;
    if (flags[index].hash == hash && View(flags[index].key) == key) return index;
  }
  return kNone;
}

ValueView Ruleset::ValueOf(const Flag& flag, uint16_t variant) const {
  const Variant& v = variants[flag.variants + variant];
  switch (flag.type) {
    case ValueType::kBoolean:
      return ValueView(v.boolean);
    case ValueType::kString:
      return ValueView(View(v.text));
    case ValueType::kInteger:
      return ValueView(v.integer);
    case ValueType::kDouble:
      return ValueView(v.real);
    case ValueType::kJson:
      return ValueView::Json(View(v.text));
    default:
      return {};
  }
}

namespace {

template <typename T>
size_t Bytes(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}

}  // namespace

size_t Ruleset::SizeBytes() const {
  return sizeof *this + text_size + Bytes(flags) + Bytes(flag_table) + Bytes(slot_hashes) + Bytes(slot_names) +
         Bytes(sorted_names) + Bytes(rules) + Bytes(leaves) + Bytes(segments) + Bytes(overrides) + Bytes(variants) +
         Bytes(splits) + Bytes(arms) + Bytes(experiments) + Bytes(experiment_variants) + Bytes(allocations) +
         Bytes(operand_texts) + Bytes(string_sets) + Bytes(string_table) + Bytes(numbers) + Bytes(number_sets) +
         Bytes(set_integers) + Bytes(set_doubles) + Bytes(member_sets) + Bytes(hashes);
}

}  // namespace expt::eval
