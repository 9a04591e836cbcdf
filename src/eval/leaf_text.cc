#include "src/eval/leaf_text.h"

#include "src/base/semver.h"

namespace expt::eval {
namespace {

std::string Quote(std::string_view text) {
  std::string out;
  base::AppendJsonString(out, text);
  return out;
}

void WriteNumber(const NumberPair::Number& number, bool is_integer, base::JsonWriter& json) {
  json.Value(is_integer ? ValueView(number.integer) : ValueView(number.real));
}

void WriteTexts(const Ruleset& ruleset, const Leaf& leaf, base::JsonWriter& json) {
  if (leaf.has_one_text) return json.Text(ruleset.View(leaf.text));
  for (uint32_t i = 0; i < leaf.strings->size; ++i) json.Text(ruleset.View(leaf.strings->texts[i]));
}

void WriteNumbers(const NumberSet& set, base::JsonWriter& json) {
  for (uint32_t i = 0; i < set.integer_count; ++i) json.Integer(set.integers[i]);
  for (uint32_t i = 0; i < set.real_count; ++i) json.Value(ValueView(set.reals[i]));
}

std::string CoreText(uint64_t key, int parts) {
  std::string text;
  base::AppendInteger(text, static_cast<int64_t>(base::MajorOf(key)));
  for (const uint64_t part : {base::MinorOf(key), base::PatchOf(key)}) {
    if (--parts > 0) base::AppendInteger(text.append("."), static_cast<int64_t>(part));
  }
  return text;
}

std::string VersionText(const Ruleset& ruleset, const SemverOperand& operand) {
  if (operand.is_large) return std::string(ruleset.View(operand.text));
  std::string text = CoreText(operand.key, operand.parts);
  if (operand.text.size != 0) text.append("-").append(ruleset.View(operand.text));
  return text;
}

void WriteWindow(const Window& window, base::JsonWriter& json) {
  for (uint32_t i = 0; i + 1 < window.size; i += 2) {
    json.BeginArray();
    json.Integer(window.minutes[i]);
    json.Integer(window.minutes[i + 1]);
    json.EndArray();
  }
  json.Text(window.zone->name);
}

void WriteFlagIs(const Ruleset& ruleset, const FlagIs& flag_is, base::JsonWriter& json) {
  const Flag& flag = ruleset.flags[flag_is.flag];
  for (uint32_t i = 0; i < flag_is.size; ++i) json.Text(flag.variants[flag_is.variants[i]].key);
}

}  // namespace

std::string_view OperatorText(const Leaf& leaf) {
  if (leaf.op == Op::kMember) return "in_list";
  if (leaf.op == Op::kShared && leaf.shared->key.empty()) return "condition";
  return model::OperatorName(leaf.written);
}

void WriteOperands(const Ruleset& ruleset, const Leaf& leaf, base::JsonWriter& json) {
  NumberPair::Number number;
  number.integer = leaf.integer;  // either half
  json.BeginArray();
  switch (leaf.op) {
    case Op::kBoolean:
      if ((leaf.integer & 1) != 0) json.Raw("false");
      if ((leaf.integer & 2) != 0) json.Raw("true");
      break;
    case Op::kStringIs:
    case Op::kStringIn:
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
    case Op::kContainsAny:
    case Op::kContainsAll:
      WriteTexts(ruleset, leaf, json);
      break;
    case Op::kNumberIs:
    case Op::kLt:
    case Op::kLte:
    case Op::kGt:
    case Op::kGte:
      WriteNumber(number, leaf.is_integer, json);
      break;
    case Op::kTimeBefore:
    case Op::kTimeAfter:
    case Op::kSizeLt:
    case Op::kSizeGt:
      json.Integer(leaf.integer);
      break;
    case Op::kNumberIn:
      WriteNumbers(*leaf.numbers, json);
      break;
    case Op::kBetween:
    case Op::kTimeBetween:
    case Op::kSizeBetween:
      WriteNumber(leaf.pair->low, leaf.is_integer, json);
      WriteNumber(leaf.pair->high, leaf.is_integer, json);
      break;
    case Op::kVersion:
      json.Text(CoreText(leaf.version, 3));
      break;
    case Op::kSemver:
      json.Text(VersionText(ruleset, *leaf.semver));
      break;
    case Op::kMatches:
      json.Text(leaf.regex->pattern());
      break;
    case Op::kHashedIn:
      json.Text(std::to_string(leaf.digests->size) + " hashes");
      break;
    case Op::kMember:
      json.Text(std::to_string(leaf.members->size) + " units");
      break;
    case Op::kInWindow:
      WriteWindow(*leaf.window, json);
      break;
    case Op::kInCidr:
      for (uint32_t i = 0; i < leaf.networks->size; ++i) json.Text(ruleset.View(leaf.networks->texts[i]));
      break;
    case Op::kWithinKm:
      for (const double value : {leaf.place->latitude, leaf.place->longitude, leaf.place->radius_km}) {
        json.Value(ValueView(value));
      }
      break;
    case Op::kFlagIs:
      WriteFlagIs(ruleset, *leaf.flag_is, json);
      break;
    case Op::kIsSet:
    case Op::kShared:
      break;
  }
  json.EndArray();
}

std::string LeafText(const Ruleset& ruleset, const Program& program, const Leaf& leaf) {
  std::string text = leaf.wanted ? "" : "not ";
  if (leaf.op == Op::kShared) {
    text.append(leaf.shared->key.empty() ? "shared condition" : "in_segment ");
    return leaf.shared->key.empty() ? text : text + Quote(leaf.shared->key);
  }
  if (leaf.op == Op::kFlagIs) {
    text.append("flag ").append(Quote(ruleset.flags[leaf.flag_is->flag].key));
  } else {
    text.append(Quote(ruleset.attributes[program.slots[leaf.slot]].name));
  }
  text.append(" ").append(OperatorText(leaf));
  if (leaf.op == Op::kIsSet) return text;
  base::JsonWriter operands;
  WriteOperands(ruleset, leaf, operands);
  text.append(" ").append(operands.Take());
  return leaf.is_folded ? text + " (case-insensitive)" : text;
}

}  // namespace expt::eval
