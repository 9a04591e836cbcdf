#include "src/eval/leaf.h"

#include <algorithm>
#include <cmath>

#include "src/base/hash.h"
#include "src/base/number.h"

namespace expt::eval {
namespace {

Truth Of(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

bool IsIn(const Ruleset& ruleset, const StringSet& set, std::string_view text) {
  const Text* const texts = ruleset.operand_texts.data();
  if (set.mask == 0) {
    for (uint32_t i = set.texts.begin; i < set.texts.begin + set.texts.size; ++i) {
      if (ruleset.View(texts[i]) == text) return true;
    }
    return false;
  }
  const uint64_t hash = base::Xxh3(text);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const Ruleset::TableEntry* const table = ruleset.string_table.data() + set.table;
  for (uint32_t at = static_cast<uint32_t>(hash) & set.mask; table[at].text != 0; at = (at + 1) & set.mask) {
    if (table[at].tag == tag && ruleset.View(texts[table[at].text - 1]) == text) return true;
  }
  return false;
}

bool IsIn(const Ruleset& ruleset, const NumberSet& set, const ValueView& value) {
  const auto has_integer = [&](int64_t integer) {
    const auto begin = ruleset.set_integers.begin() + set.integers.begin;
    return std::binary_search(begin, begin + set.integers.size, integer);
  };
  if (value.type() == ValueType::kInteger) return has_integer(value.integer());
  if (const auto integer = base::ExactInteger(value.real()); integer.has_value()) return has_integer(*integer);
  const auto begin = ruleset.set_doubles.begin() + set.doubles.begin;
  return std::binary_search(begin, begin + set.doubles.size, value.real());
}

// Whether `matches(text, operand)` for any operand.
template <typename Matches>
Truth AnyOf(const Ruleset& ruleset, const Leaf& leaf, const ValueView& value, Matches matches) {
  if (value.type() != ValueType::kString) return Truth::kUnknown;
  const Range texts = TextsOf(ruleset, leaf);
  for (uint32_t i = texts.begin; i < texts.begin + texts.size; ++i) {
    if (matches(value.text(), ruleset.View(ruleset.operand_texts[i]))) return Truth::kTrue;
  }
  return Truth::kFalse;
}

bool IsNumber(const ValueView& value) {
  return value.type() == ValueType::kInteger || (value.type() == ValueType::kDouble && !std::isnan(value.real()));
}

// Negative, 0, positive. `value` is a number.
int Compare(const ValueView& value, const Number& number) {
  if (value.type() == ValueType::kInteger) {
    const int64_t a = value.integer();
    if (!number.is_integer) return base::Compare(a, number.real);
    return a < number.integer ? -1 : a > number.integer ? 1 : 0;
  }
  const double a = value.real();
  if (number.is_integer) return -base::Compare(number.integer, a);
  return a < number.real ? -1 : a > number.real ? 1 : 0;
}

}  // namespace

Range TextsOf(const Ruleset& ruleset, const Leaf& leaf) {
  return leaf.has_one_text ? Range{leaf.operand, 1} : ruleset.string_sets[leaf.operand].texts;
}

Truth Test(const Ruleset& ruleset, const Leaf& leaf, const ValueView& value) {
  switch (leaf.op) {
    case Op::kIsSet:
      return Of(!value.is_missing());
    case Op::kBoolean:
      if (value.type() != ValueType::kBoolean) return Truth::kUnknown;
      return Of((leaf.operand >> (value.boolean() ? 1 : 0) & 1) != 0);
    case Op::kStringIs:
      if (value.type() != ValueType::kString) return Truth::kUnknown;
      return Of(ruleset.View(ruleset.operand_texts[leaf.operand]) == value.text());
    case Op::kStringIn:
      if (value.type() != ValueType::kString) return Truth::kUnknown;
      return Of(IsIn(ruleset, ruleset.string_sets[leaf.operand], value.text()));
    case Op::kNumberIn:
      if (!IsNumber(value)) return Truth::kUnknown;
      return Of(IsIn(ruleset, ruleset.number_sets[leaf.operand], value));
    case Op::kContains:
      return AnyOf(ruleset, leaf, value,
                   [](std::string_view text, std::string_view part) { return text.find(part) != text.npos; });
    case Op::kStartsWith:
      return AnyOf(ruleset, leaf, value,
                   [](std::string_view text, std::string_view part) { return text.starts_with(part); });
    case Op::kEndsWith:
      return AnyOf(ruleset, leaf, value,
                   [](std::string_view text, std::string_view part) { return text.ends_with(part); });
    case Op::kLt:
      return IsNumber(value) ? Of(Compare(value, ruleset.numbers[leaf.operand]) < 0) : Truth::kUnknown;
    case Op::kLte:
      return IsNumber(value) ? Of(Compare(value, ruleset.numbers[leaf.operand]) <= 0) : Truth::kUnknown;
    case Op::kGt:
      return IsNumber(value) ? Of(Compare(value, ruleset.numbers[leaf.operand]) > 0) : Truth::kUnknown;
    case Op::kGte:
      return IsNumber(value) ? Of(Compare(value, ruleset.numbers[leaf.operand]) >= 0) : Truth::kUnknown;
    case Op::kBetween:
      if (!IsNumber(value)) return Truth::kUnknown;
      return Of(Compare(value, ruleset.numbers[leaf.operand]) >= 0 &&
                Compare(value, ruleset.numbers[leaf.operand + 1]) <= 0);
    case Op::kMember:
    case Op::kSegment:
      break;
  }
  return Truth::kUnknown;
}

}  // namespace expt::eval
