#include <cmath>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "src/base/ip.h"
#include "src/base/semver.h"
#include "src/model/check.h"
#include "src/model/limits.h"
#include "src/model/operator_rule.h"
#include "src/model/pattern.h"
#include "src/model/place.h"

namespace expt::model {
namespace {

constexpr int64_t kWeekMinutes = 7 * 24 * 60;
constexpr uint8_t kKnownProperties = kNegate | kCaseInsensitive | kBooleanOperands;

// Names are only in texts.
std::string_view KindName(OperandKind kind, bool is_boolean) {
  if constexpr (!base::kHasMessages) return {};
  switch (kind) {
    case OperandKind::kString:
      return "string";
    case OperandKind::kInteger:
      return is_boolean ? "boolean" : "number";
    case OperandKind::kDouble:
      return "number";
    case OperandKind::kCondition:
      return "condition";
    case OperandKind::kReference:
      return "reference";
    case OperandKind::kHash:
      return "hash";
    case OperandKind::kUnspecified:
      break;
  }
  return "unknown kind";
}

// What operands may be: kinds as people say them.
std::string_view KindsName(uint8_t kinds) {
  if constexpr (!base::kHasMessages) return {};
  constexpr uint8_t kNumbers = BitOf(OperandKind::kInteger) | BitOf(OperandKind::kDouble);
  if (kinds == (BitOf(OperandKind::kString) | kNumbers)) return "string, number or boolean";
  if (kinds == kNumbers) return "number";
  if ((kinds & kNumbers) != 0) return kinds == BitOf(OperandKind::kInteger) ? "integer" : "double";
  for (const OperandKind kind :
       {OperandKind::kString, OperandKind::kCondition, OperandKind::kReference, OperandKind::kHash}) {
    if (kinds == BitOf(kind)) return KindName(kind, false);
  }
  return "none";
}

std::string_view TypesName(uint8_t types) {
  if constexpr (!base::kHasMessages) return {};
  if (types == kTimeTypes) return "string or number";
  if (types == kNumberTypes) return "number";
  return types == kListType ? "string_list" : types == kTextType ? "string" : "boolean";
}

std::string_view TypeName(ValueType type) {
  if constexpr (!base::kHasMessages) return {};
  return type == ValueType::kInteger || type == ValueType::kDouble ? "number" : ValueTypeName(type);
}

// The defect of one row. Each check says it with Say(), and then nothing more is asked.
class OperandCheck {
 public:
  OperandCheck(const Snapshot& snapshot, const Condition& condition)
      : s_(snapshot),
        c_(condition),
        rule_(RuleOf(condition.op)),
        list_(condition.operands == kNone ? OperandList{} : snapshot.operands[condition.operands]),
        is_boolean_((condition.properties & kBooleanOperands) != 0) {}

  Defect Run() {
    Check();
    return std::move(defect_);
  }

 private:
  using Subject = OperatorRule::Subject;
  using Second = OperatorRule::Second;
  using Operands = OperatorRule::Operands;

  void Say(std::initializer_list<MessagePart> parts) {
    defect_.text = Named("operator", OperatorName(c_.op));
    if constexpr (!base::kHasMessages) return;
    for (const MessagePart& part : parts) defect_.text.append(part);
    if (rule_.subject == Subject::kAttribute) PlaceAt(c_.subject);
  }
  // Without naming the operator.
  void SayOfAttribute(Index attribute, std::initializer_list<MessagePart> parts) {
    if constexpr (!base::kHasMessages) return Say({});
    for (const MessagePart& part : parts) defect_.text.append(part);
    PlaceAt(attribute);
  }
  void PlaceAt(Index attribute) {
    defect_.place = Named("attribute", s_.strings[s_.attributes[attribute].name]);
  }
  bool IsSaid() const { return !defect_.text.empty(); }

  void Check() {
    if (rule_.subject == Subject::kUnknownOperator) {
      defect_.text = "operator " + Number(static_cast<int>(c_.op)) + " is not supported by this version";
      PlaceAt(c_.subject);
      return;
    }
    Properties();
    if (!IsSaid()) KindAndNumber();
    if (!IsSaid()) Second_();
    if (!IsSaid()) Values();
    if (!IsSaid() && rule_.subject == Subject::kAttribute) Attribute(c_.subject);
    if (!IsSaid() && rule_.second == Second::kLongitude) Attribute(c_.second);
  }

