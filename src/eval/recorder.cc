#include "src/eval/recorder.h"

namespace expt::eval {
namespace {

std::string_view OperatorText(const Leaf& leaf) {
  switch (leaf.op) {
    case Op::kIsSet:
      return "is_set";
    case Op::kBoolean:
    case Op::kStringIs:
    case Op::kStringIn:
    case Op::kNumberIn:
      return leaf.is_equals ? "equals" : "in";
    case Op::kContains:
      return "contains";
    case Op::kStartsWith:
      return "starts_with";
    case Op::kEndsWith:
      return "ends_with";
    case Op::kLt:
      return "lt";
    case Op::kLte:
      return "lte";
    case Op::kGt:
      return "gt";
    case Op::kGte:
      return "gte";
    case Op::kBetween:
      return "between";
    case Op::kMember:
      return "in_list";
    case Op::kSegment:
      return "in_segment";
  }
  return "";
}

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

}  // namespace

Recorder::Recorder(const Ruleset& ruleset, const Flag& flag, base::JsonWriter& json, std::string& text)
    : r_(ruleset), flag_(flag), json_(json), text_(text) {}

void Recorder::Enter(Part part) {
  if (part_ == part) return;
  if (part_ == Part::kAttributes || part_ == Part::kOverrides || part_ == Part::kRules) json_.EndArray();
  part_ = part;
  if (part == Part::kAttributes) json_.Key("attributes");
  if (part == Part::kOverrides) json_.Key("overrides");
  if (part == Part::kRules) json_.Key("rules");
  if (part == Part::kAttributes || part == Part::kOverrides || part == Part::kRules) json_.BeginArray();
}

void Recorder::Line(std::string_view line) {
  text_.append(indent_ * 2, ' ');
  text_.append(line);
  text_.push_back('\n');
}

std::string_view Recorder::SlotName(uint8_t slot) const { return r_.slot_names[flag_.slots + slot]; }

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
  const std::string_view variant = r_.View(r_.variants[flag_.variants + row.variant].key);
  json_.BeginObject();
  json_.Field("bucket_by", SlotName(row.slot));
  json_.Field("unit_id", unit);
  json_.Field("variant", variant);
  json_.Field("is_listed", is_listed);
  json_.EndObject();
  Line("override to variant " + Quote(variant) + " by " + Quote(SlotName(row.slot)) + ": " +
       (unit.empty() ? "no unit id" : Quote(unit) + (is_listed ? " is listed" : " is not listed")));
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
    const Leaf& leaf = r_.leaves[flag_.leaves + i];
    json_.BeginObject();
    LeafFields(leaf);
    json_.Field("truth", "not reached");
    json_.EndObject();
    Line(OperandText(leaf) + ": not reached");
  }
  json_.EndArray();
}

void Recorder::LeafFields(const Leaf& leaf) {
  if (leaf.op == Op::kSegment) {
    json_.Field("segment", r_.View(r_.segments[flag_.segments + leaf.operand].key));
  } else {
    json_.Field("attribute", SlotName(leaf.slot));
  }
  json_.Field("operator", OperatorText(leaf));
  json_.Field("negate", !leaf.wanted);
  if (leaf.op != Op::kSegment) {
    json_.Key("operands");
    Operands(leaf);
  }
}

