// A winner is shipped: one change of experiment and flag, after which the client's engine serves it to everybody whom a
// rule reaches and no holdout keeps out.
#include <gmock/gmock.h>

#include <map>

#include "expt/evaluate.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr int kUnits = 5000;

class Ship : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("checkout");
    Value(Create(Kind::kAttribute, {{"key", "country"}, {"type", "string"}}));
    Value(Create(Kind::kMetric, {{"key", "buy"}, {"kind", "proportion"}, {"numerator", {{"event", "buy"}}}}));
    Value(Create(Kind::kHoldout, {{"key", "yearly"}, {"ppm", 100'000}}));
    Value(Create(Kind::kLayer, {{"key", "page"}}));
    Value(Create(Kind::kExperiment, {{"key", "test"},
                                     {"flag", "checkout"},
                                     {"layer", "page"},
                                     {"allocation", {{0, 600'000}}},
                                     {"weights", {{"off", 500'000}, {"on", 500'000}}},
                                     {"control", "off"},
                                     {"metrics", {{{"metric", "buy"}, {"role", "success"}}}}}));
    Value(Configure("checkout", {{"enabled", true},
                                 {"rules",
                                  {Rule("near", "NL"), Rule("far", "NZ"),
                                   {{"id", "late"},
                                    {"condition", From("XX")},
                                    {"serve", {{"variant", "on"}}}}}},
                                 {"default_serve", {{"variant", "off"}}}}));
    Value(service_->StepExperiment(Caller(), Test(), ExperimentStep::kStart, json::object(), {}));
  }

  static json From(const std::string& country) {
    return {{"attribute", "country"}, {"operator", "equals"}, {"operands", {country}}};
  }
  static json Rule(const std::string& id, const std::string& country) {
    return {{"id", id},
            {"condition", From(country)},
            {"coverage", {{"ppm", 400'000}, {"salt", "coverage-" + id}}},
            {"holdouts", {"yearly"}},
            {"serve", {{"experiment", "test"}}}};
  }
  static Where Test() { return {"shop", "prod", "test"}; }

  Result<Versioned> ShipIt(const json& body) { return service_->ShipExperiment(Caller(), Test(), body, std::nullopt); }

  // What the engine of clients decides for a unit: the variant, and its arm in the holdout.
  struct Decided {
    std::string variant;
    std::string arm;
  };
  static Decided Decide(const Snapshot& snapshot, int unit, const std::string& country, Time now) {
    const std::string id = "unit-" + std::to_string(unit);
    const Decision decision = Evaluate(snapshot, "checkout", Context(id, {{"country", country}}), {.now = now});
    Decided decided{.variant = std::string(decision.variant), .arm = {}};
    for (const Exposure& exposure : decision.exposures()) {
      if (exposure.is_holdout) decided.arm = exposure.variant;
    }
    return decided;
  }
};

TEST_F(Ship, HeldOutUnitsKeepTheDefaultAndAllOthersGetTheWinner) {
  Publish();
  const Snapshot before = Live(Audience::kServer);
  now_ += std::chrono::hours(24 * 10);
  const json answer = Value(ShipIt({{"variant", "on"}, {"reason", "3 % more buy."}})).body;
  EXPECT_EQ(answer["needs_publish"], true);
  Publish();
  const Snapshot after = Live(Audience::kServer);
  for (const char* country : {"NL", "NZ"}) {
    int held_out = 0;
    std::map<std::string, int> served_before;
    for (int unit = 0; unit < kUnits; ++unit) {
      const Decided was = Decide(before, unit, country, now_);
      const Decided is = Decide(after, unit, country, now_);
      ++served_before[was.variant];
      if (is.arm == "held_out") {
        ++held_out;
        EXPECT_EQ(is.variant, "off") << unit;
        EXPECT_EQ(was.variant, "off") << unit;  // and was kept out of the experiment, where it was covered
      } else {
        EXPECT_EQ(is.arm, "in") << unit;
        EXPECT_EQ(is.variant, "on") << unit;
      }
      EXPECT_TRUE(was.arm.empty() || was.arm == is.arm) << unit;
    }
    EXPECT_NEAR(held_out, kUnits / 10, 100);
    EXPECT_GT(served_before["off"], kUnits / 2);  // most were not covered or in control
  }
  // The condition still decides who is reached.
  for (int unit = 0; unit < 100; ++unit) {
    EXPECT_EQ(Decide(after, unit, "FR", now_).variant, "off");
    EXPECT_EQ(Decide(after, unit, "XX", now_).variant, "on");
  }
}

TEST_F(Ship, IsOneChangeOfExperimentAndFlag) {
  const int64_t revision = Value(service_->GetConfiguration({"shop", "prod", "checkout"})).revision;
  now_ += std::chrono::hours(24 * 10);
  const Versioned answer = Value(ShipIt({{"variant", "on"}, {"reason", "3 % more buy."}}));
  const json& experiment = answer.body["experiment"];
  EXPECT_EQ(experiment["status"], "shipped");
  EXPECT_EQ(experiment["end"], "2030-03-27T17:46:40Z");
  EXPECT_EQ(experiment["phases"][0]["end"], experiment["end"]);
  EXPECT_EQ(experiment["decision"], json({{"outcome", "ship"},
                                          {"variant", "on"},
                                          {"reason", "3 % more buy."},
                                          {"early", false},
                                          {"actor", "token tok_test"},
                                          {"time", "2030-03-27T17:46:40Z"}}));
  const json& rules = answer.body["configuration"]["rules"];
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(rules[i]["serve"], json({{"variant", "on"}}));
    EXPECT_EQ(rules[i]["holdouts"], json({"yearly"}));
    EXPECT_TRUE(rules[i].contains("condition"));
    EXPECT_FALSE(rules[i].contains("coverage"));
  }
  EXPECT_EQ(rules[0]["id"], "near");
  EXPECT_EQ(rules[2]["id"], "late");
  const Versioned flag = Value(service_->GetConfiguration({"shop", "prod", "checkout"}));
  EXPECT_EQ(flag.body, answer.body["configuration"]);
  EXPECT_EQ(flag.revision, revision + 1);
  const Page audit = Value(service_->ListAudit({.action = "ship"}, {}, Rights::Everything()));
  ASSERT_EQ(audit.items.size(), 2u);
  EXPECT_EQ(audit.items[1]["kind"], "experiment");
  EXPECT_EQ(audit.items[0]["kind"], "flag_configuration");
  // Its end is the end: it may be renamed and archived, and its buckets are free.
  json sent = experiment;
  sent["name"] = "Done";
  EXPECT_EQ(Value(Replace(Kind::kExperiment, "test", sent)).body["status"], "shipped");
  sent["status"] = "running";
  EXPECT_THAT(ProblemsOf(Replace(Kind::kExperiment, "test", sent)),
              ElementsAre("/status: an experiment that is shipped cannot become running"));
  EXPECT_EQ(ShipIt({{"variant", "on"}, {"reason", "Again."}}).fault().detail,
            "experiment \"test\" is shipped; expected running, paused or stopped to ship a variant");
  Value(service_->Archive(Caller(), Kind::kLayer, {"shop", "prod", "page"}, std::nullopt));
  Value(service_->Archive(Caller(), Kind::kExperiment, Test(), std::nullopt));
}

TEST_F(Ship, NothingChangesWhenItIsRefused) {
  EXPECT_THAT(ProblemsOf(ShipIt(json::object())), ElementsAre("/reason: expected a value, found none"));
  EXPECT_THAT(ProblemsOf(ShipIt({{"variant", "lost"}, {"reason", "r"}, {"coverage", {{"ppm", 2'000'000}}}, {"x", 1}})),
              UnorderedElementsAre("/coverage/ppm: expected an integer in [0, 1000000], found 2000000",
                                   "/x: unknown field",
                                   "/variant: expected a variant of experiment \"test\", found \"lost\""));
  const auto early = ShipIt({{"variant", "on"}, {"reason", "r"}});
  EXPECT_EQ(StatusOf(early), 409);
  EXPECT_THAT(ProblemsOf(early),
              ElementsAre("/early: phase 1 has run for 0 of at least 7 days: expected true, and a reason"));
  // The coverage of the winner would hash as the holdout does.
  const std::string salt = Value(service_->Get(Kind::kHoldout, {"shop", "prod", "yearly"})).body["salt"];
  const auto alike = ShipIt(
      {{"variant", "on"}, {"reason", "r"}, {"early", true}, {"coverage", {{"ppm", 500'000}, {"salt", salt}}}});
  EXPECT_EQ(StatusOf(alike), 409);
  EXPECT_EQ(ProblemsOf(alike).size(), 2u);
  EXPECT_EQ(Value(service_->Get(Kind::kExperiment, Test())).body["status"], "running");
  Value(Configure("checkout", {{"enabled", true}}));
  EXPECT_THAT(ProblemsOf(ShipIt({{"variant", "on"}, {"reason", "r"}, {"early", true}})),
              ElementsAre(": no rule of flag \"checkout\" serves the experiment"));
}

TEST_F(Ship, ADecisionMadeAtTheStopIsEnough) {
  now_ += std::chrono::hours(24 * 8);
  const json decision = {{"outcome", "ship"}, {"variant", "on"}, {"reason", "More buy."}};
  const json stopped =
      Value(service_->StepExperiment(Caller(), Test(), ExperimentStep::kStop, {{"decision", decision}}, {})).body;
  now_ += std::chrono::hours(24);
  const json experiment = Value(ShipIt(json::object())).body["experiment"];
  EXPECT_EQ(experiment["decision"], stopped["decision"]);
  EXPECT_EQ(experiment["end"], stopped["end"]);
}

TEST_F(Ship, CoverageGrowsFromTheUnitsThatWereCovered) {
  Publish();
  const Snapshot before = Live(Audience::kServer);
  const json body = {{"variant", "on"}, {"reason", "r"}, {"early", true}, {"coverage", {{"ppm", 700'000}}}};
  const json rules = Value(ShipIt(body)).body["configuration"]["rules"];
  EXPECT_EQ(rules[0]["coverage"], json({{"ppm", 700'000}, {"salt", "coverage-near"}}));
  EXPECT_EQ(rules[1]["coverage"]["salt"], "coverage-far");
  Publish();
  const Snapshot after = Live(Audience::kServer);
  int served = 0;
  for (int unit = 0; unit < kUnits; ++unit) {
    const Decided was = Decide(before, unit, "NL", now_);
    const Decided is = Decide(after, unit, "NL", now_);
    EXPECT_TRUE(was.variant != "on" || is.variant == "on") << unit;
    served += is.variant == "on" ? 1 : 0;
  }
  EXPECT_NEAR(served, kUnits * 0.7 * 0.9, 150);
}

}  // namespace
}  // namespace expt::service
