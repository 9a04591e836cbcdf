// What conditions can come out as: contradictions within an all, and their duals within an any.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/base/number.h"
#include "src/base/semver.h"
#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/operator_rule.h"
#include "src/model/place.h"
#include "src/model/review_parts.h"

namespace expt::model {
namespace {

// A number as it stands in an operand list.
struct Number {
  bool is_integer = true;
  int64_t integer = 0;
  double real = 0;
};

int Compare(const Number& a, const Number& b) {
  if (a.is_integer && b.is_integer) return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0;
  if (a.is_integer) return base::Compare(a.integer, b.real);
  if (b.is_integer) return -base::Compare(b.integer, a.real);
  return a.real < b.real ? -1 : a.real > b.real ? 1 : 0;
}

// A version, or the place below all versions of its core, pre-releases too.
struct Version {
  base::Semver version;
  bool is_below_core = false;
};

int Compare(const Version& a, const Version& b) {
  if (const int core = base::CompareCore(a.version, b.version); core != 0) return core;
  if (a.is_below_core || b.is_below_core) return (b.is_below_core ? 1 : 0) - (a.is_below_core ? 1 : 0);
  return base::Compare(a.version, b.version);
}

// Values between two bounds that may be missing.
template <typename T>
struct Range {
  struct Bound {
    T value;
    bool is_inside;
  };
  std::optional<Bound> lower;
  std::optional<Bound> upper;

  void Above(T value, bool is_inside) {
    const int order = lower.has_value() ? Compare(value, lower->value) : 1;
    if (order > 0 || (order == 0 && !is_inside)) lower = {value, is_inside};
  }
  void Below(T value, bool is_inside) {
    const int order = upper.has_value() ? Compare(value, upper->value) : -1;
    if (order < 0 || (order == 0 && !is_inside)) upper = {value, is_inside};
  }
  bool IsEmpty() const {
    if (!lower.has_value() || !upper.has_value()) return false;
    const int order = Compare(lower->value, upper->value);
    return order > 0 || (order == 0 && !(lower->is_inside && upper->is_inside));
  }
  bool Has(const T& value) const {
    if (lower.has_value()) {
      const int order = Compare(value, lower->value);
      if (order < 0 || (order == 0 && !lower->is_inside)) return false;
    }
    if (!upper.has_value()) return true;
    const int order = Compare(value, upper->value);
    return order < 0 || (order == 0 && upper->is_inside);
  }
};

// A leaf that must be true, or must be false where `is_wanted` is not set. An attribute of two leaves is known in both.
struct Literal {
  const Condition* leaf;
  bool is_wanted;
};

constexpr std::string_view kIsOver = "its time is over";

// Whether literals of one attribute can hold together.
class Together {
 public:
  explicit Together(const Snapshot& snapshot) : s_(snapshot) {}

  // Empty, or why not.
  std::string_view Run(std::span<const Literal> literals) {
    for (const Literal& literal : literals) {
      if (std::string_view text = Add(literal); !text.empty()) return text;
    }
    if (is_unset_ && is_known_) return "is compared and must not be set";
    if (types_ == 0) return "is compared as values of different types";
    if (values_.has_value() && values_->empty()) return "the values that it must be one of exclude each other";
    if (numbers_.IsEmpty() || times_.IsEmpty() || versions_.IsEmpty() || sizes_.IsEmpty()) {
      return "the bounds exclude each other";
    }
    return Values();
  }

 private:
  struct Value {
    bool is_text;
    std::string_view text;
    Number number;
  };
  static bool IsSame(const Value& a, const Value& b) {
    return a.is_text == b.is_text && (a.is_text ? a.text == b.text : Compare(a.number, b.number) == 0);
  }

