#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/oracle/naive.h"
#include "tests/oracle/oracle.h"

namespace expt::oracle {
namespace {

using model::Operator;

// Holds every int64 and every double exactly, so that numbers compare by value.
using Exact = long double;
static_assert(std::numeric_limits<Exact>::digits >= 64);

std::optional<Exact> NumberOf(const Value& value) {
  if (value.type() == ValueType::kInteger) return static_cast<Exact>(value.view().integer());
  if (value.type() == ValueType::kDouble && !std::isnan(value.view().real())) return value.view().real();
  return std::nullopt;
}

// Epoch milliseconds.
std::optional<Exact> TimeOf(const Value& value) {
  if (value.type() != ValueType::kString) return NumberOf(value);
  const std::optional<int64_t> time = oracle::TimeOf(std::string(value.view().text()));
  if (!time.has_value()) return std::nullopt;
  return static_cast<Exact>(*time);
}

// The minute of the week in which `ms` lies there; Monday 00:00 is 0.
int64_t LocalMinute(const model::TimeZone& zone, int64_t ms) {
  int64_t offset = zone.initial_offset_minutes;
  for (size_t i = 0; i < zone.transition_ms.size(); ++i) {
    if (zone.transition_ms[i] <= ms) offset = zone.offset_minutes[i];
  }
  const auto minutes = static_cast<int64_t>(std::floor(static_cast<Exact>(ms) / 60000)) + offset;
  const int64_t since_monday = minutes + int64_t{3} * 24 * 60;  // the epoch began on a Thursday
  return (since_monday % 10080 + 10080) % 10080;
}

bool IsInWindow(int64_t minute, int64_t start, int64_t end) {
  if (start < end) return start <= minute && minute < end;
  return minute >= start || minute < end;
}

bool HoldsForVersion(Operator op, const Version& value, const Version& operand) {
  const int order = CompareVersions(value, operand);
  switch (op) {
    case Operator::kSemverEq:
      return order == 0;
    case Operator::kSemverLt:
      return order < 0;
    case Operator::kSemverLte:
      return order <= 0;
    case Operator::kSemverGt:
      return order > 0;
    case Operator::kSemverGte:
      return order >= 0;
    case Operator::kSemverTilde:
      return order >= 0 && value.core < TildeEnd(operand);
    default:
      return order >= 0 && value.core < CaretEnd(operand);
  }
}

bool HoldsForText(Operator op, const std::string& text, const std::string& operand) {
  switch (op) {
    case Operator::kContains:
      return text.find(operand) != std::string::npos;
    case Operator::kStartsWith:
      return text.substr(0, operand.size()) == operand;
    case Operator::kEndsWith:
      return text.size() >= operand.size() && text.substr(text.size() - operand.size()) == operand;
    default:
      return text == operand;
  }
}

bool HoldsForNumber(Operator op, Exact number, const std::vector<Exact>& operands) {
  switch (op) {
    case Operator::kLt:
      return number < operands[0];
    case Operator::kLte:
      return number <= operands[0];
    case Operator::kGt:
      return number > operands[0];
    case Operator::kGte:
      return number >= operands[0];
    case Operator::kBetween:
      return number >= operands[0] && number <= operands[1];
    default:
      return std::count(operands.begin(), operands.end(), number) != 0;
  }
}

}  // namespace

Kleene Not(Kleene a) { return a == Kleene::kTrue ? Kleene::kFalse : a == Kleene::kFalse ? Kleene::kTrue : a; }
Kleene And(Kleene a, Kleene b) { return std::min(a, b); }
Kleene Or(Kleene a, Kleene b) { return std::max(a, b); }

Kleene Oracle::Condition(model::Index row, const Facts& facts, const Asked& asked) const {
  const model::Condition& condition = model_.conditions[row];
  Kleene truth;
  if (condition.op == Operator::kAll || condition.op == Operator::kAny) {
    const model::OperandList& list = model_.operands[condition.operands];
    const bool is_all = condition.op == Operator::kAll;
    truth = is_all ? Kleene::kTrue : Kleene::kFalse;
    for (uint32_t i = 0; i < list.size; ++i) {
      const Kleene child = Condition(model_.condition_pool[list.begin + i], facts, asked);
      truth = is_all ? And(truth, child) : Or(truth, child);
    }
  } else {
    truth = Leaf(condition, facts, asked);
  }
  return (condition.properties & model::kNegate) != 0 ? Not(truth) : truth;
}

Kleene Oracle::Leaf(const model::Condition& condition, const Facts& facts, const Asked& asked) const {
  switch (condition.op) {
    case Operator::kInSegment: {
      Kleene any = Kleene::kFalse;
      for (const model::Index row : References(condition.operands)) {
        any = Or(any, Segment(model_.segments[row], facts, asked));
      }
      return any;
    }
    case Operator::kFlagIs:
      return FlagIs(condition.subject, References(condition.operands), facts, asked);
    case Operator::kWithinKm:
      return PlaceLeaf(condition, facts);
    default:
      break;
  }
  const std::string name = AttributeName(condition.subject);
  if (name == "$now") return TimeLeaf(condition, Value(ValueView(asked.now_ms)));
  const auto found = facts.find(name);
  if (condition.op == Operator::kIsSet) return Known(found != facts.end());
  if (model_.operands[condition.operands].size == 0) return Kleene::kFalse;  // in nothing
  if (found == facts.end()) return Kleene::kUnknown;
  return ValueLeaf(condition, found->second);
}

Kleene Oracle::ValueLeaf(const model::Condition& condition, const Value& value) const {
  switch (condition.op) {
    case Operator::kTimeBefore:
    case Operator::kTimeAfter:
    case Operator::kTimeBetween:
    case Operator::kInWindow:
      return TimeLeaf(condition, value);
    case Operator::kContainsAny:
    case Operator::kContainsAll:
    case Operator::kSizeLt:
    case Operator::kSizeGt:
    case Operator::kSizeBetween:
      return ListLeaf(condition, value);
    default:
      break;
  }
  const model::OperandList& list = model_.operands[condition.operands];
  if (list.kind == model::OperandKind::kString || list.kind == model::OperandKind::kHash) {
    if (value.type() != ValueType::kString) return Kleene::kUnknown;
    return TextLeaf(condition, std::string(value.view().text()));
  }
  std::vector<Exact> numbers;
  for (uint32_t i = list.begin; i < list.begin + list.size; ++i) {
    if (list.kind == model::OperandKind::kInteger) numbers.push_back(static_cast<Exact>(model_.integer_pool[i]));
    if (list.kind == model::OperandKind::kDouble) numbers.push_back(model_.double_pool[i]);
  }
  if ((condition.properties & model::kBooleanOperands) != 0) {
    if (value.type() != ValueType::kBoolean) return Kleene::kUnknown;
    const Exact number = value.view().boolean() ? 1 : 0;
    return Known(std::count(numbers.begin(), numbers.end(), number) != 0);
  }
  const std::optional<Exact> number = NumberOf(value);
  if (!number.has_value()) return Kleene::kUnknown;
  return Known(HoldsForNumber(condition.op, *number, numbers));
}

Kleene Oracle::TextLeaf(const model::Condition& condition, const std::string& given) const {
  const bool is_folded = (condition.properties & model::kCaseInsensitive) != 0;
  const std::string text = is_folded ? Folded(given) : given;
  const model::OperandList& list = model_.operands[condition.operands];
  if (list.kind == model::OperandKind::kHash) {
    const std::string salt = Text(model_.string_pool[model_.operands[condition.second].begin]);
    const std::string hash = Sha256(salt + ":" + text);
    for (uint32_t i = list.begin; i < list.begin + list.size; ++i) {
      if (model_.hash_pool.substr(size_t{i} * 32, 32) == hash) return Kleene::kTrue;
    }
    return Kleene::kFalse;
  }
  const std::vector<std::string> operands = Texts(list);
  switch (condition.op) {
    case Operator::kMatches:
      return text.size() > 512 ? Kleene::kUnknown : Known(Matches(operands[0], text));
    case Operator::kSemverEq:
    case Operator::kSemverLt:
    case Operator::kSemverLte:
    case Operator::kSemverGt:
    case Operator::kSemverGte:
    case Operator::kSemverTilde:
    case Operator::kSemverCaret: {
      const std::optional<Version> version = VersionOf(text);
      if (!version.has_value()) return Kleene::kUnknown;
      return Known(HoldsForVersion(condition.op, *version, VersionOf(operands[0]).value()));
    }
    case Operator::kInCidr: {
      const std::optional<AddressBits> address = AddressOf(text);
      if (!address.has_value()) return Kleene::kUnknown;
      return Known(std::any_of(operands.begin(), operands.end(), [&](const std::string& network) {
        return IsWithin(*address, NetworkOf(network).value());
      }));
    }
    default:
      return Known(std::any_of(operands.begin(), operands.end(), [&](const std::string& operand) {
        return HoldsForText(condition.op, text, is_folded ? Folded(operand) : operand);
      }));
  }
}

Kleene Oracle::ListLeaf(const model::Condition& condition, const Value& value) const {
  if (value.type() != ValueType::kStringList) return Kleene::kUnknown;
  const model::OperandList& list = model_.operands[condition.operands];
  const bool is_folded = (condition.properties & model::kCaseInsensitive) != 0;
  std::vector<std::string> elements;
  for (const std::string_view text : value.view().list()) {
    elements.push_back(is_folded ? Folded(std::string(text)) : std::string(text));
  }
  const auto size = static_cast<int64_t>(elements.size());
  const auto bound = [&](uint32_t i) { return model_.integer_pool[list.begin + i]; };
  if (condition.op == Operator::kSizeLt) return Known(size < bound(0));
  if (condition.op == Operator::kSizeGt) return Known(size > bound(0));
  if (condition.op == Operator::kSizeBetween) return Known(size >= bound(0) && size <= bound(1));
  bool has_any = false;
  bool has_all = true;
  for (const std::string& operand : Texts(list)) {
    const std::string wanted = is_folded ? Folded(operand) : operand;
    const bool is_there = std::count(elements.begin(), elements.end(), wanted) != 0;
    has_any = has_any || is_there;
    has_all = has_all && is_there;
  }
  return Known(condition.op == Operator::kContainsAny ? has_any : has_all);
}

Kleene Oracle::TimeLeaf(const model::Condition& condition, const Value& value) const {
  const std::optional<Exact> time = TimeOf(value);
  if (!time.has_value()) return Kleene::kUnknown;
  const model::OperandList& list = model_.operands[condition.operands];
  std::vector<int64_t> numbers(model_.integer_pool.begin() + list.begin,
                               model_.integer_pool.begin() + list.begin + list.size);
  switch (condition.op) {
    case Operator::kTimeBefore:
      return Known(*time < numbers[0]);
    case Operator::kTimeAfter:
      return Known(*time > numbers[0]);
    case Operator::kTimeBetween:
      return Known(*time >= numbers[0] && *time < numbers[1]);
    default:
      break;
  }
  const Exact ms = std::floor(*time);
  if (ms < std::numeric_limits<int64_t>::min() || ms > std::numeric_limits<int64_t>::max()) return Kleene::kUnknown;
  const model::TimeZone& zone = model_.time_zones[References(condition.second)[0]];
  const int64_t minute = LocalMinute(zone, static_cast<int64_t>(ms));
  bool is_any = false;
  for (size_t i = 0; i < numbers.size(); i += 2) is_any = is_any || IsInWindow(minute, numbers[i], numbers[i + 1]);
  return Known(is_any);
}

Kleene Oracle::PlaceLeaf(const model::Condition& condition, const Facts& facts) const {
  const auto degrees = [&](model::Index attribute, Exact most) -> std::optional<Exact> {
    const auto found = facts.find(AttributeName(attribute));
    if (found == facts.end()) return std::nullopt;
    const std::optional<Exact> number = NumberOf(found->second);
    if (!number.has_value() || *number < -most || *number > most) return std::nullopt;
    return number;
  };
  const std::optional<Exact> latitude = degrees(condition.subject, 90);
  const std::optional<Exact> longitude = degrees(condition.second, 180);
  if (!latitude.has_value() || !longitude.has_value()) return Kleene::kUnknown;
  const double* const circle = model_.double_pool.data() + model_.operands[condition.operands].begin;
  const std::optional<bool> is_within = IsWithinKm(static_cast<double>(*latitude), static_cast<double>(*longitude),
                                                   circle[0], circle[1], circle[2]);
  if (!is_within.has_value()) took_edge_ = true;
  return Known(is_within.value_or(false));
}

Kleene Oracle::Segment(const model::Segment& segment, const Facts& facts, const Asked& asked) const {
  Kleene included = Kleene::kFalse;
  for (const model::Index list : segment.include) included = Or(included, Member(model_.member_lists[list], facts));
  if (segment.condition != model::kNone) included = Or(included, Condition(segment.condition, facts, asked));
  Kleene excluded = Kleene::kFalse;
  for (const model::Index list : segment.exclude) excluded = Or(excluded, Member(model_.member_lists[list], facts));
  return And(included, Not(excluded));
}

Kleene Oracle::FlagIs(model::Index flag, std::span<const model::Index> variants, const Facts& facts,
                      const Asked& asked) const {
  const model::Flag& row = model_.flags[flag];
  const Answer answer = DecideFlag(row, facts, asked);
  if (!answer.error.empty()) return Kleene::kUnknown;
  return Known(std::any_of(variants.begin(), variants.end(), [&](model::Index variant) {
    return Text(row.variant_keys[variant]) == answer.variant;
  }));
}

std::vector<std::string> Oracle::Texts(const model::OperandList& list) const {
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < list.size; ++i) texts.push_back(Text(model_.string_pool[list.begin + i]));
  return texts;
}

std::vector<model::Index> Oracle::References(model::Index operands) const {
  const model::OperandList& list = model_.operands[operands];
  return {model_.reference_pool.begin() + list.begin, model_.reference_pool.begin() + list.begin + list.size};
}

}  // namespace expt::oracle
