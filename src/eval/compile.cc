#include "src/eval/compile.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "src/base/hash.h"
#include "src/base/message.h"
#include "src/base/prefetch.h"
#include "src/base/small_code.h"
#include "src/eval/operands.h"
#include "src/eval/program_writer.h"
#include "src/eval/reachable.h"

namespace expt::eval {
namespace {

class Compiler {
 public:
  Compiler(const model::Snapshot& snapshot, const std::vector<bool>& is_broken, const model::Findings& findings)
      : s_(snapshot),
        is_broken_(is_broken),
        operands_(snapshot, findings, out_, RoomFor(snapshot)),
        shared_(snapshot, operands_, out_),
        writer_(snapshot, operands_, shared_),
        references_(snapshot.flags.size()),
        holdouts_(snapshot.holdouts.size()) {}

  std::optional<Compiled> Run() {
    out_.version = s_.version;
    Attributes();
    Experiments();
    out_.flags = {out_.arena.Allocate<Flag>(s_.flags.size()), s_.flags.size()};
    std::uninitialized_default_construct(out_.flags.begin(), out_.flags.end());
    size_t leaves = 0;
    for (Index i = 0; i < s_.flags.size(); ++i) {
      if (!base::kSmallCode && i + 8 < s_.flags.size()) base::Prefetch(operands_.ViewOf(s_.flags[i + 8].key).data());
      CompileFlag(i);
      leaves += out_.flags[i].program.leaf_count;
      if (leaves > kMaxLeaves) return std::nullopt;
    }
    if (!issues_.empty()) BreakReferrers();
    for (Index i = 0; i < s_.flags.size(); ++i) {
      if (is_broken_[i]) KeepOffVariant(i);
    }
    LookBehind(shared_, references_, out_);
    FlagTable();
    return Compiled{.ruleset = std::move(out_), .issues = std::move(issues_)};
  }

 private:
  // What flags, rules and leaves take; conditions stand mostly below others, or in one rule.
  static size_t RoomFor(const model::Snapshot& snapshot) {
    constexpr size_t kSlots = 4 * sizeof(uint32_t);
    return snapshot.flags.size() * (sizeof(Flag) + kSlots) + snapshot.rules.size() * sizeof(Rule) +
           std::max(snapshot.condition_pool.size(), snapshot.rules.size()) * sizeof(Leaf) +
           snapshot.coverages.size() * (sizeof(Gate) + sizeof(Coverage));
  }

  void Attributes() {
    out_.attributes.reserve(s_.attributes.size());
    for (const model::AttributeSchema& row : s_.attributes) {
      const std::string_view name = operands_.ViewOf(row.name);
      out_.attributes.push_back({.hash = base::Xxh3(name), .name = name});
    }
  }

  std::string_view NameOf(Index attribute) const { return out_.attributes[attribute].name; }

  // What can be asked of every experiment; CompileExperiment() adds what serving needs.
  void Experiments() {
    out_.experiments.reserve(s_.experiments.size());
    for (const model::Experiment& row : s_.experiments) {
      const model::Flag& flag = s_.flags[row.flag];
      Experiment experiment;
      experiment.key = operands_.ViewOf(row.key);
      experiment.id = operands_.ViewOf(row.id);
      experiment.bucket_by = NameOf(s_.bucketings[row.bucketing].bucket_by);
      experiment.flag = row.flag;
      experiment.phase = row.phase;
      experiment.status = row.status;
      experiment.is_sticky = row.is_sticky;
      experiment.start_ms = row.start_ms;
      experiment.end_ms = row.end_ms;
      auto* const variants = out_.arena.Allocate<std::string_view>(row.variants.size());
      for (const Index variant : row.variants) {
        if (variant >= flag.variant_keys.size()) continue;
        new (&variants[experiment.variant_count++]) std::string_view(operands_.ViewOf(flag.variant_keys[variant]));
      }
      experiment.variants = variants;
      out_.experiments.push_back(experiment);
    }
  }

