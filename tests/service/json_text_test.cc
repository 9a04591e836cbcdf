#include <gtest/gtest.h>

#include <string>

#include "control-plane/service/instant.h"
#include "control-plane/service/service.h"

namespace expt::service {
namespace {

// What was wrong, or "" when it was read.
std::string Defect(std::string_view text) {
  const Result<nlohmann::json> read = ParseJson(text);
  if (read.ok()) return "";
  EXPECT_EQ(read.fault().status, 400);
  return read.fault().detail;
}

std::string Nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonText, ReadsWhatJsonIs) {
  const std::string text = R"({"a":[1,-2,2.5,true,null,"\u00e9"],"b":{"c":9223372036854775807}})";
  const Result<nlohmann::json> read = ParseJson(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, nlohmann::json::parse(text));
}

TEST(JsonText, RefusesANameThatStandsThereTwice) {
  EXPECT_EQ(Defect(R"({"a":1,"b":{"a":2},"a":3})"), "name \"a\" stands there twice");
  EXPECT_EQ(Defect(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"), "");
}

TEST(JsonText, RefusesNestingBeyond32) {
  EXPECT_EQ(Defect(Nested(32)), "");
  EXPECT_EQ(Defect(Nested(33)), "nested deeper than 32");
}

TEST(JsonText, RefusesNumbersThatWouldBeRounded) {
  EXPECT_EQ(Defect("18446744073709551615"), "");
  EXPECT_EQ(Defect("18446744073709551616"), "integer needs more than 64 bits");
  EXPECT_EQ(Defect("-9223372036854775809"), "integer needs more than 64 bits");
  EXPECT_EQ(Defect("1e400"), "number is out of range");
}

TEST(JsonText, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "[1,]", "NaN", "{} {}", "'a'", "\"\\ud800\"", "\"\xff\"", "// x\n1"}) {
    EXPECT_NE(Defect(text), "") << text;
  }
}

TEST(Instant, ReadsRfc3339WithOffset) {
  EXPECT_EQ(ParseInstant("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ParseInstant("2030-01-31T12:00:00Z"), 1'896'091'200'000);
  EXPECT_EQ(ParseInstant("2030-01-31T13:00:00.25+01:00"), 1'896'091'200'250);
  EXPECT_EQ(ParseInstant("2024-02-29T23:59:59-00:30"), 1'709'252'999'000);
}

TEST(Instant, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2030-01-31", "2030-01-31T12:00:00", "2023-02-29T00:00:00Z", "2030-13-01T00:00:00Z",
                           "2030-01-31T24:00:00Z", "2030-01-31T12:00:60Z", "2030-01-31T12:00:00Zx",
                           "1969-12-31T23:59:59Z", "2030-01-31T12:00:00.Z", "2030-1-31T12:00:00Z"}) {
    EXPECT_FALSE(ParseInstant(text).has_value()) << text;
  }
}

TEST(Instant, WritesWhatItReads) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2030-01-31T12:00:00Z", "2030-01-31T12:00:00.250Z"}) {
    EXPECT_EQ(FormatInstant(*ParseInstant(text)), text);
  }
}

}  // namespace
}  // namespace expt::service
