// The whole targeting language in documents: what is taken, what is refused and where.
#include <gmock/gmock.h>

#include "control-plane/service/condition.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// "pointer: text" of each problem of a condition alone.
std::vector<std::string> Problems(const json& condition, ConditionScope scope = ConditionScope::kContext) {
  service::Problems problems;
  ReadCondition(condition, "", scope, problems);
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(problem.pointer + ": " + problem.text);
  return lines;
}

json Leaf(const std::string& op, json operands, const std::string& attribute = "a") {
  return {{"attribute", attribute}, {"operator", op}, {"operands", std::move(operands)}};
}

json With(json leaf, const char* name, json value) {
  leaf[name] = std::move(value);
  return leaf;
}

// The operands of a leaf as the model will hold them.
std::vector<Operand> Operands(const json& leaf) {
  service::Problems problems;
  const Condition read = ReadCondition(leaf, "", ConditionScope::kContext, problems);
  for (const Problem& problem : problems) ADD_FAILURE() << problem.pointer << ": " << problem.text;
  return read.operands;
}

const json kOffice = {{"days", {"mon", "sun"}}, {"start", "09:00"}, {"end", "17:30"}};

TEST(Language, EveryOperatorIsTaken) {
  const json leaves[] = {
      {{"attribute", "a"}, {"operator", "is_set"}},
      Leaf("equals", {1.5}),
      Leaf("in", json::array()),
      Leaf("contains", {"x", "y"}),
      Leaf("starts_with", {"x"}),
      Leaf("ends_with", {"x"}),
      Leaf("matches", {"(?i)^a+b$"}),
      Leaf("equals_hashed", {"x@y.z"}),
      With(Leaf("in_hashed", {"x", "y"}), "salt", "s.1"),
      Leaf("in_hashed", json::array()),
      Leaf("lt", {1}),
      Leaf("lte", {1.5}),
      Leaf("gt", {1}),
      Leaf("gte", {1}),
      Leaf("between", {1, 2}),
      Leaf("time_before", {"2030-01-31T12:00:00Z"}),
      Leaf("time_after", {1'893'456'000'000}, "$now"),
      Leaf("time_between", {"2030-01-31 12:00:60.25+01:00", "2031-01-31T12:00:00z"}),
      With(Leaf("in_window", {kOffice}, "$now"), "time_zone", "Europe/Zurich"),
      Leaf("semver_eq", {"v1"}),
      Leaf("semver_lt", {"1.2"}),
      Leaf("semver_lte", {"1.2.3-rc.1+build"}),
      Leaf("semver_gt", {"1.2.3"}),
      Leaf("semver_gte", {"1.2.3"}),
      Leaf("semver_tilde", {"1.2.3"}),
      Leaf("semver_caret", {"1.2.3"}),
      Leaf("contains_any", {"x", ""}),
      Leaf("contains_all", {"x"}),
      Leaf("size_lt", {3}),
      Leaf("size_gt", {0}),
      Leaf("size_between", {1, 2}),
      Leaf("in_cidr", {"10.0.0.0/8", "2001:db8::/32", "::ffff:1.2.3.4"}),
      With(Leaf("within_km", {47.4, 8, 25}, "lat"), "longitude", "lon"),
      {{"operator", "in_segment"}, {"operands", {"staff"}}},
      {{"operator", "flag_is"}, {"flag", "checkout"}, {"operands", {"on", "beta"}}},
  };
  for (const json& leaf : leaves) EXPECT_THAT(Problems(leaf), IsEmpty()) << leaf;
  for (const char* op : {"equals", "in", "contains", "starts_with", "ends_with", "equals_hashed", "in_hashed",
                         "contains_any", "contains_all"}) {
    EXPECT_THAT(Problems(With(Leaf(op, {"X"}), "case_insensitive", true)), IsEmpty()) << op;
  }
}

