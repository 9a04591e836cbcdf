#include "control-plane/service/operator_form.h"

namespace expt::service {
namespace {

using model::Operator;

constexpr OperatorForm kForms[] = {
    {Operator::kIsSet, OperandForm::kNone, 0, 0, false},
    {Operator::kEquals, OperandForm::kScalars, 1, 1, true},
    {Operator::kIn, OperandForm::kScalars, 0, kMaxOperands, true},
    {Operator::kContains, OperandForm::kTexts, 1, kMaxOperands, true},
    {Operator::kStartsWith, OperandForm::kTexts, 1, kMaxOperands, true},
    {Operator::kEndsWith, OperandForm::kTexts, 1, kMaxOperands, true},
    {Operator::kMatches, OperandForm::kPattern, 1, 1, false},
    {Operator::kEqualsHashed, OperandForm::kSecrets, 1, 1, true},
    {Operator::kInHashed, OperandForm::kSecrets, 0, kMaxOperands, true},
    {Operator::kLt, OperandForm::kNumbers, 1, 1, false},
    {Operator::kLte, OperandForm::kNumbers, 1, 1, false},
    {Operator::kGt, OperandForm::kNumbers, 1, 1, false},
    {Operator::kGte, OperandForm::kNumbers, 1, 1, false},
    {Operator::kBetween, OperandForm::kNumbers, 2, 2, false},
    {Operator::kTimeBefore, OperandForm::kTimes, 1, 1, false},
    {Operator::kTimeAfter, OperandForm::kTimes, 1, 1, false},
    {Operator::kTimeBetween, OperandForm::kTimes, 2, 2, false},
    {Operator::kInWindow, OperandForm::kWindows, 1, 100, false},
    {Operator::kSemverEq, OperandForm::kVersion, 1, 1, false},
    {Operator::kSemverLt, OperandForm::kVersion, 1, 1, false},
    {Operator::kSemverLte, OperandForm::kVersion, 1, 1, false},
    {Operator::kSemverGt, OperandForm::kVersion, 1, 1, false},
    {Operator::kSemverGte, OperandForm::kVersion, 1, 1, false},
    {Operator::kSemverTilde, OperandForm::kVersion, 1, 1, false},
    {Operator::kSemverCaret, OperandForm::kVersion, 1, 1, false},
    {Operator::kContainsAny, OperandForm::kElements, 1, kMaxOperands, true},
    {Operator::kContainsAll, OperandForm::kElements, 1, kMaxOperands, true},
    {Operator::kSizeLt, OperandForm::kSizes, 1, 1, false},
    {Operator::kSizeGt, OperandForm::kSizes, 1, 1, false},
    {Operator::kSizeBetween, OperandForm::kSizes, 2, 2, false},
    {Operator::kInCidr, OperandForm::kNetworks, 1, kMaxOperands, false},
    {Operator::kWithinKm, OperandForm::kCircle, 3, 3, false},
    {Operator::kInSegment, OperandForm::kSegments, 1, 64, false},
    {Operator::kFlagIs, OperandForm::kVariants, 1, 64, false},
};

}  // namespace

const OperatorForm* FormOf(Operator op) {
  for (const OperatorForm& form : kForms) {
    if (form.op == op) return &form;
  }
  return nullptr;
}

bool ReadsAttribute(OperandForm form) { return form != OperandForm::kSegments && form != OperandForm::kVariants; }

bool MayRead(OperandForm form, ValueType attribute) {
  const bool is_number = attribute == ValueType::kInteger || attribute == ValueType::kDouble;
  switch (form) {
    case OperandForm::kTexts:
    case OperandForm::kPattern:
    case OperandForm::kSecrets:
    case OperandForm::kVersion:
    case OperandForm::kNetworks:
      return attribute == ValueType::kString;
    case OperandForm::kNumbers:
    case OperandForm::kCircle:
      return is_number;
    case OperandForm::kTimes:
    case OperandForm::kWindows:
      return is_number || attribute == ValueType::kString;
    case OperandForm::kElements:
    case OperandForm::kSizes:
      return attribute == ValueType::kStringList;
    case OperandForm::kNone:
    case OperandForm::kScalars:
    case OperandForm::kSegments:
    case OperandForm::kVariants:
      break;
  }
  return true;
}

std::string_view Wanted(OperandForm form) {
  switch (form) {
    case OperandForm::kScalars:
      return "a string, a number or a boolean";
    case OperandForm::kTexts:
      return "a string that is not empty";
    case OperandForm::kPattern:
      return "a regular expression";
    case OperandForm::kSecrets:
    case OperandForm::kElements:
      return "a string";
    case OperandForm::kNumbers:
    case OperandForm::kCircle:
      return "a number";
    case OperandForm::kTimes:
      return "a time such as \"2030-01-31T12:00:00Z\" or milliseconds since 1970";
    case OperandForm::kWindows:
      return "an object such as {\"days\": [\"mon\"], \"start\": \"09:00\", \"end\": \"17:00\"}";
    case OperandForm::kVersion:
      return "a version such as \"2.1.0\"";
    case OperandForm::kSizes:
      return "an integer from 0";
    case OperandForm::kNetworks:
      return "an IP address or a network such as \"10.0.0.0/8\"";
    case OperandForm::kSegments:
    case OperandForm::kVariants:
      return "a key";
    case OperandForm::kNone:
      break;
  }
  return "nothing";
}

std::string_view WantedAttribute(OperandForm form) {
  if (MayRead(form, ValueType::kStringList)) return "string_list";
  if (!MayRead(form, ValueType::kInteger)) return "string";
  return MayRead(form, ValueType::kString) ? "string or number" : "number";
}

}  // namespace expt::service
