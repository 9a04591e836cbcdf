#include "src/eval/recorder.h"

#include <algorithm>

#include "src/eval/leaf_text.h"

namespace expt::eval {
namespace {

std::string_view TruthText(Truth truth) {
  return truth == Truth::kTrue ? "true" : truth == Truth::kFalse ? "false" : "unknown";
}

std::string_view MissText(Miss miss) {
  switch (miss) {
    case Miss::kCondition:
      return "the condition does not hold";
    case Miss::kCoverage:
      return "outside the coverage";
    case Miss::kNoUnit:
      return "no unit id to bucket by";
    case Miss::kHeldOut:
      return "held out";
    case Miss::kNotRunning:
      return "the experiment is not running";
    case Miss::kNotStarted:
      return "the experiment has not started";
    case Miss::kEnded:
      return "the experiment has ended";
    case Miss::kAllocation:
      return "outside the experiment's allocation";
  }
  return "";
}

std::string Quote(std::string_view text) {
  std::string out;
  base::AppendJsonString(out, text);
  return out;
}

std::string ValueText(const ValueView& value) { return value.is_missing() ? "missing" : ToJson(value); }

// "[0, 500000)"
std::string RangeText(int64_t begin, int64_t end) {
  return "[" + std::to_string(begin) + ", " + std::to_string(end) + ")";
}

std::string HashText(std::string_view salt, std::string_view unit, int32_t bucket) {
  return "xxh3_64(" + Quote(std::string(salt) + ":" + std::string(unit)) + ") mod 1000000 = " + std::to_string(bucket);
}

// What a flag behind another one yields, in words.
std::string OutcomeText(const Flag& flag, const Outcome& outcome) {
  std::string text(ReasonName(outcome.reason));
  return outcome.variant == kNoVariant ? text + ", no variant"
                                       : text + ", variant " + Quote(flag.variants[outcome.variant].key);
}

}  // namespace

Recorder::Recorder(const Ruleset& ruleset, const Flag& flag, base::JsonWriter& json, std::string& text)
    : r_(ruleset), flag_(flag), json_(json), text_(text) {}

void Recorder::Enter(Part part) {
  if (part_ == part) return;
  const auto is_list = [](Part p) { return p != Part::kStart && p != Part::kDefault; };
  if (is_list(part_)) json_.EndArray();
  part_ = part;
  if (part == Part::kAttributes) json_.Key("attributes");
  if (part == Part::kOverrides) json_.Key("overrides");
  if (part == Part::kPrerequisites) json_.Key("prerequisites");
  if (part == Part::kRules) json_.Key("rules");
  if (is_list(part)) json_.BeginArray();
}

void Recorder::Line(std::string_view line) {
  text_.append(indent_ * 2, ' ');
  text_.append(line);
  text_.push_back('\n');
}

std::string_view Recorder::SlotName(const Program& program, uint8_t slot) const {
  return r_.attributes[program.slots[slot]].name;
}

std::string_view Recorder::VariantKey(uint16_t variant) const { return flag_.variants[variant].key; }

void Recorder::Range(int64_t begin, int64_t end) {
  json_.BeginArray();
  json_.Integer(begin);
  json_.Integer(end);
  json_.EndArray();
}

void Recorder::Attribute(std::string_view name, const ValueView& value) {
  Enter(Part::kAttributes);
  json_.BeginObject();
  json_.Field("name", name);
  json_.Field("type", ValueTypeName(value.type()));
  json_.Field("value", value);
  json_.EndObject();
  Line("attribute " + Quote(name) + " = " + ValueText(value));
}

void Recorder::Override(const eval::Override& row, std::string_view unit, bool is_listed) {
  Enter(Part::kOverrides);
  const std::string_view name = SlotName(flag_.program, row.slot);
  json_.BeginObject();
  json_.Field("bucket_by", name);
  json_.Field("unit_id", unit);
  json_.Field("variant", VariantKey(row.variant));
  json_.Field("is_listed", is_listed);
  json_.EndObject();
  Line("override to variant " + Quote(VariantKey(row.variant)) + " by " + Quote(name) + ": " +
       (unit.empty() ? "no unit id" : Quote(unit) + (is_listed ? " is listed" : " is not listed")));
}

void Recorder::Prerequisite(const FlagIs& row, const Outcome& outcome, bool is_met) {
  Enter(Part::kPrerequisites);
  const Flag& flag = r_.flags[row.flag];
  json_.BeginObject();
  json_.Field("flag", flag.key);
  json_.Field("reason", ReasonName(outcome.reason));
  json_.Field("variant", outcome.variant == kNoVariant ? ValueView() : ValueView(flag.variants[outcome.variant].key));
  json_.Field("is_met", is_met);
  json_.EndObject();
  Line("prerequisite flag " + Quote(flag.key) + ": " + OutcomeText(flag, outcome) + (is_met ? ", met" : ", not met"));
}

void Recorder::BeginRule(const Rule& rule) {
  Enter(Part::kRules);
  rule_ = &rule;
  json_.BeginObject();
  json_.Field("id", r_.View(rule.id));
  Line("rule " + Quote(r_.View(rule.id)));
  ++indent_;
  if (rule.entry != kAccept) BeginSteps();
}

void Recorder::BeginSteps() {
  has_steps_ = true;
  reached_.assign(rule_->leaves_end, false);
  json_.Key("condition");
  json_.BeginArray();
}

void Recorder::EndSteps() {
  if (!has_steps_) return;
  has_steps_ = false;
  for (uint16_t i = rule_->leaves_begin; i < rule_->leaves_end; ++i) {
    if (reached_[i]) continue;
    const Leaf& leaf = flag_.program.leaves[i];
    json_.BeginObject();
    LeafFields(flag_.program, leaf);
    json_.Field("truth", "not reached");
    json_.EndObject();
    Line(LeafText(r_, flag_.program, leaf) + ": not reached");
  }
  json_.EndArray();
}

void Recorder::Reached(const Program& program, const Leaf& leaf) {
  if (program.leaves != flag_.program.leaves) return;
  const auto at = static_cast<size_t>(&leaf - program.leaves);
  if (at < reached_.size()) reached_[at] = true;
}

void Recorder::LeafFields(const Program& program, const Leaf& leaf) {
  if (leaf.op == Op::kShared) {
    if (!leaf.shared->key.empty()) json_.Field("segment", leaf.shared->key);
  } else if (leaf.op == Op::kFlagIs) {
    json_.Field("flag", r_.flags[leaf.flag_is->flag].key);
  } else {
    json_.Field("attribute", SlotName(program, leaf.slot));
    if (leaf.op == Op::kWithinKm) json_.Field("longitude", SlotName(program, leaf.place->longitude_slot));
  }
  json_.Field("operator", OperatorText(leaf));
  json_.Field("negate", !leaf.wanted);
  if (leaf.is_folded) json_.Field("case_insensitive", true);
  if (leaf.op == Op::kShared) return;
  json_.Key("operands");
  WriteOperands(r_, leaf, json_);
}

void Recorder::LeafTested(const Program& program, const Leaf& leaf, const ValueView& value, Truth truth) {
  Reached(program, leaf);
  json_.BeginObject();
  LeafFields(program, leaf);
  json_.Field("value", value);
  json_.Field("truth", TruthText(truth));
  json_.EndObject();
  Line(LeafText(r_, program, leaf) + ": " + ValueText(value) + (leaf.wanted ? " is " : " is, before not, ") +
       std::string(TruthText(truth)));
}

void Recorder::FlagTested(const Program& program, const Leaf& leaf, const Outcome& outcome, Truth truth) {
  Reached(program, leaf);
  const Flag& flag = r_.flags[leaf.flag_is->flag];
  json_.BeginObject();
  LeafFields(program, leaf);
  json_.Field("reason", ReasonName(outcome.reason));
  json_.Field("value", outcome.variant == kNoVariant ? ValueView() : ValueView(flag.variants[outcome.variant].key));
  json_.Field("truth", TruthText(truth));
  json_.EndObject();
  Line(LeafText(r_, program, leaf) + ": " + OutcomeText(flag, outcome) + (leaf.wanted ? " is " : " is, before not, ") +
       std::string(TruthText(truth)));
}

void Recorder::BeginShared(const Program& program, const Leaf& leaf) {
  Reached(program, leaf);
  json_.BeginObject();
  LeafFields(program, leaf);
  json_.Key("steps");
  json_.BeginArray();
  Line(LeafText(r_, program, leaf));
  ++indent_;
}

void Recorder::EndShared(const Leaf& leaf, bool is_taken) {
  json_.EndArray();
  json_.Field("holds", is_taken);
  json_.EndObject();
  const std::string_view yes_or_no = is_taken ? ": yes" : ": not known to be";
  if (leaf.shared->key.empty()) {
    Line(std::string(leaf.wanted ? "shared condition true" : "shared condition false").append(yes_or_no));
  } else {
    Line(std::string(leaf.wanted ? "in" : "outside") + " segment " + Quote(leaf.shared->key) + std::string(yes_or_no));
  }
  --indent_;
}

void Recorder::Condition(bool holds) {
  EndSteps();
  json_.Field("holds", holds);
}

void Recorder::Hashed(std::string_view salt, uint8_t slot, std::string_view unit, int32_t bucket) {
  json_.Field("bucket_by", SlotName(flag_.program, slot));
  if (bucket < 0) return;
  json_.Field("hash_input", std::string(salt) + ":" + std::string(unit));
  json_.Field("bucket", int64_t{bucket});
}

void Recorder::Coverage(const eval::Coverage& coverage, uint32_t ppm, std::string_view unit, int32_t bucket,
                        bool is_inside) {
  const std::string_view salt = r_.View(coverage.salt);
  json_.Key("coverage");
  json_.BeginObject();
  if (ppm != 0) Hashed(salt, coverage.slot, unit, bucket);
  json_.Key("range");
  Range(0, ppm);
  if (coverage.ramp != nullptr) json_.Field("is_ramp", true);
  json_.Field("is_inside", is_inside);
  json_.EndObject();
  const std::string range = RangeText(0, ppm) + (coverage.ramp == nullptr ? "" : " of the ramp now");
  if (bucket < 0) {
    Line("coverage " + range + (ppm == 0 ? ": nobody" : ": no unit id"));
  } else {
    Line("coverage: " + HashText(salt, unit, bucket) + (is_inside ? ", inside " : ", outside ") + range);
  }
}

void Recorder::Holdout(const RuleHoldout& row, std::string_view unit, int32_t bucket, bool is_held_out) {
  if (!has_holdouts_) {
    json_.Key("holdouts");
    json_.BeginArray();
    has_holdouts_ = true;
  }
  const eval::Holdout& holdout = *row.holdout;
  const std::string_view salt = r_.View(holdout.salt);
  json_.BeginObject();
  json_.Field("key", holdout.in.experiment_id);
  Hashed(salt, row.slot, unit, bucket);
  json_.Key("range");
  Range(0, holdout.ppm);
  json_.Field("is_held_out", is_held_out);
  json_.EndObject();
  Line("holdout " + Quote(holdout.in.experiment_id) + ": " +
       (bucket < 0 ? "no unit id"
                   : HashText(salt, unit, bucket) + (is_held_out ? ", held out by " : ", not held out by ") +
                         RangeText(0, holdout.ppm)));
}

void Recorder::CloseHoldouts() {
  if (has_holdouts_) json_.EndArray();
  has_holdouts_ = false;
}

void Recorder::Sticky(const Experiment& experiment, std::string_view unit, uint16_t variant) {
  json_.Key("sticky");
  json_.BeginObject();
  json_.Field("experiment", experiment.key);
  json_.Field("unit_id", unit);
  json_.Field("variant", VariantKey(variant));
  json_.EndObject();
  Line("assigned before: " + Quote(unit) + " has variant " + Quote(VariantKey(variant)) + " of experiment " +
       Quote(experiment.key));
}

void Recorder::ExperimentReached(const Experiment& experiment) {
  CloseHoldouts();
  json_.Key("experiment");
  json_.BeginObject();
  json_.Field("key", experiment.key);
  json_.Field("id", experiment.id);
  json_.Field("status", model::ExperimentStatusName(experiment.status));
  json_.Field("phase", int64_t{experiment.phase});
  json_.Field("start_ms", experiment.start_ms);
  json_.Field("end_ms", experiment.end_ms);
  json_.EndObject();
  Line("experiment " + Quote(experiment.key) + ": " + std::string(model::ExperimentStatusName(experiment.status)) +
       ", phase " + std::to_string(experiment.phase) + ", from " + std::to_string(experiment.start_ms) +
       (experiment.end_ms == 0 ? "" : " to " + std::to_string(experiment.end_ms)));
}

void Recorder::Layer(const eval::Layer& layer, std::string_view unit, int32_t bucket, bool is_inside) {
  json_.Key("layer");
  json_.BeginObject();
  json_.Field("key", layer.key);
  Hashed(r_.View(layer.salt), layer.slot, unit, bucket);
  json_.Key("ranges");
  json_.BeginArray();
  std::string ranges;
  for (uint32_t i = 0; i + 1 < layer.size; i += 2) {
    Range(layer.allocation[i], layer.allocation[i + 1]);
    ranges.append(ranges.empty() ? "" : " ").append(RangeText(layer.allocation[i], layer.allocation[i + 1]));
  }
  json_.EndArray();
  json_.Field("is_inside", is_inside);
  json_.EndObject();
  Line("layer " + Quote(layer.key) + ": " +
       (bucket < 0 ? "no unit id"
                   : HashText(r_.View(layer.salt), unit, bucket) + (is_inside ? ", inside " : ", outside ") +
                         (ranges.empty() ? "nothing" : ranges)));
}

void Recorder::SplitDecided(const Split& split, std::string_view unit, int32_t bucket, uint32_t begin, uint32_t end,
                            uint16_t variant) {
  CloseHoldouts();
  json_.Key("split");
  json_.BeginObject();
  Hashed(r_.View(split.salt), split.slot, unit, bucket);
  json_.Key("range");
  Range(begin, end);
  json_.Field("variant", VariantKey(variant));
  json_.EndObject();
  Line("split: " + HashText(r_.View(split.salt), unit, bucket) + ", in " + RangeText(begin, end) + " of variant " +
       Quote(VariantKey(variant)));
}

void Recorder::RuleMissed(Miss miss) {
  CloseHoldouts();
  json_.Field("missed", MissText(miss));
  Line("next: " + std::string(MissText(miss)));
}

void Recorder::EndRule(bool serves) {
  CloseHoldouts();
  json_.Field("serves", serves);
  json_.EndObject();
  if (serves) Line("serves");
  --indent_;
}

void Recorder::DefaultServe(ServeKind kind) {
  Enter(Part::kDefault);
  json_.Key("default");
  json_.BeginObject();
  const bool is_nothing = kind == ServeKind::kNothing;
  json_.Field("is_callers", is_nothing);
  Line(is_nothing ? "no default serve: the caller's default" : "default serve");
  ++indent_;
}

void Recorder::Finish() {
  if (part_ == Part::kDefault) {
    --indent_;
    json_.EndObject();
    part_ = Part::kStart;
  }
  Enter(Part::kStart);
}

}  // namespace expt::eval