void Recorder::Operands(const Leaf& leaf) {
  json_.BeginArray();
  const auto number = [&](const Number& n) { json_.Value(n.is_integer ? ValueView(n.integer) : ValueView(n.real)); };
  switch (leaf.op) {
    case Op::kBoolean:
      if ((leaf.operand & 1) != 0) json_.Raw("false");
      if ((leaf.operand & 2) != 0) json_.Raw("true");
      break;
    case Op::kStringIs:
      json_.Text(r_.View(r_.operand_texts[leaf.operand]));
      break;
    case Op::kStringIn:
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith: {
      const Range texts = TextsOf(r_, leaf);
      for (uint32_t i = 0; i < texts.size; ++i) json_.Text(r_.View(r_.operand_texts[texts.begin + i]));
      break;
    }
    case Op::kNumberIn: {
      const NumberSet& set = r_.number_sets[leaf.operand];
      for (uint32_t i = 0; i < set.integers.size; ++i) json_.Integer(r_.set_integers[set.integers.begin + i]);
      for (uint32_t i = 0; i < set.doubles.size; ++i) json_.Value(ValueView(r_.set_doubles[set.doubles.begin + i]));
      break;
    }
    case Op::kBetween:
      number(r_.numbers[leaf.operand]);
      number(r_.numbers[leaf.operand + 1]);
      break;
    case Op::kLt:
    case Op::kLte:
    case Op::kGt:
    case Op::kGte:
      number(r_.numbers[leaf.operand]);
      break;
    case Op::kMember:
      json_.Text(std::to_string(r_.member_sets[leaf.operand].hashes.size) + " units");
      break;
    case Op::kIsSet:
    case Op::kSegment:
      break;
  }
  json_.EndArray();
}

std::string Recorder::OperandText(const Leaf& leaf) const {
  std::string text = leaf.wanted ? "" : "not ";
  if (leaf.op == Op::kSegment) {
    return text + "in_segment " + Quote(r_.View(r_.segments[flag_.segments + leaf.operand].key));
  }
  text.append(Quote(SlotName(leaf.slot))).append(" ").append(OperatorText(leaf));
  if (leaf.op == Op::kIsSet) return text;
  base::JsonWriter operands;
  std::string ignored;
  Recorder(r_, flag_, operands, ignored).Operands(leaf);
  return text + " " + operands.Take();
}

void Recorder::LeafTested(const Leaf& leaf, const ValueView& value, Truth truth) {
  const auto at = static_cast<size_t>(&leaf - (r_.leaves.data() + flag_.leaves));
  if (at < reached_.size()) reached_[at] = true;
  json_.BeginObject();
  LeafFields(leaf);
  json_.Field("value", value);
  json_.Field("truth", TruthText(truth));
  json_.EndObject();
  Line(OperandText(leaf) + ": " + ValueText(value) + (leaf.wanted ? " is " : " is, before not, ") +
       std::string(TruthText(truth)));
}

void Recorder::BeginSegment(const Leaf& leaf, const FlagSegment& segment) {
  const auto at = static_cast<size_t>(&leaf - (r_.leaves.data() + flag_.leaves));
  if (at < reached_.size()) reached_[at] = true;
  json_.BeginObject();
  json_.Field("segment", r_.View(segment.key));
  json_.Field("operator", "in_segment");
  json_.Field("negate", !leaf.wanted);
  json_.Key("steps");
  json_.BeginArray();
  Line(OperandText(leaf));
  ++indent_;
}

void Recorder::EndSegment(const Leaf& leaf, const FlagSegment& segment, bool is_taken) {
  json_.EndArray();
  json_.Field("holds", is_taken);
  json_.EndObject();
  Line(std::string(leaf.wanted ? "in" : "outside") + " segment " + Quote(r_.View(segment.key)) +
       (is_taken ? ": yes" : ": not known to be"));
  --indent_;
}

void Recorder::Condition(bool holds) {
  EndSteps();
  json_.Field("holds", holds);
}

std::string Recorder::HashText(std::string_view salt, std::string_view unit, int32_t bucket) const {
  return "xxh3_64(" + Quote(std::string(salt) + ":" + std::string(unit)) + ") mod 1000000 = " + std::to_string(bucket);
}

void Recorder::Hashed(std::string_view salt, uint8_t slot, std::string_view unit, int32_t bucket) {
  json_.Field("bucket_by", SlotName(slot));
  if (bucket < 0) return;
  json_.Field("hash_input", std::string(salt) + ":" + std::string(unit));
  json_.Field("bucket", int64_t{bucket});
}

