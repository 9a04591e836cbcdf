#include "src/client/fixed_snapshot.h"

#include <algorithm>

#include "expt/context.h"
#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/core/engine.h"
#include "src/model/builder.h"
#include "src/model/limits.h"

namespace expt::client {
namespace {

using model::Builder;
using model::Index;

constexpr uint32_t kEverybody = 1'000'000;  // ppm

absl::Status Invalid(const FixedFlag& flag, const std::string& text) {
  return base::Error(absl::StatusCode::kInvalidArgument, "flag \"" + flag.key + "\": " + text);
}

bool IsKey(std::string_view text) { return !text.empty() && text.size() <= model::kMaxKeyBytes && base::IsUtf8(text); }

bool IsFlagType(ValueType type) { return type != ValueType::kMissing && type != ValueType::kStringList; }

std::string KeyOf(const FixedVariant& variant) {
  return variant.key.empty() ? VariantKeyOf(variant.value) : variant.key;
}

Index AddValue(Builder& b, const ValueView& value) {
  switch (value.type()) {
    case ValueType::kBoolean:
      return b.BooleanValue(value.boolean());
    case ValueType::kInteger:
      return b.IntegerValue(value.integer());
    case ValueType::kDouble:
      return b.DoubleValue(value.real());
    case ValueType::kJson:
      return b.JsonValue(value.text());
    default:
      return b.StringValue(value.text());
  }
}

// The index of that variant in `flag`, added when it is new. Two values of one name get two.
Index VariantOf(Builder& b, const FixedVariant& variant, model::Flag& flag) {
  const Index value = AddValue(b, variant.value.view());
  std::string key = KeyOf(variant);
  for (Index i = 0; i < flag.variant_keys.size(); ++i) {
    if (b.snapshot().strings[flag.variant_keys[i]] != key) continue;
    if (flag.variant_values[i] == value) return i;
    key += "'";
  }
  flag.variant_keys.push_back(b.String(key));
  flag.variant_values.push_back(value);
  return static_cast<Index>(flag.variant_keys.size() - 1);
}

void AddExperiment(Builder& b, const FixedFlag& from, Index targeting_key, model::Flag& flag) {
  model::Experiment experiment;
  experiment.key = b.String(from.key);
  experiment.id = experiment.key;
  experiment.flag = static_cast<Index>(b.snapshot().flags.size());
  experiment.status = model::ExperimentStatus::kRunning;
  experiment.bucketing = b.AddBucketing(targeting_key, "fixed");
  experiment.variants = {0};
  experiment.weights = {kEverybody};
  b.snapshot().experiments.push_back(std::move(experiment));
  model::Rule rule;
  rule.id = b.String("experiment");
  rule.serve = b.ServeExperiment(static_cast<Index>(b.snapshot().experiments.size() - 1));
  flag.rules.push_back(b.AddRule(rule));
}

void AddFlag(Builder& b, const FixedFlag& from, Index targeting_key) {
  model::Flag flag;
  flag.key = b.String(from.key);
  flag.type = from.variant.value.type();
  flag.is_enabled = from.is_enabled;
  flag.visibility = model::Visibility::kServer;
  flag.default_serve = b.ServeVariant(VariantOf(b, from.variant, flag));
  for (const auto& [unit_id, variant] : from.for_units) {
    flag.overrides.push_back(
        {.bucket_by = targeting_key, .variant = VariantOf(b, variant, flag), .hashes = {b.MemberHash(unit_id)}});
  }
  if (from.is_experiment) AddExperiment(b, from, targeting_key, flag);
  b.snapshot().flags.push_back(std::move(flag));
}

}  // namespace

std::string VariantKeyOf(const Value& value) {
  if (value.type() == ValueType::kBoolean) return value.view().boolean() ? "on" : "off";
  std::string text = value.type() == ValueType::kString ? std::string(value.view().text()) : ToJson(value.view());
  return IsKey(text) ? text : "value";
}

absl::Status CheckFixed(const FixedFlag& flag) {
  if (!IsKey(flag.key)) {
    return Invalid(flag, "expected a key of 1 to " + std::to_string(model::kMaxKeyBytes) + " bytes of UTF-8");
  }
  const ValueType type = flag.variant.value.type();
  const auto check = [&](const FixedVariant& variant) {
    const ValueView& value = variant.value.view();
    if (!IsFlagType(value.type())) {
      return Invalid(flag, "expected a value that a flag can have, got " + std::string(ValueTypeName(value.type())));
    }
    if (value.type() != type) {
      return Invalid(flag, "expected a value of type " + std::string(ValueTypeName(type)) + ", got " +
                               std::string(ValueTypeName(value.type())));
    }
    if (value.text().size() > model::kMaxValueBytes || !base::IsUtf8(value.text())) {
      return Invalid(flag, "expected a text of at most " + std::to_string(model::kMaxValueBytes) + " bytes of UTF-8");
    }
    if (!variant.key.empty() && !IsKey(variant.key)) return Invalid(flag, "the variant key is too long or no UTF-8");
    return absl::OkStatus();
  };
  if (absl::Status status = check(flag.variant); !status.ok()) return status;
  for (const auto& [unit_id, variant] : flag.for_units) {
    if (absl::Status status = check(variant); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<Snapshot> FixedSnapshot(std::span<const FixedFlag> flags, int64_t version) {
  Builder b;
  model::Snapshot& s = b.snapshot();
  s.project = b.Copy("fixed");
  s.environment = b.Copy("fixed");
  s.audience = Audience::kServer;
  s.epoch = 1;
  s.version = version;
  s.is_declared_empty = flags.empty();
  b.SetMemberListSalt("fixed");
  const Index targeting_key = b.Attribute(kTargetingKey);
  b.SetAttribute(kTargetingKey, ValueType::kString, model::kUnitType);
  for (const FixedFlag& flag : flags) AddFlag(b, flag, targeting_key);
  return core::Load(b.Take(), Digest{});
}

}  // namespace expt::client
