// One leaf against the value of its attribute.
#ifndef EXPT_SRC_EVAL_LEAF_H_
#define EXPT_SRC_EVAL_LEAF_H_

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "expt/value.h"
#include "src/base/hash.h"
#include "src/base/number.h"
#include "src/eval/ruleset.h"
#include "src/eval/scope.h"

namespace expt::eval {

// Kleene's three values.
enum class Truth : uint8_t { kFalse = 0, kTrue = 1, kUnknown = 2 };

inline Truth TruthOf(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

inline bool IsNumber(const ValueView& value) {
  return value.type() == ValueType::kInteger || (value.type() == ValueType::kDouble && !std::isnan(value.real()));
}

// Negative, 0, positive as `value`, a number, is less than, equal to or greater than the leaf's.
inline int CompareNumber(const ValueView& value, const NumberPair::Number& number, bool is_integer) {
  if (value.type() == ValueType::kInteger) {
    const int64_t a = value.integer();
    if (!is_integer) return base::Compare(a, number.real);
    return a < number.integer ? -1 : a > number.integer ? 1 : 0;
  }
  const double a = value.real();
  if (is_integer) return -base::Compare(number.integer, a);
  return a < number.real ? -1 : a > number.real ? 1 : 0;
}

inline int CompareNumber(const ValueView& value, const Leaf& leaf) {
  NumberPair::Number number;
  number.integer = leaf.integer;  // either half
  return CompareNumber(value, number, leaf.is_integer);
}

// Most texts differ in size or in the first byte.
inline bool IsSameText(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || (a[0] == b[0] && std::memcmp(a.data(), b.data(), a.size()) == 0));
}

bool IsIn(const Ruleset& ruleset, const StringSet& set, std::string_view text);

// Everything that TestLeaf() does not decide in line; not kShared, kMember and kFlagIs.
Truth TestRareLeaf(const Ruleset& ruleset, Scope& scope, const Leaf& leaf, const ValueView& value);

// The truth of a leaf over an attribute, before `not`.
inline Truth TestLeaf(const Ruleset& ruleset, Scope& scope, const Leaf& leaf, const ValueView& value) {
  switch (leaf.op) {
    case Op::kIsSet:
      return TruthOf(!value.is_missing());
    case Op::kBoolean:
      if (value.type() != ValueType::kBoolean) return Truth::kUnknown;
      return TruthOf((leaf.integer >> (value.boolean() ? 1 : 0) & 1) != 0);
    case Op::kStringIs:
      if (leaf.is_folded) break;
      if (value.type() != ValueType::kString) return Truth::kUnknown;
      return TruthOf(IsSameText(value.text(), ruleset.View(leaf.text)));
    case Op::kStringIn:
      if (leaf.is_folded) break;
      if (value.type() != ValueType::kString) return Truth::kUnknown;
      return TruthOf(IsIn(ruleset, *leaf.strings, value.text()));
    case Op::kNumberIs:
      return IsNumber(value) ? TruthOf(CompareNumber(value, leaf) == 0) : Truth::kUnknown;
    case Op::kLt:
      return IsNumber(value) ? TruthOf(CompareNumber(value, leaf) < 0) : Truth::kUnknown;
    case Op::kLte:
      return IsNumber(value) ? TruthOf(CompareNumber(value, leaf) <= 0) : Truth::kUnknown;
    case Op::kGt:
      return IsNumber(value) ? TruthOf(CompareNumber(value, leaf) > 0) : Truth::kUnknown;
    case Op::kGte:
      return IsNumber(value) ? TruthOf(CompareNumber(value, leaf) >= 0) : Truth::kUnknown;
    default:
      break;
  }
  return TestRareLeaf(ruleset, scope, leaf, value);
}

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_LEAF_H_