  void CompileFlag(Index index) {
    const model::Flag& row = s_.flags[index];
    Flag& flag = out_.flags[index];
    flag.key = operands_.ViewOf(row.key);
    flag.hash = base::Xxh3(flag.key);
    flag.type = row.type;
    flag.is_enabled = row.is_enabled;
    flag.fail_closed = row.fail_closed;
    if (is_broken_[index]) return;
    current_ = index;
    flag_ = &flag;
    writer_.Clear();
    Variants(row);
    if (row.off_variant != kNone) flag.off_variant = static_cast<uint16_t>(row.off_variant);
    Overrides(row);
    Prerequisites(row);
    Rules(row);
    if (row.default_serve != kNone) {
      flag.default_kind = KindOf(s_.serves[row.default_serve]);
      flag.default_target = TargetOf(s_.serves[row.default_serve]);
    }
    flag.is_static = row.rules.empty() && flag.default_kind == ServeKind::kVariant;
    flag.program = writer_.Finish(out_.arena);
    flag.uses_now = flag.uses_now || flag.program.now_slot != 0xff;
    References& references = writer_.references();
    if (!references.shared.empty() || !references.flags.empty()) references_[index] = std::exchange(references, {});
  }

  // The off variant of a broken flag is served where the flag fails closed.
  void KeepOffVariant(Index index) {
    const model::Flag& row = s_.flags[index];
    const Flag& compiled = out_.flags[index];
    Flag flag;
    flag.key = compiled.key;
    flag.hash = compiled.hash;
    flag.type = compiled.type;
    flag.is_enabled = compiled.is_enabled;
    flag.fail_closed = compiled.fail_closed;
    flag.is_broken = true;
    references_[index] = {};
    const bool decodes = row.off_variant < row.variant_keys.size() && row.off_variant < row.variant_values.size() &&
                         s_.values[row.variant_values[row.off_variant]].type == row.type;
    if (decodes) {
      flag.variants = out_.arena.Make(VariantOf(row, row.off_variant));
      flag.variant_count = 1;
      flag.off_variant = 0;
    }
    out_.flags[index] = flag;
  }

  void Variants(const model::Flag& row) {
    flag_->variant_count = static_cast<uint16_t>(row.variant_keys.size());
    // Flags that follow one another often have the same, as "off" and "on".
    if (!base::kSmallCode && with_variants_ != nullptr && with_variants_->variant_keys == row.variant_keys &&
        with_variants_->variant_values == row.variant_values) {
      flag_->variants = variants_;
      return;
    }
    auto* const variants = out_.arena.Allocate<Variant>(row.variant_keys.size());
    for (size_t i = 0; i < row.variant_keys.size(); ++i) new (&variants[i]) Variant(VariantOf(row, i));
    flag_->variants = variants;
    with_variants_ = &row;
    variants_ = variants;
  }

  Variant VariantOf(const model::Flag& row, size_t i) const {
    const model::FlagValue& value = s_.values[row.variant_values[i]];
    Variant variant;
    variant.key = operands_.ViewOf(row.variant_keys[i]);
    switch (value.type) {
      case ValueType::kBoolean:
        variant.value = ValueView(value.boolean);
        break;
      case ValueType::kInteger:
        variant.value = ValueView(value.integer);
        break;
      case ValueType::kDouble:
        variant.value = ValueView(value.real);
        break;
      case ValueType::kString:
        variant.value = ValueView(operands_.ViewOf(value.text));
        break;
      case ValueType::kJson:
        variant.value = ValueView::Json(operands_.ViewOf(value.text));
        break;
      default:
        break;
    }
    return variant;
  }

  void Overrides(const model::Flag& row) {
    auto* const overrides = out_.arena.Allocate<Override>(row.overrides.size());
    for (size_t i = 0; i < row.overrides.size(); ++i) {
      const model::Override& source = row.overrides[i];
      Override override;
      override.members = operands_.MembersOf(source.hashes);
      override.variant = static_cast<uint16_t>(source.variant);
      override.slot = writer_.SlotOf(source.bucket_by);
      new (&overrides[i]) Override(override);
    }
    flag_->overrides = overrides;
    flag_->override_count = static_cast<uint16_t>(row.overrides.size());
  }

  void Prerequisites(const model::Flag& row) {
    auto* const prerequisites = out_.arena.Allocate<FlagIs>(row.prerequisites.size());
    for (size_t i = 0; i < row.prerequisites.size(); ++i) {
      const model::Prerequisite& source = row.prerequisites[i];
      new (&prerequisites[i]) FlagIs(*operands_.FlagIsOf(source.flag, source.variants));
      writer_.references().flags.push_back(source.flag);
    }
    flag_->prerequisites = prerequisites;
    flag_->prerequisite_count = static_cast<uint16_t>(row.prerequisites.size());
  }