void Recorder::Coverage(const Rule& rule, std::string_view unit, int32_t bucket, bool is_inside) {
  json_.Key("coverage");
  json_.BeginObject();
  if (rule.coverage_ppm != 0) Hashed(r_.View(rule.coverage_salt), rule.coverage_slot, unit, bucket);
  json_.Key("range");
  json_.BeginArray();
  json_.Integer(0);
  json_.Integer(rule.coverage_ppm);
  json_.EndArray();
  json_.Field("is_inside", is_inside);
  json_.EndObject();
  if (bucket < 0) {
    Line("coverage " + RangeText(0, rule.coverage_ppm) + (rule.coverage_ppm == 0 ? ": nobody" : ": no unit id"));
  } else {
    Line("coverage: " + HashText(r_.View(rule.coverage_salt), unit, bucket) + (is_inside ? ", inside " : ", outside ") +
         RangeText(0, rule.coverage_ppm));
  }
}

void Recorder::ExperimentReached(const Experiment& experiment) {
  json_.Key("experiment");
  json_.BeginObject();
  json_.Field("key", r_.View(experiment.key));
  json_.Field("id", r_.View(experiment.id));
  json_.Field("status", model::ExperimentStatusName(experiment.status));
  json_.Field("phase", int64_t{experiment.phase});
  json_.Field("start_ms", experiment.start_ms);
  json_.Field("end_ms", experiment.end_ms);
  json_.EndObject();
  Line("experiment " + Quote(r_.View(experiment.key)) + ": " +
       std::string(model::ExperimentStatusName(experiment.status)) + ", phase " + std::to_string(experiment.phase) +
       ", from " + std::to_string(experiment.start_ms) +
       (experiment.end_ms == 0 ? "" : " to " + std::to_string(experiment.end_ms)));
}

void Recorder::Layer(const Experiment& experiment, std::string_view unit, int32_t bucket, bool is_inside) {
  json_.Key("layer");
  json_.BeginObject();
  json_.Field("key", r_.View(experiment.layer));
  Hashed(r_.View(experiment.layer_salt), experiment.layer_slot, unit, bucket);
  json_.Key("ranges");
  json_.BeginArray();
  std::string ranges;
  for (uint32_t i = 0; i + 1 < experiment.allocation.size; i += 2) {
    const uint32_t* const ends = r_.allocations.data() + experiment.allocation.begin + i;
    json_.BeginArray();
    json_.Integer(ends[0]);
    json_.Integer(ends[1]);
    json_.EndArray();
    ranges.append(ranges.empty() ? "" : " ").append(RangeText(ends[0], ends[1]));
  }
  json_.EndArray();
  json_.Field("is_inside", is_inside);
  json_.EndObject();
  Line("layer " + Quote(r_.View(experiment.layer)) + ": " +
       (bucket < 0 ? "no unit id"
                   : HashText(r_.View(experiment.layer_salt), unit, bucket) + (is_inside ? ", inside " : ", outside ") +
                         (ranges.empty() ? "nothing" : ranges)));
}

void Recorder::SplitDecided(const Split& split, std::string_view unit, int32_t bucket, uint32_t begin, uint32_t end,
                            uint16_t variant) {
  const std::string_view key = r_.View(r_.variants[flag_.variants + variant].key);
  json_.Key("split");
  json_.BeginObject();
  Hashed(r_.View(split.salt), split.slot, unit, bucket);
  json_.Key("range");
  json_.BeginArray();
  json_.Integer(begin);
  json_.Integer(end);
  json_.EndArray();
  json_.Field("variant", key);
  json_.EndObject();
  Line("split: " + HashText(r_.View(split.salt), unit, bucket) + ", in " + RangeText(begin, end) + " of variant " +
       Quote(key));
}

void Recorder::RuleMissed(Miss miss) {
  json_.Field("missed", MissText(miss));
  Line("next: " + std::string(MissText(miss)));
}

void Recorder::EndRule(bool serves) {
  json_.Field("serves", serves);
  json_.EndObject();
  if (serves) Line("serves");
  --indent_;
}

void Recorder::DefaultServe(const Serve& serve) {
  Enter(Part::kDefault);
  json_.Key("default");
  json_.BeginObject();
  const bool is_nothing = serve.kind == Serve::Kind::kNothing;
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
