#include "tests/oracle/oracle.h"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>

#include "src/model/validate.h"

namespace expt::oracle {
namespace {

// Holds every int64 and every double exactly, so that numbers compare by value.
using Exact = long double;
static_assert(std::numeric_limits<Exact>::digits >= 64);

uint64_t Hash(const std::string& text) { return XXH3_64bits(text.data(), text.size()); }

std::optional<Exact> NumberOf(const Value& value) {
  if (value.type() == ValueType::kInteger) return static_cast<Exact>(value.view().integer());
  if (value.type() == ValueType::kDouble && !std::isnan(value.view().real())) return value.view().real();
  return std::nullopt;
}

Kleene Known(bool truth) { return truth ? Kleene::kTrue : Kleene::kFalse; }

bool IsValidUtf8(const std::string& text) {
  // Decodes one character after another into a code point and checks that it needed that many bytes.
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int size = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2 : (lead >> 4) == 14 ? 3 : (lead >> 3) == 30 ? 4 : 0;
    if (size == 0 || i + size > text.size()) return false;
    uint32_t point = size == 1 ? lead : lead & (0xff >> (size + 1));
    for (int j = 1; j < size; ++j) {
      const auto tail = static_cast<unsigned char>(text[i + j]);
      if ((tail >> 6) != 2) return false;
      point = point << 6 | (tail & 0x3f);
    }
    const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
    i += size;
  }
  return true;
}

bool IsPresent(const ValueView& value) {
  if (value.type() == ValueType::kMissing || value.type() == ValueType::kJson) return false;
  if (value.type() == ValueType::kString) return IsValidUtf8(std::string(value.text()));
  for (const std::string_view text : value.list()) {
    if (!IsValidUtf8(std::string(text))) return false;
  }
  return true;
}

// Nothing for a context that is invalid.
std::optional<Oracle::Facts> FactsOf(const std::vector<Attribute>& context) {
  if (context.size() > 256) return std::nullopt;
  Oracle::Facts facts;
  std::optional<Value> key;
  for (const Attribute& attribute : context) {
    std::string name(attribute.name);
    if (name.empty() || name[0] == '$' || !IsValidUtf8(name)) continue;
    if (name == "targetingKey") name = "targeting_key";
    if (name == "targeting_key" && !attribute.value.is_missing()) {
      if (key.has_value() && !(*key == Value(attribute.value))) return std::nullopt;
      key = Value(attribute.value);
    }
    facts.erase(name);
    if (IsPresent(attribute.value)) facts.emplace(name, Value(attribute.value));
  }
  return facts;
}

}  // namespace

Kleene Not(Kleene a) { return a == Kleene::kTrue ? Kleene::kFalse : a == Kleene::kFalse ? Kleene::kTrue : a; }
Kleene And(Kleene a, Kleene b) { return std::min(a, b); }
Kleene Or(Kleene a, Kleene b) { return std::max(a, b); }

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  out << "{value " << answer.value << ", variant \"" << answer.variant << "\", " << answer.reason << " " << answer.error
      << ", rule \"" << answer.rule << "\", bucket " << answer.bucket << ", exposures";
  for (const OracleExposure& e : answer.exposures) {
    out << " [" << e.experiment << " " << e.id << " " << e.variant << " " << e.bucket_by << " " << e.phase << "]";
  }
  return out << "}";
}

Answer AnswerOf(const Decision& decision) {
  Answer answer;
  answer.value = ToJson(decision.value);
  answer.variant = decision.variant;
  answer.reason = ReasonName(decision.reason);
  answer.error = ErrorCodeName(decision.error);
  answer.rule = decision.rule;
  answer.bucket = decision.bucket;
  for (const Exposure& exposure : decision.exposures()) {
    answer.exposures.push_back({.experiment = std::string(exposure.experiment),
                                .id = std::string(exposure.experiment_id),
                                .variant = std::string(exposure.variant),
                                .bucket_by = std::string(exposure.bucket_by),
                                .phase = exposure.phase});
  }
  return answer;
}

Oracle::Oracle(const model::Snapshot& model) : model_(model) {
  for (const model::Issue& issue : model::Validate(model)) {
    if (issue.scope == model::Issue::Scope::kSnapshot) is_refused_ = true;
    if (issue.scope == model::Issue::Scope::kFlag) broken_.insert(Text(model.flags[issue.flag].key));
  }
}

Kleene Oracle::Condition(model::Index row, const Facts& facts) const {
  const model::Condition& condition = model_.conditions[row];
  Kleene truth;
  if (condition.op == model::Operator::kAll || condition.op == model::Operator::kAny) {
    const model::OperandList& list = model_.operands[condition.operands];
    const bool is_all = condition.op == model::Operator::kAll;
    truth = is_all ? Kleene::kTrue : Kleene::kFalse;
    for (uint32_t i = 0; i < list.size; ++i) {
      const Kleene child = Condition(model_.condition_pool[list.begin + i], facts);
      truth = is_all ? And(truth, child) : Or(truth, child);
    }
  } else {
    truth = Leaf(condition, facts);
  }
  return (condition.properties & model::kNegate) != 0 ? Not(truth) : truth;
}

