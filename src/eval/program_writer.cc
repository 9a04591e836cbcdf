#include "src/eval/program_writer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "src/base/small_code.h"
#include "src/base/sort.h"

namespace expt::eval {
namespace {

using model::Condition;
using model::Operator;

bool IsTree(Operator op) { return op == Operator::kAll || op == Operator::kAny; }
bool IsPlainLeaf(Operator op) { return op > Operator::kAny && op != Operator::kInSegment; }

EXPT_HOT std::span<const Index> ChildrenOf(const model::Snapshot& snapshot, const Condition& condition) {
  if (!IsTree(condition.op) || condition.operands == kNone) return {};
  const model::OperandList& list = snapshot.operands[condition.operands];
  if (list.kind != model::OperandKind::kCondition) return {};
  return std::span(snapshot.condition_pool).subspan(list.begin, list.size);
}

// From here on a condition that is used more than once is decided once per decision.
constexpr uint16_t kCostly = 200;

// What a leaf's operands become.
enum class Filling : uint8_t {
  kNumber,
  kNothing,
  kScalar,
  kTexts,
  kVersion,
  kMatches,
  kHashed,
  kWindow,
  kListTexts,
  kNetworks,
  kPlace,
  kFlagIs,
};

// What becomes of a leaf of an operator. The first row is for those that are none.
struct LeafForm {
  uint8_t cost = 15;
  Op op = Op::kIsSet;
  Filling filling = Filling::kNumber;
  uint8_t orders = 0;
  bool is_false_for_none = false;  // without operands it is false, whatever the attribute
};

constexpr auto kLeafForms = [] {
  constexpr uint8_t kUpTo = kBefore | kEqual;
  constexpr uint8_t kFrom = kAfter | kEqual;
  std::array<LeafForm, static_cast<size_t>(Operator::kFlagIs) + 1> forms{};
  const auto set = [&forms](Operator op, const LeafForm& form) { forms[static_cast<size_t>(op)] = form; };
  set(Operator::kIsSet, {1, Op::kIsSet, Filling::kNothing});
  set(Operator::kEquals, {2, Op::kIsSet, Filling::kScalar, kEqual, true});
  set(Operator::kIn, {5, Op::kIsSet, Filling::kScalar, kEqual, true});
  set(Operator::kContains, {15, Op::kContains, Filling::kTexts});
  set(Operator::kStartsWith, {15, Op::kStartsWith, Filling::kTexts});
  set(Operator::kEndsWith, {15, Op::kEndsWith, Filling::kTexts});
  set(Operator::kMatches, {250, Op::kMatches, Filling::kMatches});
  set(Operator::kEqualsHashed, {250, Op::kHashedIn, Filling::kHashed, 0, true});
  set(Operator::kInHashed, {250, Op::kHashedIn, Filling::kHashed, 0, true});
  set(Operator::kLt, {2, Op::kLt, Filling::kNumber, kBefore});
  set(Operator::kLte, {2, Op::kLte, Filling::kNumber, kUpTo});
  set(Operator::kGt, {2, Op::kGt, Filling::kNumber, kAfter});
  set(Operator::kGte, {2, Op::kGte, Filling::kNumber, kFrom});
  set(Operator::kBetween, {2, Op::kBetween});
  set(Operator::kTimeBefore, {5, Op::kTimeBefore});
  set(Operator::kTimeAfter, {5, Op::kTimeAfter});
  set(Operator::kTimeBetween, {5, Op::kTimeBetween});
  set(Operator::kInWindow, {15, Op::kInWindow, Filling::kWindow});
  set(Operator::kSemverEq, {15, Op::kSemver, Filling::kVersion, kEqual});
  set(Operator::kSemverLt, {15, Op::kSemver, Filling::kVersion, kBefore});
  set(Operator::kSemverLte, {15, Op::kSemver, Filling::kVersion, kUpTo});
  set(Operator::kSemverGt, {15, Op::kSemver, Filling::kVersion, kAfter});
  set(Operator::kSemverGte, {15, Op::kSemver, Filling::kVersion, kFrom});
  set(Operator::kSemverTilde, {15, Op::kSemver, Filling::kVersion});
  set(Operator::kSemverCaret, {15, Op::kSemver, Filling::kVersion});
  set(Operator::kContainsAny, {15, Op::kContainsAny, Filling::kListTexts});
  set(Operator::kContainsAll, {15, Op::kContainsAll, Filling::kListTexts});
  set(Operator::kSizeLt, {2, Op::kSizeLt});
  set(Operator::kSizeGt, {2, Op::kSizeGt});
  set(Operator::kSizeBetween, {2, Op::kSizeBetween});
  set(Operator::kInCidr, {40, Op::kInCidr, Filling::kNetworks});
  set(Operator::kWithinKm, {80, Op::kWithinKm, Filling::kPlace});
  set(Operator::kInSegment, {40});
  set(Operator::kFlagIs, {80, Op::kFlagIs, Filling::kFlagIs});
  return forms;
}();

const LeafForm& FormOf(Operator op) {
  const auto row = static_cast<size_t>(op);
  return kLeafForms[row < kLeafForms.size() ? row : 0];
}

// What a leaf with one operand, without properties, becomes: most are like that. None for what is more than an operand
// beside fields that are always the same.
struct SingleForm {
  enum class Operand : uint8_t { kNone, kInteger, kText, kVersion };
  Operand operand = Operand::kNone;
  uint8_t cost = 0;
  std::array<Leaf, 2> leaves;  // by the truth that is wanted
};

constexpr SingleForm MakeSingleForm(Operator op, model::OperandKind kind) {
  using Operand = SingleForm::Operand;
  const LeafForm& form = kLeafForms[static_cast<size_t>(op)];
  SingleForm single;
  single.cost = form.cost;
  Leaf leaf;
  leaf.op = form.op;
  leaf.written = op;
  leaf.orders = form.orders;
  const bool is_scalar = form.filling == Filling::kScalar;
  if (kind == model::OperandKind::kInteger && (is_scalar || form.filling == Filling::kNumber)) {
    single.operand = form.op == Op::kIsSet && !is_scalar ? Operand::kNone : Operand::kInteger;
    if (is_scalar) leaf.op = Op::kNumberIs;
    leaf.is_integer = true;
  } else if (kind == model::OperandKind::kString && (is_scalar || form.filling == Filling::kTexts)) {
    single.operand = Operand::kText;
    if (is_scalar) leaf.op = Op::kStringIs;
    leaf.has_one_text = true;
  } else if (kind == model::OperandKind::kString && form.filling == Filling::kVersion && form.orders != 0) {
    single.operand = Operand::kVersion;
    leaf.op = Op::kVersion;
  }
  for (const bool wanted : {false, true}) {
    leaf.wanted = wanted;
    single.leaves[wanted ? 1 : 0] = leaf;
  }
  return single;
}

// Kinds are less than this.
constexpr size_t kSingleKinds = 4;

constexpr auto kSingleForms = [] {
  std::array<SingleForm, kLeafForms.size() * kSingleKinds> forms{};
  for (size_t i = 0; i < forms.size(); ++i) {
    forms[i] =
        MakeSingleForm(static_cast<Operator>(i / kSingleKinds), static_cast<model::OperandKind>(i % kSingleKinds));
  }
  return forms;
}();

const SingleForm& SingleFormOf(Operator op, model::OperandKind kind) {
  const auto row = static_cast<size_t>(op);
  const auto column = static_cast<size_t>(kind);
  return kSingleForms[row < kLeafForms.size() && column < kSingleKinds ? row * kSingleKinds + column : 0];
}

}  // namespace

SharedPrograms::SharedPrograms(const model::Snapshot& snapshot, Operands& operands, Ruleset& ruleset)
    : s_(snapshot), operands_(operands), out_(ruleset), of_segment_(snapshot.segments.size() * 2) {}

// So that children of all and any stand cheapest first.
void SharedPrograms::Prepare() {
  if (!costs_.empty()) return;
  bool has_costly = false;
  costs_.resize(s_.conditions.size());
  uint16_t* next = costs_.data();
  for (const Condition& condition : s_.conditions) {
    uint32_t cost = FormOf(condition.op).cost;
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
  Prepare();
  ProgramWriter writer(s_, operands_, *this);
  Shared shared;
  shared.key = key;
  shared.wanted = wanted;
  shared.entry = segment != kNone ? writer.EmitSegment(segment, wanted)
                                  : writer.EmitUnshared(condition, wanted, kAccept, kReject);
  shared.entry = writer.Turn(shared.entry);
  shared.program = writer.Finish(out_.arena);
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
  size_ = 0;
  programs_.clear();
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

EXPT_HOT Leaf& ProgramWriter::Append(bool wanted, uint16_t taken, uint16_t missed) {
  if (size_ == leaves_.size()) leaves_.resize(2 * size_ + 32);
  Leaf& leaf = leaves_[size_++];
  leaf = Leaf();
  leaf.wanted = wanted;
  leaf.on_taken = taken;
  leaf.on_missed = missed;
  return leaf;
}

EXPT_HOT void ProgramWriter::FillNumber(const Condition& condition, const model::OperandList& list, Leaf& leaf) {
  leaf.is_integer = list.kind == model::OperandKind::kInteger;
  if (list.size == 2) {
    leaf.pair = operands_.Pair(condition.operands);
  } else if (leaf.is_integer) {
    leaf.integer = s_.integer_pool[list.begin];
  } else {
    leaf.real = s_.double_pool[list.begin];
  }
}

EXPT_HOT void ProgramWriter::FillTexts(const Condition& condition, const model::OperandList& list, bool needs_look_up,
                              Leaf& leaf) {
  leaf.has_one_text = list.size == 1;
  if (leaf.has_one_text) {
    leaf.text = leaf.is_folded ? operands_.FoldedText(condition.operands) : operands_.FirstTextOf(list);
  } else {
    leaf.strings = operands_.Strings(condition.operands, needs_look_up, leaf.is_folded);
  }
}

EXPT_HOT void ProgramWriter::FillVersion(const Condition& condition, const model::OperandList& list, Leaf& leaf) {
  uint64_t key = 0;
  if (!base::kSmallCode && leaf.orders != 0) key = operands_.version_keys()[list.begin];
  if (key != 0) {
    leaf.op = Op::kVersion;
    leaf.version = key;
  } else {
    leaf.semver = operands_.Semver(condition.operands);
  }
}

EXPT_HOT void ProgramWriter::FillScalar(const Condition& condition, const model::OperandList& list, Leaf& leaf) {
  if ((condition.properties & model::kBooleanOperands) != 0) {
    leaf.op = Op::kBoolean;
    leaf.integer = Operands::BooleanMask(s_, condition.operands);
  } else if (list.kind == model::OperandKind::kString) {
    leaf.op = list.size == 1 ? Op::kStringIs : Op::kStringIn;
    FillTexts(condition, list, true, leaf);
  } else if (list.size == 1) {
    leaf.op = Op::kNumberIs;
    FillNumber(condition, list, leaf);
  } else {
    leaf.op = Op::kNumberIn;
    leaf.numbers = operands_.Numbers(condition.operands);
  }
}

uint16_t ProgramWriter::Write(Index row) {
  if constexpr (!base::kSmallCode) {
    const size_t begin = size_;
    const size_t slots = slots_.size();
    const uint8_t now_slot = now_slot_;
    if (WriteSingles(row)) {
      programs_.push_back({.end = size_, .is_turned = true});
      return static_cast<uint16_t>(begin);
    }
    slots_.resize(slots);
    now_slot_ = now_slot;
  }
  shared_.Prepare();
  return Turn(Emit(row, true, kAccept, kReject));
}

// The program of a leaf, or of an all or any of leaves that stand cheapest first, where each of them has a single form,
// as in most rules: from its beginning, with the addresses that it keeps. False, and nothing written, for others and
// for what costs so much that it may be shared.
bool ProgramWriter::WriteSingles(Index row) {
  using Operand = SingleForm::Operand;
  // What is written might, for all that the compiler knows, be one of these.
  const Condition* const conditions = s_.conditions.data();
  const model::OperandList* const operands = s_.operands.data();
  const int64_t* const integers = s_.integer_pool.data();
  const Index* const strings = s_.string_pool.data();
  const uint64_t* const version_keys = operands_.version_keys();
  const Operands::Texts texts = operands_.texts();
  std::span<const Index> children(&row, 1);
  bool wanted = true;
  bool needs_every = true;
  if (IsTree(conditions[row].op)) {
    children = ChildrenOf(s_, conditions[row]);
    wanted = (conditions[row].properties & model::kNegate) == 0;
    needs_every = (conditions[row].op == Operator::kAll) == wanted;  // De Morgan
  }
  const size_t end = size_ + children.size();
  if (children.empty() || end >= kReject) return false;
  if (end > leaves_.size()) leaves_.resize(2 * end);
  Leaf* const leaves = leaves_.data();
  uint16_t taken = kAccept;
  uint16_t missed = kReject;
  uint8_t next_cost = 0xff;
  uint32_t cost = 0;
  size_t at = end;
  for (size_t i = children.size(); i-- > 0;) {  // slots are given in the order of EmitTree()
    const Condition& condition = conditions[children[i]];
    if (condition.operands == kNone || condition.properties > model::kNegate) return false;
    const model::OperandList& list = operands[condition.operands];
    const SingleForm& form = SingleFormOf(condition.op, list.kind);
    if (list.size != 1 || form.operand == Operand::kNone || form.cost > next_cost) return false;
    next_cost = form.cost;
    cost += form.cost;
    Leaf& leaf = leaves[--at];
    static_assert(model::kNegate == 1);
    leaf = form.leaves[(condition.properties & model::kNegate) ^ (wanted ? 1 : 0)];
    if (form.operand == Operand::kInteger) {
      leaf.integer = integers[list.begin];
    } else if (form.operand == Operand::kText) {
      leaf.text = texts.Of(strings[list.begin]);
    } else {
      leaf.version = version_keys[list.begin];
      if (leaf.version == 0) return false;
    }
    leaf.slot = SlotOf(condition.subject);
    leaf.on_taken = taken;
    leaf.on_missed = missed;
    (needs_every ? taken : missed) = static_cast<uint16_t>(at);
  }
  if (cost >= kCostly) return false;
  size_ = end;
  return true;
}

uint16_t ProgramWriter::EmitLeaf(const Condition& condition, bool wanted, uint16_t taken, uint16_t missed) {
  const LeafForm& form = FormOf(condition.op);
  const model::OperandList list = condition.operands == kNone ? model::OperandList() : s_.operands[condition.operands];
  if (form.is_false_for_none && list.size == 0) return wanted ? missed : taken;
  Leaf& leaf = Append(wanted, taken, missed);
  leaf.op = form.op;
  leaf.written = condition.op;
  leaf.is_folded = (condition.properties & model::kCaseInsensitive) != 0;
  leaf.orders = form.orders;
  if (condition.op != Operator::kFlagIs) leaf.slot = SlotOf(condition.subject);
  switch (form.filling) {
    case Filling::kNothing:
      break;
    case Filling::kNumber:
      FillNumber(condition, list, leaf);
      break;
    case Filling::kScalar:
      FillScalar(condition, list, leaf);
      break;
    case Filling::kTexts:
      FillTexts(condition, list, false, leaf);
      break;
    case Filling::kVersion:
      FillVersion(condition, list, leaf);
      break;
    default:
      FillRare(condition, leaf);
  }
  return LastAddress();
}

uint16_t ProgramWriter::EmitTree(const Condition& condition, bool wanted, uint16_t taken, uint16_t missed) {
  const bool needs_every = (condition.op == Operator::kAll) == wanted;  // De Morgan
  const auto children = ChildrenOf(s_, condition);
  const size_t begin = scratch_.size();
  scratch_.resize(begin + children.size());
  SortByCost(children, scratch_.data() + begin);
  uint16_t entry = needs_every ? taken : missed;
  for (size_t i = scratch_.size(); i-- > begin;) {
    const Index row = scratch_[i];
    const uint16_t on_taken = needs_every ? entry : taken;
    const uint16_t on_missed = needs_every ? missed : entry;
    const Condition& child = s_.conditions[row];
    if (!base::kSmallCode && IsPlainLeaf(child.op) && !shared_.has_shared()) {
      entry = EmitLeaf(child, wanted != ((child.properties & model::kNegate) != 0), on_taken, on_missed);
    } else {
      entry = Emit(row, wanted, on_taken, on_missed);
    }
  }
  scratch_.resize(begin);
  return entry;
}

// Cheapest first, else as they stood. Few children are the rule; they are moved in place, without a buffer.
void ProgramWriter::SortByCost(std::span<const Index> children, Index* sorted) const {
  constexpr size_t kFew = 32;
  const bool are_few = children.size() <= kFew;
  for (size_t i = 0; i < children.size(); ++i) {
    const Index child = children[i];
    const uint16_t cost = shared_.CostOf(child);
    size_t at = i;
    for (; are_few && at > 0 && shared_.CostOf(sorted[at - 1]) > cost; --at) sorted[at] = sorted[at - 1];
    sorted[at] = child;
  }
  if (are_few) return;
  base::StableSort(sorted, sorted + children.size(),
                   [&](Index a, Index b) { return shared_.CostOf(a) < shared_.CostOf(b); });
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

void ProgramWriter::FillRare(const Condition& condition, Leaf& leaf) {
  const Index list = condition.operands;
  switch (FormOf(condition.op).filling) {
    case Filling::kMatches:
      FillMatches(condition, leaf);
      break;
    case Filling::kHashed:
      leaf.digests = operands_.Digests(list, condition.second);
      break;
    case Filling::kWindow:
      leaf.window = operands_.WindowOf(list, condition.second);
      break;
    case Filling::kListTexts:
      leaf.strings = operands_.Strings(list, condition.op == Operator::kContainsAny, leaf.is_folded);
      break;
    case Filling::kNetworks:
      leaf.networks = operands_.Networks(list);
      break;
    case Filling::kPlace:
      leaf.place = operands_.PlaceOf(list, SlotOf(condition.second));
      break;
    default:
      FillFlagIs(condition, leaf);
  }
}

void ProgramWriter::FillMatches(const Condition& condition, Leaf& leaf) {
  std::string text;
  leaf.regex = operands_.RegexOf(condition.operands, text);
  if (leaf.regex != nullptr || !defect_.empty()) return;
  defect_ = base::Within(base::Named("attribute", operands_.ViewOf(s_.attributes[condition.subject].name)),
                         "operator \"matches\": " + text);
}

void ProgramWriter::FillFlagIs(const Condition& condition, Leaf& leaf) {
  const model::OperandList& list = s_.operands[condition.operands];
  leaf.flag_is = operands_.FlagIsOf(condition.subject, std::span(s_.reference_pool).subspan(list.begin, list.size));
  references_.flags.push_back(condition.subject);
}

uint8_t ProgramWriter::AddSlot(Index attribute) {
  const auto size = static_cast<uint8_t>(slots_.size());
  slots_.push_back(attribute);
  if (s_.strings[s_.attributes[attribute].name] == "$now") now_slot_ = size;
  return size;
}

uint16_t ProgramWriter::Turn(uint16_t entry) {
  const size_t begin = programs_.empty() ? 0 : programs_.back().end;
  programs_.push_back({.end = size_, .is_turned = false});
  return entry < kReject ? static_cast<uint16_t>(begin + size_ - 1 - entry) : entry;
}

Program ProgramWriter::Finish(base::Arena& arena) {
  Leaf* const leaves = arena.Allocate<Leaf>(size_);
  size_t begin = 0;
  for (const Written& written : programs_) {
    const size_t last = begin + written.end - 1;
    const auto turned = [last](uint16_t address) {
      return address < kReject ? static_cast<uint16_t>(last - address) : address;
    };
    for (size_t i = begin; i < written.end; ++i) {
      const bool is_turned = !base::kSmallCode && written.is_turned;
      std::construct_at(&leaves[i], leaves_[is_turned ? i : last - i]);
      if (is_turned) continue;
      leaves[i].on_taken = turned(leaves[i].on_taken);
      leaves[i].on_missed = turned(leaves[i].on_missed);
    }
    begin = written.end;
  }
  Program program;
  program.leaves = leaves;
  program.leaf_count = static_cast<uint16_t>(size_);
  program.slots = arena.Copy(slots_);
  program.slot_count = static_cast<uint8_t>(slots_.size());
  program.now_slot = now_slot_;
  return program;
}

}  // namespace expt::eval
