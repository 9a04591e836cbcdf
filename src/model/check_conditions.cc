#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "src/base/semver.h"
#include "src/base/small_code.h"
#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/index_check.h"
#include "src/model/limits.h"
#include "src/model/operator_rule.h"
#include "src/model/place.h"
#include "src/model/plain_leaf.h"

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
    facts_.rows.resize(s_.conditions.size());
    if constexpr (!base::kSmallCode) facts_.version_keys.resize(s_.string_pool.size());
    if (!base::kSmallCode && issues_.empty()) types_ = PlainTypes(s_);
    for (size_t i = 0; i < s_.conditions.size(); ++i) {
      if constexpr (!base::kSmallCode) {
        i = SkipPlain(i);
        if (i == s_.conditions.size()) break;
      }
      facts_.rows[i] = Check(i, s_.conditions[i]);
      facts_.marks |= facts_.rows[i].marks;
    }
    return std::move(facts_);
  }

 private:
  // Over rows, from `begin` on, that are plainly right, in their tables too, and their facts: leaves over attributes,
  // and all and any over rows before them. Returns the first row that is not, or the number of rows.
  size_t SkipPlain(size_t begin) {
    // Facts that are written might, for all that the compiler knows, be one of these.
    const std::span conditions(s_.conditions);
    const std::span operands(s_.operands);
    const std::span types(types_);
    const Index* const children = s_.condition_pool.data();
    const uint64_t child_count = PoolSize(OperandKind::kCondition);
    const Index* const pool = s_.string_pool.data();
    const std::string_view* const strings = s_.strings.data();
    uint64_t* const version_keys = facts_.version_keys.data();
    ConditionFact* const facts = facts_.rows.data();
    constexpr ConditionFact kLeaf = {.leaves = 1, .depth = 1};
    uint8_t marks = 0;
    uint8_t properties = 0;
    size_t i = begin;
    for (; i < conditions.size(); ++i) {
      const Condition& condition = conditions[i];
      if (condition.operands >= operands.size() || condition.second != kNone) break;
      const OperandList& list = operands[condition.operands];
      if (condition.op == Operator::kAll || condition.op == Operator::kAny) {
        if (condition.properties > kNegate || list.kind != OperandKind::kCondition) break;
        if (uint64_t{list.begin} + list.size > child_count) break;
        if (!AreBefore({children + list.begin, list.size}, i, facts, facts[i])) break;
        marks |= facts[i].marks;
        continue;
      }
      if (condition.subject >= types.size()) break;
      const PlainLeaf& plain = PlainLeafOf(condition.op, list.kind);
      const bool is_plain = (types[condition.subject] & plain.types) != 0 &&
                            (condition.properties & plain.other_properties) == 0 &&
                            list.size - plain.least <= plain.most_above_least;
      if (!is_plain) break;
      if (plain.is_version) {
        const uint64_t key = base::PlainVersionKey(strings[pool[list.begin]]);
        if (key == 0) break;
        version_keys[list.begin] = key;
      }
      properties |= condition.properties;
      facts[i] = kLeaf;
    }
    facts_.has_folded = facts_.has_folded || (properties & kCaseInsensitive) != 0;
    facts_.marks |= marks;
    return i;
  }

  // What is known about row `i`; reports what is wrong with where it points.
  ConditionFact Check(size_t i, const Condition& condition) {
    const OperatorRule& rule = RuleOf(condition.op);
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
        if (!base::kSmallCode && rule.operands == OperatorRule::Operands::kVersion) NoKey(condition.operands);
    }
    const bool is_hashed = condition.op == Operator::kEqualsHashed || condition.op == Operator::kInHashed;
    facts_.has_folded = facts_.has_folded || is_hashed || (condition.properties & kCaseInsensitive) != 0;
    if (rule.second != OperatorRule::Second::kNothing) Second(i, condition, rule.second);
    // Only where everything it refers to is there.
    if (issues_.empty() && !ConditionDefect(s_, condition).text.empty()) fact.marks |= ConditionFact::kIsBad;
    return fact;
  }

  // Whether all these children stand before row `i`; then `fact` becomes that of an all or any of them.
  EXPT_HOT static bool AreBefore(std::span<const Index> children, size_t i, const ConditionFact* facts,
                                 ConditionFact& fact) {
    uint64_t leaves = 0;
    uint32_t depth = 0;
    uint8_t marks = 0;
    for (const Index child : children) {
      if (child >= i) [[unlikely]]
        return false;
      const ConditionFact& below = facts[child];
      marks |= below.marks;
      depth = std::max<uint32_t>(depth, below.depth);
      leaves += below.leaves;
    }
    fact.leaves = LeavesOf(leaves);
    fact.depth = static_cast<uint8_t>(std::min<uint32_t>(depth + 1, 255));
    fact.marks = marks;
    return true;
  }

  // Of what a condition takes as a version.
  void NoKey(Index operands) {
    ForEach(operands, OperandKind::kString, [&](uint32_t at) { facts_.version_keys[at] = 0; });
  }

  void Children(size_t i, const Condition& condition, ConditionFact& fact) {
    const std::span<const Index> children = ChildrenIn(condition);
    if (AreBefore(children, i, facts_.rows.data(), fact)) return;
    for (const Index child : children) {
      if (child >= i) NotBefore(i, child);
    }
  }

  // Children of an all or any, if they lie in their pool.
  std::span<const Index> ChildrenIn(const Condition& condition) const {
    if (condition.operands >= s_.operands.size()) return {};
    const OperandList& list = s_.operands[condition.operands];
    if (list.kind != OperandKind::kCondition) return {};
    if (!base::kSmallCode && uint64_t{list.begin} + list.size > PoolSize(list.kind)) return {};
    return {s_.condition_pool.data() + list.begin, list.size};
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
  std::vector<uint8_t> types_;  // PlainTypes(), where tables are right so far
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