Kleene Oracle::Leaf(const model::Condition& condition, const Facts& facts) const {
  using model::Operator;
  const model::OperandList list =
      condition.operands == model::kNone ? model::OperandList{} : model_.operands[condition.operands];
  if (condition.op == Operator::kInSegment) {
    Kleene any = Kleene::kFalse;
    for (uint32_t i = 0; i < list.size; ++i) {
      any = Or(any, Segment(model_.segments[model_.reference_pool[list.begin + i]], facts));
    }
    return any;
  }
  const auto found = facts.find(AttributeName(condition.subject));
  if (condition.op == Operator::kIsSet) return Known(found != facts.end());
  if (list.size == 0) return Kleene::kFalse;  // in nothing
  if (found == facts.end()) return Kleene::kUnknown;
  const Value& value = found->second;

  std::vector<std::string> texts;
  std::vector<Exact> numbers;
  for (uint32_t i = list.begin; i < list.begin + list.size; ++i) {
    if (list.kind == model::OperandKind::kString) texts.push_back(Text(model_.string_pool[i]));
    if (list.kind == model::OperandKind::kInteger) numbers.push_back(static_cast<Exact>(model_.integer_pool[i]));
    if (list.kind == model::OperandKind::kDouble) numbers.push_back(model_.double_pool[i]);
  }
  if ((condition.properties & model::kBooleanOperands) != 0) {
    if (value.type() != ValueType::kBoolean) return Kleene::kUnknown;
    const Exact number = value.view().boolean() ? 1 : 0;
    return Known(std::count(numbers.begin(), numbers.end(), number) != 0);
  }
  if (list.kind == model::OperandKind::kString) {
    if (value.type() != ValueType::kString) return Kleene::kUnknown;
    const std::string text(value.view().text());
    bool is_any = false;
    for (const std::string& operand : texts) {
      switch (condition.op) {
        case Operator::kContains:
          is_any = is_any || text.find(operand) != std::string::npos;
          break;
        case Operator::kStartsWith:
          is_any = is_any || text.substr(0, operand.size()) == operand;
          break;
        case Operator::kEndsWith:
          is_any = is_any || (text.size() >= operand.size() && text.substr(text.size() - operand.size()) == operand);
          break;
        default:
          is_any = is_any || text == operand;
      }
    }
    return Known(is_any);
  }
  const std::optional<Exact> number = NumberOf(value);
  if (!number.has_value()) return Kleene::kUnknown;
  switch (condition.op) {
    case Operator::kLt:
      return Known(*number < numbers[0]);
    case Operator::kLte:
      return Known(*number <= numbers[0]);
    case Operator::kGt:
      return Known(*number > numbers[0]);
    case Operator::kGte:
      return Known(*number >= numbers[0]);
    case Operator::kBetween:
      return Known(*number >= numbers[0] && *number <= numbers[1]);
    default:
      return Known(std::count(numbers.begin(), numbers.end(), *number) != 0);
  }
}

Kleene Oracle::Segment(const model::Segment& segment, const Facts& facts) const {
  Kleene included = Kleene::kFalse;
  for (const model::Index list : segment.include) included = Or(included, Member(model_.member_lists[list], facts));
  if (segment.condition != model::kNone) included = Or(included, Condition(segment.condition, facts));
  Kleene excluded = Kleene::kFalse;
  for (const model::Index list : segment.exclude) excluded = Or(excluded, Member(model_.member_lists[list], facts));
  return And(included, Not(excluded));
}

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

namespace {

// The index of the weight that the bucket falls to.
size_t ArmOf(const std::vector<uint32_t>& weights, uint32_t bucket) {
  uint64_t sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    sum += weights[i];
    if (bucket < sum) return i;
  }
  return weights.size();
}

}  // namespace

