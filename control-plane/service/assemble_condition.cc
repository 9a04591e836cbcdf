#include "control-plane/service/assemble_condition.h"

#include <set>
#include <utility>
#include <vector>

#include "control-plane/service/time_zone.h"
#include "src/base/casefold.h"
#include "src/host/crypto.h"

namespace expt::service {
namespace {

using model::Index;
using model::kNone;
using model::Operator;

template <typename T>
std::vector<T> All(const std::vector<Operand>& operands) {
  std::vector<T> values;
  values.reserve(operands.size());
  for (const Operand& operand : operands) values.push_back(std::get<T>(operand));
  return values;
}

}  // namespace

Index VariantRow(const Flag& flag, std::string_view key) {
  for (size_t i = 0; i < flag.variants.size(); ++i) {
    if (flag.variants[i].key == key) return static_cast<Index>(i);
  }
  return kNone;
}

Index ConditionAssembler::Attribute(std::string_view name) {
  const auto known = attributes_.find(name);
  if (known != attributes_.end()) return known->second;
  const Index row = builder_.Attribute(name);
  const auto declared = library_.attributes().find(name);
  if (declared != library_.attributes().end() && declared->second.has_value()) {
    const AttributeDefinition& attribute = *declared->second;
    uint8_t properties = 0;
    if (attribute.is_unit_type) properties |= model::kUnitType;
    if (attribute.is_analytics) properties |= model::kAnalytics;
    if (attribute.is_private) properties |= model::kPrivate;
    builder_.SetAttribute(name, attribute.type, properties);
  }
  attributes_.emplace(std::string(name), row);
  return row;
}

Index ConditionAssembler::AddCondition(const Condition& condition) {
  if (condition.op != Operator::kAll && condition.op != Operator::kAny) return AddLeaf(condition);
  std::vector<Index> children;
  for (const Condition& child : condition.children) children.push_back(AddCondition(child));
  const Index row = condition.op == Operator::kAll ? builder_.All(children) : builder_.Any(children);
  return condition.is_negated ? builder_.Not(row) : row;
}

Index ConditionAssembler::AddLeaf(const Condition& leaf) {
  model::Condition row;
  row.op = leaf.op;
  if (leaf.is_negated) row.properties |= model::kNegate;
  if (leaf.is_case_insensitive) row.properties |= model::kCaseInsensitive;
  if (!leaf.attribute.empty()) row.subject = Attribute(leaf.attribute);
  switch (FormOf(leaf.op)->operands) {
    case OperandForm::kNone:
      break;
    case OperandForm::kSegments: {
      std::vector<Index> segments;
      for (const Operand& operand : leaf.operands) segments.push_back(segments_.at(std::get<std::string>(operand)));
      row.operands = builder_.References(segments);
      break;
    }
    case OperandForm::kVariants: {
      const Flag& flag = At(library_.flags(), leaf.flag);
      std::vector<Index> variants;
      for (const Operand& operand : leaf.operands) {
        variants.push_back(VariantRow(flag, std::get<std::string>(operand)));
      }
      row.subject = FlagRow(leaf.flag);
      row.operands = builder_.References(variants);
      break;
    }
    case OperandForm::kSecrets:
      row.operands = AddSecrets(leaf);
      row.second = builder_.Strings({leaf.salt});
      break;
    case OperandForm::kCircle:
      row.second = Attribute(leaf.longitude);
      AddOperands(leaf, row);
      break;
    case OperandForm::kWindows:
      row.second = builder_.References({AddTimeZone(leaf.time_zone)});
      AddOperands(leaf, row);
      break;
    default:
      AddOperands(leaf, row);
  }
  return builder_.AddCondition(row);
}

void ConditionAssembler::AddOperands(const Condition& leaf, model::Condition& row) {
  if (leaf.operands.empty() || std::holds_alternative<std::string>(leaf.operands.front())) {
    std::vector<std::string_view> texts;
    for (const Operand& operand : leaf.operands) texts.push_back(std::get<std::string>(operand));
    row.operands = builder_.Strings(texts);
  } else if (std::holds_alternative<double>(leaf.operands.front())) {
    row.operands = builder_.Doubles(All<double>(leaf.operands));
  } else if (std::holds_alternative<bool>(leaf.operands.front())) {
    row.properties |= model::kBooleanOperands;
    std::vector<int64_t> integers;
    for (const Operand& operand : leaf.operands) integers.push_back(std::get<bool>(operand) ? 1 : 0);
    row.operands = builder_.Integers(integers);
  } else {
    row.operands = builder_.Integers(All<int64_t>(leaf.operands));
  }
}

// In the order of the hashes, so that the row does not tell in which order the values were written.
Index ConditionAssembler::AddSecrets(const Condition& leaf) {
  std::set<std::string> hashes;
  for (const Operand& operand : leaf.operands) {
    const std::string& text = std::get<std::string>(operand);
    const Digest hash = host::Sha256(leaf.salt + ":" + (leaf.is_case_insensitive ? base::Folded(text) : text));
    hashes.emplace(hash.begin(), hash.end());
  }
  std::string list;
  for (const std::string& hash : hashes) list += hash;
  auto& lists = builder_.snapshot().operands;
  const auto [known, is_new] = secrets_.try_emplace(list, static_cast<Index>(lists.size()));
  if (is_new) {
    lists.push_back({.kind = model::OperandKind::kHash,
                     .begin = static_cast<uint32_t>(hashes_.size() / sizeof(Digest)),
                     .size = static_cast<uint32_t>(hashes.size())});
    hashes_ += list;
  }
  return known->second;
}

Index ConditionAssembler::AddTimeZone(const std::string& name) {
  std::vector<model::TimeZone>& zones = builder_.snapshot().time_zones;
  const auto [known, is_new] = time_zones_.try_emplace(name, static_cast<Index>(zones.size()));
  if (!is_new) return known->second;
  model::TimeZone row;
  row.name = builder_.String(name);
  if (std::optional<LocalTime> local = LocalTimeAround(name, now_)) {
    row.initial_offset_minutes = local->initial_offset_minutes;
    row.transition_ms = std::move(local->transition_ms);
    row.offset_minutes = std::move(local->offset_minutes);
  }
  zones.push_back(std::move(row));
  return known->second;
}

void ConditionAssembler::Finish() {
  builder_.snapshot().hash_pool = builder_.Copy(hashes_);
  if (!time_zones_.empty()) builder_.snapshot().tzdata_version = builder_.Copy(TimeZoneVersion());
}

}  // namespace expt::service
