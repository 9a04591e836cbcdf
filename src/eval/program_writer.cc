#include "src/eval/program_writer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "src/base/small_code.h"
#include "src/base/sort.h"

namespace expt::eval {
namespace {

using model::Condition;
using model::Operator;

bool IsTree(Operator op) { return op == Operator::kAll || op == Operator::kAny; }

std::span<const Index> ChildrenOf(const model::Snapshot& snapshot, const Condition& condition) {
  if (!IsTree(condition.op) || condition.operands == kNone) return {};
  const model::OperandList& list = snapshot.operands[condition.operands];
  if (list.kind != model::OperandKind::kCondition) return {};
  return std::span(snapshot.condition_pool).subspan(list.begin, list.size);
}

// From here on a condition that is used more than once is decided once per decision.
constexpr uint16_t kCostly = 200;

constexpr uint8_t LeafCost(Operator op) {
  switch (op) {
    case Operator::kIsSet:
      return 1;
    case Operator::kEquals:
    case Operator::kLt:
    case Operator::kLte:
    case Operator::kGt:
    case Operator::kGte:
    case Operator::kBetween:
    case Operator::kSizeLt:
    case Operator::kSizeGt:
    case Operator::kSizeBetween:
      return 2;
    case Operator::kIn:
    case Operator::kTimeBefore:
    case Operator::kTimeAfter:
    case Operator::kTimeBetween:
      return 5;
    case Operator::kEqualsHashed:
    case Operator::kInHashed:
    case Operator::kMatches:
      return 250;
    case Operator::kInSegment:
    case Operator::kInCidr:
      return 40;
    case Operator::kWithinKm:
    case Operator::kFlagIs:
      return 80;
    default:
      return 15;
  }
}

constexpr auto kLeafCosts = [] {
  std::array<uint8_t, 256> costs{};
  for (size_t op = 0; op < costs.size(); ++op) costs[op] = LeafCost(static_cast<Operator>(op));
  return costs;
}();

Op OpOf(Operator op) {
  switch (op) {
    case Operator::kContains:
      return Op::kContains;
    case Operator::kStartsWith:
      return Op::kStartsWith;
    case Operator::kEndsWith:
      return Op::kEndsWith;
    case Operator::kLt:
      return Op::kLt;
    case Operator::kLte:
      return Op::kLte;
    case Operator::kGt:
      return Op::kGt;
    case Operator::kGte:
      return Op::kGte;
    case Operator::kBetween:
      return Op::kBetween;
    case Operator::kTimeBefore:
      return Op::kTimeBefore;
    case Operator::kTimeAfter:
      return Op::kTimeAfter;
    case Operator::kTimeBetween:
      return Op::kTimeBetween;
    case Operator::kContainsAny:
      return Op::kContainsAny;
    case Operator::kContainsAll:
      return Op::kContainsAll;
    case Operator::kSizeLt:
      return Op::kSizeLt;
    case Operator::kSizeGt:
      return Op::kSizeGt;
    case Operator::kSizeBetween:
      return Op::kSizeBetween;
    default:
      return Op::kIsSet;
  }
}

uint8_t OrdersOf(Operator op) {
  switch (op) {
    case Operator::kEquals:
    case Operator::kIn:
    case Operator::kSemverEq:
      return kEqual;
    case Operator::kLt:
    case Operator::kSemverLt:
      return kBefore;
    case Operator::kLte:
    case Operator::kSemverLte:
      return kBefore | kEqual;
    case Operator::kGt:
    case Operator::kSemverGt:
      return kAfter;
    case Operator::kGte:
    case Operator::kSemverGte:
      return kAfter | kEqual;
    default:
      return 0;
  }
}

}  // namespace

SharedPrograms::SharedPrograms(const model::Snapshot& snapshot, Operands& operands, Ruleset& ruleset)
    : s_(snapshot), operands_(operands), out_(ruleset), of_segment_(snapshot.segments.size() * 2) {
  Costs();
}

// So that children of all and any stand cheapest first.
void SharedPrograms::Costs() {
  bool has_costly = false;
  costs_.resize(s_.conditions.size());
  uint16_t* next = costs_.data();
  for (const Condition& condition : s_.conditions) {
    uint32_t cost = kLeafCosts[static_cast<uint8_t>(condition.op)];
    if (IsTree(condition.op)) {
      cost = 0;
      for (const Index child : ChildrenOf(s_, condition)) cost = std::min<uint32_t>(cost + costs_[child], 60'000);
    }
    *next++ = static_cast<uint16_t>(cost);
    has_costly = has_costly || cost >= kCostly;
  }
  if (has_costly) FindShared();
}

void SharedPrograms::FindShared() {
  std::vector<bool> is_used(s_.conditions.size());
  is_shared_.resize(s_.conditions.size());
  of_condition_.resize(s_.conditions.size() * 2);
  const auto use = [&](Index row) {
    if (row == kNone || costs_[row] < kCostly) return;
    if (is_used[row]) is_shared_[row] = true;
    is_used[row] = true;
  };
  for (const Condition& condition : s_.conditions) {
    for (const Index child : ChildrenOf(s_, condition)) use(child);
  }
  for (const model::Rule& rule : s_.rules) use(rule.condition);
  for (const model::Segment& segment : s_.segments) use(segment.condition);
}

const Shared* SharedPrograms::OfSegment(Index segment, bool wanted) {
  const std::string_view key = operands_.ViewOf(s_.segments[segment].key);
  return Write(of_segment_[segment * 2 + (wanted ? 1 : 0)], key, wanted, segment, kNone);
}

const Shared* SharedPrograms::OfCondition(Index condition, bool wanted) {
  return Write(of_condition_[condition * 2 + (wanted ? 1 : 0)], {}, wanted, kNone, condition);
}

const Shared* SharedPrograms::Write(uint32_t& number, std::string_view key, bool wanted, Index segment,
                                    Index condition) {
  if (number != 0) return all_[number - 1];
  ProgramWriter writer(s_, operands_, *this);
  Shared shared;
  shared.key = key;
  shared.wanted = wanted;
  shared.entry = segment != kNone ? writer.EmitSegment(segment, wanted)
                                  : writer.EmitUnshared(condition, wanted, kAccept, kReject);
  shared.program = writer.Finish(out_.arena);
  shared.entry = writer.Turned(shared.entry);
  shared.number = out_.shared_count++;
  all_.push_back(out_.arena.Make(shared));
  base::Message defect = writer.TakeDefect();
  if (!defect.empty() && segment != kNone) defect = base::Within(base::Named("segment", key), defect);
  if (defect.empty()) defect = DefectBehind(writer.references().shared);
  defects_.push_back(std::move(defect));
  references_.push_back(std::move(writer.references()));
  number = shared.number + 1;
  return all_.back();
}

base::Message SharedPrograms::DefectBehind(std::span<const uint32_t> shared) const {
  for (size_t i = shared.size(); i-- > 0;) {
    if (!defects_[shared[i]].empty()) return defects_[shared[i]];
  }
  return "";
}

void SharedPrograms::Mark(const std::vector<bool>& is_marked) {
  first_.clear();
  for (const References& references : references_) first_.push_back(FirstFlagBehind(references, is_marked));
}

Index SharedPrograms::FirstFlagBehind(const References& references, const std::vector<bool>& is_marked) const {
  Index first = kNone;
  for (const Index flag : references.flags) {
    if (is_marked[flag]) first = std::min(first, flag);
  }
  for (const uint32_t number : references.shared) first = std::min(first, first_[number]);
  return first;
}

ProgramWriter::ProgramWriter(const model::Snapshot& snapshot, Operands& operands, SharedPrograms& shared)
    : s_(snapshot), operands_(operands), shared_(shared) {}

void ProgramWriter::Clear() {
  leaves_.clear();
  slots_.clear();
  references_.shared.clear();
  references_.flags.clear();
  defect_.clear();
  now_slot_ = 0xff;
}

uint16_t ProgramWriter::Emit(Index row, bool wanted, uint16_t taken, uint16_t missed) {
  if (shared_.IsShared(row)) return EmitShared(shared_.OfCondition(row, wanted), taken, missed);
  return EmitUnshared(row, wanted, taken, missed);
}

uint16_t ProgramWriter::EmitUnshared(Index row, bool wanted, uint16_t taken, uint16_t missed) {
  const Condition& condition = s_.conditions[row];
  if ((condition.properties & model::kNegate) != 0) wanted = !wanted;
  switch (condition.op) {
    case Operator::kAll:
    case Operator::kAny:
      return EmitTree(condition, wanted, taken, missed);
    case Operator::kInSegment:
      return EmitSegments(condition, wanted, taken, missed);
    default:
      return EmitLeaf(condition, wanted, taken, missed);
  }
}

uint16_t ProgramWriter::EmitTree(const Condition& condition, bool wanted, uint16_t taken, uint16_t missed) {
  const bool needs_every = (condition.op == Operator::kAll) == wanted;  // De Morgan
  const size_t begin = scratch_.size();
  const auto children = ChildrenOf(s_, condition);
  scratch_.insert(scratch_.end(), children.begin(), children.end());
  SortByCost(begin);
  uint16_t entry = needs_every ? taken : missed;
  for (size_t i = scratch_.size(); i-- > begin;) {
    entry = needs_every ? Emit(scratch_[i], wanted, entry, missed) : Emit(scratch_[i], wanted, taken, entry);
  }
  scratch_.resize(begin);
  return entry;
}

// Cheapest first, else as they stood. Few children are the rule; they are moved in place, without a buffer.
void ProgramWriter::SortByCost(size_t begin) {
  constexpr size_t kFew = 32;
  if (scratch_.size() - begin > kFew) {
    base::StableSort(scratch_.begin() + static_cast<ptrdiff_t>(begin), scratch_.end(),
                     [&](Index a, Index b) { return shared_.CostOf(a) < shared_.CostOf(b); });
    return;
  }
  for (size_t i = begin + 1; i < scratch_.size(); ++i) {
    const Index child = scratch_[i];
    size_t at = i;
    for (; at > begin && shared_.CostOf(scratch_[at - 1]) > shared_.CostOf(child); --at) scratch_[at] = scratch_[at - 1];
    scratch_[at] = child;
  }
}

// Any of the segments.
uint16_t ProgramWriter::EmitSegments(const Condition& condition, bool wanted, uint16_t taken, uint16_t missed) {
  const model::OperandList& list = s_.operands[condition.operands];
  uint16_t entry = wanted ? missed : taken;
  for (uint32_t i = list.size; i-- > 0;) {
    const Shared* const segment = shared_.OfSegment(s_.reference_pool[list.begin + i], wanted);
    entry = wanted ? EmitShared(segment, taken, entry) : EmitShared(segment, entry, missed);
  }
  return entry;
}

uint16_t ProgramWriter::EmitShared(const Shared* shared, uint16_t taken, uint16_t missed) {
  references_.shared.push_back(shared->number);
  Leaf& leaf = Append(shared->wanted, taken, missed);
  leaf.op = Op::kShared;
  leaf.written = Operator::kInSegment;
  leaf.shared = shared;
  return LastAddress();
}

// (any include list or the condition) and not any exclude list; its false form is the negation of each part.
uint16_t ProgramWriter::EmitSegment(Index segment, bool wanted) {
  const model::Segment& row = s_.segments[segment];
  uint16_t excludes = wanted ? kAccept : kReject;
  for (size_t i = row.exclude.size(); i-- > 0;) {
    excludes = wanted ? EmitMember(row.exclude[i], false, excludes, kReject)
                      : EmitMember(row.exclude[i], true, kAccept, excludes);
  }
  uint16_t entry = wanted ? kReject : kAccept;
  if (row.condition != kNone) {
    entry = wanted ? Emit(row.condition, true, excludes, kReject) : Emit(row.condition, false, kAccept, excludes);
  }
  for (size_t i = row.include.size(); i-- > 0;) {
    entry = wanted ? EmitMember(row.include[i], true, excludes, entry)
                   : EmitMember(row.include[i], false, entry, excludes);
  }
  return entry;
}

uint16_t ProgramWriter::EmitMember(Index list, bool wanted, uint16_t taken, uint16_t missed) {
  Leaf& leaf = Append(wanted, taken, missed);
  leaf.op = Op::kMember;
  leaf.members = operands_.Members(list);
  leaf.slot = SlotOf(s_.member_lists[list].bucket_by);
  return LastAddress();
}

uint16_t ProgramWriter::EmitLeaf(const Condition& condition, bool wanted, uint16_t taken, uint16_t missed) {
  if (IsFalseForAll(condition)) return wanted ? missed : taken;
  Leaf& leaf = Append(wanted, taken, missed);
  leaf.written = condition.op;
  leaf.orders = OrdersOf(condition.op);
  leaf.is_folded = (condition.properties & model::kCaseInsensitive) != 0;
  if (condition.op != Operator::kFlagIs) leaf.slot = SlotOf(condition.subject);
  FillLeaf(condition, leaf);
  return LastAddress();
}

bool ProgramWriter::IsFalseForAll(const Condition& condition) const {
  switch (condition.op) {
    case Operator::kEquals:
    case Operator::kIn:
    case Operator::kEqualsHashed:
    case Operator::kInHashed:
      return condition.operands == kNone || s_.operands[condition.operands].size == 0;
    default:
      return false;
  }
}

void ProgramWriter::FillLeaf(const Condition& condition, Leaf& leaf) {
  const Index list = condition.operands;
  switch (condition.op) {
    case Operator::kIsSet:
      break;
    case Operator::kEquals:
    case Operator::kIn:
      FillScalar(condition, leaf);
      break;
    case Operator::kContains:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
      FillTexts(OpOf(condition.op), list, false, leaf);
      break;
    case Operator::kMatches:
      FillMatches(condition, leaf);
      break;
    case Operator::kEqualsHashed:
    case Operator::kInHashed:
      leaf.op = Op::kHashedIn;
      leaf.digests = operands_.Digests(list, condition.second);
      break;
    case Operator::kInWindow:
      leaf.op = Op::kInWindow;
      leaf.window = operands_.WindowOf(list, condition.second);
      break;
    case Operator::kContainsAny:
    case Operator::kContainsAll:
      leaf.op = OpOf(condition.op);
      leaf.strings = operands_.Strings(list, condition.op == Operator::kContainsAny, leaf.is_folded);
      break;
    case Operator::kInCidr:
      leaf.op = Op::kInCidr;
      leaf.networks = operands_.Networks(list);
      break;
    case Operator::kWithinKm:
      leaf.op = Op::kWithinKm;
      leaf.place = operands_.PlaceOf(list, SlotOf(condition.second));
      break;
    case Operator::kSemverEq:
    case Operator::kSemverLt:
    case Operator::kSemverLte:
    case Operator::kSemverGt:
    case Operator::kSemverGte:
    case Operator::kSemverTilde:
    case Operator::kSemverCaret:
      FillVersion(list, leaf);
      break;
    case Operator::kFlagIs:
      FillFlagIs(condition, leaf);
      break;
    default:
      FillNumber(OpOf(condition.op), list, leaf);
  }
}

void ProgramWriter::FillScalar(const Condition& condition, Leaf& leaf) {
  const Index list = condition.operands;
  const model::OperandList& row = s_.operands[list];
  if ((condition.properties & model::kBooleanOperands) != 0) {
    leaf.op = Op::kBoolean;
    leaf.integer = Operands::BooleanMask(s_, list);
  } else if (row.kind == model::OperandKind::kString) {
    FillTexts(row.size == 1 ? Op::kStringIs : Op::kStringIn, list, true, leaf);
  } else if (row.size == 1) {
    FillNumber(Op::kNumberIs, list, leaf);
  } else {
    leaf.op = Op::kNumberIn;
    leaf.numbers = operands_.Numbers(list);
  }
}

void ProgramWriter::FillNumber(Op op, Index list, Leaf& leaf) {
  const model::OperandList& row = s_.operands[list];
  leaf.op = op;
  leaf.is_integer = row.kind == model::OperandKind::kInteger;
  if (row.size == 2) {
    leaf.pair = operands_.Pair(list);
  } else if (leaf.is_integer) {
    leaf.integer = s_.integer_pool[row.begin];
  } else {
    leaf.real = s_.double_pool[row.begin];
  }
}

void ProgramWriter::FillVersion(Index list, Leaf& leaf) {
  const auto key = base::kSmallCode || leaf.orders == 0 ? std::nullopt : operands_.PlainVersion(list);
  if (key.has_value()) {
    leaf.op = Op::kVersion;
    leaf.version = *key;
  } else {
    leaf.op = Op::kSemver;
    leaf.semver = operands_.Semver(list);
  }
}

void ProgramWriter::FillTexts(Op op, Index list, bool needs_look_up, Leaf& leaf) {
  leaf.op = op;
  leaf.has_one_text = s_.operands[list].size == 1;
  if (leaf.has_one_text) {
    leaf.text = operands_.FirstText(list, leaf.is_folded);
  } else {
    leaf.strings = operands_.Strings(list, needs_look_up, leaf.is_folded);
  }
}

void ProgramWriter::FillMatches(const Condition& condition, Leaf& leaf) {
  std::string text;
  leaf.op = Op::kMatches;
  leaf.regex = operands_.RegexOf(condition.operands, text);
  if (leaf.regex != nullptr || !defect_.empty()) return;
  defect_ = base::Within(base::Named("attribute", operands_.ViewOf(s_.attributes[condition.subject].name)),
                         "operator \"matches\": " + text);
}

void ProgramWriter::FillFlagIs(const Condition& condition, Leaf& leaf) {
  const model::OperandList& list = s_.operands[condition.operands];
  leaf.op = Op::kFlagIs;
  leaf.flag_is = operands_.FlagIsOf(condition.subject, std::span(s_.reference_pool).subspan(list.begin, list.size));
  references_.flags.push_back(condition.subject);
}

Leaf& ProgramWriter::Append(bool wanted, uint16_t taken, uint16_t missed) {
  Leaf& leaf = leaves_.emplace_back();
  leaf.wanted = wanted;
  leaf.on_taken = taken;
  leaf.on_missed = missed;
  return leaf;
}

uint8_t ProgramWriter::SlotOf(Index attribute) {
  const auto found = std::find(slots_.begin(), slots_.end(), attribute);
  const auto slot = static_cast<uint8_t>(found - slots_.begin());
  if (found == slots_.end()) {
    slots_.push_back(attribute);
    if (s_.strings[s_.attributes[attribute].name] == "$now") now_slot_ = slot;
  }
  return slot;
}

Program ProgramWriter::Finish(base::Arena& arena) {
  Leaf* const leaves = arena.Allocate<Leaf>(leaves_.size());
  Leaf* next = leaves + leaves_.size();
  for (const Leaf& leaf : leaves_) {
    std::construct_at(--next, leaf);
    next->on_taken = Turned(leaf.on_taken);
    next->on_missed = Turned(leaf.on_missed);
  }
  Program program;
  program.leaves = leaves;
  program.leaf_count = static_cast<uint16_t>(leaves_.size());
  program.slots = arena.Copy(slots_);
  program.slot_count = static_cast<uint8_t>(slots_.size());
  program.now_slot = now_slot_;
  return program;
}

uint16_t ProgramWriter::Turned(uint16_t address) const {
  return address < kReject ? static_cast<uint16_t>(leaves_.size() - 1 - address) : address;
}

}  // namespace expt::eval