  void Rules(const model::Flag& row) {
    auto* const rules = out_.arena.Allocate<Rule>(row.rules.size());
    for (size_t i = 0; i < row.rules.size(); ++i) {
      const model::Rule& source = s_.rules[row.rules[i]];
      Rule& rule = *std::construct_at(&rules[i]);
      rule.id = operands_.TextOf(source.id);
      rule.leaves_begin = static_cast<uint16_t>(writer_.size());
      if (source.condition != kNone) Condition(source, rule);
      rule.leaves_end = static_cast<uint16_t>(writer_.size());
      rule.gate = GateOf(source);
      rule.kind = KindOf(s_.serves[source.serve]);
      rule.target = TargetOf(s_.serves[source.serve]);
    }
    flag_->rules = rules;
    flag_->rule_count = static_cast<uint16_t>(row.rules.size());
  }

  void Condition(const model::Rule& source, Rule& rule) {
    const size_t known = writer_.references().shared.size();
    rule.entry = writer_.Write(source.condition);
    if (!writer_.has_defect() && writer_.references().shared.size() == known) return;
    base::Message defect = writer_.TakeDefect();
    if (defect.empty()) defect = shared_.DefectBehind(std::span(writer_.references().shared).subspan(known));
    if (!defect.empty()) Break(current_, base::Within(base::Named("rule", operands_.ViewOf(source.id)), defect));
  }

  const Gate* GateOf(const model::Rule& source) {
    Gate gate;
    if (source.coverage != kNone) gate.coverage = CoverageOf(s_.coverages[source.coverage]);
    if (source.holdouts != kNone) {
      const model::OperandList& list = s_.operands[source.holdouts];
      auto* const holdouts = out_.arena.Allocate<RuleHoldout>(list.size);
      for (uint32_t i = 0; i < list.size; ++i) {
        const Index holdout = s_.reference_pool[list.begin + i];
        const Index unit = s_.bucketings[s_.holdouts[holdout].bucketing].bucket_by;
        new (&holdouts[i]) RuleHoldout{.holdout = HoldoutOf(holdout), .slot = writer_.SlotOf(unit)};
      }
      gate.holdouts = holdouts;
      gate.holdout_count = static_cast<uint8_t>(list.size);
      flag_->uses_now = true;
    }
    return gate.coverage == nullptr && gate.holdout_count == 0 ? nullptr : out_.arena.Make(gate);
  }

  // Null where everybody is covered, at any time.
  const Coverage* CoverageOf(const model::Coverage& source) {
    if (source.ramp == kNone && source.ppm == model::kWholePpm) return nullptr;
    const model::Bucketing& bucketing = s_.bucketings[source.bucketing];
    Coverage coverage;
    coverage.salt = operands_.TextOf(bucketing.salt);
    coverage.ppm = source.ppm;
    if (source.ramp != kNone) {
      coverage.ramp = RampOf(s_.ramps[source.ramp]);
      flag_->uses_now = true;
    }
    if (source.ramp != kNone || source.ppm != 0) coverage.slot = writer_.SlotOf(bucketing.bucket_by);
    return out_.arena.Make(coverage);
  }

  const Ramp* RampOf(const model::Ramp& source) {
    auto* const points = out_.arena.Allocate<RampPoint>(source.time_ms.size());
    for (size_t i = 0; i < source.time_ms.size(); ++i) new (&points[i]) RampPoint{source.time_ms[i], source.ppm[i]};
    Ramp ramp;
    ramp.points = points;
    ramp.size = static_cast<uint32_t>(source.time_ms.size());
    ramp.is_linear = source.is_linear;
    return out_.arena.Make(ramp);
  }

  const Holdout* HoldoutOf(Index index) {
    if (holdouts_[index] != nullptr) return holdouts_[index];
    const model::Holdout& row = s_.holdouts[index];
    const model::Bucketing& bucketing = s_.bucketings[row.bucketing];
    Holdout holdout;
    holdout.salt = operands_.TextOf(bucketing.salt);
    holdout.ppm = row.ppm;
    holdout.start_ms = row.start_ms;
    holdout.end_ms = row.end_ms;
    holdout.in.experiment_id = operands_.ViewOf(row.key);
    holdout.in.bucket_by = NameOf(bucketing.bucket_by);
    holdout.in.is_holdout = true;
    holdout.held_out = holdout.in;
    holdout.in.variant = "in";
    holdout.held_out.variant = "held_out";
    return holdouts_[index] = out_.arena.Make(holdout);
  }

  static ServeKind KindOf(const model::Serve& serve) {
    switch (serve.kind) {
      case model::Serve::Kind::kVariant:
        return ServeKind::kVariant;
      case model::Serve::Kind::kSplit:
        return ServeKind::kSplit;
      case model::Serve::Kind::kExperiment:
        return ServeKind::kExperiment;
      default:
        return ServeKind::kNothing;
    }
  }

