#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_set>
#include <utility>

#include "src/model/check.h"
#include "src/model/limits.h"
#include "src/model/place.h"

namespace expt::model {
namespace {

constexpr uint8_t kKnownProperties = kNegate | kCaseInsensitive | kBooleanOperands;
constexpr std::string_view kNotSupported = " is not supported by this version";

// What an operator works on.
enum class Family : uint8_t { kUnknown, kUnsupported, kTree, kAnyType, kScalar, kText, kNumber, kReference };

Family FamilyOf(Operator op) {
  switch (op) {
    case Operator::kAll:
    case Operator::kAny:
      return Family::kTree;
    case Operator::kIsSet:
      return Family::kAnyType;
    case Operator::kEquals:
    case Operator::kIn:
      return Family::kScalar;
    case Operator::kContains:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
      return Family::kText;
    case Operator::kLt:
    case Operator::kLte:
    case Operator::kGt:
    case Operator::kGte:
    case Operator::kBetween:
      return Family::kNumber;
    case Operator::kInSegment:
      return Family::kReference;
    default:
      return OperatorName(op).empty() ? Family::kUnknown : Family::kUnsupported;
  }
}

std::string_view KindName(OperandKind kind, bool is_boolean) {
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

std::string_view SchemaName(ValueType type) {
  return type == ValueType::kInteger || type == ValueType::kDouble ? "number" : ValueTypeName(type);
}

// Bits of PlainAttributes().
constexpr uint8_t kTakesText = 1;
constexpr uint8_t kTakesNumbers = 2;

class LeafCheck {
 public:
  LeafCheck(const Snapshot& snapshot, const Condition& condition)
      : s_(snapshot),
        c_(condition),
        family_(FamilyOf(condition.op)),
        list_(condition.operands == kNone ? OperandList{} : snapshot.operands[condition.operands]),
        is_boolean_((condition.properties & kBooleanOperands) != 0) {}

  // Nothing is allocated while the answer is "nothing wrong".
  std::string Text() const {
    if (family_ == Family::kUnknown) {
      return "operator " + std::to_string(static_cast<int>(c_.op)) + std::string(kNotSupported);
    }
    if (family_ == Family::kUnsupported) return Operator() + std::string(kNotSupported);
    if ((c_.properties & ~kKnownProperties) != 0) return Operator() + ": unknown property bits";
    if ((c_.properties & kCaseInsensitive) != 0) {
      return Operator() + ": \"case_insensitive\"" + std::string(kNotSupported);
    }
    if (is_boolean_ && family_ != Family::kScalar) return Operator() + ": operands cannot be booleans";
    switch (family_) {
      case Family::kTree:
        return c_.operands != kNone && list_.kind == OperandKind::kCondition ? "" : WrongKind("condition");
      case Family::kReference:
        return c_.operands != kNone && list_.kind == OperandKind::kReference ? "" : WrongKind("reference");
      case Family::kAnyType:
        return list_.size == 0 ? "" : Operator() + " takes no operands";
      case Family::kScalar:
        return Scalar();
      case Family::kText:
        if (list_.kind != OperandKind::kString) return WrongKind("string");
        return list_.size == 0 ? Operator() + ": expected at least one operand, got none" : AttributeText();
      default:
        return Number();
    }
  }

  // Plainly right: most rows. False says nothing. `attributes` are as PlainAttributes() gives them.
  bool IsPlain(const std::vector<uint8_t>& attributes) const {
    if ((c_.properties & ~kNegate) != 0) return false;
    const bool is_integer = list_.kind == OperandKind::kInteger;
    switch (family_) {
      case Family::kTree:
        return c_.operands != kNone && list_.kind == OperandKind::kCondition;
      case Family::kScalar:
        return (list_.size == 1 || (c_.op == model::Operator::kIn && list_.size > 1)) &&
               (is_integer || list_.kind == OperandKind::kString) &&
               (attributes[c_.subject] & (is_integer ? kTakesNumbers : kTakesText)) != 0;
      case Family::kText:
        return list_.kind == OperandKind::kString && list_.size > 0 && (attributes[c_.subject] & kTakesText) != 0;
      case Family::kNumber:
        return is_integer && list_.size == 1 && c_.op != model::Operator::kBetween &&
               (attributes[c_.subject] & kTakesNumbers) != 0;
      default:
        return false;
    }
  }

  bool has_attribute() const { return family_ != Family::kTree && family_ != Family::kReference; }

 private:
  std::string Operator() const { return Named("operator", OperatorName(c_.op)); }

  std::string WrongKind(std::string_view expected) const {
    const std::string_view got = c_.operands == kNone ? "none" : KindName(list_.kind, is_boolean_);
    return Operator() + ": expected operands of type " + std::string(expected) + ", got " + std::string(got);
  }

  std::string Scalar() const {
    const bool is_number = list_.kind == OperandKind::kInteger || list_.kind == OperandKind::kDouble;
    if (c_.operands == kNone || (!is_number && list_.kind != OperandKind::kString)) {
      return WrongKind("string, number or boolean");
    }
    if (is_boolean_ && list_.kind != OperandKind::kInteger) return WrongKind("boolean");
    if (c_.op == model::Operator::kEquals && list_.size != 1) return WrongSize(1);
    if (is_boolean_) {
      for (const int64_t value : Integers()) {
        if (value != 0 && value != 1) return Operator() + ": a boolean operand is neither 0 nor 1";
      }
    }
    if (std::string text = DoublesText(); !text.empty()) return text;
    return list_.size == 0 ? "" : AttributeText();
  }

  std::string Number() const {
    if (list_.kind != OperandKind::kInteger && list_.kind != OperandKind::kDouble) return WrongKind("number");
    const uint32_t expected = c_.op == model::Operator::kBetween ? 2 : 1;
    if (list_.size != expected) return WrongSize(expected);
    if (std::string text = DoublesText(); !text.empty()) return text;
    if (expected == 2) {
      const bool is_empty = list_.kind == OperandKind::kInteger
                                ? s_.integer_pool[list_.begin] > s_.integer_pool[list_.begin + 1]
                                : s_.double_pool[list_.begin] > s_.double_pool[list_.begin + 1];
      if (is_empty) return Operator() + ": the lower bound is above the upper bound";
    }
    return AttributeText();
  }

  std::string WrongSize(uint32_t expected) const {
    return Operator() + ": expected " + std::to_string(expected) + (expected == 1 ? " operand" : " operands") +
           ", got " + std::to_string(list_.size);
  }

  std::span<const int64_t> Integers() const {
    return std::span(s_.integer_pool).subspan(list_.begin, list_.kind == OperandKind::kInteger ? list_.size : 0);
  }

  std::string DoublesText() const {
    if (list_.kind != OperandKind::kDouble) return "";
    for (const double value : std::span(s_.double_pool).subspan(list_.begin, list_.size)) {
      if (std::isnan(value)) return Operator() + ": an operand is not a number";
    }
    return "";
  }

  // The declared type of the attribute against that of the operands.
  std::string AttributeText() const {
    const ValueType declared = s_.attributes[c_.subject].type;
    if (declared == ValueType::kMissing) return "";
    const std::string_view expected = SchemaName(declared);
    const std::string_view got = KindName(list_.kind, is_boolean_);
    return expected == got ? "" : "expected " + std::string(expected) + ", got " + std::string(got);
  }

  const Snapshot& s_;
  const Condition& c_;
  Family family_;
  OperandList list_;
  bool is_boolean_;
};

std::string AttributeDefect(const Snapshot& snapshot, Index attribute) {
  const AttributeSchema& schema = snapshot.attributes[attribute];
  if (snapshot.strings[schema.name].starts_with('$')) return "names that begin with \"$\" are reserved";
  if (schema.type == ValueType::kJson || schema.type > ValueType::kStringList) {
    return "type " + std::to_string(static_cast<int>(schema.type)) + " is not one of attributes";
  }
  return "";
}

// What operands each attribute takes; nothing where it has a defect of its own.
std::vector<uint8_t> PlainAttributes(const Snapshot& snapshot) {
  std::vector<uint8_t> bits(snapshot.attributes.size());
  for (Index i = 0; i < snapshot.attributes.size(); ++i) {
    if (!AttributeDefect(snapshot, i).empty()) continue;
    const ValueType type = snapshot.attributes[i].type;
    if (type == ValueType::kMissing || type == ValueType::kString) bits[i] |= kTakesText;
    if (type == ValueType::kMissing || type == ValueType::kInteger || type == ValueType::kDouble) {
      bits[i] |= kTakesNumbers;
    }
  }
  return bits;
}

std::span<const Index> Children(const Snapshot& snapshot, const Condition& condition) {
  if (condition.op != Operator::kAll && condition.op != Operator::kAny) return {};
  if (condition.operands == kNone) return {};
  const OperandList& list = snapshot.operands[condition.operands];
  if (list.kind != OperandKind::kCondition) return {};
  return std::span(snapshot.condition_pool).subspan(list.begin, list.size);
}

std::span<const Index> References(const Snapshot& snapshot, const Condition& condition) {
  if (condition.op != Operator::kInSegment || condition.operands == kNone) return {};
  const OperandList& list = snapshot.operands[condition.operands];
  if (list.kind != OperandKind::kReference) return {};
  return std::span(snapshot.reference_pool).subspan(list.begin, list.size);
}

// Visits rows below `root`, each once, entering those that `wanted` marks. Iterative: no depth is trusted.
template <typename Visit>
void Walk(const Snapshot& snapshot, const std::vector<uint8_t>& wanted, Index root, Visit visit) {
  if (root == kNone || wanted[root] == 0) return;
  std::vector<Index> open = {root};
  std::unordered_set<Index> seen = {root};
  while (!open.empty()) {
    const Index row = open.back();
    open.pop_back();
    if (!visit(row)) return;
    const auto children = Children(snapshot, snapshot.conditions[row]);
    for (size_t i = children.size(); i-- > 0;) {
      if (wanted[children[i]] != 0 && seen.insert(children[i]).second) open.push_back(children[i]);
    }
  }
}

}  // namespace

Defect ConditionDefect(const Snapshot& snapshot, const Condition& condition) {
  const LeafCheck check(snapshot, condition);
  Defect defect{.place = "", .text = check.Text()};
  if (check.has_attribute() && condition.op != Operator::kFlagIs) {
    if (defect.text.empty()) defect.text = AttributeDefect(snapshot, condition.subject);
    if (!defect.text.empty()) {
      defect.place = Named("attribute", snapshot.strings[snapshot.attributes[condition.subject].name]);
    }
  }
  return defect;
}

ConditionFacts CheckConditions(const Snapshot& snapshot) {
  const size_t count = snapshot.conditions.size();
  const std::vector<uint8_t> attributes = PlainAttributes(snapshot);
  ConditionFacts facts{.is_bad = std::vector<uint8_t>(count),
                       .depth = std::vector<uint8_t>(count),
                       .has_reference = std::vector<uint8_t>(count),
                       .leaves = std::vector<uint32_t>(count)};
  for (size_t i = 0; i < count; ++i) {
    const Condition& condition = snapshot.conditions[i];
    const auto children = Children(snapshot, condition);
    const auto references = References(snapshot, condition);
    uint8_t is_bad = 0;
    if (!LeafCheck(snapshot, condition).IsPlain(attributes)) {
      is_bad = ConditionDefect(snapshot, condition).text.empty() ? 0 : 1;
    }
    uint32_t depth = 0;
    uint8_t has_reference = references.empty() ? 0 : 1;
    uint64_t leaves = children.empty() ? std::max<size_t>(1, references.size()) : 0;
    for (const Index child : children) {  // a child stands before its parent
      is_bad |= facts.is_bad[child];
      has_reference |= facts.has_reference[child];
      depth = std::max<uint32_t>(depth, facts.depth[child]);
      leaves += facts.leaves[child];
    }
    facts.is_bad[i] = is_bad;
    facts.depth[i] = static_cast<uint8_t>(std::min<uint32_t>(depth + 1, 255));
    facts.has_reference[i] = has_reference;
    facts.leaves[i] = static_cast<uint32_t>(std::min<uint64_t>(leaves, std::numeric_limits<uint32_t>::max()));
  }
  return facts;
}

void AppendConditionDefects(const Snapshot& snapshot, const ConditionFacts& facts, Index root,
                            std::vector<Defect>& defects) {
  constexpr size_t kMaxDefects = 32;
  if (root == kNone) return;
  Walk(snapshot, facts.is_bad, root, [&](Index row) {
    Defect defect = ConditionDefect(snapshot, snapshot.conditions[row]);
    if (!defect.text.empty()) defects.push_back(std::move(defect));
    return defects.size() < kMaxDefects;
  });
  if (facts.depth[root] > kMaxConditionDepth) {
    defects.push_back({"condition", "nested deeper than " + std::to_string(kMaxConditionDepth)});
  }
}

std::vector<Index> SegmentsOf(const Snapshot& snapshot, const ConditionFacts& facts, Index root) {
  std::vector<Index> segments;
  std::unordered_set<Index> seen;
  Walk(snapshot, facts.has_reference, root, [&](Index row) {
    for (const Index segment : References(snapshot, snapshot.conditions[row])) {
      if (seen.insert(segment).second) segments.push_back(segment);
    }
    return true;
  });
  return segments;
}

}  // namespace expt::model
