// Caps of one flag, each at its edge: as many as may be, and one more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "src/model/limits.h"
#include "tests/model/validation.h"

namespace expt::model {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Caps : public Validation {
 protected:
  Index IsSet(int attribute) {
    return b_.Leaf(Operator::kIsSet, b_.Attribute("a" + std::to_string(attribute)), kNone);
  }
  Index Matches(int number) {
    const std::string pattern = "p" + std::to_string(number);
    return b_.Leaf(Operator::kMatches, b_.Attribute("text"), b_.Strings({pattern}));
  }
};

TEST_F(Caps, DoublingConditionsStopAtTheCap) {
  // Each row names the one before it twice: 2^31 leaves when written out, 32 rows.
  Index row = b_.Leaf(Operator::kIsSet, b_.Attribute("x"), kNone);
  for (int i = 0; i < 31; ++i) row = b_.All({row, row});
  AddCondition(row);
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": has more than 16384 conditions"));
  row = b_.Any({row});
  checkout().rules.clear();
  AddCondition(row);
  EXPECT_THAT(Broken(), Contains(HasSubstr("condition: nested deeper than 32")));
}

TEST_F(Caps, AFlagHasAtMost16384Leaves) {
  Index row = b_.Leaf(Operator::kIsSet, b_.Attribute("x"), kNone);
  for (int i = 0; i < 13; ++i) row = b_.All({row, row});
  AddCondition(row);
  AddConditionTo(checkout_, row, "r3");
  EXPECT_THAT(Broken(), IsEmpty());
  AddConditionTo(checkout_, b_.Leaf(Operator::kIsSet, b_.Attribute("y"), kNone), "r4");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": has more than 16384 conditions"));
}

TEST_F(Caps, SegmentsCountTwiceAmongLeaves) {
  Index row = b_.Leaf(Operator::kIsSet, b_.Attribute("x"), kNone);
  for (int i = 0; i < 12; ++i) row = b_.All({row, row});  // 4,096
  AddCondition(row);
  AddConditionTo(checkout_, row, "r3");
  const Index segment = AddSegment("s", row);
  AddConditionTo(checkout_, InSegment(segment), "r4");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": has more than 16384 conditions"));
  s().rules[checkout().rules[1]].condition = kNone;
  EXPECT_THAT(Broken(), IsEmpty());
}

TEST_F(Caps, ConditionsNestAtMost32Deep) {
  Index row = b_.Leaf(Operator::kIsSet, b_.Attribute("x"), kNone);
  for (int i = 0; i < 31; ++i) row = b_.All({row});
  AddCondition(row);
  EXPECT_THAT(Broken(), IsEmpty());
  AddConditionTo(checkout_, b_.All({row}), "r3");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": rule \"r3\": condition: nested deeper than 32"));
}

TEST_F(Caps, AFlagReadsAtMost64Attributes) {
  std::vector<Index> leaves;
  for (int i = 0; i < 64; ++i) leaves.push_back(IsSet(i));
  AddCondition(b_.All(leaves));
  EXPECT_THAT(Broken(), IsEmpty());
  Rule rule;
  rule.coverage = b_.AddCoverage(b_.AddBucketing(0, "s"), 5);
  rule.serve = b_.ServeVariant(1);
  AddRule(rule, "r3");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": reads more than 64 attributes"));
}

// Each way of reading one more attribute than may be.
TEST_F(Caps, EveryReaderOfAttributesCounts) {
  Index other = 0;      // an attribute
  Index bucketing = 0;  // by it
  const auto test = [&](std::string_view what, auto change) {
    Reset();
    std::vector<Index> leaves;
    for (int i = 0; i < 64; ++i) leaves.push_back(IsSet(i));
    AddCondition(b_.All(leaves));
    other = b_.Attribute("other");
    bucketing = b_.AddBucketing(other, "so");
    EXPECT_THAT(Broken(), IsEmpty()) << what;
    change();
    EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": reads more than 64 attributes")) << what;
  };
  const auto rule = [&](auto fill) {
    Rule row;
    row.serve = b_.ServeVariant(1);
    fill(row);
    AddRule(row, "r3");
  };
  test("override", [&] { checkout().overrides.push_back({.bucket_by = other, .variant = 0, .hashes = {}}); });
  test("coverage", [&] { rule([&](Rule& row) { row.coverage = b_.AddCoverage(bucketing, 5); }); });
  test("holdout", [&] {
    rule([&](Rule& row) { row.holdouts = b_.References({b_.AddHoldout("h", bucketing, 5, 0)}); });
  });
  test("split", [&] { rule([&](Rule& row) { row.serve = b_.ServeSplit(bucketing, {500'000, 500'000}); }); });
  test("default", [&] { checkout().default_serve = b_.ServeSplit(bucketing, {500'000, 500'000}); });
  test("experiment", [&] {
    const Index experiment = AddExperiment("e");
    s().experiments[experiment].bucketing = bucketing;
    rule([&](Rule& row) { row.serve = b_.ServeExperiment(experiment); });
  });
  test("layer", [&] {
    const Index experiment = AddExperiment("e");
    s().experiments[experiment].bucketing = bucketing;
    s().layers = {{.key = b_.String("l"), .bucketing = b_.AddBucketing(other, "sl")}};
    s().experiments[experiment].layer = 0;
    rule([&](Rule& row) { row.serve = b_.ServeExperiment(experiment); });
  });
  test("longitude", [&] {
    rule([&](Rule& row) {
      row.condition = b_.AddCondition({.op = Operator::kWithinKm,
                                       .subject = b_.Attribute("a1"),
                                       .operands = b_.Doubles({1, 2, 3}),
                                       .second = other});
    });
  });
  test("segment", [&] {
    const Index segment = AddSegment("s", b_.Leaf(Operator::kIsSet, other, kNone));
    rule([&](Rule& row) { row.condition = InSegment(segment); });
  });
  test("member list", [&] {
    const Index segment = AddSegment("s");
    s().member_lists = {{.bucket_by = other, .hashes = {}}};
    s().segments[segment].exclude = {0};
    rule([&](Rule& row) { row.condition = InSegment(segment); });
  });
  test("prerequisite", [&] {
    s().flags[0].overrides.push_back({.bucket_by = other, .variant = 0, .hashes = {}});
    checkout().prerequisites.push_back({.flag = 0, .variants = {1}});
  });
  test("flag_is", [&] {
    s().flags[0].overrides.push_back({.bucket_by = other, .variant = 0, .hashes = {}});
    rule([&](Rule& row) { row.condition = FlagIs(0); });
  });
}

