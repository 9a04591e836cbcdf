#include "src/eval/compile.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "src/base/hash.h"
#include "src/base/sort.h"
#include "src/eval/operands.h"

namespace expt::eval {
namespace {

using model::Operator;

class Compiler {
 public:
  Compiler(const model::Snapshot& snapshot, const std::vector<bool>& is_broken)
      : s_(snapshot), is_broken_(is_broken), operands_(snapshot, texts_, out_) {}

  std::optional<Ruleset> Run() {
    CopyText();
    out_.version = s_.version;
    Costs();
    Experiments();
    slot_stamp_.resize(s_.attributes.size(), kNone);
    slot_of_.resize(s_.attributes.size());
    segment_stamp_.resize(s_.segments.size(), kNone);
    segment_of_.resize(s_.segments.size());
    Reserve();
    for (Index i = 0; i < s_.flags.size(); ++i) {
      CompileFlag(i);
      if (out_.leaves.size() > kMaxLeaves) return std::nullopt;
    }
    FlagTable();
    return std::move(out_);
  }

 private:
  // As much as is needed where nothing is used twice.
  void Reserve() {
    const auto is_leaf = [](const model::Condition& row) {
      return row.op != Operator::kAll && row.op != Operator::kAny;
    };
    out_.flags.reserve(s_.flags.size());
    out_.rules.reserve(s_.rules.size());
    out_.leaves.reserve(static_cast<size_t>(std::count_if(s_.conditions.begin(), s_.conditions.end(), is_leaf)));
    out_.operand_texts.reserve(s_.string_pool.size());
    out_.numbers.reserve(s_.integer_pool.size() + s_.double_pool.size());
    size_t variants = 0;
    for (const model::Flag& flag : s_.flags) variants += flag.variant_keys.size();
    out_.variants.reserve(variants);
  }

  void CopyText() {
    size_t size = s_.member_list_salt.size();
    for (const std::string_view text : s_.strings) size += text.size();
    out_.text = std::make_unique<char[]>(size);
    out_.text_size = size;
    uint32_t at = 0;
    const auto copy = [&](std::string_view text) {
      if (!text.empty()) std::memcpy(out_.text.get() + at, text.data(), text.size());
      const Text copied = {at, static_cast<uint32_t>(text.size())};
      at += copied.size;
      return copied;
    };
    out_.member_salt = copy(s_.member_list_salt);
    texts_.reserve(s_.strings.size());
    for (const std::string_view text : s_.strings) texts_.push_back(copy(text));
    attribute_hashes_.reserve(s_.attributes.size());
    for (const model::AttributeSchema& row : s_.attributes) {
      attribute_hashes_.push_back(base::Xxh3(s_.strings[row.name]));
    }
  }

