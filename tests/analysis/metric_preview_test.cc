// What a metric would count, from events as clients send them.
#include "control-plane/analysis/metric_preview.h"

#include <gmock/gmock.h>

#include "control-plane/storage/event_day.h"
#include "tests/analysis/world.h"

namespace expt::analysis {
namespace {

constexpr int64_t kNoon = kStart + 10 * kDayMs + kDayMs / 2;

wire::Event Order(const std::string& id, const std::string& unit, double value, int64_t time_ms,
                  std::vector<wire::EventProperty> properties = {}, const std::string& unit_type = "targeting_key") {
  wire::Event event;
  event.event_id = id;
  event.time_ms = time_ms;
  event.body = wire::MetricEvent{
      .name = "order", .value = value, .properties = std::move(properties), .units = {{unit_type, unit}}};
  return event;
}

MetricDefinition Revenue() {
  MetricDefinition metric;
  metric.key = "revenue";
  metric.kind = MetricKind::kMean;
  metric.numerator = {.event = "order",
                      .condition = std::nullopt,
                      .value = ValueSource::kValue,
                      .property = {},
                      .aggregation = Aggregation::kSum};
  return metric;
}

Time At(int64_t ms) { return Time(std::chrono::milliseconds(ms)); }

class MetricPreviewTest : public ::testing::Test {
 protected:
  MetricPreviewTest() : world_("preview") {
    world_.Feed({Order("a", "u1", 10, kNoon), Order("b", "u1", 5, kNoon + 1), Order("c", "u2", 1, kNoon + kDayMs),
                 Order("d", "firm", 7, kNoon, {}, "company"), Order("e", "u3", 100, kNoon - 20 * kDayMs)},
                500, kNoon + kDayMs);
    world_.Feed({Order("a", "u9", 50, kNoon)}, 500, kNoon + kDayMs, "env_b");
  }

  MetricPreview Preview(const MetricDefinition& metric) {
    const auto preview = PreviewMetric((world_.directory() / "events").string(), "env_a", metric, At(kNoon - kDayMs),
                                       At(kNoon + 2 * kDayMs));
    EXPECT_TRUE(preview.ok()) << preview.status();
    return *preview;
  }

  World world_;
};

TEST_F(MetricPreviewTest, AddsUpTheNumbersOfUnitsOfOneEnvironmentInTime) {
  const MetricPreview preview = Preview(Revenue());
  EXPECT_EQ(preview.numerator.named, 4);
  EXPECT_EQ(preview.numerator.events, 4);
  EXPECT_EQ(preview.numerator.without_unit, 1);
  EXPECT_EQ(preview.numerator.units, 2);
  EXPECT_EQ(preview.numerator.total, 16);
  EXPECT_EQ(preview.numerator.mean(), 8);
  EXPECT_EQ(preview.numerator.smallest, 1);
  EXPECT_EQ(preview.numerator.largest, 15);
  ASSERT_EQ(preview.numerator.days.size(), 2u);
  EXPECT_EQ(preview.numerator.days[0].day, storage::DayOf(kNoon));
  EXPECT_EQ(preview.numerator.days[0].events, 2);
  EXPECT_EQ(preview.numerator.days[0].units, 1);
  EXPECT_EQ(preview.numerator.days[0].total, 15);
  EXPECT_EQ(preview.numerator.days[1].total, 1);
  EXPECT_FALSE(preview.denominator.has_value());
  EXPECT_FALSE(preview.is_cut_short);
}

TEST_F(MetricPreviewTest, SaysWhatAConditionLeavesOut) {
  world_.Feed({Order("f", "u4", 3, kNoon, {{"plan", Value("pro")}})}, 500, kNoon + kDayMs);
  MetricDefinition metric = Revenue();
  PropertyCondition condition;
  condition.kind = PropertyCondition::Kind::kLeaf;
  condition.property = "plan";
  condition.op = "equals";
  condition.operands = {std::string("pro")};
  metric.numerator.condition = condition;
  const MetricPreview preview = Preview(metric);
  EXPECT_EQ(preview.numerator.named, 5);
  EXPECT_EQ(preview.numerator.events, 1);
  EXPECT_EQ(preview.numerator.units, 1);
  EXPECT_EQ(preview.numerator.total, 3);
}

TEST_F(MetricPreviewTest, CountsBothSidesOfARatio) {
  MetricDefinition metric = Revenue();
  metric.kind = MetricKind::kRatio;
  metric.denominator = {.event = "order",
                        .condition = std::nullopt,
                        .value = ValueSource::kNone,
                        .property = {},
                        .aggregation = Aggregation::kCount};
  const MetricPreview preview = Preview(metric);
  ASSERT_TRUE(preview.denominator.has_value());
  EXPECT_EQ(preview.denominator->total, 3);
  metric.kind = MetricKind::kProportion;
  metric.denominator.reset();
  metric.numerator.value = ValueSource::kNone;
  metric.numerator.aggregation = Aggregation::kAny;
  EXPECT_EQ(Preview(metric).numerator.total, 2);
}

TEST_F(MetricPreviewTest, AnUnknownEventIsNoFault) {
  MetricDefinition metric = Revenue();
  metric.numerator.event = "refund";
  const MetricPreview preview = Preview(metric);
  EXPECT_EQ(preview.numerator.named, 0);
  EXPECT_FALSE(preview.numerator.mean().has_value());
  EXPECT_FALSE(preview.numerator.smallest.has_value());
}

}  // namespace
}  // namespace expt::analysis
