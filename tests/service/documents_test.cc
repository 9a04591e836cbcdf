// What is wrong with a document is said all at once, each with a pointer and a sentence.
#include <gmock/gmock.h>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Documents : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
  }

  json Flag() {
    return {{"key", "banner"},
            {"type", "string"},
            {"variants", {{{"key", "a"}, {"value", "A"}}, {{"key", "b"}, {"value", "B"}}}}};
  }

  std::vector<std::string> FlagProblems(const json& flag) { return ProblemsOf(Create(Kind::kFlag, flag)); }

  std::vector<std::string> ValueProblems(const std::string& type, const json& value) {
    return FlagProblems({{"key", "v"}, {"type", type}, {"variants", {{{"key", "a"}, {"value", value}}}}});
  }

  // Problems of a configuration of flag "banner" with one rule of that condition.
  std::vector<std::string> ConditionProblems(const json& condition) {
    return ProblemsOf(Configure("banner", {{"rules", {{{"condition", condition}, {"serve", {{"variant", "a"}}}}}}}));
  }

  std::vector<std::string> LeafProblems(json leaf) {
    leaf.emplace("attribute", "country");
    return ConditionProblems(leaf);
  }
};

TEST_F(Documents, EveryProblemOfAFlagIsSaidAtOnce) {
  const json flag = {{"key", "no spaces"},
                     {"type", "text"},
                     {"visibility", "all"},
                     {"tags", {"", 1}},
                     {"variants", {{{"key", "a"}, {"value", 1}}, {{"key", "a"}}, 7}},
                     {"colour", "red"}};
  const auto created = Create(Kind::kFlag, flag);
  ASSERT_EQ(StatusOf(created), 422);
  EXPECT_EQ(created.fault().title, "document is not valid");
  EXPECT_THAT(
      ProblemsOf(created),
      UnorderedElementsAre(
          "/key: expected 1 to 128 characters of A-Z a-z 0-9 . _ -, found \"no spaces\"",
          "/type: expected \"boolean\", \"string\", \"integer\", \"double\" or \"json\", found \"text\"",
          "/visibility: expected \"server\" or \"client\", found \"all\"", "/tags/0: expected 1 to 64 bytes, found 0",
          "/tags/1: expected a string, found an integer", "/variants/1/key: variant \"a\" stands there twice",
          "/variants/1/value: expected a value, found none", "/variants/2: expected an object, found an integer",
          "/colour: unknown field"));
}

TEST_F(Documents, AFlagNeedsKeyTypeAndVariants) {
  EXPECT_THAT(FlagProblems(json::object()),
              UnorderedElementsAre("/key: expected a value, found none", "/type: expected a value, found none",
                                   "/variants: expected a value, found none"));
  EXPECT_THAT(FlagProblems(json::array()), ElementsAre(": expected an object"));
  EXPECT_THAT(FlagProblems({{"key", "a"}, {"type", "json"}, {"variants", json::array()}}),
              ElementsAre("/variants: expected at least one variant"));
  EXPECT_THAT(FlagProblems({{"key", std::string(129, 'k')}, {"type", "json"}, {"variants", json::array()}}),
              Contains("/key: expected 1 to 128 characters of A-Z a-z 0-9 . _ -, found a text of 129 bytes"));
}

