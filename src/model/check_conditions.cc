#include <algorithm>
#include <utility>

#include "src/base/semver.h"
#include "src/base/small_code.h"
#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/index_check.h"
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

// Whether an all, any or in_segment is plainly right, as most are; false says nothing.
bool IsPlainTree(const Snapshot& snapshot, const Condition& condition, const OperatorRule& rule) {
  if (condition.properties > kNegate || condition.second != kNone || condition.operands == kNone) return false;
  return (rule.subject == OperatorRule::Subject::kConditions || rule.subject == OperatorRule::Subject::kSegments) &&
         (rule.kinds & BitOf(snapshot.operands[condition.operands].kind)) != 0;
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

namespace {

// Where a condition points, and what is known about it and those below it.
class ConditionCheck : IndexCheck {
 public:
  using IndexCheck::IndexCheck;

  ConditionFacts Run() {
    const bool were_right = issues_.empty();
    const std::vector<uint8_t> types = base::kSmallCode || !were_right ? std::vector<uint8_t>() : PlainTypes(s_);
    facts_.rows.resize(s_.conditions.size());
    for (size_t i = 0; i < s_.conditions.size(); ++i) {
      const Condition& condition = s_.conditions[i];
      const OperatorRule& rule = RuleOf(condition.op);
      if (!base::kSmallCode && were_right && IsPlainLeaf(condition, rule, types)) {
        facts_.rows[i] = {.leaves = 1, .depth = 1};
        continue;
      }
      OptionalRow("condition", i, "operand list", condition.operands, s_.operands.size());
      ConditionFact fact{.leaves = 1, .depth = 1};
      switch (rule.subject) {
        case OperatorRule::Subject::kConditions:
          Children(i, condition, fact);
          break;
        case OperatorRule::Subject::kSegments:
          Segments(i, condition, fact);
          break;
        case OperatorRule::Subject::kFlag:
          Row("condition", i, "flag", condition.subject, s_.flags.size());
          fact.marks |= ConditionFact::kNamesFlags;
          break;
        default:
          Row("condition", i, "attribute", condition.subject, s_.attributes.size());
          if (condition.op == Operator::kMatches) fact.marks |= ConditionFact::kHasPattern;
      }
      if (rule.second != OperatorRule::Second::kNothing) Second(i, condition, rule.second);
      // Only where everything it refers to is there.
      if (issues_.empty() && (base::kSmallCode || !IsPlainTree(s_, condition, rule)) &&
          !ConditionDefect(s_, condition).text.empty()) {
        fact.marks |= ConditionFact::kIsBad;
      }
      facts_.marks |= fact.marks;
      facts_.rows[i] = fact;
    }
    return std::move(facts_);
  }

 private:
  // Over an attribute, with operands that are good as they are, or versions.
  static bool MayBePlain(const OperatorRule& rule) {
    return rule.subject == OperatorRule::Subject::kAttribute && rule.second == OperatorRule::Second::kNothing &&
           (rule.operands == OperatorRule::Operands::kAny || rule.operands == OperatorRule::Operands::kVersion);
  }

  // Whether a row is a leaf over an attribute that is plainly right, in its tables too; false says nothing.
  EXPT_HOT bool IsPlainLeaf(const Condition& condition, const OperatorRule& rule,
                            const std::vector<uint8_t>& types) const {
    if (!MayBePlain(rule) || condition.second != kNone) return false;
    if ((condition.properties & ~(kNegate | (rule.properties & kCaseInsensitive))) != 0) return false;
    if (condition.operands >= s_.operands.size() || condition.subject >= types.size()) return false;
    const OperandList& list = s_.operands[condition.operands];
    if ((rule.kinds & BitOf(list.kind)) == 0 || list.kind == OperandKind::kDouble) return false;
    if (list.size == 0 || list.size < rule.least || (list.size > rule.most && rule.most != kManyOperands)) return false;
    if ((condition.properties & kCaseInsensitive) != 0 && list.kind != OperandKind::kString) return false;
    const uint8_t wanted = rule.types == 0 ? TypesOf(list.kind, false) : rule.types;
    if ((types[condition.subject] & wanted) == 0) return false;
    return rule.operands == OperatorRule::Operands::kAny ||
           base::IsPlainVersion(s_.strings[s_.string_pool[list.begin]]);
  }

  // Children stand before their parent.
  void Children(size_t i, const Condition& condition, ConditionFact& fact) {
    uint64_t leaves = 0;
    uint32_t depth = 0;
    ForEach(condition.operands, OperandKind::kCondition, [&](uint32_t at) {
      const Index child = s_.condition_pool[at];
      if (child >= i) [[unlikely]] return NotBefore(i, child);
      const ConditionFact& below = facts_.rows[child];
      fact.marks |= below.marks;
      depth = std::max<uint32_t>(depth, below.depth);
      leaves += below.leaves;
    });
    fact.depth = static_cast<uint8_t>(std::min<uint32_t>(depth + 1, 255));
    fact.leaves = LeavesOf(leaves);
  }

  [[gnu::noinline]] void NotBefore(size_t row, Index child) {
    Report("condition " + Number(row), "condition " + Number(child) + " below it must come before it");
  }

  void Segments(size_t i, const Condition& condition, ConditionFact& fact) {
    uint64_t named = 0;
    ForEach(condition.operands, OperandKind::kReference, [&](uint32_t at) {
      Row("condition", i, "segment", s_.reference_pool[at], s_.segments.size());
      ++named;
    });
    if (named != 0) fact.marks |= ConditionFact::kNamesSegments;
    fact.leaves = LeavesOf(named);
  }

  void Second(size_t i, const Condition& condition, OperatorRule::Second second) {
    if (second == OperatorRule::Second::kLongitude) {
      OptionalRow("condition", i, "attribute", condition.second, s_.attributes.size());
      return;
    }
    OptionalRow("condition", i, "operand list", condition.second, s_.operands.size());
    if (second != OperatorRule::Second::kTimeZone) return;
    ForEach(condition.second, OperandKind::kReference,
            [&](uint32_t at) { Row("condition", i, "time zone", s_.reference_pool[at], s_.time_zones.size()); });
  }

  ConditionFacts facts_;
};

}  // namespace

ConditionFacts CheckConditions(const Snapshot& snapshot, std::vector<Issue>& issues) {
  return ConditionCheck(snapshot, issues).Run();
}

ConditionFacts FactsOf(const Snapshot& snapshot) {
  std::vector<Issue> none;
  return CheckConditions(snapshot, none);
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
