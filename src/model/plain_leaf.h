// What makes a leaf over an attribute plainly right, as most are: a row per operator and kind of operands, so that a
// condition is looked at without asking for each property. Internal to src/model.
#ifndef EXPT_SRC_MODEL_PLAIN_LEAF_H_
#define EXPT_SRC_MODEL_PLAIN_LEAF_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "src/model/operator_rule.h"
#include "src/model/snapshot.h"

namespace expt::model {

struct PlainLeaf {
  uint8_t types = 0;             // of the attribute; none where no leaf is plainly right
  uint8_t other_properties = 0;  // those it may not have
  bool is_version = false;       // its operand is a version
  uint32_t least = 0;            // operands
  uint32_t most_above_least = 0;
};

// Operands that are good as they are, strings and integers, or versions.
constexpr PlainLeaf MakePlainLeaf(const OperatorRule& rule, OperandKind kind) {
  const bool is_version = rule.operands == OperatorRule::Operands::kVersion;
  const bool may_be_plain = rule.subject == OperatorRule::Subject::kAttribute &&
                            rule.second == OperatorRule::Second::kNothing && (rule.kinds & BitOf(kind)) != 0 &&
                            (is_version || rule.operands == OperatorRule::Operands::kAny);
  if (!may_be_plain || (kind != OperandKind::kString && kind != OperandKind::kInteger)) return {};
  const uint8_t folding = kind == OperandKind::kString ? rule.properties & kCaseInsensitive : 0;
  PlainLeaf leaf;
  leaf.types = rule.types == 0 ? TypesOf(kind, false) : rule.types;
  leaf.other_properties = static_cast<uint8_t>(~(kNegate | folding));
  leaf.is_version = is_version;
  leaf.least = rule.least == 0 ? 1 : rule.least;
  leaf.most_above_least = rule.most == kManyOperands ? 0xffffffff - leaf.least : rule.most - leaf.least;
  return leaf;
}

// Kinds are less than this.
inline constexpr size_t kPlainKinds = 4;

inline constexpr auto kPlainLeaves = [] {
  std::array<PlainLeaf, kOperatorRules * kPlainKinds> leaves{};
  for (size_t op = 0; op < kOperatorRules; ++op) {
    for (size_t kind = 0; kind < kPlainKinds; ++kind) {
      leaves[op * kPlainKinds + kind] = MakePlainLeaf(kOperatorRuleTable[op], static_cast<OperandKind>(kind));
    }
  }
  return leaves;
}();

constexpr const PlainLeaf& PlainLeafOf(Operator op, OperandKind kind) {
  const auto row = static_cast<size_t>(op);
  const auto column = static_cast<size_t>(kind);
  return kPlainLeaves[row < kOperatorRules && column < kPlainKinds ? row * kPlainKinds + column : 0];
}

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_PLAIN_LEAF_H_
