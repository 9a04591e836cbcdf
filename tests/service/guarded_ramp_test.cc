// A guarded ramp is an experiment of which the share rises while its split stays, and that goes back when it must.
#include <gmock/gmock.h>

#include <map>

#include "expt/evaluate.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class GuardedRampTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("checkout");
    Value(Create(Kind::kMetric, {{"key", "errors"},
                                 {"kind", "proportion"},
                                 {"direction", "decrease"},
                                 {"numerator", {{"event", "failed"}}}}));
    Value(Create(Kind::kHoldout, {{"key", "yearly"}, {"ppm", 100'000}}));
    Value(Configure("checkout", {{"enabled", true},
                                 {"rules", {{{"id", "old"}, {"serve", {{"variant", "off"}}}}}},
                                 {"default_serve", {{"variant", "off"}}}}));
  }

  static Where Flag() { return {"shop", "prod", "checkout"}; }
  json Body() const {
    return {{"experiment", "ramp"},
            {"control", "off"},
            {"treatment", "on"},
            {"guardrails", {"errors"}},
            {"holdouts", {"yearly"}},
            {"ramp",
             {{"points",
               {{{"time", "2030-03-17T00:00:00Z"}, {"ppm", 200'000}},
                {{"time", "2030-03-20T00:00:00Z"}, {"ppm", 1'000'000}}}}}}};
  }
  Result<Versioned> Make(const json& body) { return service_->CreateGuardedRamp(Caller(), Flag(), body, std::nullopt); }

  std::map<std::string, int> Count(const Snapshot& snapshot) {
    std::map<std::string, int> counts;
    for (int i = 0; i < 2000; ++i) {
      const Decision decision =
          Evaluate(snapshot, "checkout", Context("unit-" + std::to_string(i)), {.now = now_});
      bool is_exposed = false;
      for (const Exposure& exposure : decision.exposures()) is_exposed |= !exposure.is_holdout;
      ++counts[std::string(decision.variant) + (is_exposed ? " exposed" : "")];
    }
    return counts;
  }
};

TEST_F(GuardedRampTest, UnitsJoinAndNoneChangesItsVariant) {
  const json answer = Value(Make(Body())).body;
  EXPECT_EQ(answer["experiment"]["status"], "running");
  EXPECT_EQ(answer["experiment"]["auto_rollback"], true);
  EXPECT_EQ(answer["experiment"]["metrics"],
            json::array({{{"metric", "errors"}, {"role", "guardrail"}, {"version", 1}}}));
  EXPECT_EQ(answer["configuration"]["rules"][0]["id"], "ramp");
  EXPECT_EQ(answer["configuration"]["rules"][1]["id"], "old");
  EXPECT_EQ(answer["warnings"], json::array());
  Publish();
  const Snapshot snapshot = Live(Audience::kServer);
  auto early = Count(snapshot);
  EXPECT_NEAR(early["on exposed"], 2000 * 0.9 * 0.2 / 2, 50);
  EXPECT_NEAR(early["off exposed"], 2000 * 0.9 * 0.2 / 2, 50);
  std::vector<std::string> variants;
  for (int i = 0; i < 2000; ++i) {
    const Decision decision = Evaluate(snapshot, "checkout", Context("unit-" + std::to_string(i)), {.now = now_});
    variants.emplace_back(decision.exposures().size() == 2 ? decision.variant : "");
  }
  now_ += std::chrono::hours(24 * 4);
  for (int i = 0; i < 2000; ++i) {
    const Decision decision = Evaluate(snapshot, "checkout", Context("unit-" + std::to_string(i)), {.now = now_});
    EXPECT_TRUE(variants[i].empty() || variants[i] == decision.variant) << i;
  }
  EXPECT_NEAR(Count(snapshot)["on exposed"], 2000 * 0.9 / 2, 90);
}

TEST_F(GuardedRampTest, RollsBackToControlInOneChange) {
  Value(Make(Body()));
  ASSERT_EQ(Value(service_->GuardedExperiments()).size(), 1u);
  EXPECT_EQ(Value(service_->GuardedExperiments())[0].flag, "checkout");
  now_ += std::chrono::hours(24 * 4);
  const json answer = Value(service_->RollBackExperiment(Caller(), {"shop", "prod", "ramp"}, "more errors")).body;
  EXPECT_EQ(answer["experiment"]["status"], "stopped");
  EXPECT_EQ(answer["experiment"]["decision"]["outcome"], "roll_back");
  EXPECT_EQ(answer["experiment"]["decision"]["variant"], "off");
  EXPECT_EQ(answer["experiment"]["decision"]["reason"], "more errors");
  EXPECT_EQ(answer["configuration"]["rules"][0]["serve"], json({{"variant", "off"}}));
  EXPECT_EQ(Value(service_->ListAudit({.action = "roll_back"}, {}, Rights::Everything())).items.size(), 2u);
  EXPECT_TRUE(Value(service_->GuardedExperiments()).empty());
  Publish();
  EXPECT_EQ(Count(Live(Audience::kServer))["off"], 2000);
  EXPECT_EQ(StatusOf(service_->RollBackExperiment(Caller(), {"shop", "prod", "ramp"}, "again")), 409);
}

TEST_F(GuardedRampTest, SaysEverythingThatIsWrong) {
  json body = Body();
  body.erase("guardrails");
  body["treatment"] = "off";
  body["ramp"]["points"][1]["ppm"] = 5;
  EXPECT_THAT(ProblemsOf(Make(body)),
              UnorderedElementsAre(
                  "/treatment: expected another variant than the control",
                  "/guardrails: expected at least one metric; a ramp without guardrails is the coverage of a rule",
                  "/ramp/points/1/ppm: is less than that of the point before: a ramp never goes down"));
  body = Body();
  body["treatment"] = "lost";
  body["guardrails"] = {"errors", "lost"};
  EXPECT_THAT(ProblemsOf(Make(body)), UnorderedElementsAre("/treatment: flag \"checkout\" has no variant \"lost\"",
                                                           "/guardrails/1: unknown metric \"lost\""));
  Value(Make(Body()));
  EXPECT_EQ(StatusOf(Make(Body())), 422);  // its rule is there already
  EXPECT_EQ(Value(service_->GetConfiguration(Flag())).body["rules"].size(), 2u);
}

TEST_F(GuardedRampTest, AnUnguardedRampHasNoGuardrails) {
  EXPECT_THAT(ProblemsOf(Configure("checkout", {{"rules",
                                                 {{{"coverage", {{"ramp", Body()["ramp"]}}},
                                                   {"guardrails", {"errors"}},
                                                   {"serve", {{"variant", "on"}}}}}}})),
              ElementsAre("/rules/0/guardrails: a rule has no guardrails: a share that rises has nothing to be compared "
                          "with; a guarded ramp has"));
}

TEST_F(GuardedRampTest, LookingAgainAndAgainIsForAnyTime) {
  const json answer = Value(Make(Body())).body;
  json experiment = answer["experiment"];
  experiment["mode"] = "fixed";
  EXPECT_THAT(ProblemsOf(Replace(Kind::kExperiment, "ramp", experiment)),
              ElementsAre("/auto_rollback: it looks again and again, which only the mode \"any_time\" allows"));
}

}  // namespace
}  // namespace expt::service
