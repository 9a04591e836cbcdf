#include "control-plane/service/time_zone.h"

#include <gmock/gmock.h>

#include "control-plane/service/instant.h"

namespace expt::service {
namespace {

using ::testing::IsEmpty;
using ::testing::MatchesRegex;

const Time kNow{std::chrono::milliseconds(*ParseInstant("2025-06-01T00:00:00Z"))};

LocalTime Around(std::string_view zone, Time now = kNow) {
  const std::optional<LocalTime> local = LocalTimeAround(zone, now);
  EXPECT_TRUE(local.has_value()) << zone;
  return local.value_or(LocalTime());
}

// The offset in force, as an engine finds it.
int32_t OffsetAt(const LocalTime& local, std::string_view instant) {
  const int64_t time_ms = *ParseInstant(instant);
  int32_t offset = local.initial_offset_minutes;
  for (size_t i = 0; i < local.transition_ms.size(); ++i) {
    if (local.transition_ms[i] <= time_ms) offset = local.offset_minutes[i];
  }
  return offset;
}

TEST(TimeZone, ClocksChangeWhenTheyDo) {
  const LocalTime zurich = Around("Europe/Zurich");
  EXPECT_EQ(zurich.initial_offset_minutes, 120);
  EXPECT_EQ(OffsetAt(zurich, "2024-10-27T00:59:59Z"), 120);
  EXPECT_EQ(OffsetAt(zurich, "2024-10-27T01:00:00Z"), 60);
  EXPECT_EQ(OffsetAt(zurich, "2025-03-30T00:59:59Z"), 60);
  EXPECT_EQ(OffsetAt(zurich, "2025-03-30T01:00:00Z"), 120);
  EXPECT_EQ(OffsetAt(zurich, "2044-07-01T00:00:00Z"), 120);
  const LocalTime new_york = Around("America/New_York");
  EXPECT_EQ(OffsetAt(new_york, "2025-03-09T06:59:59Z"), -300);
  EXPECT_EQ(OffsetAt(new_york, "2025-03-09T07:00:00Z"), -240);
  EXPECT_EQ(OffsetAt(new_york, "2025-11-02T05:59:59Z"), -240);
  EXPECT_EQ(OffsetAt(new_york, "2025-11-02T06:00:00Z"), -300);
}

TEST(TimeZone, ZonesWithoutSummerTimeHaveNoTransition) {
  for (const auto& [zone, offset] : {std::pair{"Asia/Kolkata", 330}, {"UTC", 0}, {"Etc/GMT+5", -300}}) {
    const LocalTime local = Around(zone);
    EXPECT_EQ(local.initial_offset_minutes, offset);
    EXPECT_THAT(local.transition_ms, IsEmpty());
  }
}

TEST(TimeZone, UnusualZonesAreAsTheDatabaseSays) {
  // An hour back during Ramadan.
  const LocalTime casablanca = Around("Africa/Casablanca");
  EXPECT_EQ(OffsetAt(casablanca, "2025-02-23T01:59:59Z"), 60);
  EXPECT_EQ(OffsetAt(casablanca, "2025-02-23T02:00:00Z"), 0);
  EXPECT_EQ(OffsetAt(casablanca, "2025-04-06T01:59:59Z"), 0);
  EXPECT_EQ(OffsetAt(casablanca, "2025-04-06T02:00:00Z"), 60);
  // Half an hour.
  const LocalTime lord_howe = Around("Australia/Lord_Howe");
  EXPECT_EQ(OffsetAt(lord_howe, "2025-04-05T14:59:59Z"), 660);
  EXPECT_EQ(OffsetAt(lord_howe, "2025-04-05T15:00:00Z"), 630);
  EXPECT_EQ(OffsetAt(lord_howe, "2025-10-04T15:29:59Z"), 630);
  EXPECT_EQ(OffsetAt(lord_howe, "2025-10-04T15:30:00Z"), 660);
}

TEST(TimeZone, TransitionsLastFromOneYearBeforeToTwentyYearsAfter) {
  const LocalTime zurich = Around("Europe/Zurich");
  EXPECT_EQ(zurich.transition_ms.size(), 42u);
  EXPECT_EQ(zurich.offset_minutes.size(), 42u);
  EXPECT_EQ(FormatInstant(zurich.transition_ms.front()), "2024-10-27T01:00:00Z");
  EXPECT_EQ(FormatInstant(zurich.transition_ms.back()), "2045-03-26T01:00:00Z");
  for (size_t i = 1; i < zurich.transition_ms.size(); ++i) {
    EXPECT_LT(zurich.transition_ms[i - 1], zurich.transition_ms[i]);
    EXPECT_NE(zurich.offset_minutes[i - 1], zurich.offset_minutes[i]);
  }
}

TEST(TimeZone, OnlyNamesOfTheDatabaseAreZones) {
  for (const char* zone : {"Europe/Zurich", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT-14"}) {
    EXPECT_TRUE(IsTimeZone(zone)) << zone;
  }
  for (const char* zone : {"", "Europe", "Europe/", "/Europe/Zurich", "europe/zurich", "Europe/Basel", "localtime",
                           "posix/UTC", "right/UTC", "Fixed/UTC+01:00:00", "../zoneinfo/UTC", "Europe/../UTC",
                           "tzdata.zi", "leapseconds", "Factory", "UTC\n", "+01:00"}) {
    EXPECT_FALSE(IsTimeZone(zone)) << zone;
    EXPECT_FALSE(LocalTimeAround(zone, kNow).has_value()) << zone;
  }
}

TEST(TimeZone, TheDatabaseTellsItsVersion) { EXPECT_THAT(TimeZoneVersion(), MatchesRegex("20[0-9][0-9][a-z]+")); }

}  // namespace
}  // namespace expt::service