  void Properties() {
    if ((c_.properties & ~kKnownProperties) != 0) return Say({": unknown property bits"});
    if (is_boolean_ && (rule_.properties & kBooleanOperands) == 0) return Say({": operands cannot be booleans"});
    if ((c_.properties & kCaseInsensitive) == 0) return;
    if (rule_.operands == Operands::kPattern) {
      return Say({": \"case_insensitive\" is not for patterns, expected \"(?i)\" in the pattern"});
    }
    const bool is_text = list_.size == 0 || list_.kind == OperandKind::kString || list_.kind == OperandKind::kHash;
    if ((rule_.properties & kCaseInsensitive) == 0 || !is_text) Say({": \"case_insensitive\" is for text only"});
  }

  void KindAndNumber() {
    if (rule_.kinds == 0) {
      if (list_.size != 0) Say({" takes no operands"});
      return;
    }
    if (c_.operands == kNone || (rule_.kinds & BitOf(list_.kind)) == 0) return WrongKind(KindsName(rule_.kinds));
    if (is_boolean_ && list_.kind != OperandKind::kInteger) return WrongKind("boolean");
    if (list_.size >= rule_.least && list_.size <= rule_.most) return;
    if (rule_.most == kManyOperands) {
      if (list_.size < rule_.least) Say({": expected at least ", AtLeast(), ", got ", Few(list_.size)});
      return;
    }
    const Message expected = Number(rule_.least) + (rule_.least == 1 ? " operand" : " operands");
    Say({": expected ", expected, ", got ", Number(list_.size)});
  }
  MessagePart AtLeast() const { return rule_.least == 1 ? "one operand" : "two operands"; }
  static MessagePart Few(uint32_t few) { return few == 0 ? "none" : "one"; }

  void WrongKind(std::string_view expected) {
    if constexpr (!base::kHasMessages) return Say({"wrong kind"});
    std::string_view got = c_.operands == kNone ? "none" : KindName(list_.kind, is_boolean_);
    if (got == "number" && expected != "string" && !is_boolean_) got = KindsName(BitOf(list_.kind));
    Say({": expected operands of type ", expected, ", got ", got});
  }

  void Second_() {
    switch (rule_.second) {
      case Second::kNothing:
        if (c_.second != kNone) Say({" takes no second operand list"});
        return;
      case Second::kLongitude:
        if (c_.second == kNone) Say({": expected a longitude attribute, got none"});
        return;
      case Second::kSalt:
        if (const OperandList* list = SecondOf(OperandKind::kString);
            list == nullptr || !IsSalt(s_.strings[s_.string_pool[list->begin]])) {
          Say({": salt: expected 1 to 64 characters of A-Z a-z 0-9 . _ -"});
        }
        return;
      case Second::kTimeZone: {
        const OperandList* list = SecondOf(OperandKind::kReference);
        if (list == nullptr) return Say({": expected one time zone"});
        const TimeZone& zone = s_.time_zones[s_.reference_pool[list->begin]];
        const Message text = TimeZoneDefect(zone);
        if (!text.empty()) Say({": ", Named("time zone", s_.strings[zone.name]), ": ", text});
        return;
      }
    }
  }
  // The second list when it holds one operand of that kind.
  const OperandList* SecondOf(OperandKind kind) const {
    if (c_.second == kNone) return nullptr;
    const OperandList& list = s_.operands[c_.second];
    return list.kind == kind && list.size == 1 ? &list : nullptr;
  }

  // Empty where the operands are of another kind: `begin` is a place in the pool of theirs.
  std::span<const int64_t> Integers() const { return Numbers(s_.integer_pool, OperandKind::kInteger); }
  std::span<const double> Doubles() const { return Numbers(s_.double_pool, OperandKind::kDouble); }
  template <typename T>
  std::span<const T> Numbers(const base::Table<T>& pool, OperandKind kind) const {
    if (list_.kind != kind) return {};
    return std::span(pool).subspan(list_.begin, list_.size);
  }
  std::string_view Text(uint32_t i) const { return s_.strings[s_.string_pool[list_.begin + i]]; }

