// What each operator takes: one row per operator, read by the checks.
#ifndef EXPT_SRC_MODEL_OPERATOR_RULE_H_
#define EXPT_SRC_MODEL_OPERATOR_RULE_H_

#include <array>
#include <cstdint>
#include <initializer_list>

#include "src/model/snapshot.h"

namespace expt::model {

// Bit of an operand kind or of an attribute type in a set of them.
constexpr uint8_t BitOf(OperandKind kind) { return static_cast<uint8_t>(1u << static_cast<uint8_t>(kind)); }
constexpr uint8_t BitOf(ValueType type) { return static_cast<uint8_t>(1u << static_cast<uint8_t>(type)); }

inline constexpr uint8_t kTextType = BitOf(ValueType::kString);
inline constexpr uint8_t kNumberTypes = BitOf(ValueType::kInteger) | BitOf(ValueType::kDouble);
inline constexpr uint8_t kListType = BitOf(ValueType::kStringList);
inline constexpr uint8_t kAttributeTypes =
    BitOf(ValueType::kMissing) | BitOf(ValueType::kBoolean) | kTextType | kNumberTypes | kListType;
inline constexpr uint8_t kNow = 1u << 7;  // beside types: the attribute may be $now
inline constexpr uint8_t kTimeTypes = kTextType | kNumberTypes | kNow;

inline constexpr uint8_t kManyOperands = 0xff;

struct OperatorRule {
  enum class Subject : uint8_t { kUnknownOperator = 0, kConditions, kSegments, kFlag, kAttribute };
  enum class Second : uint8_t { kNothing = 0, kSalt, kTimeZone, kLongitude };
  // What operands must be beyond their kind and number.
  enum class Operands : uint8_t {
    kAny = 0,
    kBounds,        // the first is not above the second
    kStrictBounds,  // the first is below the second
    kPattern,
    kWindows,
    kVersion,
    kNetworks,
    kPlace,
    kVariants,
  };

  Subject subject = Subject::kUnknownOperator;
  uint8_t kinds = 0;       // of operands; 0: it takes none
  uint8_t least = 0;       // operands
  uint8_t most = 0;        // or kManyOperands
  uint8_t properties = 0;  // beside kNegate
  uint8_t types = 0;       // of the attribute; 0: those of the operands
  Second second = Second::kNothing;
  Operands operands = Operands::kAny;
};

// The types of attributes that are compared with operands of a kind.
constexpr uint8_t TypesOf(OperandKind kind, bool is_boolean) {
  if (kind == OperandKind::kString) return kTextType;
  if (kind == OperandKind::kInteger && is_boolean) return BitOf(ValueType::kBoolean);
  return kind == OperandKind::kInteger || kind == OperandKind::kDouble ? kNumberTypes : 0;
}

inline constexpr size_t kOperatorRules = 82;

constexpr std::array<OperatorRule, kOperatorRules> MakeOperatorRules() {
  using Subject = OperatorRule::Subject;
  using Second = OperatorRule::Second;
  using Operands = OperatorRule::Operands;
  constexpr uint8_t kString = BitOf(OperandKind::kString);
  constexpr uint8_t kInteger = BitOf(OperandKind::kInteger);
  constexpr uint8_t kDouble = BitOf(OperandKind::kDouble);
  constexpr uint8_t kHash = BitOf(OperandKind::kHash);
  constexpr uint8_t kReference = BitOf(OperandKind::kReference);
  constexpr uint8_t kNumbers = kInteger | kDouble;
  constexpr uint8_t kScalars = kString | kNumbers;
  constexpr uint8_t kMany = kManyOperands;
  constexpr uint8_t kFold = kCaseInsensitive;
  constexpr uint8_t kScalarProperties = kCaseInsensitive | kBooleanOperands;

  std::array<OperatorRule, kOperatorRules> rules{};
  const auto set = [&rules](std::initializer_list<Operator> operators, const OperatorRule& rule) {
    for (const Operator op : operators) rules[static_cast<size_t>(op)] = rule;
  };
  const Subject attribute = Subject::kAttribute;
  set({Operator::kAll, Operator::kAny}, {Subject::kConditions, BitOf(OperandKind::kCondition), 0, kMany});
  set({Operator::kInSegment}, {Subject::kSegments, kReference, 0, kMany});
  set({Operator::kFlagIs}, {Subject::kFlag, kReference, 1, kMany, 0, 0, Second::kNothing, Operands::kVariants});
  set({Operator::kIsSet}, {attribute, 0, 0, 0, 0, kAttributeTypes});
  set({Operator::kEquals}, {attribute, kScalars, 1, 1, kScalarProperties});
  set({Operator::kIn}, {attribute, kScalars, 0, kMany, kScalarProperties});
  set({Operator::kContains, Operator::kStartsWith, Operator::kEndsWith}, {attribute, kString, 1, kMany, kFold});
  set({Operator::kMatches}, {attribute, kString, 1, 1, 0, kTextType, Second::kNothing, Operands::kPattern});
  set({Operator::kEqualsHashed}, {attribute, kHash, 1, 1, kFold, kTextType, Second::kSalt});
  set({Operator::kInHashed}, {attribute, kHash, 0, kMany, kFold, kTextType, Second::kSalt});
  set({Operator::kLt, Operator::kLte, Operator::kGt, Operator::kGte}, {attribute, kNumbers, 1, 1});
  set({Operator::kBetween}, {attribute, kNumbers, 2, 2, 0, 0, Second::kNothing, Operands::kBounds});
  set({Operator::kTimeBefore, Operator::kTimeAfter}, {attribute, kInteger, 1, 1, 0, kTimeTypes});
  set({Operator::kTimeBetween},
      {attribute, kInteger, 2, 2, 0, kTimeTypes, Second::kNothing, Operands::kStrictBounds});
  set({Operator::kInWindow}, {attribute, kInteger, 2, kMany, 0, kTimeTypes, Second::kTimeZone, Operands::kWindows});
  set({Operator::kSemverEq, Operator::kSemverLt, Operator::kSemverLte, Operator::kSemverGt, Operator::kSemverGte,
       Operator::kSemverTilde, Operator::kSemverCaret},
      {attribute, kString, 1, 1, 0, kTextType, Second::kNothing, Operands::kVersion});
  set({Operator::kContainsAny, Operator::kContainsAll}, {attribute, kString, 1, kMany, kFold, kListType});
  set({Operator::kSizeLt, Operator::kSizeGt}, {attribute, kInteger, 1, 1, 0, kListType});
  set({Operator::kSizeBetween}, {attribute, kInteger, 2, 2, 0, kListType, Second::kNothing, Operands::kBounds});
  set({Operator::kInCidr}, {attribute, kString, 1, kMany, 0, kTextType, Second::kNothing, Operands::kNetworks});
  set({Operator::kWithinKm}, {attribute, kDouble, 3, 3, 0, kNumberTypes, Second::kLongitude, Operands::kPlace});
  return rules;
}

inline constexpr std::array<OperatorRule, kOperatorRules> kOperatorRuleTable = MakeOperatorRules();

constexpr const OperatorRule& RuleOf(Operator op) {
  const auto row = static_cast<size_t>(op);
  return kOperatorRuleTable[row < kOperatorRules ? row : 0];
}

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_OPERATOR_RULE_H_
