#include "control-plane/cli/event_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace expt::cli {
namespace {

EventLine Parsed(std::string_view line) {
  absl::StatusOr<EventLine> event = ParseEventLine(line);
  EXPECT_TRUE(event.ok()) << event.status();
  return event.ok() ? *event : EventLine();
}

std::string ErrorOf(std::string_view line) {
  const absl::StatusOr<EventLine> event = ParseEventLine(line);
  EXPECT_FALSE(event.ok()) << line;
  return std::string(event.status().message());
}

TEST(EventLine, MetricHasValuePropertiesUnitsTimeAndId) {
  const EventLine event = Parsed(R"({"type": "metric", "name": "purchase", "context": {"targetingKey": "u1"},
      "value": 19.5, "properties": {"plan": "pro", "n": 3, "x": 0.5, "b": true}, "units": {"account": "a1"},
      "time": "1970-01-01T00:00:01Z", "event_id": "order-7"})");
  EXPECT_EQ(event.kind, EventKind::kMetric);
  EXPECT_EQ(event.name, "purchase");
  EXPECT_EQ(event.context.Find("targeting_key").text(), "u1");
  EXPECT_EQ(event.value, 19.5);
  ASSERT_EQ(event.properties.size(), 4u);
  EXPECT_THAT(event.units, testing::ElementsAre(testing::Pair("account", "a1")));
  EXPECT_EQ(event.time->time_since_epoch().count(), 1000);
  EXPECT_EQ(event.event_id, "order-7");
}

TEST(EventLine, ExposureAndIdentify) {
  const EventLine exposure =
      Parsed(R"({"type": "exposure", "experiment": "e", "variant": "v", "context": {"targetingKey": "u"}, "time": 5})");
  EXPECT_EQ(exposure.kind, EventKind::kExposure);
  EXPECT_EQ(exposure.name, "e");
  EXPECT_EQ(exposure.variant, "v");
  EXPECT_EQ(exposure.time->time_since_epoch().count(), 5);
  const EventLine identify =
      Parsed(R"({"type": "identify", "context": {"targetingKey": "u"}, "unit_type": "account", "unit_id": "a"})");
  EXPECT_EQ(identify.kind, EventKind::kIdentify);
  EXPECT_EQ(identify.name, "account");
  EXPECT_EQ(identify.variant, "a");
}

TEST(EventLine, EachMistakeIsNamed) {
  EXPECT_EQ(ErrorOf("{"), "not JSON");
  EXPECT_EQ(ErrorOf("[]"), "expected a JSON object");
  EXPECT_EQ(ErrorOf("{}"), "\"type\" is missing");
  EXPECT_EQ(ErrorOf(R"({"type": "click"})"), R"("type": expected "metric", "exposure" or "identify")");
  EXPECT_EQ(ErrorOf(R"({"type": "metric", "name": "n"})"), "\"context\" is missing");
  EXPECT_EQ(ErrorOf(R"({"type": "metric", "context": {}})"), "\"name\" is missing");
  EXPECT_EQ(ErrorOf(R"({"type": "metric", "name": "n", "context": {}, "valu": 1})"),
            "unknown member \"valu\" of a metric event");
  EXPECT_EQ(ErrorOf(R"({"type": "metric", "name": "n", "context": {}, "value": "1"})"), "\"value\": expected a number");
  EXPECT_EQ(ErrorOf(R"({"type": "metric", "name": "n", "context": [], "value": 1})"),
            "context: expected a JSON object");
  EXPECT_THAT(ErrorOf(R"({"type": "metric", "name": "n", "context": {}, "time": "noon"})"),
              testing::StartsWith("time \"noon\""));
  EXPECT_EQ(ErrorOf(R"({"type": "metric", "name": "n", "context": {}, "event_id": ""})"),
            "\"event_id\": expected 1 to 64 bytes");
  EXPECT_EQ(ErrorOf(R"({"type": "exposure", "experiment": "e", "context": {}})"), "\"variant\" is missing");
}

}  // namespace
}  // namespace expt::cli