  std::string_view Add(const Literal& literal) {
    const Condition& leaf = *literal.leaf;
    const OperatorRule& rule = RuleOf(leaf.op);
    if (leaf.op == Operator::kIsSet) {
      is_unset_ = is_unset_ || !literal.is_wanted;
      return "";
    }
    const OperandList& list = s_.operands[leaf.operands];
    if (list.size == 0) return literal.is_wanted ? "is in an empty list" : "";
    is_known_ = true;
    const bool is_boolean = (leaf.properties & kBooleanOperands) != 0;
    types_ &= rule.types == 0 ? TypesOf(list.kind, is_boolean) : rule.types & ~kNow;
    const bool is_folded = (leaf.properties & kCaseInsensitive) != 0;
    if (is_folded) return "";
    switch (leaf.op) {
      case Operator::kEquals:
      case Operator::kIn:
        OneOf(list, literal.is_wanted);
        break;
      case Operator::kLt:
      case Operator::kLte:
      case Operator::kGt:
      case Operator::kGte:
      case Operator::kBetween:
        Bounds(numbers_, leaf.op, list, literal.is_wanted);
        break;
      case Operator::kTimeBefore:
      case Operator::kTimeAfter:
      case Operator::kTimeBetween:
        Bounds(times_, leaf.op, list, literal.is_wanted);
        if (s_.issued_at_ms != 0 && s_.strings[s_.attributes[leaf.subject].name] == "$now") {
          times_.Above({.integer = s_.issued_at_ms}, true);
          if (times_.IsEmpty()) return kIsOver;
        }
        break;
      case Operator::kSizeLt:
      case Operator::kSizeGt:
      case Operator::kSizeBetween:
        sizes_.Above({.integer = 0}, true);
        Bounds(sizes_, leaf.op, list, literal.is_wanted);
        break;
      case Operator::kSemverEq:
      case Operator::kSemverLt:
      case Operator::kSemverLte:
      case Operator::kSemverGt:
      case Operator::kSemverGte:
      case Operator::kSemverTilde:
      case Operator::kSemverCaret:
        VersionBounds(leaf.op, list, literal.is_wanted);
        break;
      default:
        break;
    }
    return "";
  }

  Value At(const OperandList& list, uint32_t i) const {
    if (list.kind == OperandKind::kString) return {true, s_.strings[s_.string_pool[list.begin + i]], {}};
    return {false, {}, NumberAt(list, i)};
  }
  Number NumberAt(const OperandList& list, uint32_t i) const {
    if (list.kind == OperandKind::kInteger) return {.integer = s_.integer_pool[list.begin + i]};
    return {.is_integer = false, .real = s_.double_pool[list.begin + i]};
  }

  void OneOf(const OperandList& list, bool is_wanted) {
    std::vector<Value> named;
    for (uint32_t i = 0; i < list.size; ++i) named.push_back(At(list, i));
    if (!is_wanted) {
      excluded_.insert(excluded_.end(), named.begin(), named.end());
      return;
    }
    if (!values_.has_value()) {
      values_ = std::move(named);
      return;
    }
    std::erase_if(*values_, [&](const Value& value) {
      return std::none_of(named.begin(), named.end(), [&](const Value& other) { return IsSame(value, other); });
    });
  }

  // Those of the values that are left against exclusions and bounds.
  std::string_view Values() const {
    if (!values_.has_value()) return "";
    const auto is_possible = [&](const Value& value) {
      if (!value.is_text && !numbers_.Has(value.number)) return false;
      return std::none_of(excluded_.begin(), excluded_.end(), [&](const Value& other) { return IsSame(value, other); });
    };
    return std::any_of(values_->begin(), values_->end(), is_possible) ? ""
                                                                      : "all values that it must be one of are excluded";
  }

  // "Not between" leaves two ranges; nothing is learned from it.
  void Bounds(Range<Number>& range, Operator op, const OperandList& list, bool is_wanted) const {
    const Number first = NumberAt(list, 0);
    switch (op) {
      case Operator::kLt:
      case Operator::kTimeBefore:
      case Operator::kSizeLt:
        return is_wanted ? range.Below(first, false) : range.Above(first, true);
      case Operator::kLte:
        return is_wanted ? range.Below(first, true) : range.Above(first, false);
      case Operator::kGt:
      case Operator::kTimeAfter:
      case Operator::kSizeGt:
        return is_wanted ? range.Above(first, false) : range.Below(first, true);
      case Operator::kGte:
        return is_wanted ? range.Above(first, true) : range.Below(first, false);
      default:
        if (!is_wanted) return;
        range.Above(first, true);
        range.Below(NumberAt(list, 1), op != Operator::kTimeBetween);
    }
  }

  void VersionBounds(Operator op, const OperandList& list, bool is_wanted) {
    const std::optional<base::Semver> parsed = base::ParseSemver(s_.strings[s_.string_pool[list.begin]]);
    if (!parsed.has_value()) return;
    const Version version{.version = *parsed};
    switch (op) {
      case Operator::kSemverLt:
        return is_wanted ? versions_.Below(version, false) : versions_.Above(version, true);
      case Operator::kSemverLte:
        return is_wanted ? versions_.Below(version, true) : versions_.Above(version, false);
      case Operator::kSemverGt:
        return is_wanted ? versions_.Above(version, false) : versions_.Below(version, true);
      case Operator::kSemverGte:
        return is_wanted ? versions_.Above(version, true) : versions_.Below(version, false);
      default:
        break;
    }
    if (!is_wanted) return;
    versions_.Above(version, true);
    if (op == Operator::kSemverEq) return versions_.Below(version, true);
    const base::Semver end = op == Operator::kSemverTilde ? base::TildeEnd(*parsed) : base::CaretEnd(*parsed);
    versions_.Below({.version = end, .is_below_core = true}, false);
  }

