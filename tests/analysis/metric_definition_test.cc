#include "control-plane/analysis/metric_definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "control-plane/analysis/metric_binding.h"

namespace expt::analysis {
namespace {

using nlohmann::json;

MetricDefinition Read(const char* text) {
  absl::StatusOr<MetricDefinition> metric = MetricFromJson(json::parse(text));
  EXPECT_TRUE(metric.ok()) << metric.status();
  return metric.ok() ? *metric : MetricDefinition();
}
std::string ErrorOf(const char* text) { return std::string(MetricFromJson(json::parse(text)).status().message()); }

TEST(MetricDefinition, ADocumentComesBackAsItWas) {
  const MetricDefinition metric = Read(R"({
    "key": "aov", "version": 3, "name": "Order value", "kind": "ratio", "unit_type": "account",
    "numerator": {"event": "order", "value": "property", "property": "total", "aggregation": "sum",
                  "condition": {"all": [{"attribute": "channel", "operator": "in", "operands": ["web", "app"]},
                                        {"not": {"attribute": "test", "operator": "equals", "operands": [true]}},
                                        {"attribute": "items", "operator": "between", "operands": [1, 2.5],
                                         "negate": true}]}},
    "denominator": {"event": "order"},
    "window": {"start_ms": 1000, "end_ms": 5000}, "direction": "decrease", "units_without_events": "leave_out"})");
  EXPECT_EQ(metric.kind, MetricKind::kRatio);
  EXPECT_EQ(metric.denominator->aggregation, Aggregation::kCount);
  EXPECT_EQ(metric.numerator.condition->children.size(), 3u);
  const absl::StatusOr<MetricDefinition> again = MetricFromJson(ToJson(metric));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, metric);
}

TEST(MetricDefinition, WhatIsLeftOutTakesItsUsualValue) {
  const MetricDefinition metric = Read(R"({"key": "buy", "kind": "proportion", "numerator": {"event": "order"},
                                          "window": {"end_ms": null}, "description": "x", "id": "met_1"})");
  EXPECT_EQ(metric.numerator.aggregation, Aggregation::kAny);
  EXPECT_EQ(metric.unit_type, "targeting_key");
  EXPECT_EQ(metric.end_ms, std::nullopt);
  EXPECT_EQ(
      Read(R"({"key": "v", "kind": "mean", "numerator": {"event": "o", "value": "value"}})").numerator.aggregation,
      Aggregation::kSum);
}

TEST(MetricDefinition, ErrorsNameThePlace) {
  EXPECT_EQ(ErrorOf(R"({"key": "m", "kind": "mean", "numerator": {"event": "o", "value": "sum"}})"),
            "metric \"m\": numerator: value: expected one of none, value, property, got \"sum\"");
  EXPECT_EQ(ErrorOf(R"({"key": "m", "kind": "ratio", "numerator": {"event": "o"}})"),
            "metric \"m\": denominator: expected the denominator of a ratio, got nothing");
  EXPECT_EQ(ErrorOf(R"({"key": "m", "kind": "proportion", "numerator": {"event": "o", "aggregation": "count"}})"),
            "metric \"m\": numerator: aggregation: a proportion asks whether any event came, expected \"any\"");
  EXPECT_EQ(ErrorOf(R"({"key": "m", "kind": "mean", "numerator": {"event": "o"}, "window": {"start_ms": 5,
                        "end_ms": 5}})"),
            "metric \"m\": window: end_ms: expected more than start_ms, at most ten years");
  EXPECT_EQ(ErrorOf(R"({"key": "m", "kind": "mean", "numerator": {"event": 7}})"),
            "metric \"m\": numerator: event: expected text, got number");
  EXPECT_EQ(ErrorOf("[]"), "metric: expected an object, got array");
}

MetricBinding BindingOf(const MetricSource& source) {
  absl::StatusOr<MetricBinding> binding = MetricBinding::Parse(MetricBinding::TextOf(source, "targeting_key"));
  EXPECT_TRUE(binding.ok()) << binding.status();
  return *std::move(binding);
}

wire::MetricEvent OrderOf(const std::string& channel, double total) {
  wire::MetricEvent event;
  event.name = "order";
  event.value = 7;
  event.properties = {{"channel", Value(ValueView(channel))},
                      {"total", Value(ValueView(total))},
                      {"items", Value(ValueView(3))},
                      {"gift", Value(ValueView(true))}};
  return event;
}

