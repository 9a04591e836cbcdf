#include "expt/value.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

namespace expt {
namespace {

TEST(ValueView, TakesTheTypeOfItsSource) {
  EXPECT_EQ(ValueView(true).type(), ValueType::kBoolean);
  EXPECT_EQ(ValueView(1).type(), ValueType::kInteger);
  EXPECT_EQ(ValueView(uint8_t{200}).integer(), 200);
  EXPECT_EQ(ValueView(1.5f).real(), 1.5);
  EXPECT_EQ(ValueView("x").text(), "x");
  EXPECT_EQ(ValueView({"a", "b"}).list().size(), 2u);
  EXPECT_EQ(ValueView::Json("{}").type(), ValueType::kJson);
  EXPECT_TRUE(ValueView(std::numeric_limits<uint64_t>::max()).is_missing());
}

TEST(ValueView, AccessorsOfAnotherTypeYieldNothing) {
  const ValueView text("20");
  EXPECT_EQ(text.integer(), 0);
  EXPECT_EQ(text.real(), 0);
  EXPECT_FALSE(text.boolean());
  EXPECT_TRUE(text.list().empty());
  EXPECT_TRUE(ValueView(20).text().empty());
}

TEST(ValueView, EqualMeansSameTypeAndValue) {
  EXPECT_EQ(ValueView(1), ValueView(int64_t{1}));
  EXPECT_FALSE(ValueView(1) == ValueView(1.0));
  EXPECT_FALSE(ValueView("{}") == ValueView::Json("{}"));
  EXPECT_FALSE(ValueView(std::numeric_limits<double>::quiet_NaN()) ==
               ValueView(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ(ValueView({"a", "b"}), ValueView({"a", "b"}));
  EXPECT_FALSE(ValueView({"a", "b"}) == ValueView({"a"}));
  EXPECT_EQ(ValueView(), ValueView());
}

TEST(Value, OutlivesWhatItWasMadeFrom) {
  std::optional<Value> text;
  std::optional<Value> list;
  {
    const std::string source = "a text that is longer than any small-string buffer";
    text = Value(ValueView(source));
    const std::string_view parts[] = {source, std::string_view(source).substr(2)};
    list = Value(ValueView(std::span<const std::string_view>(parts)));
  }
  const Value copy = *text;
  text.reset();
  EXPECT_EQ(copy.view().text(), "a text that is longer than any small-string buffer");
  EXPECT_EQ(list->view().list()[1], "text that is longer than any small-string buffer");
  EXPECT_EQ(Value::Json("[1]").type(), ValueType::kJson);
}

TEST(ValueType, HasAName) {
  EXPECT_EQ(ValueTypeName(ValueType::kStringList), "string_list");
  EXPECT_EQ(ValueTypeName(static_cast<ValueType>(99)), "missing");
}

}  // namespace
}  // namespace expt
