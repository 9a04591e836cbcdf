#include "control-plane/cli/time_text.h"

#include <gtest/gtest.h>

#include <string>

namespace expt::cli {
namespace {

int64_t Ms(std::string_view text) {
  const absl::StatusOr<Time> time = ParseTime(text);
  EXPECT_TRUE(time.ok()) << text << ": " << time.status();
  return time.ok() ? time->time_since_epoch().count() : -1;
}

TEST(TimeText, ReadsRfc3339) {
  EXPECT_EQ(Ms("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(Ms("2000-02-29T12:34:56.789Z"), 951827696789);
  EXPECT_EQ(Ms("2000-02-29T13:34:56.7891234+01:00"), 951827696789);
  EXPECT_EQ(Ms("2000-02-29T10:04:56.7-02:30"), 951827696700);
  EXPECT_EQ(Ms("1969-12-31t23:59:59z"), -1000);
}

TEST(TimeText, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2000", "2000-02-30T00:00:00Z", "2000-13-01T00:00:00Z", "2000-01-01T24:00:00Z", "2000-01-01T00:00:00",
        "2000-01-01T00:00:00.Z", "2000-01-01T00:00:00Zx", "2000-01-01T00:00:00+1:00", "20000-01-01T00:00:00Z"}) {
    EXPECT_FALSE(ParseTime(text).ok()) << text;
  }
}

TEST(TimeText, WritesWhatItReads) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2030-01-07T09:30:00Z", "2030-01-07T09:30:00.250Z", "1969-12-31T23:59:59.999Z"}) {
    EXPECT_EQ(FormatTime(*ParseTime(text)), text);
  }
}

}  // namespace
}  // namespace expt::cli
