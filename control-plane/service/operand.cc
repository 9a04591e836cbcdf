#include "control-plane/service/operand.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "control-plane/service/window.h"
#include "src/base/ip.h"
#include "src/base/rfc3339.h"
#include "src/base/semver.h"
#include "src/eval/regex.h"

namespace expt::service {
namespace {

using nlohmann::json;

std::optional<Operand> ReadText(const json& value, OperandForm form) {
  const std::string& text = value.get_ref<const std::string&>();
  if (text.size() > kMaxOperandSize) return std::nullopt;
  bool is_good = false;
  switch (form) {
    case OperandForm::kScalars:
    case OperandForm::kSecrets:
    case OperandForm::kElements:
    case OperandForm::kPattern:
      is_good = true;
      break;
    case OperandForm::kTexts:
      is_good = !text.empty();
      break;
    case OperandForm::kSegments:
    case OperandForm::kVariants:
      is_good = IsKey(text);
      break;
    case OperandForm::kVersion:
      is_good = base::ParseSemver(text).has_value();
      break;
    case OperandForm::kNetworks:
      is_good = base::ParseNetwork(text).has_value();
      break;
    case OperandForm::kTimes:
      if (const std::optional<int64_t> time_ms = base::ParseRfc3339(text)) return Operand(*time_ms);
      break;
    default:
      break;
  }
  return is_good ? std::optional<Operand>(text) : std::nullopt;
}

// Nothing for a value that is no operand of that form. Windows are read elsewhere.
std::optional<Operand> ReadOperand(const json& value, OperandForm form) {
  if (value.is_string()) return ReadText(value, form);
  if (value.is_boolean() && form == OperandForm::kScalars) return value.get<bool>();
  if (form == OperandForm::kCircle && value.is_number()) return value.get<double>();
  if (IsInt64(value)) {
    const auto integer = value.get<int64_t>();
    if (form == OperandForm::kScalars || form == OperandForm::kNumbers || form == OperandForm::kTimes) return integer;
    if (form == OperandForm::kSizes && integer >= 0) return integer;
  }
  if (value.is_number_float() && (form == OperandForm::kScalars || form == OperandForm::kNumbers)) {
    return value.get<double>();
  }
  return std::nullopt;
}

// What stands there: the type alone does not help where it is the right one.
std::string FoundInstead(const json& value, OperandForm form) {
  constexpr size_t kMostShown = 40;
  const bool takes_text = form != OperandForm::kNumbers && form != OperandForm::kSizes && form != OperandForm::kCircle;
  if (form == OperandForm::kSizes && value.is_number()) return value.dump();
  if (!value.is_string() || !takes_text) return std::string(Found(value));
  const std::string& text = value.get_ref<const std::string&>();
  if (text.empty()) return "an empty string";
  return text.size() <= kMostShown ? "\"" + text + "\"" : "a text of " + std::to_string(text.size()) + " bytes";
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

// Why the engine would refuse the pattern; empty when it takes it.
std::string PatternDefect(const Operand& pattern) {
  std::string defect;
  eval::Regex::Compile(std::get<std::string>(pattern), defect);
  return defect;
}

class OperandReader {
 public:
  OperandReader(ObjectReader& leaf, const OperatorForm& form, Problems& problems)
      : leaf_(leaf), form_(form), pointer_(leaf.At("operands")), problems_(problems) {}

  std::vector<Operand> Read() {
    const json* list = leaf_.Array("operands", form_.least > 0, kMaxOperands);
    if (list == nullptr || !HasRightCount(*list)) return {};
    std::vector<Operand> operands;
    bool is_complete = true;
    for (size_t i = 0; i < list->size(); ++i) {
      if (form_.operands == OperandForm::kWindows) {
        is_complete &= ReadWindow((*list)[i], i, operands);
        continue;
      }
      std::optional<Operand> operand = ReadOperand((*list)[i], form_.operands);
      const std::string defect = !operand.has_value()                         ? WantedAt(i, (*list)[i])
                                 : form_.operands == OperandForm::kPattern ? PatternDefect(*operand)
                                                                              : std::string();
      if (!defect.empty()) Report(i, defect);
      is_complete &= defect.empty();
      if (operand.has_value()) operands.push_back(*std::move(operand));
    }
    return is_complete && FitTogether(operands) ? operands : std::vector<Operand>();
  }

 private:
  void Report(size_t i, std::string text) { problems_.push_back({Child(pointer_, i), std::move(text)}); }

  bool HasRightCount(const json& list) {
    if (list.size() >= form_.least && list.size() <= form_.most) return true;
    const bool is_open = form_.most == kMaxOperands;
    const std::string count = form_.least == form_.most ? std::to_string(form_.least)
                              : is_open                 ? "at least " + std::to_string(form_.least)
                                        : std::to_string(form_.least) + " to " + std::to_string(form_.most);
    const bool is_one = form_.least == 1 && (is_open || form_.most == 1);
    leaf_.Report("operands", "operator \"" + std::string(model::OperatorName(form_.op)) + "\": expected " + count +
                                 " operand" + (is_one ? "" : "s") + ", found " + std::to_string(list.size()));
    return false;
  }

  std::string WantedAt(size_t i, const json& value) const {
    constexpr const char* kCircle[] = {"a latitude in degrees", "a longitude in degrees", "a radius in km"};
    const std::string wanted =
        form_.operands == OperandForm::kCircle ? kCircle[i] : std::string(Wanted(form_.operands));
    return "expected " + wanted + ", found " + FoundInstead(value, form_.operands);
  }

  bool ReadWindow(const json& document, size_t i, std::vector<Operand>& operands) {
    const size_t known = problems_.size();
    for (const auto& [start, end] : service::ReadWindow(document, Child(pointer_, i), problems_)) {
      operands.emplace_back(int64_t{start});
      operands.emplace_back(int64_t{end});
    }
    return problems_.size() == known;
  }

  bool FitTogether(std::vector<Operand>& operands) {
    if (const size_t odd = FindOdd(operands); odd < operands.size()) {
      Report(odd, "expected operands of one type, found another than the first one's");
      return false;
    }
    if (const auto inexact = UnifyNumbers(operands)) {
      Report(*inexact, "an integer beyond 2^53 cannot stand beside numbers with a fraction");
      return false;
    }
    if (form_.operands == OperandForm::kCircle) return IsCircle(operands);
    if (form_.least != 2) return true;
    const bool is_time = form_.operands == OperandForm::kTimes;
    const bool is_ascending = is_time ? operands[0] < operands[1] : AsDouble(operands[0]) <= AsDouble(operands[1]);
    if (!is_ascending) {
      leaf_.Report("operands", is_time ? "the second time is not after the first"
                                       : "the first operand is greater than the second");
    }
    return is_ascending;
  }

  bool IsCircle(const std::vector<Operand>& operands) {
    const auto at = [&operands](size_t i) { return std::get<double>(operands[i]); };
    bool is_good = true;
    const auto check = [&](size_t i, bool holds, const char* wanted) {
      if (!holds) Report(i, std::string("expected ") + wanted + ", found " + json(at(i)).dump());
      is_good &= holds;
    };
    check(0, std::abs(at(0)) <= 90, "a latitude in [-90, 90]");
    check(1, std::abs(at(1)) <= 180, "a longitude in [-180, 180]");
    check(2, at(2) >= 0, "a radius of at least 0 km");
    return is_good;
  }

  ObjectReader& leaf_;
  const OperatorForm& form_;
  std::string pointer_;
  Problems& problems_;
};

}  // namespace

std::vector<Operand> ReadOperands(ObjectReader& leaf, const OperatorForm& form, Problems& problems) {
  return OperandReader(leaf, form, problems).Read();
}

}  // namespace expt::service