  const Snapshot& s_;
  bool is_unset_ = false;
  bool is_known_ = false;
  uint8_t types_ = kAttributeTypes;
  std::optional<std::vector<Value>> values_;
  std::vector<Value> excluded_;
  Range<Number> numbers_;
  Range<Number> times_;
  Range<Number> sizes_;
  Range<Version> versions_;
};

class Truths {
 public:
  explicit Truths(const Snapshot& snapshot) : s_(snapshot), segments_(snapshot.segments.size(), kCanBeAnything) {}

  std::vector<ConditionTruth> Run() {
    for (const Condition& row : s_.conditions) is_right_.push_back(ConditionDefect(s_, row).text.empty());
    // Conditions ask for segments, whose own conditions may stand anywhere: once more until nothing changes.
    constexpr int kRounds = 10;
    for (int round = 0; round < kRounds; ++round) {
      truths_.assign(s_.conditions.size(), {});
      for (Index i = 0; i < s_.conditions.size(); ++i) {
        if (is_right_[i]) truths_[i] = TruthOf(s_.conditions[i]);
      }
      std::vector<uint8_t> segments;
      for (const Segment& segment : s_.segments) segments.push_back(OutcomesOf(segment));
      if (segments == segments_) break;
      segments_ = std::move(segments);
    }
    return std::move(truths_);
  }

 private:
  // Longer conjunctions are not looked through.
  static constexpr size_t kMaxLiterals = 256;

  static uint8_t Negated(uint8_t outcomes) {
    const uint8_t truths = static_cast<uint8_t>(((outcomes & kCanBeTrue) != 0 ? kCanBeFalse : 0) |
                                                ((outcomes & kCanBeFalse) != 0 ? kCanBeTrue : 0));
    return truths | (outcomes & kCanBeUnknown);
  }
  // Of an all over parts with these outcomes.
  static uint8_t Both(uint8_t a, uint8_t b) {
    if (a == kCanBeFalse || b == kCanBeFalse) return kCanBeFalse;
    uint8_t outcomes = a & b & kCanBeTrue;
    outcomes |= (a | b) & (kCanBeFalse | kCanBeUnknown);
    return outcomes;
  }
  static uint8_t Either(uint8_t a, uint8_t b) { return Negated(Both(Negated(a), Negated(b))); }

  uint8_t OutcomesOf(const Segment& segment) const {
    uint8_t outcomes = segment.condition == kNone ? kCanBeFalse : truths_[segment.condition].outcomes;
    if (!segment.include.empty()) outcomes = Either(outcomes, kCanBeAnything);
    if (!segment.exclude.empty()) outcomes = Both(outcomes, kCanBeAnything);
    return outcomes;
  }

  ConditionTruth TruthOf(const Condition& condition) {
    ConditionTruth truth = Plain(condition);
    if ((condition.properties & kNegate) != 0) truth.outcomes = Negated(truth.outcomes);
    return truth;
  }

  // Without its negate bit.
  ConditionTruth Plain(const Condition& condition) {
    switch (condition.op) {
      case Operator::kAll:
      case Operator::kAny:
        return Tree(condition);
      case Operator::kIsSet:
        return {kCanBeTrue | kCanBeFalse, ""};
      case Operator::kInSegment: {
        uint8_t outcomes = kCanBeFalse;
        const std::span<const Index> named = SegmentsNamedBy(s_, condition);
        for (const Index segment : named) outcomes = Either(outcomes, segments_[segment]);
        if (named.empty()) return {outcomes, "in no segment"};
        if (outcomes != kCanBeFalse) return {outcomes, ""};
        return {outcomes, Named("segment", s_.strings[s_.segments[named[0]].key]) + ": has no members"};
      }
      case Operator::kFlagIs:
        return {};
      default:
        if (s_.operands[condition.operands].size != 0) return Single(condition);
        return {kCanBeFalse, AttributeText(condition) + ": is in an empty list"};
    }
  }

