#include "src/model/builder.h"

#include <gtest/gtest.h>

#include <string>

#include "src/base/hash.h"

namespace expt::model {
namespace {

TEST(Builder, EqualPiecesAreStoredOnce) {
  Builder b;
  EXPECT_EQ(b.String("a"), b.String("a"));
  EXPECT_NE(b.String("a"), b.String("b"));
  EXPECT_EQ(b.Attribute("x"), b.Attribute("x"));
  EXPECT_EQ(b.Strings({"CH", "DE"}), b.Strings({"CH", "DE"}));
  EXPECT_NE(b.Strings({"CH", "DE"}), b.Strings({"DE", "CH"}));
  EXPECT_NE(b.Integers({1}), b.Doubles({1}));
  const Index leaf = b.Leaf(Operator::kIn, b.Attribute("x"), b.Strings({"CH"}));
  EXPECT_EQ(leaf, b.Leaf(Operator::kIn, b.Attribute("x"), b.Strings({"CH"})));
  EXPECT_EQ(b.All({leaf}), b.All({leaf}));
  EXPECT_NE(b.All({leaf}), b.Any({leaf}));
  EXPECT_EQ(b.Not(b.Not(leaf)), leaf);
  EXPECT_NE(b.Not(leaf), leaf);
  EXPECT_EQ(b.IntegerValue(1), b.IntegerValue(1));
  EXPECT_NE(b.StringValue("{}"), b.JsonValue("{}"));
  EXPECT_EQ(b.AddCoverage(b.AddBucketing(0, "s"), 5), b.AddCoverage(b.AddBucketing(0, "s"), 5));
  EXPECT_EQ(b.ServeSplit(0, {1, 2}), b.ServeSplit(0, {1, 2}));
  EXPECT_NE(b.ServeSplit(0, {1, 2}), b.ServeSplit(0, {2, 1}));
}

TEST(Builder, TakenSnapshotOwnsItsText) {
  Snapshot snapshot;
  {
    Builder b;
    b.snapshot().environment = b.Copy("an environment id that is longer than a small string");
    b.String(std::string(100, 'x'));
    for (int i = 0; i < 1000; ++i) b.String("string " + std::to_string(i));
    snapshot = b.Take();
    EXPECT_TRUE(b.snapshot().strings.empty());
    EXPECT_EQ(b.String("again"), 0u);
  }
  EXPECT_EQ(snapshot.environment, "an environment id that is longer than a small string");
  EXPECT_EQ(snapshot.strings[0], std::string(100, 'x'));
  EXPECT_EQ(snapshot.strings[1000], "string 999");
}

TEST(Builder, MembersAreHashedWithTheListSalt) {
  Builder b;
  b.SetMemberListSalt("lists");
  EXPECT_EQ(b.MemberHash("u1"), base::Xxh3("lists:u1"));
}

TEST(Builder, AttributesKeepWhatWasDeclared) {
  Builder b;
  const Index row = b.Attribute("company");
  b.SetAttribute("company", ValueType::kString, kUnitType | kAnalytics);
  EXPECT_EQ(b.snapshot().attributes[row].type, ValueType::kString);
  EXPECT_EQ(b.snapshot().attributes[row].properties, kUnitType | kAnalytics);
  EXPECT_EQ(b.snapshot().attributes.size(), 1u);
}

}  // namespace
}  // namespace expt::model
