#include "control-plane/service/check_condition.h"

#include <utility>

namespace expt::service {
namespace {

bool IsNumeric(ValueType type) { return type == ValueType::kInteger || type == ValueType::kDouble; }

std::string_view TypeOfOperand(const Operand& operand) {
  switch (operand.index()) {
    case 0:
      return "boolean";
    case 3:
      return "string";
    default:
      return "number";
  }
}

void CheckSegments(const Condition& leaf, Library& library, Problems& problems) {
  for (size_t i = 0; i < leaf.operands.size(); ++i) {
    const std::string& key = std::get<std::string>(leaf.operands[i]);
    if (library.FindSegment(key) != nullptr) continue;
    problems.push_back({Child(leaf.pointer + "/operands", i), "unknown segment " + Quoted(key)});
  }
}

void CheckFlagIs(const Condition& leaf, Library& library, Problems& problems) {
  if (leaf.flag.empty()) return;
  const Flag* flag = library.FindFlag(leaf.flag);
  if (flag == nullptr) {
    problems.push_back({leaf.pointer + "/flag", "unknown flag " + Quoted(leaf.flag)});
    return;
  }
  for (size_t i = 0; i < leaf.operands.size(); ++i) {
    CheckVariant(*flag, std::get<std::string>(leaf.operands[i]), Child(leaf.pointer + "/operands", i), problems);
  }
}

// An attribute that nobody has declared may be anything.
void CheckAttribute(const Condition& leaf, std::string_view name, std::string_view field, Library& library,
                    Problems& problems) {
  const AttributeDefinition* attribute = library.FindAttribute(name);
  if (attribute == nullptr) return;
  const OperandForm form = FormOf(leaf.op)->operands;
  const std::string declared = "attribute " + Quoted(name) + ": expected ";
  if (form != OperandForm::kScalars) {
    if (MayRead(form, attribute->type)) return;
    problems.push_back({leaf.pointer + "/" + std::string(field),
                        declared + std::string(WantedAttribute(form)) + " for operator " +
                            Quoted(model::OperatorName(leaf.op)) + ", found " +
                            std::string(ValueTypeName(attribute->type))});
    return;
  }
  if (leaf.operands.empty()) return;
  const std::string_view wanted = IsNumeric(attribute->type) ? "number" : ValueTypeName(attribute->type);
  const std::string_view found = TypeOfOperand(leaf.operands.front());
  if (wanted == found) return;
  problems.push_back(
      {leaf.pointer + "/operands", declared + std::string(wanted) + ", found " + std::string(found)});
}

}  // namespace

void CheckVariant(const Flag& flag, std::string_view variant, std::string pointer, Problems& problems) {
  if (variant.empty() || flag.HasVariant(variant)) return;
  problems.push_back({std::move(pointer), "flag " + Quoted(flag.key) + " has no variant " + Quoted(variant)});
}

void CheckCondition(const Condition& condition, Library& library, Problems& problems) {
  ForEachLeaf(condition, [&](const Condition& leaf) {
    switch (leaf.op) {
      case model::Operator::kInSegment:
        CheckSegments(leaf, library, problems);
        return;
      case model::Operator::kFlagIs:
        CheckFlagIs(leaf, library, problems);
        return;
      default:
        CheckAttribute(leaf, leaf.attribute, "attribute", library, problems);
        if (!leaf.longitude.empty()) CheckAttribute(leaf, leaf.longitude, "longitude", library, problems);
    }
  });
}

}  // namespace expt::service