TEST(Language, WhatIsWrongIsSaidWithItsPlace) {
  const std::pair<json, std::string> cases[] = {
      {Leaf("sounds_like", {"x"}), "/operator: unknown operator \"sounds_like\""},
      {Leaf("all", {"x"}), "/operator: unknown operator \"all\""},
      {Leaf("matches", {"a("}), "/operands/0: expected a regular expression, got one that does not compile: missing ): a("},
      {Leaf("matches", {"(abcdefghij){60}"}),
       "/operands/0: the regular expression compiles to 604 steps, expected at most 500"},
      {Leaf("matches", {1}), "/operands/0: expected a regular expression, found an integer"},
      {Leaf("matches", {std::string(1025, 'a')}),
       "/operands/0: expected a regular expression, found a text of 1025 bytes"},
      {Leaf("matches", {"a", "b"}), "/operands: operator \"matches\": expected 1 operand, found 2"},
      {With(Leaf("matches", {"a"}), "case_insensitive", true),
       "/case_insensitive: write \"(?i)\" at the beginning of the pattern instead"},
      {With(Leaf("equals", {1}), "case_insensitive", true),
       "/case_insensitive: only comparisons with strings have a case"},
      {With(Leaf("lt", {1}), "case_insensitive", true),
       "/case_insensitive: only comparisons with strings have a case"},
      {Leaf("equals_hashed", {7}), "/operands/0: expected a string, found an integer"},
      {With(Leaf("in_hashed", {"x"}), "salt", "no spaces"),
       "/salt: expected 1 to 64 characters of A-Z a-z 0-9 . _ -, found \"no spaces\""},
      {With(Leaf("in", {"x"}), "salt", "s"), "/salt: unknown field"},
      {Leaf("time_before", {"tomorrow"}),
       "/operands/0: expected a time such as \"2030-01-31T12:00:00Z\" or milliseconds since 1970, found \"tomorrow\""},
      {Leaf("time_before", {"2030-02-30T00:00:00Z"}),
       "/operands/0: expected a time such as \"2030-01-31T12:00:00Z\" or milliseconds since 1970, found "
       "\"2030-02-30T00:00:00Z\""},
      {Leaf("time_before", {1.5}),
       "/operands/0: expected a time such as \"2030-01-31T12:00:00Z\" or milliseconds since 1970, found a number"},
      {Leaf("time_between", {"2030-01-31T12:00:00Z", 0}), "/operands: the second time is not after the first"},
      {Leaf("time_between", {5, 5}), "/operands: the second time is not after the first"},
      {Leaf("lt", {5}, "$now"), "/attribute: \"$now\" is a time: only the operators of times take it"},
      {Leaf("time_after", {5}, "$then"), "/attribute: names that begin with \"$\" are reserved"},
      {Leaf("semver_lt", {"1.02"}), "/operands/0: expected a version such as \"2.1.0\", found \"1.02\""},
      {Leaf("semver_lt", {"1.2.3.4"}), "/operands/0: expected a version such as \"2.1.0\", found \"1.2.3.4\""},
      {Leaf("size_lt", {-1}), "/operands/0: expected an integer from 0, found -1"},
      {Leaf("size_lt", {1.5}), "/operands/0: expected an integer from 0, found 1.5"},
      {Leaf("size_between", {3, 2}), "/operands: the first operand is greater than the second"},
      {Leaf("contains_any", json::array()),
       "/operands: operator \"contains_any\": expected at least 1 operand, found 0"},
      {Leaf("in_cidr", {"10.0.0.0/33"}),
       "/operands/0: expected an IP address or a network such as \"10.0.0.0/8\", found \"10.0.0.0/33\""},
      {Leaf("in_cidr", {"010.0.0.1"}),
       "/operands/0: expected an IP address or a network such as \"10.0.0.0/8\", found \"010.0.0.1\""},
      {With(Leaf("within_km", {91, 8, 25}), "longitude", "lon"),
       "/operands/0: expected a latitude in [-90, 90], found 91.0"},
      {With(Leaf("within_km", {9, 181, 25}), "longitude", "lon"),
       "/operands/1: expected a longitude in [-180, 180], found 181.0"},
      {With(Leaf("within_km", {9, 8, -1}), "longitude", "lon"),
       "/operands/2: expected a radius of at least 0 km, found -1.0"},
      {With(Leaf("within_km", {9, "8", 1}), "longitude", "lon"),
       "/operands/1: expected a longitude in degrees, found a string"},
      {Leaf("within_km", {9, 8, 1}), "/longitude: expected a value, found none"},
      {With(Leaf("within_km", {9, 8, 1}), "longitude", "$lon"),
       "/longitude: names that begin with \"$\" are reserved"},
      {Leaf("in_window", {kOffice}), "/time_zone: expected a value, found none"},
      {With(Leaf("in_window", {kOffice}), "time_zone", "Europe/Basel"),
       "/time_zone: unknown time zone \"Europe/Basel\"; expected a name of the IANA database such as \"Europe/Zurich\""},
      {With(Leaf("in_window", {kOffice}), "time_zone", "../../etc/localtime"),
       "/time_zone: unknown time zone \"../../etc/localtime\"; expected a name of the IANA database such as "
       "\"Europe/Zurich\""},
      {With(Leaf("in_window", {{{"start", "09:00"}, {"end", "09:00"}}}), "time_zone", "UTC"),
       "/operands/0/end: expected another time than the start; a whole day is \"00:00\" to \"24:00\""},
      {With(Leaf("in_window", {{{"start", "24:00"}, {"end", "09:00"}}}), "time_zone", "UTC"),
       "/operands/0/start: expected a time of day such as \"09:00\", found \"24:00\""},
      {With(Leaf("in_window", {{{"start", "9:00"}, {"end", "10:00"}}}), "time_zone", "UTC"),
       "/operands/0/start: expected a time of day such as \"09:00\", found \"9:00\""},
      {With(Leaf("in_window", {{{"start", "09:00"}, {"end", "09:60"}}}), "time_zone", "UTC"),
       "/operands/0/end: expected a time of day such as \"09:00\", at most \"24:00\", found \"09:60\""},
      {With(Leaf("in_window", {{{"days", {"monday"}}, {"start", "09:00"}, {"end", "10:00"}}}), "time_zone", "UTC"),
       "/operands/0/days/0: expected \"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\" or \"sun\", found \"monday\""},
      {With(Leaf("in_window", {{{"days", json::array()}, {"start", "09:00"}, {"end", "10:00"}}}), "time_zone", "UTC"),
       "/operands/0/days: expected at least one day"},
      {With(Leaf("in_window", {"09:00-10:00"}), "time_zone", "UTC"),
       "/operands/0: expected an object, found a string"},
      {{{"operator", "flag_is"}, {"operands", {"on"}}}, "/flag: expected a value, found none"},
      {{{"operator", "flag_is"}, {"flag", "f"}, {"operands", json::array()}},
       "/operands: operator \"flag_is\": expected 1 to 64 operands, found 0"},
      {{{"operator", "flag_is"}, {"flag", "f"}, {"attribute", "a"}, {"operands", {"on"}}}, "/attribute: unknown field"},
  };
  for (const auto& [leaf, problem] : cases) EXPECT_THAT(Problems(leaf), ElementsAre(problem)) << leaf;
}

