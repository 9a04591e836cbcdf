#include "control-plane/service/condition.h"

#include <map>
#include <nlohmann/json.hpp>

#include "control-plane/service/flag_configuration.h"
#include "control-plane/service/time_zone.h"
#include "expt/context.h"

namespace expt::service {
namespace {

using model::Operator;
using nlohmann::json;

bool IsForEvents(OperandForm form) {
  return form == OperandForm::kNone || form == OperandForm::kScalars || form == OperandForm::kTexts ||
         form == OperandForm::kNumbers;
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
    leaf.is_case_insensitive = object.Boolean("case_insensitive", false);
    const OperatorForm* form = FormOf(model::OperatorByName(name));
    if (form == nullptr) {
      if (!name.empty()) object.Report("operator", "unknown operator \"" + name + "\"");
      return leaf;
    }
    if (scope_ == ConditionScope::kProperties && !IsForEvents(form->operands)) {
      object.Report("operator", "operator \"" + name + "\" is not available for properties of events");
      return leaf;
    }
    leaf.op = form->op;
    if (ReadsAttribute(form->operands)) leaf.attribute = ReadAttribute(object, form->operands);
    leaf.operands = ReadOperands(object, *form, problems_);
    CheckCase(object, *form, leaf);
    ReadMore(object, form->operands, leaf);
    object.RefuseOthers();
    return leaf;
  }

  static std::string ReadAttribute(ObjectReader& object, OperandForm form) {
    std::string attribute = object.Text("attribute", true, kMaxKeySize);
    if (!attribute.starts_with('$')) return attribute;
    const bool takes_now = form == OperandForm::kTimes || form == OperandForm::kWindows;
    if (attribute != "$now") {
      object.Report("attribute", "names that begin with \"$\" are reserved");
    } else if (!takes_now) {
      object.Report("attribute", "\"$now\" is a time: only the operators of times take it");
    }
    return attribute;
  }

  // Folding is about text.
  static void CheckCase(ObjectReader& object, const OperatorForm& form, const Condition& leaf) {
    if (!leaf.is_case_insensitive) return;
    if (form.op == Operator::kMatches) {
      object.Report("case_insensitive", "write \"(?i)\" at the beginning of the pattern instead");
    } else if (!form.may_fold || (!leaf.operands.empty() && !std::holds_alternative<std::string>(leaf.operands[0]))) {
      object.Report("case_insensitive", "only comparisons with strings have a case");
    }
  }

  static void ReadMore(ObjectReader& object, OperandForm form, Condition& leaf) {
    switch (form) {
      case OperandForm::kSecrets:
        leaf.salt = object.OptionalKey("salt", "", kMaxSaltSize);
        break;
      case OperandForm::kWindows:
        leaf.time_zone = object.Text("time_zone", true, 64);
        if (!leaf.time_zone.empty() && !IsTimeZone(leaf.time_zone)) {
          object.Report("time_zone", "unknown time zone \"" + leaf.time_zone +
                                         "\"; expected a name of the IANA database such as \"Europe/Zurich\"");
        }
        break;
      case OperandForm::kCircle:
        leaf.longitude = object.Text("longitude", true, kMaxKeySize);
        if (leaf.longitude.starts_with('$')) object.Report("longitude", "names that begin with \"$\" are reserved");
        break;
      case OperandForm::kVariants:
        leaf.flag = object.Key("flag");
        break;
      default:
        break;
    }
  }

  ConditionScope scope_;
  Problems& problems_;
};

// Calls `visit` for each leaf of a document that compares with hidden values.
template <typename Json, typename Visit>
void ForEachHidden(Json& document, const Visit& visit) {
  if (!document.is_object()) return;
  for (const char* name : {"all", "any"}) {
    const auto list = document.find(name);
    if (list == document.end() || !list->is_array()) continue;
    for (auto& child : *list) ForEachHidden(child, visit);
  }
  if (const auto inner = document.find("not"); inner != document.end()) ForEachHidden(*inner, visit);
  const std::string op = document.value("operator", "");
  if (op == "equals_hashed" || op == "in_hashed") visit(document);
}

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

void FillConditionSalts(json& document, const json* previous, const std::function<std::string()>& make_salt) {
  std::map<std::string, json> salts;  // by attribute
  const auto collect = [&salts](const json& leaf) {
    if (leaf.contains("salt") && leaf["salt"].is_string()) salts.emplace(leaf.value("attribute", ""), leaf["salt"]);
  };
  ForEachHidden(document, collect);
  if (previous != nullptr) ForEachHidden(*previous, collect);
  ForEachHidden(document, [&](json& leaf) {
    if (leaf.contains("salt") && leaf["salt"].is_string()) return;
    const auto [salt, is_new] = salts.try_emplace(leaf.value("attribute", ""));
    if (is_new) salt->second = make_salt();
    leaf["salt"] = salt->second;
  });
}

}  // namespace expt::service