  // What deciding a condition is likely to cost, so that children of all and any stand cheapest first.
  void Costs() {
    costs_.reserve(s_.conditions.size());
    for (const model::Condition& condition : s_.conditions) {
      uint32_t cost = LeafCost(condition);
      if (condition.op == Operator::kAll || condition.op == Operator::kAny) {
        cost = 0;
        for (const Index child : Children(condition)) cost = std::min<uint32_t>(cost + costs_[child], 60'000);
      }
      costs_.push_back(static_cast<uint16_t>(cost));
    }
  }

  static uint32_t LeafCost(const model::Condition& condition) {
    switch (condition.op) {
      case Operator::kIsSet:
        return 1;
      case Operator::kLt:
      case Operator::kLte:
      case Operator::kGt:
      case Operator::kGte:
      case Operator::kBetween:
        return 2;
      case Operator::kEquals:
        return 2;
      case Operator::kIn:
        return 4;
      case Operator::kInSegment:
        return 40;
      default:
        return 8;
    }
  }

  std::span<const Index> Children(const model::Condition& condition) const {
    if (condition.operands == kNone) return {};
    const model::OperandList& list = s_.operands[condition.operands];
    if (list.kind != model::OperandKind::kCondition) return {};
    return std::span(s_.condition_pool).subspan(list.begin, list.size);
  }

  void Experiments() {
    for (const model::Experiment& row : s_.experiments) {
      Experiment experiment;
      experiment.key = texts_[row.key];
      experiment.id = texts_[row.id];
      experiment.bucket_by = texts_[s_.attributes[s_.bucketings[row.bucketing].bucket_by].name];
      experiment.flag = row.flag;
      experiment.phase = row.phase;
      experiment.status = row.status;
      experiment.start_ms = row.start_ms;
      experiment.end_ms = row.end_ms;
      experiment.variants.begin = static_cast<uint32_t>(out_.experiment_variants.size());
      const model::Flag& flag = s_.flags[row.flag];
      for (const Index variant : row.variants) {
        if (variant >= flag.variant_keys.size()) continue;
        out_.experiment_variants.push_back(texts_[flag.variant_keys[variant]]);
        ++experiment.variants.size;
      }
      out_.experiments.push_back(experiment);
    }
  }

  void CompileFlag(Index index) {
    const model::Flag& row = s_.flags[index];
    Flag flag;
    flag.key = texts_[row.key];
    flag.hash = base::Xxh3(s_.strings[row.key]);
    flag.type = row.type;
    flag.is_enabled = row.is_enabled;
    flag.fail_closed = row.fail_closed;
    flag.is_broken = is_broken_[index];
    flag.variants = static_cast<uint32_t>(out_.variants.size());
    if (flag.is_broken) {
      KeepOffVariant(row, flag);
      out_.flags.push_back(flag);
      return;
    }
    current_ = index;
    flag_ = &flag;
    flag.slots = static_cast<uint32_t>(out_.slot_hashes.size());
    flag.segments = static_cast<uint32_t>(out_.segments.size());
    flag.leaves = static_cast<uint32_t>(out_.leaves.size());
    for (size_t i = 0; i < row.variant_keys.size(); ++i) AddVariant(row, i);
    flag.variant_count = static_cast<uint16_t>(row.variant_keys.size());
    if (row.off_variant != kNone) flag.off_variant = static_cast<uint16_t>(row.off_variant);
    Overrides(row);
    Rules(row);
    if (row.default_serve != kNone) flag.default_serve = CompileServe(s_.serves[row.default_serve]);
    flag.is_static = row.rules.empty() && flag.default_serve.kind == Serve::Kind::kVariant;
    Segments();
    TurnPrograms();
    const auto names = out_.slot_names.begin() + flag.slots;
    out_.sorted_names.insert(out_.sorted_names.end(), names, out_.slot_names.end());
    base::Sort(out_.sorted_names.begin() + flag.slots, out_.sorted_names.end());
    out_.flags.push_back(flag);
  }

  // The off variant of a broken flag is served where the flag fails closed.
  void KeepOffVariant(const model::Flag& row, Flag& flag) {
    if (row.off_variant >= row.variant_keys.size() || row.off_variant >= row.variant_values.size()) return;
    if (s_.values[row.variant_values[row.off_variant]].type != row.type) return;
    AddVariant(row, row.off_variant);
    flag.variant_count = 1;
    flag.off_variant = 0;
  }

  void AddVariant(const model::Flag& row, size_t i) {
    const model::FlagValue& value = s_.values[row.variant_values[i]];
    Variant variant;
    variant.key = texts_[row.variant_keys[i]];
    switch (value.type) {
      case ValueType::kBoolean:
        variant.boolean = value.boolean;
        break;
      case ValueType::kInteger:
        variant.integer = value.integer;
        break;
      case ValueType::kDouble:
        variant.real = value.real;
        break;
      case ValueType::kString:
      case ValueType::kJson:
        variant.text = texts_[value.text];
        break;
      default:
        break;
    }
    out_.variants.push_back(variant);
  }

  uint8_t SlotOf(Index attribute) {
    if (slot_stamp_[attribute] != current_) {
      slot_stamp_[attribute] = current_;
      slot_of_[attribute] = flag_->slot_count++;
      out_.slot_hashes.push_back(attribute_hashes_[attribute]);
      out_.slot_names.push_back(out_.View(texts_[s_.attributes[attribute].name]));
    }
    return slot_of_[attribute];
  }

  void Overrides(const model::Flag& row) {
    flag_->overrides = static_cast<uint32_t>(out_.overrides.size());
    flag_->override_count = static_cast<uint16_t>(row.overrides.size());
    for (const model::Override& item : row.overrides) {
      Override compiled;
      compiled.hashes = {static_cast<uint32_t>(out_.hashes.size()), static_cast<uint32_t>(item.hashes.size())};
      out_.hashes.insert(out_.hashes.end(), item.hashes.begin(), item.hashes.end());
      base::Sort(out_.hashes.begin() + compiled.hashes.begin, out_.hashes.end());
      compiled.variant = static_cast<uint16_t>(item.variant);
      compiled.slot = SlotOf(item.bucket_by);
      out_.overrides.push_back(compiled);
    }
  }

  void Rules(const model::Flag& row) {
    flag_->rules = static_cast<uint32_t>(out_.rules.size());
    flag_->rule_count = static_cast<uint16_t>(row.rules.size());
    out_.rules.resize(out_.rules.size() + row.rules.size());
    program_.clear();
    for (size_t i = row.rules.size(); i-- > 0;) {  // programs are written from the end
      const model::Rule& source = s_.rules[row.rules[i]];
      Rule& rule = out_.rules[flag_->rules + i];
      rule.id = texts_[source.id];
      rule.leaves_begin = static_cast<uint16_t>(program_.size());
      if (source.condition != kNone) rule.entry = Emit(source.condition, true, kAccept, kReject);
      rule.leaves_end = static_cast<uint16_t>(program_.size());
      if (source.coverage != kNone) {
        const model::Coverage& coverage = s_.coverages[source.coverage];
        const model::Bucketing& bucketing = s_.bucketings[coverage.bucketing];
        rule.has_coverage = true;
        rule.coverage_ppm = coverage.ppm;
        rule.coverage_salt = texts_[bucketing.salt];
        if (coverage.ppm != 0 && coverage.ppm != model::kWholePpm) rule.coverage_slot = SlotOf(bucketing.bucket_by);
      }
      rule.serve = CompileServe(s_.serves[source.serve]);
    }
  }

  Serve CompileServe(const model::Serve& serve) {
    switch (serve.kind) {
      case model::Serve::Kind::kVariant:
        return {Serve::Kind::kVariant, serve.target};
      case model::Serve::Kind::kSplit: {
        Split split = BucketingOf(serve.bucketing);
        uint32_t end = 0;
        for (size_t i = 0; i < serve.weights.size(); ++i) AddArm(split, end += serve.weights[i], i);
        out_.splits.push_back(split);
        return {Serve::Kind::kSplit, static_cast<uint32_t>(out_.splits.size() - 1)};
      }
      case model::Serve::Kind::kExperiment:
        CompileExperiment(serve.target);
        return {Serve::Kind::kExperiment, serve.target};
      default:
        return {};
    }
  }

  Split BucketingOf(Index bucketing) {
    const model::Bucketing& row = s_.bucketings[bucketing];
    Split split;
    split.salt = texts_[row.salt];
    split.slot = SlotOf(row.bucket_by);
    split.arms.begin = static_cast<uint32_t>(out_.arms.size());
    return split;
  }

  void AddArm(Split& split, uint32_t end, size_t variant) {
    out_.arms.push_back({end, static_cast<uint16_t>(variant)});
    ++split.arms.size;
  }

  void CompileExperiment(Index index) {
    const model::Experiment& row = s_.experiments[index];
    Experiment& experiment = out_.experiments[index];
    if (experiment.split.arms.size != 0) return;  // served by an earlier rule too
    experiment.split = BucketingOf(row.bucketing);
    uint32_t end = 0;
    for (size_t i = 0; i < row.weights.size(); ++i) AddArm(experiment.split, end += row.weights[i], row.variants[i]);
    experiment.has_layer = row.layer != kNone;
    if (!experiment.has_layer) return;
    const model::Layer& layer = s_.layers[row.layer];
    const model::Bucketing& bucketing = s_.bucketings[layer.bucketing];
    experiment.layer = texts_[layer.key];
    experiment.layer_salt = texts_[bucketing.salt];
    experiment.layer_slot = SlotOf(bucketing.bucket_by);
    experiment.allocation = {static_cast<uint32_t>(out_.allocations.size()),
                             static_cast<uint32_t>(row.allocation.size())};
    out_.allocations.insert(out_.allocations.end(), row.allocation.begin(), row.allocation.end());
  }

  // Writes the program of a condition behind that of what follows it: `taken` and `missed` are where it goes on when
  // the condition is `wanted` and when it is not. Returns its entry. Addresses count from the end; TurnPrograms()
  // turns them round.
  uint16_t Emit(Index row, bool wanted, uint16_t taken, uint16_t missed) {
    const model::Condition& condition = s_.conditions[row];
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

  uint16_t EmitTree(const model::Condition& condition, bool wanted, uint16_t taken, uint16_t missed) {
    const bool needs_every = (condition.op == Operator::kAll) == wanted;  // De Morgan
    const size_t begin = scratch_.size();
    const auto children = Children(condition);
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
  void SortByCost(size_t begin) {
    constexpr size_t kFew = 32;
    if (scratch_.size() - begin > kFew) {
      base::StableSort(scratch_.begin() + static_cast<ptrdiff_t>(begin), scratch_.end(),
                       [&](Index a, Index b) { return costs_[a] < costs_[b]; });
      return;
    }
    for (size_t i = begin + 1; i < scratch_.size(); ++i) {
      const Index child = scratch_[i];
      size_t at = i;
      for (; at > begin && costs_[scratch_[at - 1]] > costs_[child]; --at) scratch_[at] = scratch_[at - 1];
      scratch_[at] = child;
    }
  }

  // Any of the segments.
  uint16_t EmitSegments(const model::Condition& condition, bool wanted, uint16_t taken, uint16_t missed) {
    const model::OperandList& list = s_.operands[condition.operands];
    uint16_t entry = wanted ? missed : taken;
    for (uint32_t i = list.size; i-- > 0;) {
      const uint32_t segment = SegmentOf(s_.reference_pool[list.begin + i], wanted);
      entry = Append(Op::kSegment, wanted, segment, wanted ? taken : entry, wanted ? entry : missed);
    }
    return entry;
  }

  uint16_t EmitLeaf(const model::Condition& condition, bool wanted, uint16_t taken, uint16_t missed) {
    Op op = Op::kIsSet;
    uint32_t operand = 0;
    bool has_one_text = false;
    const Index list = condition.operands;
    switch (condition.op) {
      case Operator::kEquals:
      case Operator::kIn:
        if (s_.operands[list].size == 0) return wanted ? missed : taken;  // in nothing: false for everybody
        if ((condition.properties & model::kBooleanOperands) != 0) {
          op = Op::kBoolean;
          operand = operands_.BooleanMask(list);
        } else if (s_.operands[list].kind != model::OperandKind::kString) {
          op = Op::kNumberIn;
          operand = operands_.NumberSet(list);
        } else if (s_.operands[list].size == 1) {
          op = Op::kStringIs;
          operand = operands_.FirstText(list);
        } else {
          op = Op::kStringIn;
          operand = operands_.Strings(list, true);
        }
        break;
      case Operator::kContains:
      case Operator::kStartsWith:
      case Operator::kEndsWith:
        op = condition.op == Operator::kContains     ? Op::kContains
             : condition.op == Operator::kStartsWith ? Op::kStartsWith
                                                     : Op::kEndsWith;
        has_one_text = s_.operands[list].size == 1;
        operand = has_one_text ? operands_.FirstText(list) : operands_.Strings(list, false);
        break;
      case Operator::kLt:
      case Operator::kLte:
      case Operator::kGt:
      case Operator::kGte:
      case Operator::kBetween:
        op = condition.op == Operator::kLt    ? Op::kLt
             : condition.op == Operator::kLte ? Op::kLte
             : condition.op == Operator::kGt  ? Op::kGt
             : condition.op == Operator::kGte ? Op::kGte
                                              : Op::kBetween;
        operand = operands_.Numbers(list);
        break;
      default:
        break;
    }
    const uint16_t entry = Append(op, wanted, operand, taken, missed);
    program_.back().slot = SlotOf(condition.subject);
    program_.back().is_equals = condition.op == Operator::kEquals;
    program_.back().has_one_text = has_one_text;
    return entry;
  }

  uint16_t Append(Op op, bool wanted, uint32_t operand, uint16_t taken, uint16_t missed) {
    Leaf leaf;
    leaf.op = op;
    leaf.wanted = wanted;
    leaf.operand = operand;
    leaf.on_taken = taken;
    leaf.on_missed = missed;
    program_.push_back(leaf);
    return static_cast<uint16_t>(program_.size() - 1);
  }

  // The number of a segment within the flag; its program for that truth is written by Segments().
  uint32_t SegmentOf(Index segment, bool wanted) {
    if (segment_stamp_[segment] != current_) {
      segment_stamp_[segment] = current_;
      segment_of_[segment] = {flag_->segment_count++, 0};
      FlagSegment compiled;
      compiled.key = texts_[s_.segments[segment].key];
      out_.segments.push_back(compiled);
    }
    SegmentUse& use = segment_of_[segment];
    const uint8_t form = wanted ? 1 : 2;
    if ((use.forms & form) == 0) {
      use.forms |= form;
      segment_work_.push_back({segment, wanted});
    }
    return use.number;
  }

  // (any include list or the condition) and not any exclude list; its false-form is the negation of each part.
  void Segments() {
    while (!segment_work_.empty()) {
      const auto [segment, wanted] = segment_work_.back();
      segment_work_.pop_back();
      const model::Segment& row = s_.segments[segment];
      const uint16_t taken = kAccept;
      const uint16_t missed = kReject;
      // Where the include part holds: true-form goes on to the exclude lists; false-form needs one of them.
      uint16_t entry;
      if (wanted) {
        uint16_t excludes = taken;
        for (size_t i = row.exclude.size(); i-- > 0;) excludes = EmitMember(row.exclude[i], false, excludes, missed);
        entry = row.condition == kNone ? missed : Emit(row.condition, true, excludes, missed);
        for (size_t i = row.include.size(); i-- > 0;) entry = EmitMember(row.include[i], true, excludes, entry);
      } else {
        uint16_t excludes = missed;
        for (size_t i = row.exclude.size(); i-- > 0;) excludes = EmitMember(row.exclude[i], true, taken, excludes);
        entry = row.condition == kNone ? taken : Emit(row.condition, false, taken, excludes);
        for (size_t i = row.include.size(); i-- > 0;) entry = EmitMember(row.include[i], false, entry, excludes);
      }
      FlagSegment& compiled = out_.segments[flag_->segments + segment_of_[segment].number];
      (wanted ? compiled.true_entry : compiled.false_entry) = entry;
    }
  }

  uint16_t EmitMember(Index list, bool wanted, uint16_t taken, uint16_t missed) {
    const uint16_t entry = Append(Op::kMember, wanted, operands_.Members(list), taken, missed);
    program_.back().slot = SlotOf(s_.member_lists[list].bucket_by);
    return entry;
  }

  // Programs were written from the end; now they run forward.
  void TurnPrograms() {
    const auto turn = [&](uint16_t& address) {
      if (address < kReject) address = static_cast<uint16_t>(program_.size() - 1 - address);
    };
    for (Leaf& leaf : program_) {
      turn(leaf.on_taken);
      turn(leaf.on_missed);
    }
    for (size_t i = flag_->rules; i < out_.rules.size(); ++i) {
      Rule& rule = out_.rules[i];
      turn(rule.entry);
      const auto begin = static_cast<uint16_t>(program_.size() - rule.leaves_end);
      rule.leaves_end = static_cast<uint16_t>(program_.size() - rule.leaves_begin);
      rule.leaves_begin = begin;
    }
    for (size_t i = flag_->segments; i < out_.segments.size(); ++i) {
      turn(out_.segments[i].true_entry);
      turn(out_.segments[i].false_entry);
    }
    out_.leaves.insert(out_.leaves.end(), program_.rbegin(), program_.rend());
  }

  void FlagTable() {
    size_t size = 2;
    while (size < out_.flags.size() * 2) size *= 2;
    out_.flag_table.resize(size);
    for (size_t i = 0; i < out_.flags.size(); ++i) {
      size_t at = out_.flags[i].hash & (size - 1);
      while (out_.flag_table[at] != 0) at = (at + 1) & (size - 1);
      out_.flag_table[at] = static_cast<uint32_t>(i + 1);
    }
  }

  struct SegmentUse {
    uint8_t number = 0;
    uint8_t forms = 0;  // bit 0 true-form, bit 1 false-form
  };

  const model::Snapshot& s_;
  const std::vector<bool>& is_broken_;
  Ruleset out_;
  std::vector<Text> texts_;
  Operands operands_;
  std::vector<uint64_t> attribute_hashes_;
  std::vector<uint16_t> costs_;

  // Of the flag being compiled.
  Index current_ = 0;
  Flag* flag_ = nullptr;
  std::vector<Leaf> program_;
  std::vector<Index> scratch_;
  std::vector<std::pair<Index, bool>> segment_work_;
  std::vector<Index> slot_stamp_;  // per attribute: the flag that slot_of_ is for
  std::vector<uint8_t> slot_of_;
  std::vector<Index> segment_stamp_;
  std::vector<SegmentUse> segment_of_;
};

}  // namespace

std::optional<Ruleset> Compile(const model::Snapshot& snapshot, const std::vector<bool>& is_broken) {
  return Compiler(snapshot, is_broken).Run();
}

}  // namespace expt::eval
