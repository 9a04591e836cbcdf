#include "tests/oracle/oracle.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>

namespace expt::oracle {
namespace {

uint64_t Hash(const std::string& text) { return XXH3_64bits(text.data(), text.size()); }

// The index of the weight that the bucket falls to.
size_t ArmOf(std::span<const uint32_t> weights, uint32_t bucket) {
  uint64_t sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i];
    if (bucket < sum) return i;
  }
  return weights.size();
}

Answer Error(const char* error) {
  Answer answer;
  answer.reason = "ERROR";
  answer.error = error;
  return answer;
}

}  // namespace

Kleene Oracle::Member(const model::MemberList& list, const Facts& facts) const {
  const std::optional<std::string> unit = Unit(list.bucket_by, facts);
  if (!unit.has_value()) return Kleene::kUnknown;
  const uint64_t hash = Hash(std::string(model_.member_list_salt) + ":" + *unit);
  return Known(std::count(list.hashes.begin(), list.hashes.end(), hash) != 0);
}

std::optional<std::string> Oracle::Unit(model::Index attribute, const Facts& facts) const {
  const auto found = facts.find(AttributeName(attribute));
  if (found == facts.end()) return std::nullopt;
  const ValueView& value = found->second.view();
  if (value.type() == ValueType::kString && !value.text().empty()) return std::string(value.text());
  if (value.type() == ValueType::kInteger) return std::to_string(value.integer());
  if (value.type() == ValueType::kDouble) {
    const double real = value.real();
    if (std::floor(real) == real && std::abs(real) <= 9007199254740992.0) {
      return std::to_string(static_cast<long long>(real));
    }
  }
  return std::nullopt;
}

std::optional<uint32_t> Oracle::Bucket(model::Index bucketing, const Facts& facts) const {
  const model::Bucketing& row = model_.bucketings[bucketing];
  const std::optional<std::string> unit = Unit(row.bucket_by, facts);
  if (!unit.has_value()) return std::nullopt;
  return static_cast<uint32_t>(Hash(Text(row.salt) + ":" + *unit) % 1000000);
}

void Oracle::Serve(const model::Flag& flag, model::Index variant, Answer& answer) const {
  const model::FlagValue& value = model_.values[flag.variant_values[variant]];
  answer.variant = Text(flag.variant_keys[variant]);
  switch (value.type) {
    case ValueType::kBoolean:
      answer.value = value.boolean ? "true" : "false";
      break;
    case ValueType::kInteger:
      answer.value = std::to_string(value.integer);
      break;
    case ValueType::kDouble:
      answer.value = ToJson(ValueView(value.real));
      break;
    case ValueType::kJson:
      answer.value = Text(value.text);
      break;
    default:
      answer.value = ToJson(ValueView(model_.strings[value.text]));
  }
}

void Oracle::ServeOff(const model::Flag& flag, Answer& answer) const {
  if (flag.off_variant != model::kNone) Serve(flag, flag.off_variant, answer);
}

Answer Oracle::Decide(const std::string& key, const std::vector<Attribute>& context, const Asked& asked) const {
  const model::Flag* flag = nullptr;
  for (const model::Flag& candidate : model_.flags) {
    if (Text(candidate.key) == key) flag = &candidate;
  }
  if (flag == nullptr) return Error("FLAG_NOT_FOUND");
  const std::optional<Facts> facts = FactsOf(context);
  if (!facts.has_value()) return Error("INVALID_CONTEXT");
  if (IsBroken(key)) {
    Answer answer = Error("PARSE_ERROR");
    const bool decodes = flag->off_variant < flag->variant_keys.size() &&
                         flag->off_variant < flag->variant_values.size() &&
                         model_.values[flag->variant_values[flag->off_variant]].type == flag->type;
    if (flag->fail_closed && decodes) ServeOff(*flag, answer);
    return answer;
  }
  const bool widens = asked.expected == ValueType::kDouble && flag->type == ValueType::kInteger;
  if (asked.expected != ValueType::kMissing && asked.expected != flag->type && !widens) return Error("TYPE_MISMATCH");
  Answer answer = DecideFlag(*flag, *facts, asked);
  if (widens && answer.value != "null") {
    const int64_t integer = std::stoll(answer.value);
    if (static_cast<long double>(static_cast<double>(integer)) != static_cast<long double>(integer)) {
      return Error("TYPE_MISMATCH");
    }
  }
  return answer;
}