bool Oracle::Rule(const model::Flag& flag, const model::Rule& rule, const Facts& facts, int64_t now_ms,
                  Answer& answer) const {
  if (rule.condition != model::kNone && Condition(rule.condition, facts) != Kleene::kTrue) return false;
  int32_t coverage_bucket = -1;
  if (rule.coverage != model::kNone) {
    const model::Coverage& coverage = model_.coverages[rule.coverage];
    if (coverage.ppm == 0) return false;
    if (coverage.ppm < 1000000) {
      const std::optional<uint32_t> bucket = Bucket(coverage.bucketing, facts);
      if (!bucket.has_value() || *bucket >= coverage.ppm) return false;
      coverage_bucket = static_cast<int32_t>(*bucket);
    }
  }
  const model::Serve& serve = model_.serves[rule.serve];
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
    const model::Experiment& experiment = model_.experiments[serve.target];
    if (experiment.status != model::ExperimentStatus::kRunning) return false;
    if (now_ms < experiment.start_ms) return false;
    if (experiment.end_ms != 0 && now_ms >= experiment.end_ms) return false;
    if (experiment.layer != model::kNone) {
      const std::optional<uint32_t> bucket = Bucket(model_.layers[experiment.layer].bucketing, facts);
      bool is_allocated = false;
      for (size_t i = 0; bucket.has_value() && i < experiment.allocation.size(); i += 2) {
        is_allocated = is_allocated || (*bucket >= experiment.allocation[i] && *bucket < experiment.allocation[i + 1]);
      }
      if (!is_allocated) return false;
    }
    const std::optional<uint32_t> bucket = Bucket(experiment.bucketing, facts);
    if (!bucket.has_value()) return false;
    Serve(flag, experiment.variants[ArmOf(experiment.weights, *bucket)], answer);
    answer.reason = "SPLIT";
    answer.bucket = static_cast<int32_t>(*bucket);
    answer.exposures.push_back({.experiment = Text(experiment.key),
                                .id = Text(experiment.id),
                                .variant = answer.variant,
                                .bucket_by = AttributeName(model_.bucketings[experiment.bucketing].bucket_by),
                                .phase = experiment.phase});
  }
  answer.rule = Text(rule.id);
  return true;
}

Answer Oracle::Decide(const std::string& key, const std::vector<Attribute>& context, int64_t now_ms, ValueType expected,
                      const OracleOverlay& overlay) const {
  Answer answer;
  const auto fail = [&](const char* error) {
    answer = Answer();
    answer.reason = "ERROR";
    answer.error = error;
    return answer;
  };
  const model::Flag* flag = nullptr;
  for (const model::Flag& candidate : model_.flags) {
    if (Text(candidate.key) == key) flag = &candidate;
  }
  if (flag == nullptr) return fail("FLAG_NOT_FOUND");
  const std::optional<Facts> facts = FactsOf(context);
  if (!facts.has_value()) return fail("INVALID_CONTEXT");
  const auto serve_off = [&] {
    if (flag->off_variant != model::kNone) Serve(*flag, flag->off_variant, answer);
  };
  if (IsBroken(key)) {
    fail("PARSE_ERROR");
    const bool decodes = flag->off_variant < flag->variant_keys.size() &&
                         flag->off_variant < flag->variant_values.size() &&
                         model_.values[flag->variant_values[flag->off_variant]].type == flag->type;
    if (flag->fail_closed && decodes) serve_off();
    return answer;
  }
  const bool widens = expected == ValueType::kDouble && flag->type == ValueType::kInteger;
  if (expected != ValueType::kMissing && expected != flag->type && !widens) return fail("TYPE_MISMATCH");

  if (overlay.emergency_off.contains(key)) {
    answer.reason = "DISABLED";
    serve_off();
  } else if (overlay.stale == "defaults") {
    answer.reason = "STALE";
    return answer;
  } else if (!flag->is_enabled) {
    answer.reason = "DISABLED";
    serve_off();
  } else if (overlay.stale == "fail_closed" && flag->fail_closed) {
    answer.reason = "STALE";
    serve_off();
  } else {
    bool is_decided = false;
    for (const model::Override& row : flag->overrides) {
      const std::optional<std::string> unit = Unit(row.bucket_by, *facts);
      if (is_decided || !unit.has_value()) continue;
      const uint64_t hash = Hash(std::string(model_.member_list_salt) + ":" + *unit);
      if (std::count(row.hashes.begin(), row.hashes.end(), hash) == 0) continue;
      Serve(*flag, row.variant, answer);
      answer.reason = "TARGETING_MATCH";
      answer.rule = "override";
      is_decided = true;
    }
    for (size_t i = 0; i < flag->rules.size() && !is_decided; ++i) {
      is_decided = Rule(*flag, model_.rules[flag->rules[i]], *facts, now_ms, answer);
    }
    if (!is_decided) {
      answer.reason = "DEFAULT";
      if (flag->default_serve != model::kNone) {
        const model::Serve& serve = model_.serves[flag->default_serve];
        if (serve.kind == model::Serve::Kind::kVariant) {
          Serve(*flag, serve.target, answer);
          if (flag->rules.empty()) answer.reason = "STATIC";
        } else {
          const std::optional<uint32_t> bucket = Bucket(serve.bucketing, *facts);
          if (!bucket.has_value()) return fail("TARGETING_KEY_MISSING");
          Serve(*flag, static_cast<model::Index>(ArmOf(serve.weights, *bucket)), answer);
          answer.bucket = static_cast<int32_t>(*bucket);
        }
      }
    }
  }
  if (widens && answer.value != "null") {
    const int64_t integer = std::stoll(answer.value);
    if (static_cast<Exact>(static_cast<double>(integer)) != static_cast<Exact>(integer)) return fail("TYPE_MISMATCH");
  }
  return answer;
}

}  // namespace expt::oracle