TEST(MetricBinding, AnEventAddsOneItsValueOrAProperty) {
  MetricSource source{.event = "order",
                      .condition = {},
                      .value = ValueSource::kNone,
                      .property = "",
                      .aggregation = Aggregation::kCount};
  wire::MetricEvent event = OrderOf("web", 12.5);
  EXPECT_EQ(BindingOf(source).ValueOf(event), 1);
  source.value = ValueSource::kValue;
  EXPECT_EQ(BindingOf(source).ValueOf(event), 7);
  event.value.reset();
  EXPECT_EQ(BindingOf(source).ValueOf(event), std::nullopt);
  source.value = ValueSource::kProperty;
  source.property = "total";
  EXPECT_EQ(BindingOf(source).ValueOf(event), 12.5);
  source.property = "items";
  EXPECT_EQ(BindingOf(source).ValueOf(event), 3);
  source.property = "channel";
  EXPECT_EQ(BindingOf(source).ValueOf(event), std::nullopt);
  source.property = "none";
  EXPECT_EQ(BindingOf(source).ValueOf(event), std::nullopt);
}

TEST(MetricBinding, MetricsThatAgreeInWhatTheyCountShareTheirRows) {
  MetricSource any{
      .event = "order", .condition = {}, .value = ValueSource::kNone, .property = "", .aggregation = Aggregation::kAny};
  MetricSource count = any;
  count.aggregation = Aggregation::kCount;
  EXPECT_EQ(MetricBinding::TextOf(any, "t"), MetricBinding::TextOf(count, "t"));
  count.value = ValueSource::kValue;
  EXPECT_NE(MetricBinding::TextOf(any, "t"), MetricBinding::TextOf(count, "t"));
  EXPECT_NE(MetricBinding::TextOf(any, "t"), MetricBinding::TextOf(any, "u"));
}

bool Counts(const char* condition, const wire::MetricEvent& event) {
  json document = {{"key", "m"}, {"kind", "mean"}, {"numerator", {{"event", "order"}}}};
  document["numerator"]["condition"] = json::parse(condition);
  const absl::StatusOr<MetricDefinition> metric = MetricFromJson(document);
  EXPECT_TRUE(metric.ok()) << metric.status();
  return BindingOf(metric->numerator).ValueOf(event).has_value();
}

TEST(MetricBinding, ConditionsAreDecidedByTheEngineOfTheFlags) {
  const wire::MetricEvent event = OrderOf("web", 12.5);
  EXPECT_TRUE(Counts(R"({"attribute": "channel", "operator": "in", "operands": ["app", "web"]})", event));
  EXPECT_FALSE(Counts(R"({"attribute": "channel", "operator": "in", "operands": ["app"]})", event));
  EXPECT_TRUE(Counts(R"({"not": {"attribute": "channel", "operator": "in", "operands": ["app"]}})", event));
  EXPECT_TRUE(Counts(R"({"attribute": "total", "operator": "gte", "operands": [12.5]})", event));
  EXPECT_FALSE(Counts(R"({"attribute": "total", "operator": "lt", "operands": [12]})", event));
  EXPECT_TRUE(Counts(R"({"attribute": "total", "operator": "between", "operands": [12, 12.5]})", event));
  EXPECT_TRUE(Counts(R"({"attribute": "gift", "operator": "equals", "operands": [true]})", event));
  EXPECT_TRUE(Counts(R"({"any": [{"attribute": "items", "operator": "equals", "operands": [4]},
                                 {"attribute": "items", "operator": "equals", "operands": [3]}]})",
                     event));
  EXPECT_TRUE(Counts(R"({"all": []})", event));
  EXPECT_FALSE(Counts(R"({"any": []})", event));
  // Unknown for want of a property, and so is its negation.
  EXPECT_FALSE(Counts(R"({"attribute": "coupon", "operator": "in", "operands": ["a"]})", event));
  EXPECT_FALSE(Counts(R"({"not": {"attribute": "coupon", "operator": "in", "operands": ["a"]}})", event));
}

TEST(MetricBinding, AConditionThatTheEngineRefusesIsAnError) {
  for (const char* condition : {R"({"attribute": "a", "operator": "is_like", "operands": ["x"]})",
                                R"({"attribute": "a", "operator": "gte", "operands": ["x"]})",
                                R"({"attribute": "a", "operator": "in", "operands": ["x", 1]})",
                                R"({"attribute": "a", "operator": "in_segment", "operands": ["x"]})"}) {
    json document = {{"key", "m"}, {"kind", "mean"}, {"numerator", {{"event", "order"}}}};
    document["numerator"]["condition"] = json::parse(condition);
    const absl::StatusOr<MetricDefinition> metric = MetricFromJson(document);
    ASSERT_TRUE(metric.ok());
    EXPECT_EQ(MetricBinding::Parse(MetricBinding::TextOf(metric->numerator, "targeting_key")).status().code(),
              absl::StatusCode::kInvalidArgument)
        << condition;
  }
}

}  // namespace
}  // namespace expt::analysis
