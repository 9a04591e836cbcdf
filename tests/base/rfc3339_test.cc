#include "src/base/rfc3339.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>

namespace expt::base {
namespace {

TEST(Rfc3339, KnownInstants) {
  const std::pair<const char*, int64_t> cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1985-04-12T23:20:50.52Z", 482196050520},  // these five from RFC 3339, section 5.8
      {"1996-12-19T16:39:57-08:00", 851042397000},
      {"1990-12-31T23:59:60Z", 662688000000},
      {"1990-12-31T15:59:60-08:00", 662688000000},
      {"1937-01-01T12:00:27.87+00:20", -1041337172130},
      {"2000-02-29T00:00:00Z", 951782400000},
      {"2024-02-29T23:59:59.999Z", 1709251199999},
      {"1969-12-31T23:59:59Z", -1000},
      {"0000-01-01T00:00:00Z", -62167219200000},
      {"0000-02-29T00:00:00Z", -62162121600000},
      {"0000-03-01T00:00:00Z", -62162035200000},
      {"9999-12-31T23:59:59.999Z", 253402300799999},
      {"0000-01-01T00:00:00+23:59", -62167219200000 - 86340000},
      {"9999-12-31T23:59:60.999-23:59", 253402300800999 + 86340000},
  };
  for (const auto& [text, time] : cases) EXPECT_EQ(ParseRfc3339(text), time) << text;
}

TEST(Rfc3339, FormsOfTheSameInstant) {
  for (const char* text : {"2024-05-06T07:08:09Z", "2024-05-06t07:08:09z", "2024-05-06 07:08:09Z",
                           "2024-05-06T07:08:09.0Z", "2024-05-06T07:08:09.000000000000000000000000000000Z",
                           "2024-05-06T07:08:09.0009Z", "2024-05-06T07:08:09+00:00", "2024-05-06T07:08:09-00:00",
                           "2024-05-06T09:08:09+02:00", "2024-05-05T23:38:09-07:30", "2024-05-07T07:07:09+23:59"}) {
    EXPECT_EQ(ParseRfc3339(text), 1714979289000) << text;
  }
}

TEST(Rfc3339, FractionIsCutOffTowardsThePast) {
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00.1Z"), 100);
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00.12Z"), 120);
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00.1239Z"), 123);
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00.9999999Z"), 999);
  EXPECT_EQ(ParseRfc3339("1969-12-31T23:59:59.9999Z"), -1);
  EXPECT_EQ(ParseRfc3339("1969-12-31T23:59:59.0001Z"), -1000);
}

TEST(Rfc3339, SixtySecondsAreTheFirstOfTheNextMinute) {
  EXPECT_EQ(ParseRfc3339("2023-01-01T00:00:60Z"), ParseRfc3339("2023-01-01T00:01:00Z"));
  EXPECT_EQ(ParseRfc3339("2023-12-31T23:59:60.5Z"), ParseRfc3339("2024-01-01T00:00:00.5Z"));
}

TEST(Rfc3339, WhatIsNot) {
  for (const char* text : {"",
                           "2024",
                           "2024-05-06",
                           "07:08:09Z",
                           "2024-05-06T07:08Z",
                           "2024-05-06T07:08:09",
                           "2024-05-06T07:08:09.",
                           "2024-05-06T07:08:09.Z",
                           "2024-05-06T07:08:09.5",
                           "2024-05-06T07:08:09,5Z",
                           "2024-05-06T07:08:09.5.5Z",
                           "2024-05-06T07:08:09ZZ",
                           "2024-05-06T07:08:09Z ",
                           " 2024-05-06T07:08:09Z",
                           "2024-05-06  07:08:09Z",
                           "2024-05-06_07:08:09Z",
                           "2024-05-06T07:08:09 Z",
                           "2024-05-06T07:08:09+02",
                           "2024-05-06T07:08:09+0200",
                           "2024-05-06T07:08:09+2:00",
                           "2024-05-06T07:08:09+02:0",
                           "2024-05-06T07:08:09+02:000",
                           "2024-05-06T07:08:09+24:00",
                           "2024-05-06T07:08:09+02:60",
                           "2024-05-06T07:08:09 02:00",
                           "2024-05-06T07:08:09+-2:00",
                           "2024-05-06T24:00:00Z",
                           "2024-05-06T07:60:00Z",
                           "2024-05-06T07:08:61Z",
                           "2024-00-06T07:08:09Z",
                           "2024-13-06T07:08:09Z",
                           "2024-05-00T07:08:09Z",
                           "2024-05-32T07:08:09Z",
                           "2024-04-31T07:08:09Z",
                           "2023-02-29T07:08:09Z",
                           "1900-02-29T07:08:09Z",
                           "2100-02-29T07:08:09Z",
                           "2024-02-30T07:08:09Z",
                           "-024-05-06T07:08:09Z",
                           "+2024-05-06T07:08:09Z",
                           "12024-05-06T07:08:09Z",
                           "2024-5-06T07:08:09Z ",
                           "2024-05-06T 7:08:09Z",
                           "2024/05/06T07:08:09Z",
                           "2024-05-06T07.08.09Z",
                           "20240506T070809Z",
                           "2024-W19-1T07:08:09Z",
                           "2024-05-06T07:08:09\xe2\x88\x92"
                           "08:00",
                           "x024-05-06T07:08:09Z",
                           "2024-05-06T07:08:0xZ"}) {
    EXPECT_FALSE(ParseRfc3339(text)) << text;
  }
  EXPECT_FALSE(ParseRfc3339(std::string_view("2024-05-06T07:08:09Z\0", 21)));
}

TEST(Rfc3339, EveryDayIsThatOfTheCalendar) {
  using std::chrono::sys_days;
  int64_t expected = sys_days(std::chrono::year(0) / 1 / 1).time_since_epoch().count();
  for (int year = 0; year <= 9999; ++year) {
    for (unsigned month = 1; month <= 12; ++month) {
      for (unsigned day = 1; day <= 31; ++day) {
        char text[48];
        std::snprintf(text, sizeof text, "%04d-%02u-%02uT00:00:00Z", year, month, day);
        const auto time = ParseRfc3339(text);
        const auto date = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
        ASSERT_EQ(time.has_value(), date.ok()) << text;
        if (!time) continue;
        ASSERT_EQ(*time, expected++ * 86'400'000) << text;
      }
    }
  }
  EXPECT_EQ(expected, sys_days(std::chrono::year(10000) / 1 / 1).time_since_epoch().count());
}

}  // namespace
}  // namespace expt::base
