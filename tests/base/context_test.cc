#include "expt/context.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "src/base/context_find.h"
#include "src/base/hash.h"

namespace expt {
namespace {

std::string UnitText(const ValueView& value) {
  char buffer[24];
  return std::string(UnitId(value, buffer));
}

TEST(Context, HoldsCopiesOfItsAttributes) {
  Context context;
  {
    std::string name = "country, with a name longer than small strings";
    std::string value = "CH, with a value longer than small strings";
    const std::string_view tags[] = {value, "staff"};
    context = Context("user-42", {{name, value}, {"tags", std::span<const std::string_view>(tags)}, {"age", 31}});
  }
  EXPECT_EQ(context.Find("country, with a name longer than small strings").text(),
            "CH, with a value longer than small strings");
  EXPECT_EQ(context.Find("tags").list()[1], "staff");
  EXPECT_EQ(context.Find("age").integer(), 31);
  EXPECT_EQ(context.Find("targeting_key").text(), "user-42");
  EXPECT_EQ(context.Find("targetingKey").text(), "user-42");
  EXPECT_TRUE(context.Find("plan").is_missing());
  EXPECT_EQ(context.entries().size(), 4u);
}

TEST(Context, IsEmptyAndValidByDefault) {
  const Context context;
  EXPECT_TRUE(context.is_valid());
  EXPECT_TRUE(context.entries().empty());
  EXPECT_TRUE(context.Find("x").is_missing());
}

TEST(Context, WhatCannotBeAnAttributeIsMissing) {
  const Context context("u", {{"", 1},
                              {"$now", 2},
                              {"bad\xff", 3},
                              {"text", "\xff"},
                              {"json", ValueView::Json("{}")},
                              {"list", {"ok", "\xc3"}},
                              {"null", ValueView()},
                              {"kept", ""}});
  EXPECT_EQ(context.entries().size(), 2u);
  EXPECT_EQ(context.Find("kept").type(), ValueType::kString);
}

TEST(Context, LastOfEqualNamesCountsAtEverySize) {
  for (size_t others : {0, 5, 14, 15, 16, 17, 100}) {
    std::vector<std::string> names;
    for (size_t i = 0; i < others; ++i) names.push_back("a" + std::to_string(i));
    std::vector<Attribute> attributes = {{"x", 1}};
    for (const std::string& name : names) attributes.push_back({name, "v"});
    attributes.push_back({"x", 2});
    const Context context("u", attributes);
    EXPECT_EQ(context.Find("x").integer(), 2) << others;
    EXPECT_EQ(context.entries().size(), others + 2) << others;
    attributes.push_back({"x", "\xff"});
    const Context last_is_missing("u", attributes);
    EXPECT_TRUE(last_is_missing.Find("x").is_missing()) << others;
    EXPECT_EQ(last_is_missing.entries().size(), others + 1) << others;
    for (const std::string& name : names) EXPECT_EQ(context.Find(name).text(), "v");
    for (const Context::Entry& entry : context.entries()) EXPECT_EQ(entry.hash, base::Xxh3(entry.name));
  }
}

TEST(Context, TwoDifferentTargetingKeysAreInvalid) {
  EXPECT_TRUE(Context("u1", {{"targetingKey", "u1"}}).is_valid());
  EXPECT_FALSE(Context("u1", {{"targetingKey", "u2"}}).is_valid());
  EXPECT_FALSE(Context("u1", {{"targeting_key", 1}}).is_valid());
  EXPECT_TRUE(Context("u1", {{"targeting_key", ValueView()}}).is_valid());
  EXPECT_TRUE(Context("u1", {{"targeting_key", "u2"}}).entries().empty());
}

TEST(Context, MoreThan256AttributesAreInvalid) {
  std::vector<std::string> names;
  for (int i = 0; i < 257; ++i) names.push_back("a" + std::to_string(i));
  std::vector<Attribute> attributes;
  for (const std::string& name : names) attributes.push_back({name, 1});
  EXPECT_FALSE(Context(std::span<const Attribute>(attributes)).is_valid());
  attributes.pop_back();
  const Context context{std::span<const Attribute>(attributes)};
  ASSERT_TRUE(context.is_valid());
  EXPECT_EQ(context.entries().size(), 256u);
  for (int i = 0; i < 256; ++i) EXPECT_EQ(context.Find(names[i]).integer(), 1);
  EXPECT_TRUE(context.Find(names[256]).is_missing());
}

TEST(UnitId, IsTextOrDecimal) {
  EXPECT_EQ(UnitText(ValueView("user-1")), "user-1");
  EXPECT_EQ(UnitText(ValueView(std::numeric_limits<int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(UnitText(ValueView(42.0)), "42");
  EXPECT_EQ(UnitText(ValueView(-0.0)), "0");
  EXPECT_EQ(UnitText(ValueView(9007199254740992.0)), "9007199254740992");
}

TEST(UnitId, IsNothingElse) {
  EXPECT_EQ(UnitText(ValueView()), "");
  EXPECT_EQ(UnitText(ValueView("")), "");
  EXPECT_EQ(UnitText(ValueView(true)), "");
  EXPECT_EQ(UnitText(ValueView(0.5)), "");
  EXPECT_EQ(UnitText(ValueView(9007199254740994.0)), "");
  EXPECT_EQ(UnitText(ValueView(std::numeric_limits<double>::quiet_NaN())), "");
  EXPECT_EQ(UnitText(ValueView(std::numeric_limits<double>::infinity())), "");
  EXPECT_EQ(UnitText(ValueView({"u1"})), "");
}

}  // namespace
}  // namespace expt