Answer Oracle::DecideFlag(const model::Flag& flag, const Facts& facts, const Asked& asked) const {
  Answer answer;
  if (asked.overlay.emergency_off.contains(Text(flag.key))) {
    answer.reason = "DISABLED";
    ServeOff(flag, answer);
    return answer;
  }
  if (asked.overlay.stale == "defaults") {
    answer.reason = "STALE";
    return answer;
  }
  if (!flag.is_enabled) {
    answer.reason = "DISABLED";
    ServeOff(flag, answer);
    return answer;
  }
  if (asked.overlay.stale == "fail_closed" && flag.fail_closed) {
    answer.reason = "STALE";
    ServeOff(flag, answer);
    return answer;
  }
  if (Override(flag, facts, answer)) return answer;
  for (const model::Prerequisite& prerequisite : flag.prerequisites) {
    if (IsMet(prerequisite, facts, asked)) continue;
    answer.reason = "PREREQUISITE_FAILED";
    ServeOff(flag, answer);
    return answer;
  }
  for (const model::Index rule : flag.rules) {
    if (Rule(flag, model_.rules[rule], facts, asked, answer)) return answer;
  }
  if (!Default(flag, facts, answer)) return Error("TARGETING_KEY_MISSING");
  return answer;
}

bool Oracle::Override(const model::Flag& flag, const Facts& facts, Answer& answer) const {
  for (const model::Override& row : flag.overrides) {
    const std::optional<std::string> unit = Unit(row.bucket_by, facts);
    if (!unit.has_value()) continue;
    const uint64_t hash = Hash(std::string(model_.member_list_salt) + ":" + *unit);
    if (std::count(row.hashes.begin(), row.hashes.end(), hash) == 0) continue;
    Serve(flag, row.variant, answer);
    answer.reason = "TARGETING_MATCH";
    answer.rule = "override";
    return true;
  }
  return false;
}

bool Oracle::IsMet(const model::Prerequisite& prerequisite, const Facts& facts, const Asked& asked) const {
  const Answer other = DecideFlag(model_.flags[prerequisite.flag], facts, asked);
  if (other.reason == "DISABLED" || other.reason == "PREREQUISITE_FAILED") return false;
  return FlagIs(prerequisite.flag, prerequisite.variants, facts, asked) == Kleene::kTrue;
}

bool Oracle::Rule(const model::Flag& flag, const model::Rule& rule, const Facts& facts, const Asked& asked,
                  Answer& answer) const {
  if (rule.condition != model::kNone && Condition(rule.condition, facts, asked) != Kleene::kTrue) return false;

  const model::Serve& serve = model_.serves[rule.serve];
  const model::Experiment* const experiment =
      serve.kind == model::Serve::Kind::kExperiment ? &model_.experiments[serve.target] : nullptr;
  const std::optional<model::Index> assigned =
      experiment == nullptr ? std::nullopt : Assigned(*experiment, facts, asked);

  int32_t coverage_bucket = -1;
  if (rule.coverage != model::kNone && !assigned.has_value()) {
    const model::Coverage& coverage = model_.coverages[rule.coverage];
    const uint32_t ppm = Ppm(coverage, asked.now_ms);
    if (ppm == 0) return false;
    if (ppm < 1000000) {
      const std::optional<uint32_t> bucket = Bucket(coverage.bucketing, facts);
      if (!bucket.has_value() || *bucket >= ppm) return false;
      coverage_bucket = static_cast<int32_t>(*bucket);
    }
  }
  if (!PassesHoldouts(rule, facts, asked.now_ms, answer)) return false;

  if (serve.kind == model::Serve::Kind::kVariant) {
    Serve(flag, serve.target, answer);
    answer.reason = "TARGETING_MATCH";
    answer.bucket = coverage_bucket;
  } else if (serve.kind == model::Serve::Kind::kSplit) {
    const std::optional<uint32_t> bucket = Bucket(serve.bucketing, facts);
    if (!bucket.has_value()) return false;
    Serve(flag, static_cast<model::Index>(ArmOf(serve.weights, *bucket)), answer);
    answer.reason = "SPLIT";
    answer.bucket = static_cast<int32_t>(*bucket);
  } else {
    std::optional<model::Index> variant = assigned;
    if (!variant.has_value()) {
      if (!IsRunning(*experiment, asked.now_ms) || !IsAllocated(*experiment, facts)) return false;
      const std::optional<uint32_t> bucket = Bucket(experiment->bucketing, facts);
      if (!bucket.has_value()) return false;
      variant = experiment->variants[ArmOf(experiment->weights, *bucket)];
      answer.bucket = static_cast<int32_t>(*bucket);
    }
    Serve(flag, *variant, answer);
    answer.reason = "SPLIT";
    answer.exposures.push_back({.experiment = Text(experiment->key),
                                .id = Text(experiment->id),
                                .variant = answer.variant,
                                .bucket_by = AttributeName(model_.bucketings[experiment->bucketing].bucket_by),
                                .phase = experiment->phase,
                                .is_sticky = experiment->is_sticky,
                                .was_stored = assigned.has_value()});
  }
  answer.rule = Text(rule.id);
  return true;
}