TEST(Language, PropertiesOfEventsAreComparedWithValuesOnly) {
  EXPECT_THAT(Problems(Leaf("contains", {"x"}), ConditionScope::kProperties), IsEmpty());
  for (const json& leaf : {Leaf("in_cidr", {"::1"}), Leaf("time_after", {1}), Leaf("matches", {"a"})}) {
    EXPECT_THAT(Problems(leaf, ConditionScope::kProperties),
                ElementsAre(HasSubstr("is not available for properties of events")));
  }
}

TEST(Language, OperandsTakeTheFormOfTheModel) {
  EXPECT_THAT(Operands(Leaf("time_between", {"1970-01-01T00:00:01Z", 2000})),
              ElementsAre(Operand(int64_t{1000}), Operand(int64_t{2000})));
  EXPECT_THAT(Operands(With(Leaf("within_km", {47, 8.5, 25}), "longitude", "lon")),
              ElementsAre(Operand(47.0), Operand(8.5), Operand(25.0)));
  const auto window = [](json one) { return Operands(With(Leaf("in_window", {std::move(one)}), "time_zone", "UTC")); };
  EXPECT_THAT(window({{"days", {"mon", "sun"}}, {"start", "09:00"}, {"end", "17:30"}}),
              ElementsAre(Operand(int64_t{540}), Operand(int64_t{1050}), Operand(int64_t{6 * 1440 + 540}),
                          Operand(int64_t{6 * 1440 + 1050})));
  // Over midnight; the night of Sunday ends in the next week.
  EXPECT_THAT(window({{"days", {"tue", "sun"}}, {"start", "22:00"}, {"end", "06:00"}}),
              ElementsAre(Operand(int64_t{1440 + 1320}), Operand(int64_t{2 * 1440 + 360}),
                          Operand(int64_t{6 * 1440 + 1320}), Operand(int64_t{360})));
  EXPECT_THAT(window({{"days", {"sun"}}, {"start", "00:00"}, {"end", "24:00"}}),
              ElementsAre(Operand(int64_t{6 * 1440}), Operand(int64_t{7 * 1440})));
  EXPECT_THAT(window({{"days", {"sun"}}, {"start", "12:00"}, {"end", "00:00"}}),
              ElementsAre(Operand(int64_t{6 * 1440 + 720}), Operand(int64_t{7 * 1440})));
  EXPECT_EQ(window({{"start", "00:00"}, {"end", "24:00"}}).size(), 14u);
}

