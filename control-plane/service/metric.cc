#include "control-plane/service/metric.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace expt::service {
namespace {

using nlohmann::json;

constexpr int64_t kMaxWindowMs = int64_t{366} * 86'400'000;

MetricPart ReadPart(const json& document, const std::string& pointer, bool is_proportion, Problems& problems) {
  MetricPart part;
  ObjectReader object(document, pointer, problems);
  part.event = object.Text("event", true, kMaxKeySize);
  if (const json* condition = object.Object("condition", false)) {
    part.condition = ReadCondition(*condition, object.At("condition"), ConditionScope::kProperties, problems);
  }
  const std::string value = object.Word("value", {"none", "value", "property"}, "none");
  part.value = value == "value"      ? MetricPart::Value::kValue
               : value == "property" ? MetricPart::Value::kProperty
                                     : MetricPart::Value::kNone;
  const bool is_property = part.value == MetricPart::Value::kProperty;
  part.property = object.Text("property", is_property, kMaxKeySize);
  if (!is_property && object.Has("property")) {
    object.Report("property", "only with \"value\": \"property\"");
  }
  const std::string_view usual = is_proportion ? "any" : part.value == MetricPart::Value::kNone ? "count" : "sum";
  const std::string aggregation = object.Word("aggregation", {"any", "count", "sum"}, usual);
  part.aggregation = aggregation == "any"   ? MetricPart::Aggregation::kAny
                     : aggregation == "sum" ? MetricPart::Aggregation::kSum
                                            : MetricPart::Aggregation::kCount;
  if (part.aggregation == MetricPart::Aggregation::kSum && part.value == MetricPart::Value::kNone) {
    object.Report("aggregation", "a sum needs \"value\": \"value\" or \"property\"");
  }
  object.RefuseOthers();
  return part;
}

}  // namespace

Metric ReadMetric(const json& document, Problems& problems) {
  Metric metric;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  metric.key = object.Key("key");
  metric.name = object.Text("name", false, 256);
  metric.description = object.Text("description", false, 4096);
  metric.kind = object.Word("kind", {"proportion", "mean", "ratio"});
  if (const std::string unit_type = object.Text("unit_type", false, kMaxKeySize); !unit_type.empty()) {
    metric.unit_type = unit_type;
  }
  if (const json* numerator = object.Object("numerator", true)) {
    metric.numerator = ReadPart(*numerator, object.At("numerator"), metric.kind == "proportion", problems);
    if (metric.kind == "proportion" && metric.numerator.aggregation != MetricPart::Aggregation::kAny) {
      problems.push_back(
          {object.At("numerator") + "/aggregation", "a proportion asks whether any event came: expected \"any\""});
    }
  }
  if (const json* denominator = object.Object("denominator", metric.kind == "ratio")) {
    metric.denominator = ReadPart(*denominator, object.At("denominator"), false, problems);
    if (metric.kind != "ratio" && !metric.kind.empty()) {
      object.Report("denominator", "only a ratio has a denominator");
    }
  }
  if (const json* window = object.Object("window", false)) {
    ObjectReader inner(*window, object.At("window"), problems);
    metric.window_start_ms = inner.Integer("start_ms", 0, kMaxWindowMs).value_or(0);
    metric.window_end_ms = inner.Integer("end_ms", 1, kMaxWindowMs);
    if (metric.window_end_ms.has_value() && *metric.window_end_ms <= metric.window_start_ms) {
      inner.Report("end_ms", "the window ends before it starts");
    }
    inner.RefuseOthers();
  }
  metric.direction = object.Word("direction", {"increase", "decrease"}, "increase");
  metric.leaves_out_units_without_events =
      object.Word("units_without_events", {"zero", "leave_out"}, "zero") == "leave_out";
  if (metric.leaves_out_units_without_events && metric.kind == "proportion") {
    object.Report("units_without_events", "a proportion counts every unit: expected \"zero\"");
  }
  metric.version = object.Integer("version", 1, std::numeric_limits<int64_t>::max()).value_or(1);
  object.RefuseOthers();
  return metric;
}

bool MeasuresTheSame(const json& a, const json& b) {
  const auto core = [](json document) {
    for (const char* name : {"name", "description", "version", "id", "archived", "created", "updated"}) {
      document.erase(name);
    }
    // What is left out and what is null mean the same.
    for (auto field = document.begin(); field != document.end();) {
      field = field->is_null() ? document.erase(field) : std::next(field);
    }
    return document;
  };
  return core(a) == core(b);
}

}  // namespace expt::service
