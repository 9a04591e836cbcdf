// Coverage that ramps, holdouts, and what a change of them does to units.
#include <gmock/gmock.h>

#include "control-plane/service/coverage.h"
#include "control-plane/service/instant.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class HoldoutTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("page");
    now_ = Time(std::chrono::milliseconds(*ParseInstant("2030-01-10T00:00:00Z")));
  }

  static json Ramp(std::vector<std::pair<const char*, int>> points) {
    json list = json::array();
    for (const auto& [day, ppm] : points) {
      list.push_back({{"time", "2030-01-" + std::string(day) + "T00:00:00Z"}, {"ppm", ppm}});
    }
    return {{"ramp", {{"points", list}}}};
  }
  service::Result<Versioned> Cover(const json& coverage) {
    return Configure("page", {{"enabled", true},
                              {"rules", {{{"id", "r"}, {"coverage", coverage}, {"serve", {{"variant", "on"}}}}}}});
  }
  json WarningsOf(const service::Result<Versioned>& changed) {
    const json body = Value(changed).body;
    return body.contains("warnings") ? body["warnings"] : json::array();
  }
  // A flag whose rule number i names those holdouts.
  std::vector<std::string> Name(const std::vector<std::vector<std::string>>& holdouts, const json& serve) {
    json rules = json::array();
    for (const auto& keys : holdouts) rules.push_back({{"holdouts", keys}, {"serve", serve}});
    return ProblemsOf(Configure("page", {{"rules", rules}}));
  }
};

