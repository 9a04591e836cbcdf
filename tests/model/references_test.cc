// Segments and flags that refer to each other: cycles, depth, and what is broken behind what is broken.
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

class ReferencesTest : public Validation {
 protected:
  // A node of the graph: "s..." is a segment, "f..." a flag.
  struct Node {
    bool is_flag;
    Index row;
  };
  Node Add(std::string_view key) {
    if (key[0] == 's') return {false, AddSegment(key)};
    return {true, AddFlag(key)};
  }
  enum class By { kCondition, kPrerequisite };
  void Refer(Node from, Node to, By by = By::kCondition) {
    if (by == By::kPrerequisite && from.is_flag && to.is_flag) {
      s().flags[from.row].prerequisites.push_back({.flag = to.row, .variants = {1}});
      return;
    }
    const Index leaf = to.is_flag ? FlagIs(to.row) : InSegment(to.row);
    if (from.is_flag) {
      AddConditionTo(from.row, b_.Any({leaf}), "r" + std::to_string(s().flags[from.row].rules.size()));
      return;
    }
    Index& condition = s().segments[from.row].condition;
    condition = condition == kNone ? b_.Not(leaf) : b_.All({condition, leaf});
  }
  std::vector<std::string> BrokenKeys() {
    std::vector<std::string> keys;
    for (const Issue& issue : Validate(s())) {
      if (issue.scope != Issue::Scope::kFlag) continue;
      const std::string key(s().strings[s().flags[issue.flag].key]);
      if (keys.empty() || keys.back() != key) keys.push_back(key);
    }
    return keys;
  }
  // Enough good flags that half of them may be broken.
  void AddGoodFlags(int count) {
    for (int i = 0; i < count; ++i) AddFlag("better" + std::to_string(i));
  }
};

TEST_F(ReferencesTest, SegmentsInACycleBreakTheirFlagsOnly) {
  for (const char* key : {"a", "b", "c"}) AddSegment(key);
  s().segments[0].condition = InSegment(1);
  s().segments[1].condition = InSegment(0);
  s().segments[2].condition = InSegment(0);
  AddCondition(InSegment(2));
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": rule \"r2\": segment \"c\": refers to a cycle: \"c\" -> \"a\" "
                                    "-> \"b\" -> \"a\""));
  EXPECT_THAT(Refused(), IsEmpty());
}

TEST_F(ReferencesTest, CyclesOfFlagsSayTheirWay) {
  const Node a = Add("f1");
  const Node b = Add("f2");
  const Node c = Add("f3");
  Refer(a, b, By::kPrerequisite);
  Refer(b, a);
  Refer(c, a);
  EXPECT_THAT(Broken(),
              ElementsAre("flag \"f1\": refers to itself: flag \"f1\" -> flag \"f2\" -> flag \"f1\"",
                          "flag \"f2\": refers to itself: flag \"f2\" -> flag \"f1\" -> flag \"f2\"",
                          "flag \"f3\": refers to a cycle: flag \"f3\" -> flag \"f1\" -> flag \"f2\" -> flag \"f1\""));
}

TEST_F(ReferencesTest, CyclesThroughSegmentsAndFlagsSayTheirWay) {
  const Node flag = Add("f1");
  const Node segment = Add("s1");
  Refer(flag, segment);
  Refer(segment, flag);
  EXPECT_THAT(Broken(), ElementsAre("flag \"f1\": rule \"r0\": segment \"s1\": refers to itself: segment \"s1\" -> flag "
                                    "\"f1\" -> segment \"s1\""));
}

TEST_F(ReferencesTest, AFlagMayNotAskForItself) {
  const Node flag = Add("f1");
  Refer(flag, flag, By::kPrerequisite);
  EXPECT_THAT(Broken(), ElementsAre("flag \"f1\": refers to itself: flag \"f1\" -> flag \"f1\""));
}

