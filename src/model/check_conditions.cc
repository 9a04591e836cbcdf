#include <algorithm>
#include <utility>

#include "src/base/semver.h"
#include "src/base/small_code.h"
#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/limits.h"
#include "src/model/operator_rule.h"
#include "src/model/place.h"

namespace expt::model {
namespace {

// For each attribute the types that a condition on it must take: its declared type, all of them where it declares none,
// nothing where it has a defect of its own.
std::vector<uint8_t> PlainTypes(const Snapshot& snapshot) {
  std::vector<uint8_t> types;
  types.reserve(snapshot.attributes.size());
  for (const AttributeSchema& row : snapshot.attributes) {
    const std::string_view name = snapshot.strings[row.name];
    uint8_t bits = row.type == ValueType::kMissing ? kAttributeTypes : 0;
    if (row.type <= ValueType::kStringList) bits |= BitOf(row.type) & kAttributeTypes;
    if (name.starts_with('$')) bits = name == "$now" ? kNow : 0;
    types.push_back(bits);
  }
  return types;
}

// Whether a row is plainly right, as most are; false says nothing.
bool IsPlain(const Snapshot& snapshot, const std::vector<uint8_t>& types, const Condition& condition,
             const OperatorRule& rule) {
  if ((condition.properties & ~(kNegate | kCaseInsensitive)) != 0 || condition.second != kNone) return false;
  if (condition.operands == kNone) return false;
  const OperandList& list = snapshot.operands[condition.operands];
  if ((rule.kinds & BitOf(list.kind)) == 0 || list.kind == OperandKind::kDouble) return false;
  if (list.size < rule.least || (list.size > rule.most && rule.most != kManyOperands)) return false;
  if (rule.subject != OperatorRule::Subject::kAttribute) {
    return condition.properties <= kNegate && rule.operands == OperatorRule::Operands::kAny;
  }
  if ((condition.properties & kCaseInsensitive) != 0 &&
      ((rule.properties & kCaseInsensitive) == 0 || list.kind != OperandKind::kString)) {
    return false;
  }
  const uint8_t wanted = rule.types == 0 ? TypesOf(list.kind, false) : rule.types;
  if (list.size == 0 || rule.second != OperatorRule::Second::kNothing || (types[condition.subject] & wanted) == 0) {
    return false;
  }
  switch (rule.operands) {
    case OperatorRule::Operands::kAny:
      return true;
    case OperatorRule::Operands::kVersion:
      return base::PlainVersionKey(snapshot.strings[snapshot.string_pool[list.begin]]).has_value();
    default:
      return false;
  }
}

uint16_t LeavesOf(uint64_t count) {
  static_assert(ConditionFact::kMostLeaves > kMaxFlagLeaves);
  return static_cast<uint16_t>(std::clamp<uint64_t>(count, 1, ConditionFact::kMostLeaves));
}

}  // namespace

std::span<const Index> ConditionWalk::ChildrenOf(const Snapshot& snapshot, const Condition& condition) {
  if (condition.op != Operator::kAll && condition.op != Operator::kAny) return {};
  if (condition.operands == kNone) return {};
  const OperandList& list = snapshot.operands[condition.operands];
  if (list.kind != OperandKind::kCondition) return {};
  return std::span(snapshot.condition_pool).subspan(list.begin, list.size);
}

std::span<const Index> SegmentsNamedBy(const Snapshot& snapshot, const Condition& condition) {
  if (condition.op != Operator::kInSegment || condition.operands == kNone) return {};
  const OperandList& list = snapshot.operands[condition.operands];
  if (list.kind != OperandKind::kReference) return {};
  return std::span(snapshot.reference_pool).subspan(list.begin, list.size);
}

ConditionFacts CheckConditions(const Snapshot& snapshot) {
  const std::vector<uint8_t> types = base::kSmallCode ? std::vector<uint8_t>() : PlainTypes(snapshot);
  ConditionFacts facts;
  facts.rows.resize(snapshot.conditions.size());
  ConditionFact* next = facts.rows.data();
  for (const Condition& condition : snapshot.conditions) {
    const OperatorRule& rule = RuleOf(condition.op);
    ConditionFact fact{.leaves = 1, .depth = 1};
    if ((base::kSmallCode || !IsPlain(snapshot, types, condition, rule)) && !ConditionDefect(snapshot, condition).text.empty()) {
      fact.marks = ConditionFact::kIsBad;
    }
    if (condition.op <= Operator::kAny) {
      uint64_t leaves = 0;
      uint32_t depth = 0;
      for (const Index child : ConditionWalk::ChildrenOf(snapshot, condition)) {  // stands before its parent
        const ConditionFact& below = facts.rows[child];
        fact.marks |= below.marks;
        depth = std::max<uint32_t>(depth, below.depth);
        leaves += below.leaves;
      }
      fact.depth = static_cast<uint8_t>(std::min<uint32_t>(depth + 1, 255));
      fact.leaves = LeavesOf(leaves);
    } else if (condition.op == Operator::kInSegment) {
      const size_t named = SegmentsNamedBy(snapshot, condition).size();
      if (named != 0) fact.marks |= ConditionFact::kNamesSegments;
      fact.leaves = LeavesOf(named);
    } else if (condition.op == Operator::kFlagIs) {
      fact.marks |= ConditionFact::kNamesFlags;
    } else if (condition.op == Operator::kMatches) {
      fact.marks |= ConditionFact::kHasPattern;
    }
    facts.marks |= fact.marks;
    *next++ = fact;
  }
  return facts;
}

void AppendConditionDefects(const Snapshot& snapshot, const ConditionFacts& facts, ConditionWalk& walk, Index root,
                            std::vector<Defect>& defects) {
  constexpr size_t kMaxDefects = 32;
  if (root == kNone) return;
  if constexpr (!base::kHasMessages) {
    const ConditionFact& fact = facts.rows[root];
    if ((fact.marks & ConditionFact::kIsBad) != 0 || fact.depth > kMaxConditionDepth) defects.push_back({"", "is bad"});
    return;
  }
  if (facts.rows[root].leaves <= kMaxFlagLeaves) {  // else that is what is said
    walk.Restart();
    walk.Run(
        root, [&](Index row) { return (facts.rows[row].marks & ConditionFact::kIsBad) != 0; },
        [&](Index row) {
          Defect defect = ConditionDefect(snapshot, snapshot.conditions[row]);
          if (!defect.text.empty()) defects.push_back(std::move(defect));
          return defects.size() < kMaxDefects;
        });
  }
  if (facts.rows[root].depth > kMaxConditionDepth) {
    defects.push_back({"condition", "nested deeper than " + Number(kMaxConditionDepth)});
  }
}

}  // namespace expt::model