uint32_t Oracle::Ppm(const model::Coverage& coverage, int64_t now_ms) const {
  if (coverage.ramp == model::kNone) return coverage.ppm;
  const model::Ramp& ramp = model_.ramps[coverage.ramp];
  size_t passed = 0;
  while (passed < ramp.time_ms.size() && ramp.time_ms[passed] <= now_ms) ++passed;
  if (passed == 0) return 0;
  const uint32_t from = ramp.ppm[passed - 1];
  if (passed == ramp.time_ms.size() || !ramp.is_linear) return from;
  // No product of a ppm and a time is larger than 2^84.
  using Wide = __int128;
  const Wide begin = ramp.time_ms[passed - 1];
  const Wide rise = Wide{ramp.ppm[passed]} - from;
  return from + static_cast<uint32_t>(rise * (now_ms - begin) / (ramp.time_ms[passed] - begin));
}

bool Oracle::IsRunning(const model::Experiment& experiment, int64_t now_ms) const {
  if (experiment.status != model::ExperimentStatus::kRunning) return false;
  return experiment.start_ms <= now_ms && (experiment.end_ms == 0 || now_ms < experiment.end_ms);
}

bool Oracle::IsAllocated(const model::Experiment& experiment, const Facts& facts) const {
  if (experiment.layer == model::kNone) return true;
  const std::optional<uint32_t> bucket = Bucket(model_.layers[experiment.layer].bucketing, facts);
  for (size_t i = 0; bucket.has_value() && i < experiment.allocation.size(); i += 2) {
    if (*bucket >= experiment.allocation[i] && *bucket < experiment.allocation[i + 1]) return true;
  }
  return false;
}

std::optional<model::Index> Oracle::Assigned(const model::Experiment& experiment, const Facts& facts,
                                             const Asked& asked) const {
  if (!experiment.is_sticky || !IsRunning(experiment, asked.now_ms)) return std::nullopt;
  const model::Index bucket_by = model_.bucketings[experiment.bucketing].bucket_by;
  const std::optional<std::string> unit = Unit(bucket_by, facts);
  if (!unit.has_value()) return std::nullopt;
  const auto found = asked.sticky.find({Text(experiment.id), experiment.phase, AttributeName(bucket_by), *unit});
  if (found == asked.sticky.end()) return std::nullopt;
  const model::Flag& flag = model_.flags[experiment.flag];
  for (size_t i = 0; i < experiment.variants.size(); ++i) {
    const model::Index variant = experiment.variants[i];
    if (Text(flag.variant_keys[variant]) == found->second && experiment.weights[i] > 0) return variant;
  }
  return std::nullopt;
}

bool Oracle::PassesHoldouts(const model::Rule& rule, const Facts& facts, int64_t now_ms, Answer& answer) const {
  if (rule.holdouts == model::kNone) return true;
  for (const model::Index row : References(rule.holdouts)) {
    const model::Holdout& holdout = model_.holdouts[row];
    if (now_ms < holdout.start_ms || (holdout.end_ms != 0 && now_ms >= holdout.end_ms)) continue;
    const std::optional<uint32_t> bucket = Bucket(holdout.bucketing, facts);
    if (!bucket.has_value()) return false;
    const bool is_held_out = *bucket < holdout.ppm;
    const OracleExposure exposure{.experiment = "",
                                  .id = Text(holdout.key),
                                  .variant = is_held_out ? "held_out" : "in",
                                  .bucket_by = AttributeName(model_.bucketings[holdout.bucketing].bucket_by),
                                  .phase = 0,
                                  .is_holdout = true};
    if (std::count(answer.exposures.begin(), answer.exposures.end(), exposure) == 0) {
      answer.exposures.push_back(exposure);
    }
    if (is_held_out) return false;
  }
  return true;
}

bool Oracle::Default(const model::Flag& flag, const Facts& facts, Answer& answer) const {
  answer.reason = "DEFAULT";
  if (flag.default_serve == model::kNone) return true;
  const model::Serve& serve = model_.serves[flag.default_serve];
  if (serve.kind == model::Serve::Kind::kVariant) {
    Serve(flag, serve.target, answer);
    if (flag.rules.empty()) answer.reason = "STATIC";
    return true;
  }
  const std::optional<uint32_t> bucket = Bucket(serve.bucketing, facts);
  if (!bucket.has_value()) return false;
  Serve(flag, static_cast<model::Index>(ArmOf(serve.weights, *bucket)), answer);
  answer.bucket = static_cast<int32_t>(*bucket);
  return true;
}

}  // namespace expt::oracle
