#include "src/model/review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/model/validation.h"

namespace expt::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ReviewTest : public Validation {
 protected:
  std::vector<std::string> Warned(const Snapshot* previous = nullptr) {
    std::vector<std::string> lines;
    for (const Issue& issue : Review(s(), previous)) {
      EXPECT_EQ(issue.scope, Issue::Scope::kWarning);
      lines.push_back(Within(issue.place, issue.text));
    }
    return lines;
  }
  // Of one rule with a condition, without the place; the condition must be right.
  std::vector<std::string> Of(Index condition) {
    checkout().rules.clear();
    AddCondition(condition);
    EXPECT_THAT(Validate(s()), IsEmpty());
    std::vector<std::string> lines = Warned();
    const std::string place = "flag \"checkout\": rule \"r2\": ";
    for (std::string& line : lines) {
      if (line.starts_with(place)) line.erase(0, place.size());
    }
    return lines;
  }
  Index Leaf(Operator op, Index operands, std::string_view attribute = "a", uint8_t properties = 0) {
    return b_.Leaf(op, b_.Attribute(attribute), operands, properties);
  }
  Index Is(std::initializer_list<std::string_view> texts) { return Leaf(Operator::kIn, b_.Strings(texts)); }
  Index Number(Operator op, int64_t value) { return Leaf(op, b_.Integers({value})); }
  Index Version(Operator op, std::string_view text) { return Leaf(op, b_.Strings({text})); }
  Index Always(std::string_view attribute = "other") {  // says nothing
    return b_.Leaf(Operator::kIsSet, b_.Attribute(attribute), kNone);
  }
};

TEST_F(ReviewTest, ASnapshotThatIsFineIsNotWarnedOf) {
  AddCondition(b_.All({Is({"x", "y"}), Number(Operator::kGt, 5), Always()}));
  checkout().rules.clear();
  AddCondition(b_.All({Is({"x", "y"}), b_.Any({Always(), b_.Not(Is({"x"}))})}));
  EXPECT_THAT(Warned(), IsEmpty());
}

