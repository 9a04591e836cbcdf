#include "control-plane/analysis/property_filter.h"

#include <string>
#include <string_view>
#include <utility>

#include "expt/context.h"
#include "expt/evaluate.h"
#include "src/base/status.h"
#include "src/core/engine.h"
#include "src/model/builder.h"

namespace expt::analysis {
namespace {

constexpr std::string_view kFlag = "matches";
constexpr std::string_view kNoVariant = "no";
constexpr std::string_view kYesVariant = "yes";

absl::Status Bad(const std::string& text) { return base::Error(absl::StatusCode::kInvalidArgument, text); }

// The operands as one list of the engine, and whether they are booleans. All are of one type; integers beside doubles
// are doubles.
absl::StatusOr<model::Index> AddOperands(const PropertyCondition& leaf, model::Builder& builder, bool& is_boolean) {
  std::vector<std::string_view> texts;
  std::vector<int64_t> integers;
  std::vector<double> doubles;
  size_t booleans = 0;
  bool has_double = false;
  for (const PropertyCondition::Operand& operand : leaf.operands) {
    if (const auto* text = std::get_if<std::string>(&operand)) {
      texts.push_back(*text);
    } else if (const auto* boolean = std::get_if<bool>(&operand)) {
      integers.push_back(*boolean ? 1 : 0);
      ++booleans;
    } else if (const auto* integer = std::get_if<int64_t>(&operand)) {
      integers.push_back(*integer);
      doubles.push_back(static_cast<double>(*integer));
    } else {
      doubles.push_back(std::get<double>(operand));
      has_double = true;
    }
  }
  const size_t count = leaf.operands.size();
  is_boolean = booleans > 0;
  if (count == 0) return model::kNone;
  if (texts.size() == count) return builder.Strings(texts);
  if (booleans == count || (booleans == 0 && integers.size() == count)) return builder.Integers(integers);
  if (has_double && doubles.size() == count) return builder.Doubles(doubles);
  return Bad("operator \"" + leaf.op + "\": expected operands of one type");
}

absl::StatusOr<model::Index> Add(const PropertyCondition& condition, model::Builder& builder) {
  if (condition.kind == PropertyCondition::Kind::kLeaf) {
    const model::Operator op = model::OperatorByName(condition.op);
    if (op == model::Operator::kUnspecified || op == model::Operator::kAll || op == model::Operator::kAny ||
        op == model::Operator::kInSegment || op == model::Operator::kFlagIs) {
      return Bad("operator \"" + condition.op + "\" is not one for properties");
    }
    if (condition.property.empty()) return Bad("attribute: expected a property, got nothing");
    bool is_boolean = false;
    const absl::StatusOr<model::Index> operands = AddOperands(condition, builder, is_boolean);
    if (!operands.ok()) return operands.status();
    const uint8_t properties = static_cast<uint8_t>((condition.negate ? model::kNegate : 0) |
                                                    (condition.case_insensitive ? model::kCaseInsensitive : 0) |
                                                    (is_boolean ? model::kBooleanOperands : 0));
    return builder.Leaf(op, builder.Attribute(condition.property), *operands, properties);
  }
  std::vector<model::Index> children;
  for (const PropertyCondition& child : condition.children) {
    const absl::StatusOr<model::Index> row = Add(child, builder);
    if (!row.ok()) return row.status();
    children.push_back(*row);
  }
  switch (condition.kind) {
    case PropertyCondition::Kind::kAny:
      return builder.Any(children);
    case PropertyCondition::Kind::kNot:
      if (children.size() != 1) return Bad("not: expected one condition");
      return builder.Not(children[0]);
    default:
      return builder.All(children);
  }
}

}  // namespace

absl::StatusOr<PropertyFilter> PropertyFilter::Compile(const PropertyCondition& condition) {
  model::Builder builder;
  const absl::StatusOr<model::Index> root = Add(condition, builder);
  if (!root.ok()) return root.status();
  model::Snapshot& snapshot = builder.snapshot();
  snapshot.environment = builder.Copy("metric");
  snapshot.version = 1;
  model::Flag flag;
  flag.key = builder.String(kFlag);
  flag.type = ValueType::kBoolean;
  flag.is_enabled = true;
  flag.variant_keys = {builder.String(kNoVariant), builder.String(kYesVariant)};
  flag.variant_values = {builder.BooleanValue(false), builder.BooleanValue(true)};
  flag.rules = {
      builder.AddRule({.id = builder.String(kYesVariant), .condition = *root, .serve = builder.ServeVariant(1)})};
  flag.default_serve = builder.ServeVariant(0);
  flag.visibility = model::Visibility::kServer;
  snapshot.flags.push_back(std::move(flag));
  absl::StatusOr<Snapshot> loaded = core::Load(builder.Take(), Digest{});
  if (!loaded.ok()) return Bad(std::string(loaded.status().message()));
  if (loaded->flag(0).is_broken) {
    return Bad(loaded->warnings().empty() ? "the condition cannot be compiled" : loaded->warnings().front());
  }
  return PropertyFilter(*std::move(loaded));
}

bool PropertyFilter::Matches(const std::vector<wire::EventProperty>& properties) const {
  std::vector<Attribute> attributes;
  attributes.reserve(properties.size());
  for (const wire::EventProperty& property : properties) attributes.push_back({property.name, property.value.view()});
  return Evaluate(snapshot_, kFlag, Context(std::span<const Attribute>(attributes)), {}).ValueOr<bool>(false);
}

}  // namespace expt::analysis