TEST(Language, HiddenValuesKeepTheirSaltByAttribute) {
  const auto make = [n = 0]() mutable { return "made-" + std::to_string(++n); };
  json document = {{"all",
                    {Leaf("equals_hashed", {"x"}, "email"),
                     {{"not", Leaf("in_hashed", {"y"}, "phone")}},
                     With(Leaf("in_hashed", {"z"}, "name"), "salt", "own"),
                     {{"any", {Leaf("in_hashed", {"z"}, "email"), Leaf("equals", {"z"}, "email")}}}}}};
  FillConditionSalts(document, nullptr, make);
  EXPECT_EQ(document["all"][0]["salt"], "made-1");
  EXPECT_EQ(document["all"][1]["not"]["salt"], "made-2");
  EXPECT_EQ(document["all"][2]["salt"], "own");
  EXPECT_EQ(document["all"][3]["any"][0]["salt"], "made-1");
  EXPECT_FALSE(document["all"][3]["any"][1].contains("salt"));
  json next = Leaf("in_hashed", {"other"}, "email");
  FillConditionSalts(next, &document, make);
  EXPECT_EQ(next["salt"], "made-1");
}

class LanguageDocuments : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("api");
    MakeFlag("page");
    for (const auto& [key, type] : std::map<std::string, std::string>{{"email", "string"},
                                                                      {"lat", "double"},
                                                                      {"age", "integer"},
                                                                      {"tags", "string_list"},
                                                                      {"beta", "boolean"}}) {
      Value(Create(Kind::kAttribute, {{"key", key}, {"type", type}}));
    }
  }

  // Problems of a configuration of flag "page" with one rule of that condition.
  std::vector<std::string> ConditionProblems(const json& condition) {
    return ProblemsOf(Configure("page", {{"rules", {{{"condition", condition}, {"serve", {{"variant", "on"}}}}}}}));
  }
  static json FlagIs(const std::string& flag, json variants) {
    return {{"operator", "flag_is"}, {"flag", flag}, {"operands", std::move(variants)}};
  }
};

TEST_F(LanguageDocuments, OperatorsFitTheTypeOfTheirAttribute) {
  EXPECT_THAT(ConditionProblems(Leaf("lt", {1}, "email")),
              ElementsAre("/rules/0/condition/attribute: attribute \"email\": expected number for operator \"lt\", "
                          "found string"));
  EXPECT_THAT(ConditionProblems(Leaf("contains_any", {"x"}, "email")),
              ElementsAre("/rules/0/condition/attribute: attribute \"email\": expected string_list for operator "
                          "\"contains_any\", found string"));
  EXPECT_THAT(ConditionProblems(Leaf("semver_gt", {"1"}, "age")),
              ElementsAre("/rules/0/condition/attribute: attribute \"age\": expected string for operator "
                          "\"semver_gt\", found integer"));
  EXPECT_THAT(ConditionProblems(Leaf("time_after", {1}, "beta")),
              ElementsAre("/rules/0/condition/attribute: attribute \"beta\": expected string or number for operator "
                          "\"time_after\", found boolean"));
  EXPECT_THAT(ConditionProblems(With(Leaf("within_km", {1, 2, 3}, "lat"), "longitude", "email")),
              ElementsAre("/rules/0/condition/longitude: attribute \"email\": expected number for operator "
                          "\"within_km\", found string"));
  for (const json& leaf : {Leaf("time_after", {1}, "age"), Leaf("time_after", {1}, "email"),
                           Leaf("size_gt", {1}, "tags"), Leaf("in_cidr", {"::1"}, "email"),
                           With(Leaf("within_km", {1, 2, 3}, "lat"), "longitude", "age")}) {
    EXPECT_THAT(ConditionProblems(leaf), IsEmpty()) << leaf;
  }
}

