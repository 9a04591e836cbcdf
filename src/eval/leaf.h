// One leaf against the value of its attribute.
#ifndef EXPT_SRC_EVAL_LEAF_H_
#define EXPT_SRC_EVAL_LEAF_H_

#include <cmath>
#include <cstdint>
#include <string_view>

#include "expt/value.h"
#include "src/base/number.h"
#include "src/base/semver.h"
#include "src/base/short_text.h"
#include "src/base/small_code.h"
#include "src/eval/ruleset.h"
#include "src/eval/scope.h"

namespace expt::eval {

// Kleene's three values.
enum class Truth : uint8_t { kFalse = 0, kTrue = 1, kUnknown = 2 };

inline Truth TruthOf(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

EXPT_HOT bool IsNumber(const ValueView& value) {
  return value.type() == ValueType::kInteger || (value.type() == ValueType::kDouble && !std::isnan(value.real()));
}

// Negative, 0, positive as `value`, a number, is less than, equal to or greater than the leaf's.
EXPT_HOT int CompareNumber(const ValueView& value, const NumberPair::Number& number, bool is_integer) {
  if (value.type() == ValueType::kInteger) {
    const int64_t a = value.integer();
    if (!is_integer) return base::Compare(a, number.real);
    return a < number.integer ? -1 : a > number.integer ? 1 : 0;
  }
  const double a = value.real();
  if (is_integer) return -base::Compare(number.integer, a);
  return a < number.real ? -1 : a > number.real ? 1 : 0;
}

EXPT_HOT int CompareNumber(const ValueView& value, const Leaf& leaf) {
  NumberPair::Number number;
  number.integer = leaf.integer;  // either half
  return CompareNumber(value, number, leaf.is_integer);
}

EXPT_HOT bool IsIn(const Ruleset& ruleset, const StringSet& set, std::string_view text) {
  if (set.mask == 0) {
    for (uint32_t i = 0; i < set.size; ++i) {
      if (base::IsSameText(ruleset.View(set.texts[i]), text)) return true;
    }
    return false;
  }
  const uint64_t hash = base::Xxh3Short(text);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  for (uint32_t at = static_cast<uint32_t>(hash) & set.mask; set.table[at].text != 0; at = (at + 1) & set.mask) {
    if (set.table[at].tag != tag) continue;
    if (base::IsSameText(ruleset.View(set.texts[set.table[at].text - 1]), text)) return true;
  }
  return false;
}

// `order`: negative, 0 or positive as the value is before the operand, equal to it or after it.
EXPT_HOT Truth IsOneOf(uint8_t orders, int order) {
  return TruthOf((orders & (order < 0 ? kBefore : order > 0 ? kAfter : kEqual)) != 0);
}

EXPT_HOT int CompareKeys(uint64_t a, uint64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

// Everything that TestLeaf() does not decide in line; not kShared, kMember and kFlagIs.
Truth TestRareLeaf(const Ruleset& ruleset, Scope& scope, const Leaf& leaf, const ValueView& value);

// The truth of a leaf over an attribute, before `not`.
EXPT_HOT Truth TestLeaf(const Ruleset& ruleset, Scope& scope, const Leaf& leaf, const ValueView& value) {
  switch (leaf.op) {
    case Op::kIsSet:
      return TruthOf(!value.is_missing());
    case Op::kBoolean:
      if (value.type() != ValueType::kBoolean) return Truth::kUnknown;
      return TruthOf((leaf.integer >> (value.boolean() ? 1 : 0) & 1) != 0);
    case Op::kStringIs:
      if (leaf.is_folded) break;
      if (value.type() != ValueType::kString) return Truth::kUnknown;
      return TruthOf(base::IsSameText(value.text(), ruleset.View(leaf.text)));
    case Op::kStringIn:
      if (leaf.is_folded) break;
      if (value.type() != ValueType::kString) return Truth::kUnknown;
      return TruthOf(IsIn(ruleset, *leaf.strings, value.text()));
    case Op::kNumberIs:
    case Op::kLt:
    case Op::kLte:
    case Op::kGt:
    case Op::kGte:
      return IsNumber(value) ? IsOneOf(leaf.orders, CompareNumber(value, leaf)) : Truth::kUnknown;
    case Op::kVersion:
      if constexpr (base::kSmallCode) break;  // all are kSemver
      if (scope.Version(leaf.slot) == nullptr) return Truth::kUnknown;
      return IsOneOf(leaf.orders, CompareKeys(scope.version_key(), leaf.version));
    case Op::kSemver: {
      if (scope.Version(leaf.slot) == nullptr) return Truth::kUnknown;
      if (leaf.orders == 0 || leaf.semver->is_large) break;
      const int order = CompareKeys(scope.version_key() >> 1, leaf.semver->key >> 1);
      if (order == 0) break;  // the prerelease decides
      return IsOneOf(leaf.orders, order);
    }
    default:
      break;
  }
  return TestRareLeaf(ruleset, scope, leaf, value);
}

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_LEAF_H_
