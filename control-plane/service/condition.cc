#include "control-plane/service/condition.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace expt::service {
namespace {

using model::Operator;
using nlohmann::json;

constexpr size_t kMaxOperandSize = 1024;

enum class OperandForm { kNone, kScalars, kStrings, kNumbers, kKeys };

struct OperandRule {
  OperandForm form;
  size_t least;
  size_t most;
};

// Nothing for an operator that the engine of this version does not evaluate.
std::optional<OperandRule> RuleOf(Operator op) {
  switch (op) {
    case Operator::kIsSet:
      return OperandRule{OperandForm::kNone, 0, 0};
    case Operator::kEquals:
      return OperandRule{OperandForm::kScalars, 1, 1};
    case Operator::kIn:
      return OperandRule{OperandForm::kScalars, 0, kMaxOperands};
    case Operator::kContains:
    case Operator::kStartsWith:
    case Operator::kEndsWith:
      return OperandRule{OperandForm::kStrings, 1, kMaxOperands};
    case Operator::kLt:
    case Operator::kLte:
    case Operator::kGt:
    case Operator::kGte:
      return OperandRule{OperandForm::kNumbers, 1, 1};
    case Operator::kBetween:
      return OperandRule{OperandForm::kNumbers, 2, 2};
    case Operator::kInSegment:
      return OperandRule{OperandForm::kKeys, 1, 64};
    default:
      return std::nullopt;
  }
}

std::string_view Wanted(OperandForm form) {
  switch (form) {
    case OperandForm::kScalars:
      return "a string, a number or a boolean";
    case OperandForm::kStrings:
      return "a string that is not empty";
    case OperandForm::kNumbers:
      return "a number";
    case OperandForm::kKeys:
      return "a key";
    case OperandForm::kNone:
      break;
  }
  return "nothing";
}

std::optional<Operand> ReadOperand(const json& value, OperandForm form) {
  const bool is_text = value.is_string() && value.get_ref<const std::string&>().size() <= kMaxOperandSize;
  const bool may_be_number = form == OperandForm::kScalars || form == OperandForm::kNumbers;
  if (may_be_number && IsInt64(value)) return value.get<int64_t>();
  if (may_be_number && value.is_number_float()) return value.get<double>();
  if (form == OperandForm::kScalars && value.is_boolean()) return value.get<bool>();
  if (form == OperandForm::kScalars && is_text) return value.get<std::string>();
  if (form == OperandForm::kStrings && is_text && !value.get_ref<const std::string&>().empty()) {
    return value.get<std::string>();
  }
  if (form == OperandForm::kKeys && is_text && IsKey(value.get_ref<const std::string&>())) {
    return value.get<std::string>();
  }
  return std::nullopt;
}

bool IsNumber(const Operand& operand) {
  return std::holds_alternative<int64_t>(operand) || std::holds_alternative<double>(operand);
}

double AsDouble(const Operand& operand) {
  if (const auto* integer = std::get_if<int64_t>(&operand)) return static_cast<double>(*integer);
  return std::get<double>(operand);
}

// The first operand that does not go with the one at the front, or the size.
size_t FindOdd(const std::vector<Operand>& operands) {
  for (size_t i = 1; i < operands.size(); ++i) {
    const bool fits = operands[i].index() == operands[0].index() || (IsNumber(operands[i]) && IsNumber(operands[0]));
    if (!fits) return i;
  }
  return operands.size();
}

// A list with both integers and doubles becomes all doubles. Answers the first integer that no double holds exactly.
std::optional<size_t> UnifyNumbers(std::vector<Operand>& operands) {
  const auto is_double = [](const Operand& operand) { return std::holds_alternative<double>(operand); };
  if (std::none_of(operands.begin(), operands.end(), is_double)) return std::nullopt;
  for (size_t i = 0; i < operands.size(); ++i) {
    const auto* integer = std::get_if<int64_t>(&operands[i]);
    if (integer == nullptr) continue;
    constexpr int64_t kExact = int64_t{1} << 53;
    if (*integer > kExact || *integer < -kExact) return i;
    operands[i] = static_cast<double>(*integer);
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(ConditionScope scope, Problems& problems) : scope_(scope), problems_(problems) {}

  Condition Read(const json& document, const std::string& pointer, int depth) {
    Condition condition;
    condition.pointer = pointer;
    if (depth > kMaxConditionDepth) {
      Report(pointer, "conditions are nested deeper than " + std::to_string(kMaxConditionDepth));
      return condition;
    }
    if (!document.is_object()) {
      Report(pointer, "expected an object, found " + std::string(Found(document)));
      return condition;
    }
    const int forms = static_cast<int>(document.contains("all")) + static_cast<int>(document.contains("any")) +
                      static_cast<int>(document.contains("not")) + static_cast<int>(document.contains("operator"));
    if (forms != 1) {
      Report(pointer,
             "expected exactly one of \"all\", \"any\", \"not\" and \"operator\", found " + std::to_string(forms));
      return condition;
    }
    if (document.contains("operator")) return ReadLeaf(document, pointer);
    ObjectReader object(document, pointer, problems_);
    if (document.contains("not")) {
      if (const json* inner = object.Object("not", true)) {
        condition = Read(*inner, object.At("not"), depth + 1);
        condition.is_negated = !condition.is_negated;
      }
      object.RefuseOthers();
      return condition;
    }
    const bool is_all = document.contains("all");
    const char* name = is_all ? "all" : "any";
    condition.op = is_all ? Operator::kAll : Operator::kAny;
    if (const json* list = object.Array(name, true, kMaxOperands)) {
      for (size_t i = 0; i < list->size(); ++i) {
        condition.children.push_back(Read((*list)[i], Child(object.At(name), i), depth + 1));
      }
    }
    object.RefuseOthers();
    return condition;
  }

 private:
  void Report(std::string pointer, std::string text) { problems_.push_back({std::move(pointer), std::move(text)}); }

  Condition ReadLeaf(const json& document, const std::string& pointer) {
    Condition leaf;
    leaf.pointer = pointer;
    ObjectReader object(document, pointer, problems_);
    const std::string name = object.Text("operator", true, 64);
    leaf.is_negated = object.Boolean("negate", false);
    leaf.op = model::OperatorByName(name);
    if (leaf.op == Operator::kAll || leaf.op == Operator::kAny) leaf.op = Operator::kUnspecified;
    std::optional<OperandRule> rule = RuleOf(leaf.op);
    if (!rule.has_value()) {
      if (leaf.op != Operator::kUnspecified) {
        object.Report("operator", "operator \"" + name + "\" is not supported by this version");
      } else if (!name.empty()) {
        object.Report("operator", "unknown operator \"" + name + "\"");
      }
      leaf.op = Operator::kUnspecified;
      return leaf;
    }
    if (object.Boolean("case_insensitive", false)) {
      object.Report("case_insensitive", "comparing without case is not supported by this version");
    }
    if (leaf.op != Operator::kInSegment) {
      leaf.attribute = object.Text("attribute", true, kMaxKeySize);
      if (leaf.attribute.starts_with('$')) {
        object.Report("attribute", "names that begin with \"$\" are reserved");
      }
    } else if (scope_ == ConditionScope::kProperties) {
      object.Report("operator", "operator \"in_segment\" is not available for properties of events");
      leaf.op = Operator::kUnspecified;
      return leaf;
    }
    ReadOperands(object, *rule, name, leaf);
    object.RefuseOthers();
    return leaf;
  }

  void ReadOperands(ObjectReader& object, const OperandRule& rule, std::string_view name, Condition& leaf) {
    const json* list = object.Array("operands", rule.least > 0, kMaxOperands);
    if (list == nullptr) return;
    if (list->size() < rule.least || list->size() > rule.most) {
      const std::string count = rule.least == rule.most ? std::to_string(rule.least)
                                : rule.most == kMaxOperands
                                    ? "at least " + std::to_string(rule.least)
                                    : std::to_string(rule.least) + " to " + std::to_string(rule.most);
      object.Report("operands", "operator \"" + std::string(name) + "\": expected " + count + " operand" +
                                    (count == "1" || count == "at least 1" ? "" : "s") + ", found " +
                                    std::to_string(list->size()));
      return;
    }
    bool is_complete = true;
    for (size_t i = 0; i < list->size(); ++i) {
      std::optional<Operand> operand = ReadOperand((*list)[i], rule.form);
      if (!operand.has_value()) {
        Report(Child(object.At("operands"), i),
               "expected " + std::string(Wanted(rule.form)) + ", found " + std::string(Found((*list)[i])));
        is_complete = false;
        continue;
      }
      leaf.operands.push_back(*std::move(operand));
    }
    if (!is_complete) return;
    if (const size_t odd = FindOdd(leaf.operands); odd < leaf.operands.size()) {
      Report(Child(object.At("operands"), odd), "expected operands of one type, found another than the first one's");
      return;
    }
    if (const auto inexact = UnifyNumbers(leaf.operands)) {
      Report(Child(object.At("operands"), *inexact),
             "an integer beyond 2^53 cannot stand beside numbers with a fraction");
      return;
    }
    if (leaf.op == Operator::kBetween && AsDouble(leaf.operands[0]) > AsDouble(leaf.operands[1])) {
      object.Report("operands", "the first operand is greater than the second");
    }
  }

  ConditionScope scope_;
  Problems& problems_;
};

}  // namespace

Condition ReadCondition(const json& document, std::string_view pointer, ConditionScope scope, Problems& problems) {
  return Reader(scope, problems).Read(document, std::string(pointer), 1);
}

void ForEachLeaf(const Condition& condition, const std::function<void(const Condition&)>& visit) {
  if (condition.op != Operator::kAll && condition.op != Operator::kAny) {
    if (condition.op != Operator::kUnspecified) visit(condition);
    return;
  }
  for (const Condition& child : condition.children) ForEachLeaf(child, visit);
}

}  // namespace expt::service