// Every cycle of up to four nodes, of every mix of flags and segments, with both kinds of references between flags, and
// a flag and a segment behind it: all flags that touch it are broken, the rest lives.
TEST_F(ReferencesTest, EveryMixOfACycleIsFound) {
  for (size_t length = 1; length <= 4; ++length) {
    for (uint32_t mix = 0; mix < (1u << length); ++mix) {
      for (const By by : {By::kCondition, By::kPrerequisite}) {
        Reset();
        std::vector<Node> nodes;
        for (size_t i = 0; i < length; ++i) nodes.push_back(Add(((mix >> i & 1) != 0 ? "f" : "s") + std::to_string(i)));
        for (size_t i = 0; i < length; ++i) Refer(nodes[i], nodes[(i + 1) % length], by);
        const Node segment_behind = Add("s-behind");
        const Node flag_behind = Add("f-behind");
        const Node user = Add("f-user");
        const Node bystander = Add("f-bystander");
        const Node fine = Add("s-fine");
        Refer(segment_behind, nodes[0]);
        Refer(flag_behind, nodes[0], by);
        Refer(user, segment_behind);
        Refer(bystander, fine);
        std::vector<std::string> expected;
        for (size_t i = 0; i < length; ++i) {
          if (nodes[i].is_flag) expected.push_back("f" + std::to_string(i));
        }
        expected.push_back("f-behind");
        expected.push_back("f-user");
        EXPECT_EQ(BrokenKeys(), expected) << length << " nodes, mix " << mix;
        // Without its last step there is no cycle and nothing is broken.
        const Node last = nodes.back();
        if (last.is_flag) {
          s().flags[last.row].rules.clear();
          s().flags[last.row].prerequisites.clear();
        } else {
          s().segments[last.row].condition = kNone;
        }
        EXPECT_THAT(Validate(s()), IsEmpty()) << length << " nodes, mix " << mix;
      }
    }
  }
}

TEST_F(ReferencesTest, HugeCyclesAreCutShortInText) {
  constexpr int kCount = 20'000;
  std::vector<Node> nodes;
  for (int i = 0; i < kCount; ++i) nodes.push_back(Add("s" + std::to_string(i)));
  for (int i = 0; i < kCount; ++i) Refer(nodes[i], nodes[(i + 1) % kCount]);
  AddCondition(InSegment(0));
  const std::vector<std::string> broken = Broken();
  ASSERT_EQ(broken.size(), 2u);
  EXPECT_EQ(broken[1], "flag \"checkout\": reaches more than 64 segments");
  EXPECT_THAT(broken[0], HasSubstr("segment \"s0\": refers to a cycle: \"s0\" -> \"s1\" -> "));
  EXPECT_LT(broken[0].size(), 500u);
}

TEST_F(ReferencesTest, LongChainsOfSegmentsAreBrokenWithoutRecursion) {
  constexpr Index kCount = 100'000;
  for (Index i = 0; i < kCount; ++i) AddSegment("s" + std::to_string(i), i == 0 ? kNone : InSegment(i - 1));
  AddCondition(InSegment(kCount - 1));
  EXPECT_THAT(Broken(), Contains(HasSubstr("segment \"s99999\"")));
}

TEST_F(ReferencesTest, LongChainsOfFlagsAreBrokenWithoutRecursion) {
  constexpr Index kCount = 50'000;
  Index last = checkout_;
  for (Index i = 0; i < kCount; ++i) {
    const Index flag = AddFlag("f" + std::to_string(i));
    s().flags[flag].prerequisites.push_back({.flag = last, .variants = {1}});
    last = flag;
  }
  EXPECT_THAT(Refused(), ElementsAre(HasSubstr("are broken, expected at most half")));
}

TEST_F(ReferencesTest, SegmentsMayNestEightDeep) {
  for (Index i = 0; i < 9; ++i) AddSegment("s" + std::to_string(i), i == 0 ? kNone : InSegment(i - 1));
  AddCondition(InSegment(7));
  EXPECT_THAT(Broken(), IsEmpty());
  AddCondition(InSegment(8));
  EXPECT_THAT(Broken(), Contains("flag \"checkout\": rule \"r2\": segment \"s8\": segments are nested deeper than 8"));
}

// Through flags too: the segments of one path count.
TEST_F(ReferencesTest, SegmentsBehindFlagsCountIntoTheDepth) {
  AddGoodFlags(20);
  Node last = Add("s0");
  for (int i = 1; i < 9; ++i) {
    const Node flag = Add("f" + std::to_string(i));
    Refer(flag, last);
    const Node segment = Add("s" + std::to_string(i));
    Refer(segment, flag);
    last = segment;
    if (i == 7) AddCondition(InSegment(segment.row));
  }
  EXPECT_THAT(Broken(), IsEmpty());
  AddCondition(InSegment(last.row));
  EXPECT_THAT(Broken(), Contains("flag \"checkout\": rule \"r2\": segment \"s8\": segments are nested deeper than 8"));
}

