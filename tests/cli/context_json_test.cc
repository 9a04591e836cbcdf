#include "control-plane/cli/context_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace expt::cli {
namespace {

Context Parsed(std::string_view json) {
  absl::StatusOr<Context> context = ParseContext(json);
  EXPECT_TRUE(context.ok()) << context.status();
  return context.ok() ? *context : Context();
}

std::string ErrorOf(std::string_view json) {
  const absl::StatusOr<Context> context = ParseContext(json);
  EXPECT_FALSE(context.ok());
  return std::string(context.status().message());
}

TEST(ContextJson, TargetingKeyHasOneNameAndItsAlias) {
  EXPECT_EQ(Parsed(R"({"targetingKey": "u1"})").Find("targeting_key").text(), "u1");
  EXPECT_EQ(Parsed(R"({"targeting_key": "u1"})").Find("targeting_key").text(), "u1");
  EXPECT_TRUE(Parsed(R"({"targetingKey": "u1", "targeting_key": "u1"})").is_valid());
  EXPECT_FALSE(Parsed(R"({"targetingKey": "u1", "targeting_key": "u2"})").is_valid());
}

TEST(ContextJson, NestedObjectsAreFlattenedWithDots) {
  const Context context = Parsed(R"({"device": {"os": {"name": "ios"}, "model": "x"}, "after": true})");
  EXPECT_EQ(context.Find("device.os.name").text(), "ios");
  EXPECT_EQ(context.Find("device.model").text(), "x");
  EXPECT_TRUE(context.Find("after").boolean());
  EXPECT_TRUE(context.Find("device").is_missing());
}

TEST(ContextJson, AnExplicitDottedNameWinsWhereverItStands) {
  EXPECT_EQ(Parsed(R"({"a.b": 1, "a": {"b": 2}})").Find("a.b").integer(), 1);
  EXPECT_EQ(Parsed(R"({"a": {"b": 2}, "a.b": 1})").Find("a.b").integer(), 1);
}

TEST(ContextJson, OfTwoEqualNamesTheLastCounts) { EXPECT_EQ(Parsed(R"({"a": 1, "a": 2})").Find("a").integer(), 2); }

TEST(ContextJson, IntegersInRangeAreIntegersAndOthersMissing) {
  const Context context =
      Parsed(R"({"max": 9223372036854775807, "min": -9223372036854775808, "over": 9223372036854775808,
                                     "huge": 100000000000000000000000, "real": 1.5, "whole": 2.0, "power": 1e3})");
  EXPECT_EQ(context.Find("max").integer(), INT64_MAX);
  EXPECT_EQ(context.Find("min").integer(), INT64_MIN);
  EXPECT_TRUE(context.Find("over").is_missing());
  EXPECT_TRUE(context.Find("huge").is_missing());
  EXPECT_EQ(context.Find("real").real(), 1.5);
  EXPECT_EQ(context.Find("whole").type(), ValueType::kDouble);
  EXPECT_EQ(context.Find("power").type(), ValueType::kDouble);
}

TEST(ContextJson, OnlyArraysOfStringsAreLists) {
  const Context context = Parsed(
      R"({"tags": ["a", "b"], "empty": [], "mixed": ["a", 1], "nested": ["a", ["b"]], "objects": [{"x": "a"}], "end": 1})");
  EXPECT_THAT(context.Find("tags").list(), testing::ElementsAre("a", "b"));
  EXPECT_EQ(context.Find("empty").type(), ValueType::kStringList);
  EXPECT_TRUE(context.Find("mixed").is_missing());
  EXPECT_TRUE(context.Find("nested").is_missing());
  EXPECT_TRUE(context.Find("objects").is_missing());
  EXPECT_TRUE(context.Find("x").is_missing());
  EXPECT_TRUE(context.Find("objects.x").is_missing());
  EXPECT_EQ(context.Find("end").integer(), 1);
}

TEST(ContextJson, NullIsMissing) { EXPECT_TRUE(Parsed(R"({"a": null})").Find("a").is_missing()); }

TEST(ContextJson, EmptyObjectIsAContextWithoutAttributes) { EXPECT_TRUE(Parsed(" {} ").entries().empty()); }

TEST(ContextJson, WhatIsNoObjectIsRefusedWithAPlace) {
  EXPECT_EQ(ErrorOf("[1]"), "context: expected a JSON object");
  EXPECT_EQ(ErrorOf("7"), "context: expected a JSON object");
  EXPECT_EQ(ErrorOf("null"), "context: expected a JSON object");
  EXPECT_THAT(ErrorOf(R"({"a": })"), testing::StartsWith("context: at byte 7: "));
  EXPECT_THAT(ErrorOf(""), testing::StartsWith("context: at byte "));
  EXPECT_THAT(ErrorOf(R"({"a": 1} x)"), testing::StartsWith("context: at byte "));
}

TEST(ContextJson, ErrorsDoNotRepeatWhatTheContextSays) {
  EXPECT_THAT(ErrorOf(R"({"email": "ann@example.com" "b": 1})"), testing::Not(testing::HasSubstr("ann@")));
}

}  // namespace
}  // namespace expt::cli