TEST_F(Documents, ValuesAreOfTheFlagsType) {
  EXPECT_THAT(ValueProblems("boolean", 1), ElementsAre("/variants/0/value: expected true or false, found an integer"));
  EXPECT_THAT(ValueProblems("string", true), ElementsAre("/variants/0/value: expected a string, found a boolean"));
  EXPECT_THAT(ValueProblems("integer", 1.5), ElementsAre("/variants/0/value: expected an integer, found a number"));
  EXPECT_THAT(ValueProblems("double", "1"), ElementsAre("/variants/0/value: expected a number, found a string"));
  EXPECT_THAT(ValueProblems("string", std::string(65'537, 'x')),
              ElementsAre("/variants/0/value: expected at most 65536 bytes, found 65537"));
}

TEST_F(Documents, IntegersAreExact) {
  EXPECT_THAT(ValueProblems("integer", 9'223'372'036'854'775'808u),
              ElementsAre("/variants/0/value: expected an integer of at most 9223372036854775807, found "
                          "9223372036854775808"));
  EXPECT_THAT(ValueProblems("double", 9'007'199'254'740'993),
              ElementsAre("/variants/0/value: no double holds 9007199254740993 exactly"));
  EXPECT_THAT(ValueProblems("integer", std::numeric_limits<int64_t>::min()), IsEmpty());
}

TEST_F(Documents, AJsonFlagMayHoldAnything) {
  Value(
      Create(Kind::kFlag,
             {{"key", "theme"},
              {"type", "json"},
              {"variants", {{{"key", "none"}, {"value", nullptr}}, {{"key", "dark"}, {"value", {{"bg", "#000"}}}}}}}));
}

TEST_F(Documents, AConfigurationNamesWhatIsThere) {
  Value(Create(Kind::kFlag, Flag()));
  MakeFlag("other");
  Value(Create(Kind::kAttribute, {{"key", "country"}, {"type", "string"}}));
  Value(
      Create(Kind::kExperiment,
             {{"key", "test"}, {"flag", "other"}, {"weights", {{"off", 500000}, {"on", 500000}}}, {"control", "off"}}));
  const auto configured = Configure(
      "banner",
      {{"off_variant", "c"},
       {"overrides", {{{"unit_ids", {"u1", "u1"}}, {"variant", "d"}, {"bucket_by", "country"}}}},
       {"rules",
        {{{"id", "r"}, {"coverage", {{"bucket_by", "account"}, {"ppm", 1'000'001}}}, {"serve", {{"variant", "e"}}}},
         {{"id", "r"}, {"serve", {{"experiment", "test"}}}},
         {{"id", "override"}, {"serve", {{"experiment", "lost"}}}},
         {{"condition", {{"operator", "in_segment"}, {"operands", {"staff"}}}}, {"serve", {{"variant", "a"}}}}}},
       {"default_serve", {{"split", {{"weights", {{"a", 400'000}, {"z", 500'000}}}}}}}});
  ASSERT_EQ(StatusOf(configured), 422);
  EXPECT_EQ(configured.fault().detail, "flag \"banner\" in environment \"prod\"");
  EXPECT_THAT(
      ProblemsOf(configured),
      UnorderedElementsAre("/overrides/0/unit_ids: a unit id stands there twice",
                           "/rules/0/coverage/ppm: expected an integer in [0, 1000000], found 1000001",
                           "/rules/1/id: rule \"r\" stands there twice", "/rules/2/id: the id \"override\" is reserved",
                           "/default_serve/split/weights: weights sum to 900000, expected 1000000",
                           "/off_variant: flag \"banner\" has no variant \"c\"",
                           "/overrides/0/variant: flag \"banner\" has no variant \"d\"",
                           "/overrides/0/bucket_by: attribute \"country\" is not a unit type",
                           "/rules/0/coverage/bucket_by: unknown attribute \"account\"",
                           "/rules/0/serve/variant: flag \"banner\" has no variant \"e\"",
                           "/rules/1/serve/experiment: experiment \"test\" belongs to flag \"other\"",
                           "/rules/2/serve/experiment: unknown experiment \"lost\"",
                           "/rules/3/condition/operands/0: unknown segment \"staff\"",
                           "/default_serve/split/weights/z: flag \"banner\" has no variant \"z\""));
}

TEST_F(Documents, AServeIsOneThing) {
  Value(Create(Kind::kFlag, Flag()));
  EXPECT_THAT(
      ProblemsOf(Configure("banner", {{"rules", {{{"serve", {{"variant", "a"}, {"experiment", "x"}}}}}}})),
      ElementsAre("/rules/0/serve: expected exactly one of \"variant\", \"split\" and \"experiment\", found 2"));
  EXPECT_THAT(ProblemsOf(Configure("banner", {{"rules", {json::object()}}})),
              ElementsAre("/rules/0/serve: expected a value, found none"));
  EXPECT_THAT(ProblemsOf(Configure("banner", {{"default_serve", {{"experiment", "x"}}}})),
              Contains("/default_serve/experiment: an experiment is served by a rule, not by default"));
  EXPECT_THAT(ProblemsOf(Configure("banner", {{"default_serve", json::object()}})),
              ElementsAre("/default_serve: expected exactly one of \"variant\", \"split\", found 0"));
  EXPECT_THAT(ProblemsOf(Configure("banner", {{"fail_closed", true}})),
              ElementsAre("/fail_closed: a flag that fails closed needs an off variant"));
}

TEST_F(Documents, SaltsThatAreNestedDiffer) {
  Value(Create(Kind::kFlag, Flag()));
  EXPECT_THAT(
      ProblemsOf(Configure("banner", {{"rules",
                                       {{{"coverage", {{"salt", "s"}, {"ppm", 1}}},
                                         {"serve", {{"split", {{"salt", "s"}, {"weights", {{"a", 1'000'000}}}}}}}}}}})),
      ElementsAre("/rules/0/serve/split/salt: coverage and split have the same salt: their buckets would not be "
                  "independent"));
}

TEST_F(Documents, AConditionIsAllAnyNotOrALeaf) {
  Value(Create(Kind::kFlag, Flag()));
  EXPECT_THAT(ConditionProblems(json::object()),
              ElementsAre("/rules/0/condition: expected exactly one of \"all\", \"any\", \"not\" and \"operator\", "
                          "found 0"));
  EXPECT_THAT(ConditionProblems({{"all", {7}}}),
              ElementsAre("/rules/0/condition/all/0: expected an object, found an integer"));
  EXPECT_THAT(ConditionProblems({{"any", json::array()}, {"x", 1}}),
              ElementsAre("/rules/0/condition/x: unknown field"));
  json deep = {{"attribute", "country"}, {"operator", "is_set"}};
  for (int i = 0; i < 16; ++i) deep = {{"not", deep}};
  EXPECT_THAT(ConditionProblems(deep), Contains(::testing::EndsWith("conditions are nested deeper than 16")));
}

TEST_F(Documents, AnOperatorIsKnownAndHasItsOperands) {
  Value(Create(Kind::kFlag, Flag()));
  const std::string at = "/rules/0/condition";
  EXPECT_THAT(LeafProblems({{"operator", "sounds_like"}, {"operands", {"x"}}}),
              ElementsAre(at + "/operator: unknown operator \"sounds_like\""));
  EXPECT_THAT(LeafProblems({{"operator", "all"}, {"operands", {"x"}}}),
              ElementsAre(at + "/operator: unknown operator \"all\""));
  EXPECT_THAT(LeafProblems({{"operator", "matches"}, {"operands", {"x"}}}), IsEmpty());
  EXPECT_THAT(LeafProblems({{"operator", "equals"}, {"operands", {"x", "y"}}}),
              ElementsAre(at + "/operands: operator \"equals\": expected 1 operand, found 2"));
  EXPECT_THAT(LeafProblems({{"operator", "contains"}, {"operands", json::array()}}),
              ElementsAre(at + "/operands: operator \"contains\": expected at least 1 operand, found 0"));
  EXPECT_THAT(LeafProblems({{"operator", "between"}, {"operands", {1}}}),
              ElementsAre(at + "/operands: operator \"between\": expected 2 operands, found 1"));
  EXPECT_THAT(LeafProblems({{"operator", "in"}}), IsEmpty());
  EXPECT_THAT(LeafProblems({{"operator", "lt"}, {"operands", {"1"}}}),
              ElementsAre(at + "/operands/0: expected a number, found a string"));
  EXPECT_THAT(LeafProblems({{"operator", "starts_with"}, {"operands", {""}}}),
              ElementsAre(at + "/operands/0: expected a string that is not empty, found an empty string"));
  EXPECT_THAT(LeafProblems({{"operator", "in"}, {"operands", {"x", 1}}}),
              ElementsAre(at + "/operands/1: expected operands of one type, found another than the first one's"));
  EXPECT_THAT(LeafProblems({{"operator", "in"}, {"operands", {0.5, 9'007'199'254'740'993}}}),
              ElementsAre(at + "/operands/1: an integer beyond 2^53 cannot stand beside numbers with a fraction"));
  EXPECT_THAT(LeafProblems({{"operator", "between"}, {"operands", {2, 1}}}),
              ElementsAre(at + "/operands: the first operand is greater than the second"));
  EXPECT_THAT(LeafProblems({{"operator", "is_set"}, {"attribute", "$now"}}),
              ElementsAre(at + "/attribute: \"$now\" is a time: only the operators of times take it"));
  EXPECT_THAT(LeafProblems({{"operator", "equals"}, {"operands", {"x"}}, {"case_insensitive", true}}), IsEmpty());
}

TEST_F(Documents, OperandsAreOfTheAttributesType) {
  Value(Create(Kind::kFlag, Flag()));
  Value(Create(Kind::kAttribute, {{"key", "age"}, {"type", "integer"}}));
  Value(Create(Kind::kAttribute, {{"key", "beta"}, {"type", "boolean"}}));
  EXPECT_THAT(ConditionProblems({{"attribute", "age"}, {"operator", "equals"}, {"operands", {"31"}}}),
              ElementsAre("/rules/0/condition/operands: attribute \"age\": expected number, found string"));
  EXPECT_THAT(ConditionProblems({{"attribute", "beta"}, {"operator", "equals"}, {"operands", {1}}}),
              ElementsAre("/rules/0/condition/operands: attribute \"beta\": expected boolean, found number"));
  EXPECT_THAT(ConditionProblems({{"attribute", "age"}, {"operator", "between"}, {"operands", {1, 2.5}}}), IsEmpty());
  EXPECT_THAT(ConditionProblems({{"attribute", "age"}, {"operator", "is_set"}}), IsEmpty());
}

TEST_F(Documents, AnAttributeSaysWhatMayBeDoneWithIt) {
  EXPECT_THAT(ProblemsOf(Create(Kind::kAttribute, {{"key", "a"}, {"type", "number"}})),
              ElementsAre("/type: expected \"string\", \"integer\", \"double\", \"boolean\" or \"string_list\", found "
                          "\"number\""));
  EXPECT_THAT(ProblemsOf(Create(Kind::kAttribute, {{"key", "a"}, {"type", "boolean"}, {"unit_type", true}})),
              ElementsAre("/unit_type: a unit id is a string or an integer, found type \"boolean\""));
  EXPECT_THAT(
      ProblemsOf(Create(Kind::kAttribute, {{"key", "a"}, {"type", "string"}, {"private", true}, {"analytics", true}})),
      ElementsAre("/analytics: a private attribute never leaves the process"));
}

TEST_F(Documents, ASegmentNeverRefersToItself) {
  const auto in = [](const std::string& key) { return json{{"operator", "in_segment"}, {"operands", {key}}}; };
  EXPECT_THAT(ProblemsOf(Create(Kind::kSegment, {{"key", "a"}, {"condition", in("a")}})),
              ElementsAre("/condition: segment \"a\" refers to itself"));
  Value(Create(Kind::kSegment, {{"key", "a"}}));
  Value(Create(Kind::kSegment, {{"key", "b"}, {"condition", in("a")}}));
  EXPECT_THAT(ProblemsOf(Replace(Kind::kSegment, "a", {{"condition", {{"not", in("b")}}}})),
              ElementsAre("/condition: segment \"a\" refers to itself"));
  EXPECT_THAT(ProblemsOf(Create(Kind::kSegment, {{"key", "c"}, {"include", {{{"bucket_by", "org"}}}}})),
              UnorderedElementsAre("/include/0/unit_ids: expected a value, found none",
                                   "/include/0/bucket_by: unknown attribute \"org\""));
}

TEST_F(Documents, AMetricSaysWhichEventsBecomeWhichNumber) {
  const auto problems = [&](const json& metric) { return ProblemsOf(Create(Kind::kMetric, metric)); };
  EXPECT_THAT(problems({{"key", "m"}, {"kind", "median"}, {"numerator", {{"event", ""}}}}),
              UnorderedElementsAre("/kind: expected \"proportion\", \"mean\" or \"ratio\", found \"median\"",
                                   "/numerator/event: expected a text, found an empty string"));
  EXPECT_THAT(
      problems({{"key", "m"}, {"kind", "proportion"}, {"numerator", {{"event", "e"}, {"aggregation", "count"}}}}),
      ElementsAre("/numerator/aggregation: a proportion asks whether any event came: expected \"any\""));
  EXPECT_THAT(problems({{"key", "m"}, {"kind", "mean"}, {"numerator", {{"event", "e"}, {"aggregation", "sum"}}}}),
              ElementsAre("/numerator/aggregation: a sum needs \"value\": \"value\" or \"property\""));
  EXPECT_THAT(problems({{"key", "m"}, {"kind", "ratio"}, {"numerator", {{"event", "e"}}}}),
              ElementsAre("/denominator: expected a value, found none"));
  EXPECT_THAT(problems({{"key", "m"},
                        {"kind", "mean"},
                        {"numerator", {{"event", "e"}, {"property", "p"}}},
                        {"denominator", {{"event", "e"}}},
                        {"window", {{"start_ms", 5}, {"end_ms", 5}}},
                        {"unit_type", "org"}}),
              UnorderedElementsAre("/numerator/property: only with \"value\": \"property\"",
                                   "/denominator: only a ratio has a denominator",
                                   "/window/end_ms: the window ends before it starts",
                                   "/unit_type: unknown attribute \"org\""));
  EXPECT_THAT(
      problems({{"key", "m"},
                {"kind", "mean"},
                {"numerator", {{"event", "e"}, {"condition", {{"operator", "in_segment"}, {"operands", {"s"}}}}}}}),
      ElementsAre("/numerator/condition/operator: operator \"in_segment\" is not available for properties of "
                  "events"));
}

TEST_F(Documents, AnExperimentComparesVariantsOfItsFlag) {
  Value(Create(Kind::kFlag, Flag()));
  Value(Create(Kind::kAttribute, {{"key", "org"}, {"type", "string"}, {"unit_type", true}}));
  Value(Create(Kind::kMetric, {{"key", "buy"}, {"kind", "proportion"}, {"numerator", {{"event", "buy"}}}}));
  EXPECT_THAT(
      ProblemsOf(Create(Kind::kExperiment, {{"key", "x"},
                                            {"flag", "banner"},
                                            {"status", "done"},
                                            {"bucket_by", "org"},
                                            {"weights", {{"a", 500'000}, {"z", 500'001}}},
                                            {"control", "b"},
                                            {"layer", "lost"},
                                            {"allocation", {{5, 5}, {0, 10}, {7, 20}, {1}}},
                                            {"start", "yesterday"},
                                            {"mode", "bayes"},
                                            {"alpha", 1},
                                            {"planned_units", 0},
                                            {"metrics", {{{"metric", "buy"}}, {{"metric", "lost"}}}}})),
      UnorderedElementsAre(
          "/status: expected \"draft\", \"review\", \"running\", \"paused\", \"stopped\" or \"shipped\", found "
          "\"done\"",
          "/weights: weights sum to 1000001, expected 1000000", "/weights/z: flag \"banner\" has no variant \"z\"",
          "/control: expected one of the variants in \"weights\", found \"b\"", "/layer: unknown layer \"lost\"",
          "/allocation/0: the range is empty: it begins at 5 and ends before 5",
          "/allocation/2: expected ranges in ascending order and apart from each other",
          "/allocation/3: expected two integers in [0, 1000000]",
          "/start: expected a time such as \"2030-01-31T12:00:00Z\", found \"yesterday\"",
          "/mode: expected \"any_time\" or \"fixed\", found \"bayes\"",
          "/alpha: expected a number between 0 and 1, both excluded",
          "/planned_units: expected an integer in [1, 9223372036854775807], found 0",
          "/metrics/0/metric: metric \"buy\" counts by \"targeting_key\", the experiment buckets by \"org\"",
          "/metrics/1/metric: unknown metric \"lost\""));
  EXPECT_THAT(ProblemsOf(Create(Kind::kExperiment, {{"key", "x"},
                                                    {"flag", "banner"},
                                                    {"weights", {{"a", 1'000'000}}},
                                                    {"control", "a"},
                                                    {"allocation", {{0, 10}}}})),
              UnorderedElementsAre("/weights: an experiment compares at least two variants, found 1",
                                   "/allocation: an allocation is a part of a layer: name the layer, or use the "
                                   "coverage of the rule"));
}

TEST_F(Documents, APointerEscapesWhatAKeyMayHold) {
  Value(Create(Kind::kFlag, Flag()));
  EXPECT_THAT(ProblemsOf(Configure("banner", {{"default_serve", {{"split", {{"weights", {{"a/~", 1'000'000}}}}}}}})),
              ElementsAre("/default_serve/split/weights/a~1~0: flag \"banner\" has no variant \"a/~\""));
}

}  // namespace
}  // namespace expt::service
