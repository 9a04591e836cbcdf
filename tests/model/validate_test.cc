#include "src/model/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "src/model/builder.h"
#include "src/model/limits.h"
#include "src/model/place.h"
#include "tests/model/validation.h"

namespace expt::model {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(Validation, GoodSnapshotHasNoIssue) { EXPECT_THAT(Validate(s()), IsEmpty()); }

TEST_F(Validation, NamesEveryProblemAtOnceInOrder) {
  checkout().fail_closed = true;
  const Index age = b_.Attribute("age");
  b_.SetAttribute("age", ValueType::kInteger, 0);
  AddCondition(b_.Leaf(Operator::kEquals, age, b_.Strings({"x"})));
  AddServe(b_.ServeSplit(b_.AddBucketing(0, "a b"), {500'000, 499'990}));
  EXPECT_THAT(
      Broken(),
      ElementsAre("flag \"checkout\": \"fail_closed\" needs an off variant",
                  "flag \"checkout\": rule \"r2\": attribute \"age\": expected number, got string",
                  "flag \"checkout\": rule \"r2\": id is used twice",
                  "flag \"checkout\": rule \"r2\": split: salt: expected 1 to 64 characters of A-Z a-z 0-9 . _ -",
                  "flag \"checkout\": rule \"r2\": split: weights sum to 999990, expected 1000000"));
  EXPECT_THAT(Refused(), IsEmpty());
}

TEST_F(Validation, ExperimentDefectsNameTheExperiment) {
  AddServe(b_.ServeExperiment(AddExperiment("price-test", {500'000, 499'990})));
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": rule \"r2\": experiment \"price-test\": weights sum to 999990, "
                                    "expected 1000000"));
}

TEST_F(Validation, UnusedExperimentAndSegmentBreakNothing) {
  AddExperiment("idle", {1, 2});
  s().segments[AddSegment("idle")].required_features = {b_.String("quantum")};
  EXPECT_THAT(Validate(s()), IsEmpty());
}

TEST_F(Validation, ExperimentFieldsAreChecked) {
  const auto text_of = [&](auto change) {
    checkout().rules.clear();
    s().experiments.clear();
    AddServe(b_.ServeExperiment(AddExperiment("x")));
    change(s().experiments[0]);
    std::string all;
    for (const std::string& line : Broken()) all += line + "\n";
    return all;
  };
  EXPECT_EQ(text_of([](Experiment&) {}), "");
  EXPECT_THAT(text_of([](Experiment& e) { e.status = static_cast<ExperimentStatus>(9); }),
              HasSubstr("status 9 is not supported by this version"));
  EXPECT_THAT(text_of([](Experiment& e) { e.phase = 0; }), HasSubstr("phase is 0"));
  EXPECT_THAT(text_of([](Experiment& e) { e.start_ms = e.end_ms = 5; }), HasSubstr("ends before it starts"));
  EXPECT_THAT(text_of([](Experiment& e) { e.variants = {0, 0}; }), HasSubstr("variant \"off\" is named twice"));
  EXPECT_THAT(text_of([](Experiment& e) { e.variants = {0, 7}; }), HasSubstr("variant 7 is not one of the flag's 2"));
  EXPECT_THAT(text_of([](Experiment& e) { e.control = 7; }), HasSubstr("control is not one of its variants"));
  EXPECT_THAT(text_of([](Experiment& e) { e.weights = {1'000'000}; }), HasSubstr("1 weights for 2 variants"));
  EXPECT_THAT(text_of([](Experiment& e) { e.allocation = {5, 4}; }), HasSubstr("allocation: expected rising"));
  EXPECT_THAT(text_of([](Experiment& e) { e.allocation = {0, 5}; }), HasSubstr("everything without a layer"));
  EXPECT_EQ(text_of([](Experiment& e) { e.is_sticky = true; }), "");
  EXPECT_THAT(text_of([&](Experiment& e) { e.required_features = {b_.String("q")}; }),
              HasSubstr("required feature \"q\" is not supported by this version"));
  EXPECT_THAT(text_of([&](Experiment& e) { e.flag = 0; }), HasSubstr("belongs to flag \"good0\""));
  EXPECT_THAT(text_of([&](Experiment& e) {
                s().layers = {{.key = b_.String("web"), .bucketing = b_.AddBucketing(b_.Attribute("company"), "ls")}};
                e.layer = 0;
              }),
              HasSubstr("layer \"web\": expected bucketing by \"company\", got \"targeting_key\""));
}

