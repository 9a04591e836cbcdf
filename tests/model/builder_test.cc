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

TEST(Builder, HashesStandInOnePool) {
  Builder b;
  const Digest one{1};
  const Digest two{2};
  const Index first = b.Hashes({one, two});
  EXPECT_EQ(b.Hashes({one, two}), first);
  const Index second = b.Hashes({two});
  EXPECT_NE(second, first);
  EXPECT_NE(b.Hashes({}), b.Strings({}));
  const Snapshot snapshot = b.Take();
  EXPECT_EQ(snapshot.hash_pool.size(), 96u);
  EXPECT_EQ(snapshot.operands[second].begin, 2u);
  EXPECT_EQ(snapshot.operands[second].size, 1u);
  EXPECT_EQ(snapshot.hash_pool[32], 2);
  EXPECT_EQ(snapshot.hash_pool[64], 2);
  EXPECT_TRUE(b.snapshot().hash_pool.empty());
}

TEST(Builder, TimeZonesAreFoundByName) {
  Builder b;
  const Index zurich = b.AddTimeZone("Europe/Zurich", 60);
  EXPECT_NE(b.AddTimeZone("UTC"), zurich);
  EXPECT_EQ(b.AddTimeZone("Europe/Zurich"), zurich);
  EXPECT_EQ(b.snapshot().time_zones[zurich].initial_offset_minutes, 60);
}

TEST(Builder, CoveragesOfDifferentRampsAreDifferentRows) {
  Builder b;
  const Index bucketing = b.AddBucketing(b.Attribute("targeting_key"), "s");
  const Index ramp = b.AddRamp({.is_linear = true, .time_ms = {1, 2}, .ppm = {0, 1}});
  EXPECT_NE(b.AddCoverage(bucketing, 0, ramp), b.AddCoverage(bucketing, 0));
  EXPECT_EQ(b.AddCoverage(bucketing, 0, ramp), b.AddCoverage(bucketing, 0, ramp));
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