  void Values() {
    for (const double value : Doubles()) {
      if (std::isnan(value)) return Say({": an operand is not a number"});
    }
    if (is_boolean_) {
      for (const int64_t value : Integers()) {
        if (value != 0 && value != 1) return Say({": a boolean operand is neither 0 nor 1"});
      }
    }
    switch (rule_.operands) {
      case Operands::kAny:
        return;
      case Operands::kBounds:
      case Operands::kStrictBounds:
        return Bounds();
      case Operands::kPattern:
        return Pattern();
      case Operands::kWindows:
        return Windows();
      case Operands::kVersion:
        if (!base::ParseSemver(Text(0)).has_value()) Say({": the operand is not a version"});
        return;
      case Operands::kNetworks:
        for (uint32_t i = 0; i < list_.size; ++i) {
          if (base::ParseNetwork(Text(i)).has_value()) continue;
          return Say({": operand ", Number(i), " is neither an address nor a network"});
        }
        return;
      case Operands::kPlace:
        return Place();
      case Operands::kVariants:
        return Variants();
    }
  }

  void Bounds() {
    if (rule_.operands == Operands::kStrictBounds) {
      if (Integers()[0] >= Integers()[1]) Say({": the end is not after the start"});
      return;
    }
    const bool is_empty = list_.kind == OperandKind::kInteger ? Integers()[0] > Integers()[1]
                                                              : Doubles()[0] > Doubles()[1];
    if (is_empty) Say({": the lower bound is above the upper bound"});
  }

  void Pattern() {
    if (Text(0).size() > kMaxPatternBytes) {
      return Say({": the pattern has ", Number(Text(0).size()), " bytes, expected at most ",
                  Number(kMaxPatternBytes)});
    }
    if (HasUnicodeClass(Text(0))) Say({": \\p and \\P are not supported in patterns"});
  }

  void Windows() {
    const std::span<const int64_t> minutes = Integers();
    if (minutes.size() % 2 != 0) return Say({": expected pairs of start and end"});
    for (size_t i = 0; i < minutes.size(); i += 2) {
      const int64_t start = minutes[i];
      const int64_t end = minutes[i + 1];
      if (start < 0 || start >= kWeekMinutes || end <= 0 || end > kWeekMinutes || start == end) {
        return Say({": window ", Number(i / 2), ": expected two different minutes of the week"});
      }
    }
  }

  void Place() {
    const std::span<const double> place = Doubles();
    const auto is_within = [](double value, double bound) { return value >= -bound && value <= bound; };
    if (!is_within(place[0], 90)) return Say({": latitude: expected -90 to 90"});
    if (!is_within(place[1], 180)) return Say({": longitude: expected -180 to 180"});
    if (!(place[2] >= 0) || std::isinf(place[2])) Say({": radius: expected a distance in km"});
  }

  void Variants() {
    const Flag& flag = s_.flags[c_.subject];
    for (uint32_t i = 0; i < list_.size; ++i) {
      const Index variant = s_.reference_pool[list_.begin + i];
      if (variant < flag.variant_keys.size()) continue;
      return Say({": variant ", Number(variant), " is not one of the ", Number(flag.variant_keys.size()),
                  " of ", Named("flag", s_.strings[flag.key])});
    }
  }

  // The attribute may be asked at all, and its declared type is one that the operator takes.
  void Attribute(Index attribute) {
    const AttributeSchema& schema = s_.attributes[attribute];
    const std::string_view name = s_.strings[schema.name];
    if (name.starts_with('$')) {
      if (name == "$now" && (rule_.types & kNow) != 0) return;
      return SayOfAttribute(attribute, {"names that begin with \"$\" are reserved"});
    }
    if (schema.type == ValueType::kJson || schema.type > ValueType::kStringList) {
      const Message type = Number(static_cast<int>(schema.type));
      return SayOfAttribute(attribute, {"type ", type, " is not one of attributes"});
    }
    const uint8_t compared = TypesOf(list_.kind, is_boolean_);
    const uint8_t types = rule_.types == 0 ? compared : rule_.types;
    if (schema.type == ValueType::kMissing || list_.size == 0 || (types & BitOf(schema.type)) != 0) return;
    if (types == compared) {
      const std::string_view got = KindName(list_.kind, is_boolean_);
      return SayOfAttribute(attribute, {"expected ", TypeName(schema.type), ", got ", got});
    }
    Say({": expected an attribute of type ", TypesName(types), ", got ", TypeName(schema.type)});
  }

  const Snapshot& s_;
  const Condition& c_;
  const OperatorRule& rule_;
  OperandList list_;
  bool is_boolean_;
  Defect defect_;
};

}  // namespace

Defect ConditionDefect(const Snapshot& snapshot, const Condition& condition) {
  return OperandCheck(snapshot, condition).Run();
}

}  // namespace expt::model