TEST_F(ReviewTest, RulesBehindOneThatServesEverybody) {
  AddRule({.serve = b_.ServeVariant(1)}, "r1");
  EXPECT_THAT(Warned(), IsEmpty());
  AddRule({.serve = b_.ServeVariant(1)}, "r2");
  AddRule({.serve = b_.ServeVariant(1)}, "r3");
  const std::string text = "flag \"checkout\": rule \"r1\": serves everybody, the rules after it never apply";
  EXPECT_THAT(Warned(), ElementsAre(text));
  Rule& first = s().rules[checkout().rules[0]];
  first.coverage = b_.AddCoverage(b_.AddBucketing(0, "s"), 1'000'000);
  EXPECT_THAT(Warned(), ElementsAre(text));
  first.coverage = b_.AddCoverage(b_.AddBucketing(0, "s"), 999'999);
  s().rules[checkout().rules[1]].serve = b_.ServeSplit(b_.AddBucketing(0, "t"), {0, 1'000'000});
  EXPECT_THAT(Warned(), IsEmpty());  // a split needs a unit id
}

TEST_F(ReviewTest, RulesThatAnEarlierOneHides) {
  const Index condition = Is({"x"});
  AddConditionTo(checkout_, condition, "r1");
  AddConditionTo(checkout_, b_.All({Always(), condition}), "r2");
  AddConditionTo(checkout_, condition, "r3");
  AddConditionTo(checkout_, b_.Any({Always(), condition}), "r4");
  EXPECT_THAT(Warned(),
              ElementsAre("flag \"checkout\": rule \"r2\": never applies: rule \"r1\" has a part of its condition and "
                          "takes everybody",
                          "flag \"checkout\": rule \"r3\": never applies: rule \"r1\" has the same condition and takes "
                          "everybody"));
  s().rules[checkout().rules[0]].holdouts = b_.References({b_.AddHoldout("h", b_.AddBucketing(0, "h"), 5, 0)});
  EXPECT_THAT(Warned(), IsEmpty());
}

TEST_F(ReviewTest, ConditionsThatAreNeverTrue) {
  const Index now = b_.Attribute("$now");
  s().issued_at_ms = 1'000;
  const struct {
    Index condition;
    std::string_view why;
  } rows[] = {
      {b_.Any({}), "an empty \"any\""},
      {Is({}), "attribute \"a\": is in an empty list"},
      {b_.Leaf(Operator::kInSegment, 0, b_.References({})), "in no segment"},
      {b_.All({Is({"x"}), Is({"y", "z"})}), "attribute \"a\": the values that it must be one of exclude each other"},
      {b_.All({Is({"x"}), b_.Not(Is({"y", "x"}))}), "attribute \"a\": all values that it must be one of are excluded"},
      {b_.All({Is({"x"}), Number(Operator::kLt, 5)}), "attribute \"a\": is compared as values of different types"},
      {b_.All({Number(Operator::kEquals, 1), Leaf(Operator::kEquals, b_.Integers({1}), "a", kBooleanOperands)}),
       "attribute \"a\": is compared as values of different types"},
      {b_.All({Number(Operator::kEquals, 7), Number(Operator::kLt, 5)}),
       "attribute \"a\": all values that it must be one of are excluded"},
      {b_.All({Number(Operator::kLt, 5), Always(), Number(Operator::kGte, 5)}),
       "attribute \"a\": the bounds exclude each other"},
      {b_.All({Number(Operator::kLt, 5), Leaf(Operator::kGt, b_.Doubles({4.5})), Number(Operator::kLte, 4)}),
       "attribute \"a\": the bounds exclude each other"},
      {b_.All({b_.Not(Number(Operator::kLt, 5)), Leaf(Operator::kBetween, b_.Integers({1, 4}))}),
       "attribute \"a\": the bounds exclude each other"},
      {b_.All({Leaf(Operator::kTimeBetween, b_.Integers({1, 5})), Number(Operator::kTimeAfter, 5)}),
       "attribute \"a\": the bounds exclude each other"},
      {b_.Leaf(Operator::kTimeBefore, now, b_.Integers({1'000})), "attribute \"$now\": its time is over"},
      {b_.Not(b_.Leaf(Operator::kTimeAfter, now, b_.Integers({5}))), "attribute \"$now\": its time has come"},
      {b_.All({Number(Operator::kSizeLt, 2), Number(Operator::kSizeGt, 2)}),
       "attribute \"a\": the bounds exclude each other"},
      {Number(Operator::kSizeLt, 0), "attribute \"a\": the bounds exclude each other"},
      {b_.All({Version(Operator::kSemverLt, "2"), Version(Operator::kSemverGte, "2.0.0")}),
       "attribute \"a\": the bounds exclude each other"},
      {b_.All({Version(Operator::kSemverTilde, "1.2"), Version(Operator::kSemverGte, "1.3.0-rc")}),
       "attribute \"a\": the bounds exclude each other"},
      {b_.All({Version(Operator::kSemverCaret, "1.2"), Version(Operator::kSemverEq, "v2.0.0")}),
       "attribute \"a\": the bounds exclude each other"},
      {b_.All({Always("a"), b_.Not(Always("a"))}), "attribute \"a\": a condition and its opposite"},
      {b_.All({FlagIs(0), b_.All({Always(), b_.Not(FlagIs(0))})}), "operator \"flag_is\": a condition and its opposite"},
      {b_.All({b_.Not(Always("a")), Version(Operator::kContains, "x")}),
       "attribute \"a\": is compared and must not be set"},
      {b_.Not(b_.Any({b_.Not(Is({"x"})), b_.Not(Is({"y"}))})),
       "attribute \"a\": the values that it must be one of exclude each other"},
      {b_.All({Always(), b_.All({b_.Any({Is({}), b_.All({b_.Any({})})})})}), "attribute \"a\": is in an empty list"},
  };
  for (const auto& row : rows) {
    const std::vector<std::string> lines = Of(row.condition);
    ASSERT_EQ(lines.size(), 1u) << row.why;
    EXPECT_EQ(lines[0], "never applies: " + std::string(row.why));
  }
}

TEST_F(ReviewTest, ConditionsThatMayBeTrueAreNotWarnedOf) {
  s().issued_at_ms = 1'000;
  const Index now = b_.Attribute("$now");
  for (const Index condition : {
           b_.All({Is({"x", "y"}), Is({"y", "z"})}),
           b_.All({Is({"x", "y"}), b_.Not(Is({"x"}))}),
           b_.All({Is({"x"}), Leaf(Operator::kIn, b_.Strings({"X"}), "a", kCaseInsensitive)}),
           b_.All({Leaf(Operator::kEquals, b_.Doubles({1.0})), Number(Operator::kIn, 1)}),
           b_.All({Number(Operator::kLte, 5), Number(Operator::kGte, 5)}),
           b_.All({Number(Operator::kLt, 5), Number(Operator::kGt, 4)}),
           b_.All({b_.Not(Leaf(Operator::kBetween, b_.Integers({1, 4}))), Number(Operator::kEquals, 5)}),
           b_.All({Number(Operator::kTimeAfter, 5), Number(Operator::kTimeBefore, 6)}),
           b_.All({Is({"2030-01-01T00:00:00Z"}), Number(Operator::kTimeAfter, 5)}),
           b_.Leaf(Operator::kTimeBefore, now, b_.Integers({1'001})),
           b_.All({Version(Operator::kSemverTilde, "1.2"), Version(Operator::kSemverGte, "1.2.9")}),
           b_.All({Version(Operator::kSemverLte, "2.0.0"), Version(Operator::kSemverGte, "2")}),
           b_.All({Version(Operator::kSemverLt, "2.0.0"), Version(Operator::kSemverGt, "2.0.0-rc")}),
           b_.Any({Is({"x"}), Is({"y"})}),
           b_.All({Always("a"), Is({"x"})}),
           b_.All({FlagIs(0), FlagIs(1)}),
       }) {
    EXPECT_THAT(Of(condition), IsEmpty());
  }
}

TEST_F(ReviewTest, ConditionsThatAreAlwaysTrue) {
  EXPECT_THAT(Of(b_.All({})), ElementsAre("its condition is true for everybody: an empty \"all\""));
  EXPECT_THAT(Of(b_.Not(Is({}))),
              ElementsAre("its condition is true for everybody: attribute \"a\": is in an empty list"));
  EXPECT_THAT(Of(b_.Not(InSegment(AddSegment("empty")))),
              ElementsAre("its condition is true for everybody: segment \"empty\": has no members"));
  EXPECT_THAT(Of(b_.Any({Always("a"), b_.Not(Always("a"))})),
              ElementsAre("its condition is true for everybody: attribute \"a\": a condition and its opposite"));
  EXPECT_THAT(Of(b_.Any({Number(Operator::kLt, 5), Number(Operator::kGt, 4)})),
              ElementsAre("its condition is true for everybody whose attributes are known: attribute \"a\": the bounds "
                          "exclude each other"));
}

TEST_F(ReviewTest, AlwaysTrueHidesTheRulesBehind) {
  AddConditionTo(checkout_, b_.All({}), "r1");
  AddConditionTo(checkout_, Is({"x"}), "r2");
  EXPECT_THAT(Warned(),
              ElementsAre("flag \"checkout\": rule \"r1\": its condition is true for everybody: an empty \"all\"",
                          "flag \"checkout\": rule \"r1\": serves everybody, the rules after it never apply"));
}

TEST_F(ReviewTest, PartsThatAreNeverTrue) {
  EXPECT_THAT(Of(b_.Any({Always(), b_.All({Is({"x"}), Is({"y"})})})),
              ElementsAre("a part of its condition is never true: attribute \"a\": the values that it must be one of "
                          "exclude each other"));
}

TEST_F(ReviewTest, SegmentsAreSeenThrough) {
  const Index inner = AddSegment("inner", b_.Any({}));
  const Index outer = AddSegment("outer", b_.Any({InSegment(inner)}));
  EXPECT_THAT(Of(InSegment(outer)), ElementsAre("never applies: segment \"outer\": has no members"));
  s().member_lists = {{.bucket_by = 0, .hashes = {5}}};
  s().segments[inner].include = {0};
  EXPECT_THAT(Of(InSegment(outer)), IsEmpty());
}

TEST_F(ReviewTest, UnitsOfSeveralSegments) {
  const Index vip = AddSegment("vip");
  const Index beta = AddSegment("beta");
  s().member_lists = {{.bucket_by = 0, .hashes = {1, 2, 3, 4}},
                      {.bucket_by = 0, .hashes = {3, 4, 5}},
                      {.bucket_by = b_.Attribute("company"), .hashes = {1}},
                      {.bucket_by = 0, .hashes = {4}}};
  s().segments[vip].include = {0};
  s().segments[beta].include = {1, 2};
  AddConditionTo(checkout_, InSegment(vip), "first");
  AddConditionTo(checkout_, b_.All({Always(), InSegment(beta)}), "second");
  EXPECT_THAT(Warned(), IsEmpty());  // both serve the same
  s().rules[checkout().rules[1]].serve = b_.ServeVariant(0);
  EXPECT_THAT(Warned(), ElementsAre("flag \"checkout\": rule \"second\": 2 units of segment \"beta\" are also in segment "
                                    "\"vip\" of rule \"first\", which comes first and wins"));
  s().segments[vip].exclude = {3};
  EXPECT_THAT(Warned(), ElementsAre("flag \"checkout\": rule \"second\": 1 unit of segment \"beta\" are also in segment "
                                    "\"vip\" of rule \"first\", which comes first and wins",
                                    "segment \"vip\": 1 unit both included and excluded: not in it"));
}

TEST_F(ReviewTest, UnusedRowsThatAreBroken) {
  AddExperiment("idle", {1, 2});
  s().segments[AddSegment("idle")].required_features = {b_.String("quantum")};
  EXPECT_THAT(Warned(), ElementsAre("segment \"idle\": required feature \"quantum\" is not supported by this version",
                                    "experiment \"idle\": weights sum to 3, expected 1000000"));
}

TEST_F(ReviewTest, OverridesThatContradict) {
  checkout().overrides = {{.bucket_by = 0, .variant = 0, .hashes = {1, 2}}, {.bucket_by = 0, .variant = 0, .hashes = {2}}};
  EXPECT_THAT(Warned(), IsEmpty());
  checkout().overrides.push_back({.bucket_by = b_.Attribute("company"), .variant = 1, .hashes = {1}});
  EXPECT_THAT(Warned(), IsEmpty());
  checkout().overrides.push_back({.bucket_by = 0, .variant = 1, .hashes = {1}});
  EXPECT_THAT(Warned(),
              ElementsAre("flag \"checkout\": override: a unit is forced to two variants, the first one counts"));
}

TEST_F(ReviewTest, PrivateAttributesThatAreShown) {
  b_.SetAttribute("email", ValueType::kString, kPrivate);
  const Index shown = b_.Leaf(Operator::kEndsWith, b_.Attribute("email"), b_.Strings({"@example.com"}));
  const std::string text =
      "attribute \"email\" is private, and every reader of the snapshot sees what it is compared with; equals_hashed "
      "and in_hashed hide it";
  EXPECT_THAT(Of(b_.All({shown, b_.Not(shown)})).back(), text);
  EXPECT_THAT(Of(b_.Any({shown, Always()})), ElementsAre(text));
  const Index hidden = b_.AddCondition({.op = Operator::kInHashed,
                                        .subject = b_.Attribute("email"),
                                        .operands = b_.Hashes({Digest{1}}),
                                        .second = b_.Strings({"s"})});
  EXPECT_THAT(Of(b_.Any({hidden, Always("other")})), IsEmpty());
  EXPECT_THAT(Of(b_.All({hidden, Always("email")})), IsEmpty());
  AddSegment("staff", shown);
  EXPECT_THAT(Warned(), ElementsAre("segment \"staff\": " + text));
}

TEST_F(ReviewTest, BrokenFlagsAreNotReviewed) {
  AddRule({.serve = b_.ServeVariant(1)}, "r1");
  AddRule({.serve = b_.ServeVariant(9)}, "r2");
  EXPECT_THAT(Warned(), IsEmpty());
  s().rules[0].serve = 99;
  EXPECT_THAT(Warned(), IsEmpty());
  EXPECT_EQ(Complexities(s())[0].figure, 0u);
}

// The snapshot before and after a change.
class ChangesTest : public ReviewTest {
 protected:
  template <typename Change>
  std::vector<std::string> After(Change change) {
    Make();
    const Snapshot previous = b_.Take();
    Make();
    change();
    return Warned(&previous);
  }
  void Make() {
    Reset();
    s().issued_at_ms = 50;
    experiment_ = AddExperiment("x");
    s().layers = {{.key = b_.String("web"), .bucketing = b_.AddBucketing(0, "layer")},
                  {.key = b_.String("mail"), .bucketing = b_.AddBucketing(0, "layer2")}};
    s().experiments[experiment_].layer = 0;
    s().experiments[experiment_].allocation = {100, 200, 300, 400};
    AddRule({.coverage = b_.AddCoverage(b_.AddBucketing(0, "c"), 0,
                                        b_.AddRamp({.is_linear = true, .time_ms = {0, 100}, .ppm = {0, 1'000}})),
             .serve = b_.ServeExperiment(experiment_)},
            "r1");
    AddRule({.coverage = b_.AddCoverage(b_.AddBucketing(0, "p"), 500), .serve = b_.ServeSplit(b_.AddBucketing(0, "s"), {400'000, 600'000})},
            "r2");
  }
  Experiment& experiment() { return s().experiments[experiment_]; }
  Rule& rule(size_t i) { return s().rules[checkout().rules[i]]; }
  Index experiment_ = 0;
};

TEST_F(ChangesTest, ExperimentsThatMoveUnitsWithinAPhase) {
  const std::string place = "flag \"checkout\": experiment \"x\": ";
  const std::string tail = " has changed within phase 1: units would move";
  EXPECT_THAT(After([] {}), IsEmpty());
  EXPECT_THAT(After([&] { experiment().weights = {400'000, 600'000}; }), ElementsAre(place + "the split by weights" + tail));
  EXPECT_THAT(After([&] {
                experiment().weights = {400'000, 600'000};
                experiment().phase = 2;
              }),
              IsEmpty());
  EXPECT_THAT(After([&] {
                experiment().weights = {400'000, 600'000};
                experiment().status = ExperimentStatus::kStopped;
              }),
              IsEmpty());
  EXPECT_THAT(After([&] { experiment().bucketing = b_.AddBucketing(0, "new"); }), ElementsAre(place + "salt" + tail));
  EXPECT_THAT(After([&] { experiment().layer = 1; }), ElementsAre(place + "the layer" + tail));
  EXPECT_THAT(After([&] {
                experiment().layer = kNone;
                experiment().allocation.clear();
              }),
              ElementsAre(place + "the layer" + tail));
  EXPECT_THAT(After([&] { s().layers[0].bucketing = b_.AddBucketing(0, "new"); }),
              ElementsAre(place + "the bucketing of the layer" + tail));
  const std::string allocation = place + "the allocation, which gives up buckets," + tail;
  EXPECT_THAT(After([&] { experiment().allocation = {100, 400}; }), IsEmpty());
  EXPECT_THAT(After([&] { experiment().allocation = {100, 150, 150, 200, 250, 400}; }), IsEmpty());
  EXPECT_THAT(After([&] { experiment().allocation = {100, 200, 301, 400}; }), ElementsAre(allocation));
  EXPECT_THAT(After([&] { experiment().allocation = {100, 200}; }), ElementsAre(allocation));
  EXPECT_THAT(After([&] { experiment().allocation = {}; }), ElementsAre(allocation));
}

TEST_F(ChangesTest, BucketByOfAnExperiment) {
  EXPECT_THAT(After([&] {
                const Index company = b_.Attribute("company");
                experiment().bucketing = b_.AddBucketing(company, "salt-x");
                s().layers[0].bucketing = b_.AddBucketing(company, "layer");
              }),
              ElementsAre("flag \"checkout\": experiment \"x\": bucket_by has changed within phase 1: units would move",
                          "flag \"checkout\": experiment \"x\": the bucketing of the layer has changed within phase 1: "
                          "units would move"));
}

TEST_F(ChangesTest, RampsThatFall) {
  const auto ramp = [&](std::vector<int64_t> times, std::vector<uint32_t> ppm) {
    rule(0).coverage = b_.AddCoverage(b_.AddBucketing(0, "c"), 0,
                                      b_.AddRamp({.is_linear = true, .time_ms = std::move(times), .ppm = std::move(ppm)}));
  };
  const std::string text = "flag \"checkout\": rule \"r1\": coverage: ramp falls from 500 to ";
  EXPECT_THAT(After([&] { ramp({0, 100}, {0, 998}); }), ElementsAre(text + "499: units leave"));
  EXPECT_THAT(After([&] { ramp({60, 100}, {0, 1'000}); }), ElementsAre(text + "0: units leave"));
  EXPECT_THAT(After([&] { ramp({0, 50, 200}, {0, 500, 600}); }), IsEmpty());  // slower from now on, but nobody leaves
  EXPECT_THAT(After([&] { rule(0).coverage = b_.AddCoverage(b_.AddBucketing(0, "c"), 300); }),
              ElementsAre(text + "300: units leave"));
  EXPECT_THAT(After([&] { rule(0).coverage = b_.AddCoverage(b_.AddBucketing(0, "c"), 500); }), IsEmpty());
  EXPECT_THAT(After([&] { rule(1).coverage = b_.AddCoverage(b_.AddBucketing(0, "p"), 300); }), IsEmpty());
}

TEST_F(ChangesTest, SaltsOfRules) {
  EXPECT_THAT(After([&] { rule(1).coverage = b_.AddCoverage(b_.AddBucketing(0, "new"), 500); }),
              ElementsAre("flag \"checkout\": rule \"r2\": coverage: salt has changed: other units are covered"));
  EXPECT_THAT(After([&] { rule(1).serve = b_.ServeSplit(b_.AddBucketing(0, "new"), {400'000, 600'000}); }),
              ElementsAre("flag \"checkout\": rule \"r2\": split: salt has changed: units move between variants"));
  EXPECT_THAT(After([&] { rule(1).id = b_.String("another"); }), IsEmpty());
}

TEST_F(ReviewTest, ComplexityCountsWhatIsReached) {
  EXPECT_EQ(FlagComplexity(s(), checkout_).figure, 0u);
  const Index pattern = Leaf(Operator::kMatches, b_.Strings({"^x"}), "a");
  const Index inner = AddSegment("inner", b_.Any({pattern, Is({"x"})}));
  const Index outer = AddSegment("outer", b_.All({InSegment(inner), Always("c")}));
  s().member_lists = {{.bucket_by = 0, .hashes = {1}}};
  s().segments[outer].include = {0};
  AddConditionTo(0, b_.Any({pattern, Always("d")}));
  checkout().prerequisites = {{.flag = 0, .variants = {1}}};
  AddCondition(b_.All({InSegment(outer), Is({"y"}), Is({"y"}), FlagIs(1)}));
  const Complexity got = FlagComplexity(s(), checkout_);
  EXPECT_EQ(got.leaves, 4u + 3u + 2u + 2u);
  EXPECT_EQ(got.attributes, 4u);  // a, c, d, targeting_key
  EXPECT_EQ(got.regexes, 1u);
  EXPECT_EQ(got.segments, 2u);
  EXPECT_EQ(got.flags, 2u);
  EXPECT_EQ(got.figure, 11u + 2 * 4 + 40 + 2 * 2 + 10 * 2);
  EXPECT_EQ(Complexities(s())[checkout_].figure, got.figure);
  EXPECT_EQ(FlagComplexity(s(), 999).figure, 0u);
  AddConditionTo(0, FlagIs(checkout_), "back");
  EXPECT_EQ(FlagComplexity(s(), checkout_).figure, 0u);
}

TEST_F(ReviewTest, ComplexityCountsTheAttributesThatAnExperimentBucketsBy) {
  const Index experiment = AddExperiment("x");
  AddServe(b_.ServeExperiment(experiment));
  EXPECT_EQ(FlagComplexity(s(), checkout_).attributes, 1u);  // targeting_key
  s().experiments[experiment].bucketing = b_.AddBucketing(b_.Attribute("account"), "salt");
  EXPECT_EQ(FlagComplexity(s(), checkout_).attributes, 1u);  // account
  s().layers.push_back({.key = b_.String("layer"), .bucketing = b_.AddBucketing(b_.Attribute("device"), "layer")});
  s().experiments[experiment].layer = 0;
  s().experiments[experiment].allocation = {0, 500'000};
  EXPECT_EQ(FlagComplexity(s(), checkout_).attributes, 2u);  // account, device
}

}  // namespace
}  // namespace expt::model
