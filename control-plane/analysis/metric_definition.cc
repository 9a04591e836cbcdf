#include "control-plane/analysis/metric_definition.h"

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "src/base/status.h"

namespace expt::analysis {
namespace {

using nlohmann::json;

constexpr int kMaxConditionDepth = 16;

// Reads a document and keeps the first thing that is wrong with it.
class Reader {
 public:
  bool ok() const { return error_.empty(); }
  const std::string& error() const { return error_; }
  void Fail(const std::string& place, const std::string& text) {
    if (error_.empty()) error_ = place + ": " + text;
  }

  const json* Find(const json& object, const char* name) const {
    const auto it = object.find(name);
    return it == object.end() || it->is_null() ? nullptr : &*it;
  }
  std::string Text(const json& object, const std::string& place, const char* name, bool is_required) {
    const json* member = Find(object, name);
    if (member == nullptr) {
      if (is_required) Fail(place + name, "expected text, got nothing");
      return {};
    }
    if (!member->is_string()) {
      Fail(place + name, std::string("expected text, got ") + member->type_name());
      return {};
    }
    return member->get<std::string>();
  }
  std::optional<int64_t> Integer(const json& object, const std::string& place, const char* name) {
    const json* member = Find(object, name);
    if (member == nullptr) return std::nullopt;
    const bool fits = member->is_number_integer() &&
                      (!member->is_number_unsigned() ||
                       member->get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
    if (!fits) {
      Fail(place + name, std::string("expected an integer, got ") + member->type_name());
      return std::nullopt;
    }
    return member->get<int64_t>();
  }
  template <typename Enum, size_t kSize>
  Enum Word(const json& object, const std::string& place, const char* name, const std::array<Enum, kSize>& values,
            Enum usual) {
    const json* member = Find(object, name);
    if (member == nullptr) return usual;
    std::string words;
    for (const Enum value : values) {
      if (member->is_string() && member->get_ref<const std::string&>() == Name(value)) return value;
      words += (words.empty() ? "" : ", ") + std::string(Name(value));
    }
    Fail(place + name, "expected one of " + words + ", got " +
                           (member->is_string() ? "\"" + member->get<std::string>() + "\"" : member->type_name()));
    return usual;
  }

 private:
  std::string error_;
};

PropertyCondition ReadCondition(Reader& reader, const json& document, const std::string& place, int depth) {
  PropertyCondition condition;
  if (!document.is_object()) {
    reader.Fail(place, std::string("expected an object, got ") + document.type_name());
    return condition;
  }
  if (depth > kMaxConditionDepth) {
    reader.Fail(place, "nested deeper than " + std::to_string(kMaxConditionDepth));
    return condition;
  }
  for (const auto& [name, kind] :
       {std::pair{"all", PropertyCondition::Kind::kAll}, std::pair{"any", PropertyCondition::Kind::kAny},
        std::pair{"not", PropertyCondition::Kind::kNot}}) {
    const json* child = reader.Find(document, name);
    if (child == nullptr) continue;
    condition.kind = kind;
    if (kind == PropertyCondition::Kind::kNot) {
      condition.children.push_back(ReadCondition(reader, *child, place + ": not", depth + 1));
    } else if (!child->is_array()) {
      reader.Fail(place + ": " + name, std::string("expected a list, got ") + child->type_name());
    } else {
      for (size_t i = 0; i < child->size() && reader.ok(); ++i) {
        condition.children.push_back(
            ReadCondition(reader, (*child)[i], place + ": " + name + " " + std::to_string(i), depth + 1));
      }
    }
    return condition;
  }
  condition.kind = PropertyCondition::Kind::kLeaf;
  condition.property = reader.Text(document, place + ": ", "attribute", true);
  condition.op = reader.Text(document, place + ": ", "operator", true);
  for (const auto& [name, target] :
       {std::pair{"negate", &condition.negate}, std::pair{"case_insensitive", &condition.case_insensitive}}) {
    const json* member = reader.Find(document, name);
    if (member == nullptr) continue;
    if (!member->is_boolean()) reader.Fail(place + ": " + name, "expected true or false");
    *target = member->is_boolean() && member->get<bool>();
  }
  const json* operands = reader.Find(document, "operands");
  if (operands == nullptr) return condition;
  if (!operands->is_array()) {
    reader.Fail(place + ": operands", std::string("expected a list, got ") + operands->type_name());
    return condition;
  }
  for (const json& operand : *operands) {
    if (operand.is_boolean()) {
      condition.operands.emplace_back(operand.get<bool>());
    } else if (operand.is_number_integer() &&
               (!operand.is_number_unsigned() ||
                operand.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))) {
      condition.operands.emplace_back(operand.get<int64_t>());
    } else if (operand.is_number()) {
      condition.operands.emplace_back(operand.get<double>());
    } else if (operand.is_string()) {
      condition.operands.emplace_back(operand.get<std::string>());
    } else {
      reader.Fail(place + ": operands", std::string("expected text, numbers or booleans, got ") + operand.type_name());
    }
  }
  return condition;
}

MetricSource ReadSource(Reader& reader, const json& document, const std::string& place, MetricKind kind,
                        bool is_numerator) {
  MetricSource source;
  if (!document.is_object()) {
    reader.Fail(place, std::string("expected an object, got ") + document.type_name());
    return source;
  }
  const std::string inside = place + ": ";
  source.event = reader.Text(document, inside, "event", true);
  source.value =
      reader.Word(document, inside, "value",
                  std::array{ValueSource::kNone, ValueSource::kValue, ValueSource::kProperty}, ValueSource::kNone);
  source.property = reader.Text(document, inside, "property", source.value == ValueSource::kProperty);
  const Aggregation usual = kind == MetricKind::kProportion && is_numerator ? Aggregation::kAny
                            : source.value == ValueSource::kNone            ? Aggregation::kCount
                                                                            : Aggregation::kSum;
  source.aggregation = reader.Word(document, inside, "aggregation",
                                   std::array{Aggregation::kAny, Aggregation::kCount, Aggregation::kSum}, usual);
  if (const json* condition = reader.Find(document, "condition")) {
    source.condition = ReadCondition(reader, *condition, place + ": condition", 1);
  }
  return source;
}

json ToJson(const PropertyCondition& condition) {
  json children = json::array();
  for (const PropertyCondition& child : condition.children) children.push_back(ToJson(child));
  switch (condition.kind) {
    case PropertyCondition::Kind::kAll:
      return {{"all", children}};
    case PropertyCondition::Kind::kAny:
      return {{"any", children}};
    case PropertyCondition::Kind::kNot:
      return {{"not", children.empty() ? json(nullptr) : children[0]}};
    case PropertyCondition::Kind::kLeaf:
      break;
  }
  json operands = json::array();
  for (const auto& operand : condition.operands) {
    std::visit([&](const auto& value) { operands.push_back(value); }, operand);
  }
  return {{"attribute", condition.property},
          {"operator", condition.op},
          {"operands", operands},
          {"negate", condition.negate},
          {"case_insensitive", condition.case_insensitive}};
}

json ToJson(const MetricSource& source) {
  json document = {{"event", source.event}, {"value", Name(source.value)}, {"aggregation", Name(source.aggregation)}};
  if (source.condition.has_value()) document["condition"] = ToJson(*source.condition);
  if (source.value == ValueSource::kProperty) document["property"] = source.property;
  return document;
}

void AppendProblems(const MetricSource& source, const std::string& place, std::vector<std::string>& problems) {
  if (source.event.empty()) problems.push_back(place + ": event: expected a name, got nothing");
  if (source.value == ValueSource::kProperty && source.property.empty()) {
    problems.push_back(place + ": property: expected a name, got nothing");
  }
  if (source.aggregation == Aggregation::kSum && source.value == ValueSource::kNone) {
    problems.push_back(place + ": aggregation: a sum needs the value or a property of the event");
  }
}

}  // namespace

std::string_view Name(MetricKind kind) {
  return kind == MetricKind::kProportion ? "proportion" : kind == MetricKind::kMean ? "mean" : "ratio";
}
std::string_view Name(Direction direction) { return direction == Direction::kIncrease ? "increase" : "decrease"; }
std::string_view Name(ValueSource value) {
  return value == ValueSource::kNone ? "none" : value == ValueSource::kValue ? "value" : "property";
}
std::string_view Name(Aggregation aggregation) {
  return aggregation == Aggregation::kAny ? "any" : aggregation == Aggregation::kCount ? "count" : "sum";
}
std::string_view Name(UnitsWithoutEvents policy) { return policy == UnitsWithoutEvents::kZero ? "zero" : "leave_out"; }

std::vector<std::string> Problems(const MetricDefinition& metric) {
  std::vector<std::string> problems;
  if (metric.key.empty()) problems.emplace_back("key: expected a key, got nothing");
  if (metric.unit_type.empty()) problems.emplace_back("unit_type: expected a name, got nothing");
  AppendProblems(metric.numerator, "numerator", problems);
  if (metric.kind == MetricKind::kProportion) {
    if (metric.numerator.aggregation != Aggregation::kAny) {
      problems.emplace_back("numerator: aggregation: a proportion asks whether any event came, expected \"any\"");
    }
    if (metric.units_without_events == UnitsWithoutEvents::kLeaveOut) {
      problems.emplace_back("units_without_events: a proportion counts every unit, expected \"zero\"");
    }
  }
  if (metric.kind == MetricKind::kRatio && !metric.denominator.has_value()) {
    problems.emplace_back("denominator: expected the denominator of a ratio, got nothing");
  }
  if (metric.kind != MetricKind::kRatio && metric.denominator.has_value()) {
    problems.emplace_back("denominator: only a ratio has a denominator");
  }
  if (metric.denominator.has_value()) AppendProblems(*metric.denominator, "denominator", problems);
  constexpr int64_t kMaxWindowMs = int64_t{3660} * 86'400'000;
  if (metric.start_ms < 0 || metric.start_ms > kMaxWindowMs) {
    problems.emplace_back("window: start_ms: expected 0 to ten years");
  }
  if (metric.end_ms.has_value() && (*metric.end_ms <= metric.start_ms || *metric.end_ms > kMaxWindowMs)) {
    problems.emplace_back("window: end_ms: expected more than start_ms, at most ten years");
  }
  return problems;
}

json ToJson(const MetricDefinition& metric) {
  json document = {
      {"key", metric.key},
      {"version", metric.version},
      {"name", metric.name},
      {"kind", Name(metric.kind)},
      {"unit_type", metric.unit_type},
      {"numerator", ToJson(metric.numerator)},
      {"window",
       {{"start_ms", metric.start_ms}, {"end_ms", metric.end_ms.has_value() ? json(*metric.end_ms) : json()}}},
      {"direction", Name(metric.direction)},
      {"units_without_events", Name(metric.units_without_events)}};
  if (metric.denominator.has_value()) document["denominator"] = ToJson(*metric.denominator);
  return document;
}

absl::StatusOr<MetricDefinition> MetricFromJson(const json& document) {
  if (!document.is_object()) {
    return base::Error(absl::StatusCode::kInvalidArgument,
                       std::string("metric: expected an object, got ") + document.type_name());
  }
  Reader reader;
  MetricDefinition metric;
  metric.key = reader.Text(document, "", "key", true);
  metric.name = reader.Text(document, "", "name", false);
  metric.version = reader.Integer(document, "", "version").value_or(1);
  metric.kind =
      reader.Word(document, "", "kind", std::array{MetricKind::kProportion, MetricKind::kMean, MetricKind::kRatio},
                  MetricKind::kProportion);
  if (std::string unit_type = reader.Text(document, "", "unit_type", false); !unit_type.empty()) {
    metric.unit_type = std::move(unit_type);
  }
  if (const json* numerator = reader.Find(document, "numerator")) {
    metric.numerator = ReadSource(reader, *numerator, "numerator", metric.kind, true);
  }
  if (const json* denominator = reader.Find(document, "denominator")) {
    metric.denominator = ReadSource(reader, *denominator, "denominator", metric.kind, false);
  }
  if (const json* window = reader.Find(document, "window")) {
    if (window->is_object()) {
      metric.start_ms = reader.Integer(*window, "window: ", "start_ms").value_or(0);
      metric.end_ms = reader.Integer(*window, "window: ", "end_ms");
    } else {
      reader.Fail("window", std::string("expected an object, got ") + window->type_name());
    }
  }
  metric.direction = reader.Word(document, "", "direction", std::array{Direction::kIncrease, Direction::kDecrease},
                                 Direction::kIncrease);
  metric.units_without_events =
      reader.Word(document, "", "units_without_events",
                  std::array{UnitsWithoutEvents::kZero, UnitsWithoutEvents::kLeaveOut}, UnitsWithoutEvents::kZero);
  std::string error = reader.error();
  if (error.empty()) {
    if (const std::vector<std::string> problems = Problems(metric); !problems.empty()) error = problems.front();
  }
  if (!error.empty()) {
    return base::Error(absl::StatusCode::kInvalidArgument, "metric \"" + metric.key + "\": " + error);
  }
  return metric;
}

}  // namespace expt::analysis