  ConditionTruth Single(const Condition& condition) const {
    const bool is_now = s_.strings[s_.attributes[condition.subject].name] == "$now";
    const uint8_t all = is_now ? kCanBeTrue | kCanBeFalse : kCanBeAnything;
    for (const bool is_wanted : {true, false}) {
      const Literal literal = {&condition, is_wanted};
      std::string_view text = Together(s_).Run(std::span(&literal, 1));
      if (text.empty()) continue;
      if (text == kIsOver && !is_wanted) text = "its time has come";
      return {static_cast<uint8_t>(all & ~(is_wanted ? kCanBeTrue : kCanBeFalse)),
              AttributeText(condition) + ": " + std::string(text)};
    }
    return {all, ""};
  }

  std::string AttributeText(const Condition& condition) const {
    return Named("attribute", s_.strings[s_.attributes[condition.subject].name]);
  }

  ConditionTruth Tree(const Condition& condition) {
    const bool is_all = condition.op == Operator::kAll;
    const std::span<const Index> children = ConditionWalk::ChildrenOf(s_, condition);
    uint8_t outcomes = is_all ? kCanBeTrue : kCanBeFalse;
    for (const Index child : children) {
      const uint8_t part = truths_[child].outcomes;
      outcomes = is_all ? Both(outcomes, part) : Either(outcomes, part);
    }
    if (children.empty()) return {outcomes, is_all ? "an empty \"all\"" : "an empty \"any\""};
    // An all must be true in every part; an any is false where every part is.
    literals_.clear();
    if (!Flatten(condition, is_all)) return {outcomes, ""};
    std::string reason = Contradiction();
    if (reason.empty()) return {outcomes, ""};
    outcomes &= static_cast<uint8_t>(~(is_all ? kCanBeTrue : kCanBeFalse));
    if (outcomes == 0) outcomes = is_all ? kCanBeFalse : kCanBeTrue;
    return {outcomes, std::move(reason)};
  }

  // Leaves that hold when a tree comes out as wanted. False when there are too many.
  bool Flatten(const Condition& tree, bool wanted) {
    for (const Index child : ConditionWalk::ChildrenOf(s_, tree)) {
      const Condition& condition = s_.conditions[child];
      const bool is_wanted = wanted != ((condition.properties & kNegate) != 0);
      if (condition.op == Operator::kAll || condition.op == Operator::kAny) {
        if ((condition.op == Operator::kAll) == is_wanted && !Flatten(condition, is_wanted)) return false;
        continue;
      }
      if (literals_.size() == kMaxLiterals) return false;
      if (is_right_[child]) literals_.push_back({&condition, is_wanted});
    }
    return true;
  }

  std::string Contradiction() {
    for (size_t i = 0; i < literals_.size(); ++i) {
      for (size_t j = i + 1; j < literals_.size(); ++j) {
        if (literals_[i].is_wanted != literals_[j].is_wanted && IsSame(*literals_[i].leaf, *literals_[j].leaf)) {
          return LeafText(*literals_[i].leaf) + ": a condition and its opposite";
        }
      }
    }
    std::erase_if(literals_, [](const Literal& literal) {
      return RuleOf(literal.leaf->op).subject != OperatorRule::Subject::kAttribute;
    });
    std::stable_sort(literals_.begin(), literals_.end(),
                     [](const Literal& a, const Literal& b) { return a.leaf->subject < b.leaf->subject; });
    for (size_t begin = 0; begin < literals_.size();) {
      size_t end = begin + 1;
      while (end < literals_.size() && literals_[end].leaf->subject == literals_[begin].leaf->subject) ++end;
      if (end - begin > 1) {
        const std::string_view text = Together(s_).Run(std::span(literals_).subspan(begin, end - begin));
        if (!text.empty()) return AttributeText(*literals_[begin].leaf) + ": " + std::string(text);
      }
      begin = end;
    }
    return "";
  }

  static bool IsSame(const Condition& a, const Condition& b) {
    return a.op == b.op && (a.properties & ~kNegate) == (b.properties & ~kNegate) && a.subject == b.subject &&
           a.operands == b.operands && a.second == b.second;
  }

  std::string LeafText(const Condition& leaf) const {
    if (RuleOf(leaf.op).subject == OperatorRule::Subject::kAttribute) return AttributeText(leaf);
    return Named("operator", OperatorName(leaf.op));
  }

  const Snapshot& s_;
  std::vector<bool> is_right_;  // per condition
  std::vector<ConditionTruth> truths_;
  std::vector<uint8_t> segments_;  // what each segment can come out as
  std::vector<Literal> literals_;
};

}  // namespace

std::vector<ConditionTruth> ConditionTruths(const Snapshot& snapshot) { return Truths(snapshot).Run(); }

}  // namespace expt::model
