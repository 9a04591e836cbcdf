#include "control-plane/ingest/event_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/ingest/batches.h"

namespace expt::ingest {
namespace {

std::string CodeOf(const wire::Event& event, bool is_server_key = false) {
  const std::optional<Refusal> refusal = Refuse(event, is_server_key);
  return refusal.has_value() ? std::string(refusal->code) : "";
}

TEST(EventRules, WellFormedEventsOfEveryKindPass) {
  EXPECT_EQ(CodeOf(ExposureOf("a", 1, "u1", "on")), "");
  EXPECT_EQ(CodeOf(MetricOf("a", 1, "u1", "purchase", 3.5)), "");
  EXPECT_EQ(CodeOf(IdentifyOf("a", 1, {"targeting_key", "u1"}, {"account", "9"})), "");
  wire::Event summary;
  summary.event_id = "a";
  summary.body = wire::SummaryEvent{.flag = "f",
                                    .variant = "on",
                                    .reason = 2,
                                    .rule = "",
                                    .snapshot_version = 1,
                                    .count = 3,
                                    .window_start_ms = 0,
                                    .window_end_ms = 1};
  EXPECT_EQ(CodeOf(summary), "");
}

TEST(EventRules, AnImportedExposureNeedsAServerKey) {
  wire::Event event = ExposureOf("a", 1, "u1", "on");
  std::get<wire::ExposureEvent>(event.body).origin = wire::Origin::kImported;
  EXPECT_EQ(CodeOf(event, false), "IMPORTED_NOT_ALLOWED");
  EXPECT_EQ(CodeOf(event, true), "");
}

TEST(EventRules, AUnitIdMustBeThereAndFit) {
  EXPECT_EQ(CodeOf(ExposureOf("a", 1, "", "on")), "UNIT_ID_EMPTY");
  EXPECT_EQ(CodeOf(MetricOf("a", 1, "", "m")), "UNIT_ID_EMPTY");
  EXPECT_EQ(CodeOf(IdentifyOf("a", 1, {"targeting_key", "u"}, {"account", ""})), "UNIT_ID_EMPTY");
  wire::Event without = MetricOf("a", 1, "u", "m");
  std::get<wire::MetricEvent>(without.body).units.clear();
  EXPECT_EQ(CodeOf(without), "UNIT_ID_EMPTY");
  EXPECT_EQ(CodeOf(ExposureOf("a", 1, std::string(wire::kMaxUnitIdSize, 'u'), "on")), "");
  EXPECT_EQ(CodeOf(ExposureOf("a", 1, std::string(wire::kMaxUnitIdSize + 1, 'u'), "on")), "LIMIT_EXCEEDED");
}

TEST(EventRules, NumbersMustBeFinite) {
  EXPECT_EQ(CodeOf(MetricOf("a", 1, "u", "m", std::nan(""))), "VALUE_NOT_FINITE");
  EXPECT_EQ(CodeOf(MetricOf("a", 1, "u", "m", std::numeric_limits<double>::infinity())), "VALUE_NOT_FINITE");
  wire::Event event = MetricOf("a", 1, "u", "m");
  std::get<wire::MetricEvent>(event.body).properties.push_back({"p", Value(ValueView(std::nan("")))});
  EXPECT_EQ(CodeOf(event), "VALUE_NOT_FINITE");
}

TEST(EventRules, SizesAndCountsHaveLimits) {
  EXPECT_EQ(CodeOf(MetricOf("a", 1, "u", std::string(wire::kMaxEventNameSize, 'n'))), "");
  EXPECT_EQ(CodeOf(MetricOf("a", 1, "u", std::string(wire::kMaxEventNameSize + 1, 'n'))), "LIMIT_EXCEEDED");
  EXPECT_EQ(CodeOf(MetricOf("a", 1, "u", "")), "EVENT_INVALID");
  EXPECT_EQ(CodeOf(MetricOf("", 1, "u", "m")), "EVENT_INVALID");
  EXPECT_EQ(CodeOf(MetricOf(std::string(wire::kMaxEventIdSize + 1, 'i'), 1, "u", "m")), "EVENT_INVALID");
  EXPECT_EQ(CodeOf(ExposureOf("a", 1, "u", "")), "EVENT_INVALID");
  EXPECT_EQ(CodeOf(ExposureOf("a", 1, "u", "on", "")), "EVENT_INVALID");
  wire::Event event = MetricOf("a", 1, "u", "m");
  auto& properties = std::get<wire::MetricEvent>(event.body).properties;
  for (size_t i = 0; i <= kMaxEventProperties; ++i)
    properties.push_back({"p" + std::to_string(i), Value(ValueView(1))});
  EXPECT_EQ(CodeOf(event), "LIMIT_EXCEEDED");
  EXPECT_EQ(CodeOf(MetricOf("a", std::numeric_limits<int64_t>::max(), "u", "m")), "EVENT_INVALID");
}

TEST(EventRules, ATextOfARefusalRevealsNoUnitIdAndNoValue) {
  const std::string secret(wire::kMaxUnitIdSize + 1, 's');
  const std::optional<Refusal> refusal = Refuse(ExposureOf("a", 1, secret, "on"), false);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->text, "unit id: expected at most 256, got 257");
}

constexpr int64_t kNow = 1'900'000'000'000;
constexpr int64_t kMinute = 60'000;

EventTime TimeOf(int64_t skew_ms) {
  // A clock that is `skew_ms` ahead of ours says so in both of its readings.
  return CorrectTime(kNow - 30 * kMinute + skew_ms, HeaderOf(kNow + skew_ms), kNow);
}

TEST(ClockCorrection, AnEventIsMovedByAsMuchAsItsSendersClockIsOff) {
  for (const int64_t skew_ms : {-24 * 60 * kMinute, -kMinute, 4 * kMinute, 5 * kMinute}) {
    EXPECT_EQ(TimeOf(skew_ms).corrected_ms, kNow - 30 * kMinute) << skew_ms;
    EXPECT_FALSE(TimeOf(skew_ms).is_suspect) << skew_ms;
  }
}

TEST(ClockCorrection, MoreThanFiveMinutesAheadOrADayBehindIsSuspect) {
  EXPECT_TRUE(TimeOf(5 * kMinute + 1).is_suspect);
  EXPECT_TRUE(TimeOf(-24 * 60 * kMinute - 1).is_suspect);
  EXPECT_TRUE(CorrectTime(kNow, HeaderOf(0), kNow).is_suspect);
  EXPECT_TRUE(CorrectTime(kNow, HeaderOf(std::numeric_limits<int64_t>::min()), kNow).is_suspect);
  EXPECT_TRUE(CorrectTime(kNow, HeaderOf(std::numeric_limits<int64_t>::max()), kNow).is_suspect);
  wire::BatchHeader header = HeaderOf(kNow);
  header.is_clock_suspect = true;
  EXPECT_TRUE(CorrectTime(kNow, header, kNow).is_suspect);
}

TEST(ClockCorrection, AnOldEventUnderARightClockIsNoSkew) {
  const EventTime time = CorrectTime(kNow - 400LL * 86'400'000, HeaderOf(kNow), kNow);
  EXPECT_FALSE(time.is_suspect);
  EXPECT_EQ(time.corrected_ms, kNow - 400LL * 86'400'000);
}

TEST(ClockCorrection, TimeInTransportMovesNothing) {
  EXPECT_EQ(CorrectTime(kNow, HeaderOf(kNow - kClockToleranceMs), kNow).corrected_ms, kNow);
  EXPECT_EQ(CorrectTime(kNow, HeaderOf(kNow - kClockToleranceMs - 1), kNow).corrected_ms, kNow + kClockToleranceMs + 1);
}

TEST(BodyHash, ASecondImportOfTheSameEventHasTheSameHash) {
  wire::Event first = MetricOf("a", 1, "u", "m", 2);
  wire::Event second = first;
  second.sequence = 17;
  second.monotonic_ms = 99;
  EXPECT_EQ(BodyHash(first), BodyHash(second));
  second.time_ms = 2;
  EXPECT_NE(BodyHash(first), BodyHash(second));
}

}  // namespace
}  // namespace expt::ingest