TEST_F(LanguageDocuments, FlagsThatAreAskedAboutExistAndHaveTheVariant) {
  EXPECT_THAT(ConditionProblems(FlagIs("lost", {"on"})),
              ElementsAre("/rules/0/condition/flag: unknown flag \"lost\""));
  EXPECT_THAT(ConditionProblems(FlagIs("api", {"on", "beta"})),
              ElementsAre("/rules/0/condition/operands/1: flag \"api\" has no variant \"beta\""));
  EXPECT_THAT(ConditionProblems(FlagIs("api", {"on"})), IsEmpty());
  EXPECT_THAT(ProblemsOf(Configure("page", {{"prerequisites",
                                             {{{"flag", "lost"}, {"variants", {"on"}}},
                                              {{"flag", "api"}, {"variants", {"beta"}}},
                                              {{"flag", "api"}, {"variants", json::array()}},
                                              {{"flag", "api"}, {"variants", {"on", "on"}}}}}})),
              UnorderedElementsAre("/prerequisites/0/flag: unknown flag \"lost\"",
                                   "/prerequisites/1/variants/0: flag \"api\" has no variant \"beta\"",
                                   "/prerequisites/2/variants: expected at least one variant",
                                   "/prerequisites/3/variants/1: variant \"on\" stands there twice"));
}

TEST_F(LanguageDocuments, NoFlagRefersToItself) {
  Value(Configure("api", {{"prerequisites", {{{"flag", "page"}, {"variants", {"on"}}}}}}));
  EXPECT_THAT(ConditionProblems(FlagIs("api", {"on"})),
              ElementsAre("/rules/0/condition: flag \"page\" refers to itself"));
  EXPECT_THAT(ProblemsOf(Configure("page", {{"prerequisites", {{{"flag", "api"}, {"variants", {"on"}}}}}})),
              ElementsAre("/prerequisites/0/flag: flag \"page\" refers to itself"));
  EXPECT_THAT(ConditionProblems(FlagIs("page", {"on"})),
              ElementsAre("/rules/0/condition: flag \"page\" refers to itself"));
  // Through a segment.
  Value(Create(Kind::kSegment, {{"key", "callers"}, {"condition", FlagIs("api", {"on"})}}));
  EXPECT_THAT(ConditionProblems({{"not", {{"operator", "in_segment"}, {"operands", {"callers"}}}}}),
              ElementsAre("/rules/0/condition/not: flag \"page\" refers to itself"));
}

TEST_F(LanguageDocuments, WhatIsAskedAboutIsKept) {
  Value(Configure("page", {{"prerequisites", {{{"flag", "api"}, {"variants", {"on"}}}}}}));
  EXPECT_EQ(service_->Archive(Caller(), Kind::kFlag, In("api"), std::nullopt).fault().detail,
            "flag \"api\" is used by flag \"page\" in environment \"prod\"");
  const auto without_on = Replace(
      Kind::kFlag, "api", {{"key", "api"}, {"type", "boolean"}, {"variants", {{{"key", "off"}, {"value", false}}}}});
  EXPECT_THAT(ProblemsOf(without_on), ElementsAre("/variants: variant \"on\" is still served or compared"));
}

TEST_F(LanguageDocuments, SaltsOfHiddenValuesAreKeptWithTheRule) {
  const json rule = {
      {"id", "vip"}, {"condition", Leaf("in_hashed", {"a@b.c"}, "email")}, {"serve", {{"variant", "on"}}}};
  const json first = Value(Configure("page", {{"rules", {rule}}})).body["rules"][0]["condition"];
  EXPECT_EQ(first["salt"].get<std::string>().size(), 22u);
  EXPECT_EQ(Value(Configure("page", {{"rules", {rule}}})).body["rules"][0]["condition"]["salt"], first["salt"]);
  const json segment = {{"key", "vips"}, {"condition", Leaf("in_hashed", {"a@b.c"}, "email")}};
  const json made = Value(Create(Kind::kSegment, segment)).body["condition"];
  EXPECT_NE(made["salt"], first["salt"]);
  EXPECT_EQ(Value(Replace(Kind::kSegment, "vips", segment)).body["condition"]["salt"], made["salt"]);
}

TEST_F(LanguageDocuments, ASegmentDoesNotReferToItselfThroughAFlag) {
  Value(Create(Kind::kSegment, {{"key", "callers"}, {"condition", FlagIs("api", {"on"})}}));
  Value(Configure("page", {{"rules",
                            {{{"condition", {{"operator", "in_segment"}, {"operands", {"callers"}}}},
                              {"serve", {{"variant", "on"}}}}}}}));
  EXPECT_THAT(ProblemsOf(Configure("api", {{"rules",
                                            {{{"condition", {{"operator", "in_segment"}, {"operands", {"callers"}}}},
                                              {"serve", {{"variant", "on"}}}}}}})),
              ElementsAre("/rules/0/condition: flag \"api\" refers to itself"));
}

}  // namespace
}  // namespace expt::service