  ServeTarget TargetOf(const model::Serve& serve) {
    ServeTarget target;
    switch (serve.kind) {
      case model::Serve::Kind::kVariant:
        target.variant = serve.target;
        break;
      case model::Serve::Kind::kSplit:
        target.split = out_.arena.Make(SplitOf(serve.bucketing, {}, serve.weights));
        break;
      case model::Serve::Kind::kExperiment:
        target.experiment = CompileExperiment(serve.target);
        break;
      default:
        break;
    }
    return target;
  }

  // `variants`: of each weight; none: the flag's variants in their order.
  Split SplitOf(Index bucketing, std::span<const Index> variants, std::span<const uint32_t> weights) {
    const model::Bucketing& row = s_.bucketings[bucketing];
    auto* const arms = out_.arena.Allocate<Arm>(weights.size());
    uint32_t end = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      end += weights[i];
      new (&arms[i]) Arm{.end = end, .variant = static_cast<uint16_t>(variants.empty() ? i : variants[i])};
    }
    Split split;
    split.salt = operands_.TextOf(row.salt);
    split.slot = writer_.SlotOf(row.bucket_by);
    split.arms = arms;
    split.arm_count = static_cast<uint16_t>(weights.size());
    return split;
  }

  const Experiment* CompileExperiment(Index index) {
    Experiment& experiment = out_.experiments[index];
    flag_->uses_now = true;
    if (experiment.exposures != nullptr) return &experiment;  // served by another rule too
    const model::Experiment& row = s_.experiments[index];
    experiment.split = SplitOf(row.bucketing, row.variants, row.weights);
    auto* const exposures = out_.arena.Allocate<Exposure>(row.weights.size());
    for (size_t i = 0; i < row.weights.size(); ++i) {
      Exposure exposure;
      exposure.experiment_id = experiment.id;
      exposure.experiment = experiment.key;
      exposure.variant = flag_->variants[experiment.split.arms[i].variant].key;
      exposure.bucket_by = experiment.bucket_by;
      exposure.phase = experiment.phase;
      exposure.is_sticky = experiment.is_sticky;
      new (&exposures[i]) Exposure(exposure);
    }
    experiment.exposures = exposures;
    if (row.layer == kNone) return &experiment;
    const model::Layer& source = s_.layers[row.layer];
    const model::Bucketing& bucketing = s_.bucketings[source.bucketing];
    Layer layer;
    layer.key = operands_.ViewOf(source.key);
    layer.salt = operands_.TextOf(bucketing.salt);
    layer.slot = writer_.SlotOf(bucketing.bucket_by);
    layer.allocation = out_.arena.Copy(row.allocation);
    layer.size = static_cast<uint32_t>(row.allocation.size());
    experiment.layer = out_.arena.Make(layer);
    return &experiment;
  }

  void Break(Index flag, base::Message text) {
    is_broken_[flag] = true;
    issues_.push_back({.scope = model::Issue::Scope::kFlag,
                       .flag = flag,
                       .place = base::Named("flag", out_.flags[flag].key),
                       .text = std::move(text)});
  }

  // What refers to a broken flag is broken too.
  void BreakReferrers() {
    // As many rounds as references are deep, which validation bounds.
    for (bool has_changed = true; has_changed;) {
      has_changed = false;
      shared_.Mark(is_broken_);
      for (Index i = 0; i < s_.flags.size(); ++i) {
        if (is_broken_[i]) continue;
        const Index broken = shared_.FirstFlagBehind(references_[i], is_broken_);
        if (broken == kNone) continue;
        Break(i, "refers to " + base::Named("flag", out_.flags[broken].key) + ", which is broken");
        has_changed = true;
      }
    }
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

  const model::Snapshot& s_;
  std::vector<bool> is_broken_;
  Ruleset out_;
  Operands operands_;
  SharedPrograms shared_;
  ProgramWriter writer_;
  std::vector<References> references_;  // per flag
  std::vector<const Holdout*> holdouts_;
  std::vector<model::Issue> issues_;

  // The flag whose variants were compiled last, and what they became.
  const model::Flag* with_variants_ = nullptr;
  const Variant* variants_ = nullptr;

  // Of the flag being compiled.
  Index current_ = 0;
  Flag* flag_ = nullptr;
};

}  // namespace

std::optional<Compiled> Compile(const model::Snapshot& snapshot, const std::vector<bool>& is_broken,
                                const model::Findings& findings) {
  return Compiler(snapshot, is_broken, findings).Run();
}

}  // namespace expt::eval