TEST_F(Validation, NestedPlacesNeedDifferentSalts) {
  const Index experiment = AddExperiment("x");
  s().layers = {{.key = b_.String("web"), .bucketing = b_.AddBucketing(0, "salt-x")}};
  s().experiments[experiment].layer = 0;
  Rule rule;
  rule.coverage = b_.AddCoverage(b_.AddBucketing(0, "salt-x"), 500'000);
  rule.serve = b_.ServeExperiment(experiment);
  AddRule(rule);
  EXPECT_THAT(Broken(), ElementsAre(HasSubstr("coverage and experiment have the same salt"),
                                    HasSubstr("coverage and layer have the same salt"),
                                    HasSubstr("experiment and layer have the same salt")));
}

TEST_F(Validation, SameSaltOfAnotherAttributeIsFine) {
  Rule rule;
  rule.coverage = b_.AddCoverage(b_.AddBucketing(b_.Attribute("company"), "s"), 500'000);
  rule.serve = b_.ServeSplit(b_.AddBucketing(0, "s"), {500'000, 500'000});
  AddRule(rule);
  EXPECT_THAT(Broken(), IsEmpty());
}

TEST_F(Validation, BooleanUnitIdsAreRefused) {
  b_.SetAttribute("beta", ValueType::kBoolean, 0);
  AddServe(b_.ServeSplit(b_.AddBucketing(b_.Attribute("beta"), "s"), {500'000, 500'000}));
  EXPECT_THAT(Broken(), ElementsAre(HasSubstr("bucket_by \"beta\": expected string or number, got boolean")));
}

TEST_F(Validation, EveryIndexOutsideItsTableIsASnapshotIssue) {
  const auto refuse = [&](auto change, std::string_view text) {
    Builder b;
    Snapshot& snapshot = b.snapshot();
    snapshot.attributes.push_back({.name = b.String("a")});
    snapshot.bucketings.push_back({});
    snapshot.bucketings[0].salt = b.String("s");
    snapshot.serves.push_back({});
    snapshot.conditions.push_back({.op = Operator::kIsSet});
    Rule rule;
    rule.id = b.String("r");
    snapshot.rules.push_back(rule);
    Flag flag;
    flag.key = b.String("f");
    snapshot.flags.push_back(flag);
    change(snapshot);
    const std::vector<Issue> issues = Validate(snapshot);
    ASSERT_FALSE(issues.empty()) << text;
    EXPECT_EQ(issues[0].scope, Issue::Scope::kSnapshot) << text;
    EXPECT_EQ(Within(issues[0].place, issues[0].text), text);
  };
  refuse([](Snapshot& s) { s.attributes[0].name = 99; }, "attribute 0: string 99 is outside its table of 4");
  refuse([](Snapshot& s) { s.bucketings[0].bucket_by = 1; }, "bucketing 0: attribute 1 is outside its table of 1");
  refuse([](Snapshot& s) { s.bucketings[0].salt = 4; }, "bucketing 0: string 4 is outside its table of 4");
  refuse([](Snapshot& s) { s.rules[0].serve = 1; }, "rule 0: serve 1 is outside its table of 1");
  refuse([](Snapshot& s) { s.rules[0].condition = 1; }, "rule 0: condition 1 is outside its table of 1");
  refuse([](Snapshot& s) { s.rules[0].coverage = 0; }, "rule 0: coverage 0 is outside its table of 0");
  refuse([](Snapshot& s) { s.flags[0].rules = {7}; }, "flag 0: rule 7 is outside its table of 1");
  refuse([](Snapshot& s) { s.flags[0].variant_values = {0}; }, "flag 0: value 0 is outside its table of 0");
  refuse([](Snapshot& s) { s.flags[0].default_serve = 3; }, "flag 0: serve 3 is outside its table of 1");
  refuse([](Snapshot& s) { s.conditions[0].operands = 0; }, "condition 0: operand list 0 is outside its table of 0");
  refuse([](Snapshot& s) { s.conditions[0].subject = 5; }, "condition 0: attribute 5 is outside its table of 1");
  refuse(
      [](Snapshot& s) {
        s.operands = {{OperandKind::kString, 0, 1}};
      },
      "operand list 0: reaches beyond its pool of 0");
  refuse(
      [](Snapshot& s) {
        s.operands = {{OperandKind::kInteger, 0xffffffff, 2}};
      },
      "operand list 0: reaches beyond its pool of 0");
  refuse(
      [](Snapshot& s) {
        s.operands = {{OperandKind::kCondition, 0, 1}};
        s.condition_pool = {0};
        s.conditions[0] = {.op = Operator::kAll, .operands = 0};
      },
      "condition 0: condition 0 below it must come before it");
  refuse(
      [](Snapshot& s) {
        s.operands = {{OperandKind::kReference, 0, 1}};
        s.reference_pool = {0};
        s.conditions[0] = {.op = Operator::kInSegment, .operands = 0};
      },
      "condition 0: segment 0 is outside its table of 0");
  refuse([](Snapshot& s) { s.golden_vectors.resize(1), s.golden_vectors[0].variant = 0; },
         "golden vector 0: variant 0 is outside its table of 0");
  refuse([](Snapshot& s) { s.strings[0] = "\xff"; }, "string 0: not UTF-8");
}

TEST_F(Validation, AnIndexOutsideIsFoundWhereverItStandsInItsPool) {
  b_.String("text");
  const auto strings = static_cast<Index>(s().strings.size());
  for (uint32_t size = 1; size <= 20; ++size) {
    for (uint32_t at = 0; at < size; ++at) {
      for (const Index bad : {strings, 0x7fffffffu, 0x80000000u, 0x80000000u + strings, 0xffffffffu}) {
        s().operands = {{OperandKind::kString, 0, size}};
        s().string_pool.assign(size, strings - 1);
        EXPECT_THAT(Refused(), IsEmpty());
        s().string_pool[at] = bad;
        EXPECT_EQ(Refused().size(), 1u) << size << " entries, at " << at << ": " << bad;
      }
    }
  }
}

TEST_F(Validation, TextIsUtf8WhereverTheBadByteStands) {
  for (size_t size = 1; size <= 20; ++size) {
    for (size_t at = 0; at < size; ++at) {
      Reset();
      std::string text(size, 'x');
      b_.String(text);
      EXPECT_THAT(Refused(), IsEmpty());
      text[at] = '\xff';
      b_.String(text);
      EXPECT_EQ(Refused().size(), 1u) << size << " bytes, at " << at;
    }
  }
  Reset();
  b_.String("Z\u00fcrich \u65e5\u672c");
  EXPECT_THAT(Refused(), IsEmpty());
}

TEST_F(Validation, OverlapWithinOneLayerOnlyAndNotOfStoppedOnes) {
  s().layers = {{.key = b_.String("web"), .bucketing = b_.AddBucketing(0, "l1")},
                {.key = b_.String("mail"), .bucketing = b_.AddBucketing(0, "l2")}};
  const Index a = AddExperiment("a");
  const Index c = AddExperiment("c");
  s().experiments[a].layer = s().experiments[c].layer = 0;
  s().experiments[a].allocation = {0, 10, 20, 30};
  s().experiments[c].allocation = {10, 20, 29, 31};
  EXPECT_THAT(Refused(), ElementsAre("layer \"web\": allocation [29, 31) of experiment \"c\" overlaps [20, 30) of "
                                     "experiment \"a\""));
  s().experiments[c].layer = 1;
  EXPECT_THAT(Refused(), IsEmpty());
  s().experiments[c].layer = 0;
  s().experiments[c].status = ExperimentStatus::kStopped;
  EXPECT_THAT(Refused(), IsEmpty());
  s().experiments[c].status = ExperimentStatus::kPaused;
  EXPECT_EQ(Refused().size(), 1u);
}

TEST_F(Validation, LongRangeOverlapsSeveral) {
  s().layers = {{.key = b_.String("web"), .bucketing = b_.AddBucketing(0, "l1")}};
  for (const auto& [key, begin, end] :
       {std::tuple{"a", 0u, 100u}, std::tuple{"c", 10u, 20u}, std::tuple{"d", 50u, 60u}}) {
    Experiment& e = s().experiments[AddExperiment(key)];
    e.layer = 0;
    e.allocation = {begin, end};
  }
  EXPECT_EQ(Refused().size(), 2u);
}

TEST_F(Validation, HalfOfTheFlagsMayBeBroken) {
  for (size_t i = 0; i < 5; ++i) s().flags[i].fail_closed = true;
  EXPECT_THAT(Refused(), IsEmpty());
  s().flags[5].fail_closed = true;
  EXPECT_THAT(Refused(), ElementsAre("flags: 6 of 11 are broken, expected at most half"));
}

TEST_F(Validation, ManyDefectsOfOneFlagAreCutShort) {
  for (int i = 0; i < 100; ++i) AddServe(b_.ServeSplit(b_.AddBucketing(0, "s"), {1, 2}));
  EXPECT_EQ(Broken().size(), 32u);
}

TEST_F(Validation, ValuesMustBeOfTheFlagsType) {
  checkout().variant_values[1] = b_.StringValue("on");
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": variant \"on\": expected boolean, got string"));
  checkout().type = ValueType::kDouble;
  checkout().variant_values = {b_.DoubleValue(1), b_.DoubleValue(std::numeric_limits<double>::infinity())};
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": variant \"on\": the number is not finite"));
  checkout().type = ValueType::kJson;
  checkout().variant_values = {b_.JsonValue("{}"), b_.JsonValue("\"" + std::string(65'536, 'x') + "\"")};
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": variant \"on\": the value is larger than 65536 bytes"));
}

TEST_F(Validation, ServerOnlyFlagsDoNotBelongInClientSnapshots) {
  s().audience = Audience::kClient;
  checkout().visibility = Visibility::kServer;
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": is for servers only, but the snapshot is for clients"));
}

}  // namespace
}  // namespace expt::model