TEST_F(ReferencesTest, FlagsMayNestSixteenDeep) {
  for (const By by : {By::kPrerequisite, By::kCondition}) {
    Reset();
    AddGoodFlags(30);
    Node last = Add("f1");
    for (int i = 2; i <= 16; ++i) {
      const Node flag = Add("f" + std::to_string(i));
      Refer(flag, last, by);
      last = flag;
    }
    EXPECT_THAT(Broken(), IsEmpty());
    const Node seventeen = Add("f17");
    Refer(seventeen, last, by);
    const Node eighteen = Add("f18");
    Refer(eighteen, seventeen, by);
    EXPECT_THAT(Broken(), ElementsAre("flag \"f17\": prerequisites and flag_is are nested deeper than 16",
                                      "flag \"f18\": prerequisites and flag_is are nested deeper than 16"));
  }
}

TEST_F(ReferencesTest, WhatRefersToABrokenFlagIsBroken) {
  AddGoodFlags(10);
  const Node first = Add("f-first");  // stands before what it refers to
  const Node broken = Add("f-broken");
  s().flags[broken.row].fail_closed = true;
  const Node segment = Add("s1");
  const Node outer = Add("s2");
  const Node user = Add("f-user");
  const Node last = Add("f-last");
  Refer(first, broken, By::kPrerequisite);
  Refer(segment, broken);
  Refer(outer, segment);
  Refer(user, outer);
  Refer(last, user);
  EXPECT_THAT(Broken(), ElementsAre("flag \"f-first\": refers to flag \"f-broken\", which is broken",
                                    "flag \"f-broken\": \"fail_closed\" needs an off variant",
                                    "flag \"f-user\": segment \"s2\": segment \"s1\": refers to flag \"f-broken\", which "
                                    "is broken",
                                    "flag \"f-last\": refers to flag \"f-user\", which is broken"));
}

TEST_F(ReferencesTest, WhatRefersToABrokenSegmentIsBroken) {
  const Node bad = Add("s-bad");
  s().segments[bad.row].condition = b_.Leaf(Operator::kLt, b_.Attribute("v"), b_.Strings({"x"}));
  s().segments[bad.row].required_features = {b_.String("quantum")};
  const Node behind = Add("s-behind");
  Refer(behind, bad);
  const Node user = Add("f-user");
  Refer(user, behind);
  AddCondition(InSegment(bad.row));
  EXPECT_THAT(
      Broken(),
      ElementsAre("flag \"checkout\": rule \"r2\": segment \"s-bad\": required feature \"quantum\" is not supported by "
                  "this version",
                  "flag \"checkout\": rule \"r2\": segment \"s-bad\": attribute \"v\": operator \"lt\": expected operands "
                  "of type number, got string",
                  "flag \"f-user\": rule \"r0\": segment \"s-behind\": refers to segment \"s-bad\", which is broken"));
}

TEST_F(ReferencesTest, PrerequisitesNameVariantsOfTheOtherFlag) {
  const auto said = [&](std::vector<Index> variants) {
    checkout().prerequisites = {{.flag = 0, .variants = std::move(variants)}};
    return Broken();
  };
  EXPECT_THAT(said({0, 1}), IsEmpty());
  EXPECT_THAT(said({}),
              ElementsAre("flag \"checkout\": prerequisite \"good0\": expected at least one variant, got none"));
  EXPECT_THAT(said({1, 2, kNone}),
              ElementsAre("flag \"checkout\": prerequisite \"good0\": variant 2 is not one of the flag's 2",
                          "flag \"checkout\": prerequisite \"good0\": variant 4294967295 is not one of the flag's 2"));
  checkout().prerequisites.assign(kMaxFlagPrerequisites, {.flag = 0, .variants = {1}});
  EXPECT_THAT(Broken(), IsEmpty());
  checkout().prerequisites.push_back({.flag = 0, .variants = {1}});
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": has more than 64 prerequisites"));
}

}  // namespace
}  // namespace expt::model