TEST_F(HoldoutTest, ARampRisesAndNeverFalls) {
  Value(Cover(Ramp({{"05", 100'000}, {"12", 100'000}, {"20", 1'000'000}})));
  EXPECT_THAT(ProblemsOf(Cover(Ramp({{"05", 100'000}, {"05", 200'000}, {"20", 150'000}}))),
              ElementsAre("/rules/0/coverage/ramp/points/1/time: is not after the time of the point before",
                          "/rules/0/coverage/ramp/points/2/ppm: is less than that of the point before: a ramp never "
                          "goes down"));
  EXPECT_THAT(ProblemsOf(Cover(Ramp({}))),
              ElementsAre("/rules/0/coverage/ramp/points: expected at least one point"));
  json both = Ramp({{"05", 1}});
  both["ppm"] = 5;
  EXPECT_THAT(ProblemsOf(Cover(both)),
              ElementsAre("/rules/0/coverage/ppm: expected either \"ppm\" or \"ramp\", found both"));
  EXPECT_THAT(ProblemsOf(Cover({{"bucket_by", "targeting_key"}})),
              ElementsAre("/rules/0/coverage/ppm: expected a value, found none"));
  EXPECT_THAT(ProblemsOf(Cover({{"ramp", {{"points", {{{"time", "soon"}}, 7}}}}})),
              UnorderedElementsAre(HasSubstr("/points/0/time: expected a time"),
                                   "/rules/0/coverage/ramp/points/0/ppm: expected a value, found none",
                                   "/rules/0/coverage/ramp/points/1: expected an object, found an integer"));
}

TEST_F(HoldoutTest, TheShareOfARampFollowsItsPoints) {
  Coverage coverage;
  coverage.ramp = service::Ramp{.is_linear = false, .points = {{1000, 100}, {2000, 300}, {4000, 1'000'000}}};
  const auto at = [&coverage](int64_t time_ms) { return PpmAt(coverage, time_ms); };
  EXPECT_EQ(at(999), 0u);
  EXPECT_EQ(at(1000), 100u);
  EXPECT_EQ(at(1999), 100u);
  EXPECT_EQ(at(4000), 1'000'000u);
  coverage.ramp->is_linear = true;
  EXPECT_EQ(at(999), 0u);
  EXPECT_EQ(at(1000), 100u);
  EXPECT_EQ(at(1500), 200u);
  EXPECT_EQ(at(1999), 299u);
  EXPECT_EQ(at(2000), 300u);
  EXPECT_EQ(at(99'999), 1'000'000u);
}

TEST_F(HoldoutTest, UnitsThatLeaveARuleAreWarnedOf) {
  EXPECT_THAT(WarningsOf(Cover(Ramp({{"05", 500'000}, {"20", 1'000'000}}))), IsEmpty());
  EXPECT_THAT(WarningsOf(Cover(Ramp({{"05", 500'000}, {"25", 1'000'000}}))), IsEmpty());
  EXPECT_THAT(WarningsOf(Cover(Ramp({{"05", 400'000}, {"25", 1'000'000}}))),
              ElementsAre("rule \"r\": coverage falls from 500000 to 400000 ppm: units leave the rule",
                          "rule \"r\": the ramp changes points that it has reached"));
  EXPECT_THAT(WarningsOf(Cover(Ramp({{"04", 400'000}, {"25", 1'000'000}}))),
              ElementsAre("rule \"r\": the ramp changes points that it has reached"));
  EXPECT_THAT(WarningsOf(Cover({{"ppm", 600'000}})), IsEmpty());
  EXPECT_THAT(WarningsOf(Cover({{"ppm", 600'000}, {"salt", "another"}})),
              ElementsAre("rule \"r\": coverage hashes units another way: other units are covered"));
  EXPECT_THAT(WarningsOf(Cover({{"ppm", 1}})),
              ElementsAre("rule \"r\": coverage falls from 600000 to 1 ppm: units leave the rule"));
  // What an answer has said may be sent back, and is not kept.
  json body = Value(Cover({{"ppm", 0}})).body;
  ASSERT_TRUE(body.contains("warnings"));
  EXPECT_FALSE(Value(Configure("page", body)).body.contains("warnings"));
  EXPECT_FALSE(Value(service_->GetConfiguration(In("page"))).body.contains("warnings"));
}

TEST_F(HoldoutTest, ADisabledFlagHasNoUnitsToLose) {
  Value(Configure("page", {{"rules", {{{"id", "r"}, {"serve", {{"variant", "on"}}}}}}}));
  EXPECT_THAT(WarningsOf(Cover({{"ppm", 5}})), IsEmpty());
}

TEST_F(HoldoutTest, ADocumentOfTheEnvironment) {
  const json made = Value(Create(Kind::kHoldout, {{"key", "yearly"}, {"ppm", 50'000}})).body;
  EXPECT_EQ(made["salt"].get<std::string>().size(), 22u);
  EXPECT_EQ(made["bucket_by"], "targeting_key");
  EXPECT_TRUE(made["id"].get<std::string>().starts_with("hld_"));
  EXPECT_THAT(ProblemsOf(Create(Kind::kHoldout, {{"key", "bad"},
                                                 {"bucket_by", "country"},
                                                 {"start", "2030-02-01T00:00:00Z"},
                                                 {"end", "2030-01-01T00:00:00Z"}})),
              UnorderedElementsAre("/ppm: expected a value, found none", "/end: the end is not after the start",
                                   "/bucket_by: unknown attribute \"country\""));
  EXPECT_EQ(Value(service_->List(Kind::kHoldout, In(), {})).items.size(), 1u);
  EXPECT_EQ(Value(service_->Archive(Caller(), Kind::kHoldout, In("yearly"), std::nullopt)).body["archived"], true);
}

TEST_F(HoldoutTest, AHoldoutThatIsUnderWayKeepsItsUnits) {
  const json made = Value(Create(Kind::kHoldout, {{"key", "yearly"}, {"ppm", 50'000}})).body;
  EXPECT_THAT(ProblemsOf(Replace(Kind::kHoldout, "yearly", {{"ppm", 50'000}, {"salt", "another"}})),
              ElementsAre("/salt: the holdout is under way, and its units would move; end it and make another"));
  const json kept = Value(Replace(Kind::kHoldout, "yearly", {{"ppm", 50'000}})).body;
  EXPECT_EQ(kept["salt"], made["salt"]);
  EXPECT_FALSE(kept.contains("warnings"));
  EXPECT_THAT(WarningsOf(Replace(Kind::kHoldout, "yearly", {{"ppm", 60'000}})),
              ElementsAre("10000 ppm of units that were in are held out from now on"));
  EXPECT_THAT(WarningsOf(Replace(Kind::kHoldout, "yearly", {{"ppm", 10'000}})),
              ElementsAre("50000 ppm of units are no longer held out"));
  EXPECT_THAT(WarningsOf(Replace(Kind::kHoldout, "yearly", {{"ppm", 10'000}, {"end", "2030-01-01T00:00:00Z"}})),
              ElementsAre("10000 ppm of units are no longer held out"));
  Value(Replace(Kind::kHoldout, "yearly", {{"ppm", 10'000}, {"end", "2030-01-01T00:00:00Z"}, {"salt", "another"}}));
}

TEST_F(HoldoutTest, RulesNameHoldoutsThatAreThere) {
  Value(Create(Kind::kHoldout, {{"key", "yearly"}, {"ppm", 50'000}}));
  const json on = {{"variant", "on"}};
  EXPECT_THAT(Name({{"yearly"}, {"yearly"}}, on), IsEmpty());
  EXPECT_EQ(service_->Archive(Caller(), Kind::kHoldout, In("yearly"), std::nullopt).fault().detail,
            "holdout \"yearly\" is used by flag \"page\" in environment \"prod\"");
  EXPECT_THAT(Name({{"lost"}, {"yearly", "yearly"}}, on),
              UnorderedElementsAre("/rules/0/holdouts/0: unknown holdout \"lost\"",
                                   "/rules/1/holdouts/1: holdout \"yearly\" stands there twice"));
}

TEST_F(HoldoutTest, ADecisionHasRoomForEightExposures) {
  std::vector<std::vector<std::string>> rules(3);
  for (int i = 0; i < 9; ++i) {
    const std::string key = "h" + std::to_string(i);
    Value(Create(Kind::kHoldout, {{"key", key}, {"ppm", 10'000}}));
    rules[static_cast<size_t>(i) / 4].push_back(key);
  }
  Value(Create(Kind::kExperiment, {{"key", "test"},
                                   {"flag", "page"},
                                   {"weights", {{"on", 500'000}, {"off", 500'000}}},
                                   {"control", "off"}}));
  EXPECT_THAT(Name(rules, {{"variant", "on"}}),
              ElementsAre("/rules: the rules name 9 holdouts, expected at most 8"));
  rules.pop_back();
  EXPECT_THAT(Name(rules, {{"variant", "on"}}), IsEmpty());
  EXPECT_THAT(Name(rules, {{"experiment", "test"}}),
              ElementsAre("/rules: the rules name 8 holdouts beside an experiment, expected at most 7"));
  rules.back().pop_back();
  EXPECT_THAT(Name(rules, {{"experiment", "test"}}), IsEmpty());
}

TEST_F(HoldoutTest, WhatHashesForOneRuleHashesApart) {
  Value(Create(Kind::kHoldout, {{"key", "yearly"}, {"ppm", 50'000}, {"salt", "same"}}));
  Value(Create(Kind::kHoldout, {{"key", "page"}, {"ppm", 50'000}, {"salt", "same"}}));
  Value(Create(Kind::kLayer, {{"key", "layer"}, {"salt", "same"}}));
  Value(Create(Kind::kExperiment, {{"key", "test"},
                                   {"flag", "page"},
                                   {"layer", "layer"},
                                   {"weights", {{"on", 500'000}, {"off", 500'000}}},
                                   {"control", "off"}}));
  EXPECT_THAT(ProblemsOf(Configure(
                  "page", {{"rules",
                            {{{"coverage", {{"ppm", 5}, {"salt", "same"}}},
                              {"holdouts", {"yearly"}},
                              {"serve", {{"split", {{"weights", {{"on", 1'000'000}}}, {"salt", "same"}}}}}},
                             {{"holdouts", {"yearly", "page"}}, {"serve", {{"experiment", "test"}}}}}}})),
              UnorderedElementsAre(
                  "/rules/0/holdouts/0: coverage and holdout have the same salt: their buckets would not be independent",
                  "/rules/0/serve/split/salt: coverage and split have the same salt: their buckets would not be "
                  "independent",
                  "/rules/1/holdouts/1: holdout and holdout have the same salt: their buckets would not be independent",
                  "/rules/1/serve/experiment: holdout and layer have the same salt: their buckets would not be "
                  "independent"));
}

TEST_F(HoldoutTest, AnExperimentThatIsNoLongerStickyStartsANewPhase) {
  const json wanted = {{"key", "test"},
                       {"flag", "page"},
                       {"status", "running"},
                       {"sticky", true},
                       {"weights", {{"on", 500'000}, {"off", 500'000}}},
                       {"control", "off"}};
  json made = Value(Create(Kind::kExperiment, wanted)).body;
  EXPECT_EQ(made["sticky"], true);
  made["sticky"] = false;
  made["new_phase"] = true;
  const json changed = Value(Replace(Kind::kExperiment, "test", made)).body;
  EXPECT_EQ(changed["phase"], 2);
  EXPECT_EQ(changed["phases"][1]["reason"], "sticky");
  made["sticky"] = true;
  EXPECT_EQ(Value(Replace(Kind::kExperiment, "test", made)).body["phase"], 2);
}

}  // namespace
}  // namespace expt::service