TEST_F(Caps, AFlagReachesAtMost64Segments) {
  std::vector<Index> all;
  for (int i = 0; i < 32; ++i) all.push_back(AddSegment("s" + std::to_string(i)));
  // The other half behind one of them.
  std::vector<Index> inner;
  for (int i = 32; i < 64; ++i) inner.push_back(AddSegment("s" + std::to_string(i)));
  s().segments[all[5]].condition = b_.Leaf(Operator::kInSegment, 0, b_.References(inner));
  AddCondition(b_.Leaf(Operator::kInSegment, 0, b_.References(all)));
  EXPECT_THAT(Broken(), IsEmpty());
  AddConditionTo(checkout_, InSegment(AddSegment("one-more")), "r3");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": reaches more than 64 segments"));
}

TEST_F(Caps, AFlagReachesAtMost64OtherFlags) {
  // Thirty-two flags, and one more behind each: 64.
  for (int i = 0; i < 200; ++i) AddFlag("spare" + std::to_string(i));
  for (int i = 0; i < 32; ++i) {
    const Index inner = AddFlag("inner" + std::to_string(i));
    const Index outer = AddFlag("outer" + std::to_string(i));
    AddConditionTo(outer, FlagIs(inner));
    if (i % 2 == 0) {
      checkout().prerequisites.push_back({.flag = outer, .variants = {1}});
    } else {
      AddConditionTo(checkout_, FlagIs(outer), "r" + std::to_string(i));
    }
  }
  EXPECT_THAT(Broken(), IsEmpty());
  AddConditionTo(checkout_, FlagIs(0), "one-more");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": reaches more than 64 flags"));
}

TEST_F(Caps, AFlagReachesAtMost8Patterns) {
  for (int i = 0; i < 4; ++i) AddConditionTo(checkout_, b_.Any({Matches(i), Matches(0)}), "r" + std::to_string(i));
  AddConditionTo(checkout_, InSegment(AddSegment("s", b_.Any({Matches(4), Matches(5), Matches(0)}))), "rs");
  AddConditionTo(0, b_.Any({Matches(6), Matches(7)}));
  checkout().prerequisites.push_back({.flag = 0, .variants = {1}});
  EXPECT_THAT(Broken(), IsEmpty());
  AddConditionTo(checkout_, b_.Not(Matches(0)), "r9");  // another row, though the pattern is the same
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": has more than 8 conditions with regular expressions"));
}

TEST_F(Caps, HundredsOfPatternsInOneFlag) {
  std::vector<Index> all;
  for (int i = 0; i < 500; ++i) all.push_back(Matches(i));
  AddCondition(b_.Any(all));
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": has more than 8 conditions with regular expressions"));
}

TEST_F(Caps, AFlagYieldsAtMost8Exposures) {
  std::vector<Index> holdouts;
  for (int i = 0; i < 8; ++i) {
    holdouts.push_back(b_.AddHoldout("h" + std::to_string(i), b_.AddBucketing(0, "h" + std::to_string(i)), 10, 0));
  }
  const auto add = [&](std::span<const Index> list, Index serve, std::string_view id) {
    Rule rule;
    rule.holdouts = b_.References(list);
    rule.serve = serve;
    AddRule(rule, id);
  };
  add(holdouts, b_.ServeVariant(1), "all");
  add(std::span(holdouts).subspan(2, 3), b_.ServeVariant(1), "again");  // no new ones
  EXPECT_THAT(Broken(), IsEmpty());
  AddRule({.serve = b_.ServeExperiment(AddExperiment("e"))}, "x");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": may yield more than 8 exposures"));
  checkout().rules.pop_back();
  const Index ninth = b_.AddHoldout("h9", b_.AddBucketing(0, "h9"), 10, 0);
  add(std::span(&ninth, 1), b_.ServeVariant(1), "x");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": may yield more than 8 exposures"));
  checkout().rules.clear();
  add(std::span(holdouts).subspan(0, 7), b_.ServeExperiment(0), "seven");
  EXPECT_THAT(Broken(), IsEmpty());
}

}  // namespace
}  // namespace expt::model
