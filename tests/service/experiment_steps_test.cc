// Each step of an experiment's life, and what has to be true for it.
#include <gmock/gmock.h>

#include "expt/evaluate.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class ExperimentSteps : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("checkout");
    Value(Create(Kind::kMetric, {{"key", "buy"}, {"kind", "proportion"}, {"numerator", {{"event", "buy"}}}}));
    document_ = {{"key", "test"},
                 {"flag", "checkout"},
                 {"weights", {{"off", 500'000}, {"on", 500'000}}},
                 {"control", "off"},
                 {"metrics", {{{"metric", "buy"}, {"role", "success"}}}}};
  }

  // A flag of which a rule serves the experiment.
  void Serve(const json& rules = {{{"id", "test"}, {"serve", {{"experiment", "test"}}}}}) {
    Value(Configure("checkout", {{"enabled", true}, {"rules", rules}}));
  }

  Result<Versioned> Step(ExperimentStep step, const json& body = json::object(),
                         std::optional<int64_t> revision = std::nullopt) {
    return service_->StepExperiment(Caller(), In("test"), step, body, revision);
  }

  std::string LastAction() {
    return Value(service_->ListAudit({}, {.limit = 1}, Rights::Everything())).items[0]["action"];
  }

  json document_;
};

TEST_F(ExperimentSteps, LeadFromDraftToStoppedAndTheAuditNamesEach) {
  Value(Create(Kind::kExperiment, document_));
  Serve();
  EXPECT_EQ(Value(Step(ExperimentStep::kSubmit)).body["status"], "review");
  EXPECT_EQ(LastAction(), "submit");
  EXPECT_EQ(Value(Step(ExperimentStep::kWithdraw)).body["status"], "draft");
  EXPECT_EQ(LastAction(), "withdraw");
  Value(Step(ExperimentStep::kSubmit));
  const json running = Value(Step(ExperimentStep::kStart)).body;
  EXPECT_EQ(LastAction(), "start");
  EXPECT_EQ(running["status"], "running");
  EXPECT_EQ(running["phase"], 1);
  EXPECT_EQ(running["start"], "2030-03-17T17:46:40Z");
  EXPECT_EQ(running["metrics"][0]["version"], 1);
  EXPECT_FALSE(running.contains("warnings"));
  EXPECT_EQ(Value(Step(ExperimentStep::kPause)).body["status"], "paused");
  EXPECT_EQ(LastAction(), "pause");
  EXPECT_EQ(Value(Step(ExperimentStep::kResume)).body["phase"], 1);
  EXPECT_EQ(LastAction(), "resume");
  now_ += std::chrono::hours(24 * 8);
  const json stopped = Value(Step(ExperimentStep::kStop)).body;
  EXPECT_EQ(LastAction(), "stop");
  EXPECT_EQ(stopped["status"], "stopped");
  EXPECT_EQ(stopped["end"], "2030-03-25T17:46:40Z");
  EXPECT_EQ(stopped["decision"], nullptr);
  EXPECT_FALSE(stopped.contains("warnings"));
  // Each of them is a change that a publish makes live, and that the kept library learns of.
  const json changes = Value(service_->ListChanges(Caller(), "shop", "prod"))["changes"];
  ASSERT_EQ(changes.size(), 4u);
  EXPECT_EQ(changes[1]["key"], "test");
  EXPECT_EQ(changes[1]["after"]["status"], "stopped");
}

TEST_F(ExperimentSteps, AreTakenFromTheStatusThatTheyLeave) {
  Value(Create(Kind::kExperiment, document_));
  Serve();
  const auto detail = [&](ExperimentStep step) { return Step(step).fault().detail; };
  EXPECT_EQ(detail(ExperimentStep::kPause), "experiment \"test\" is draft; expected running to pause it");
  EXPECT_EQ(detail(ExperimentStep::kStop), "experiment \"test\" is draft; expected running or paused to stop it");
  Value(Step(ExperimentStep::kStart));
  EXPECT_EQ(StatusOf(Step(ExperimentStep::kStart)), 409);
  EXPECT_EQ(detail(ExperimentStep::kStart), "experiment \"test\" is running; expected draft or review to start it");
  EXPECT_EQ(detail(ExperimentStep::kSubmit), "experiment \"test\" is running; expected draft to submit it");
  EXPECT_EQ(StatusOf(Step(ExperimentStep::kPause, json::object(), 1)), 412);
  EXPECT_THAT(ProblemsOf(Step(ExperimentStep::kPause, {{"decision", nullptr}})),
              ElementsAre("/decision: unknown field"));
  EXPECT_EQ(StatusOf(service_->StepExperiment(Caller(), In("lost"), ExperimentStep::kStart, json::object(), {})), 404);
}

TEST_F(ExperimentSteps, AStartNamesEverythingThatIsMissing) {
  document_["metrics"][0]["role"] = "guardrail";
  document_["weights"] = {{"off", 1'000'000}, {"on", 0}};
  document_["end"] = "2030-01-01T00:00:00Z";
  Value(Create(Kind::kExperiment, document_));
  const auto refused = Step(ExperimentStep::kStart);
  EXPECT_EQ(StatusOf(refused), 409);
  EXPECT_THAT(ProblemsOf(refused),
              UnorderedElementsAre("/metrics: expected at least one metric with the role \"success\"",
                                   "/weights: expected shares above 0 for the control and for another variant",
                                   "/end: the end has passed", "/flag: flag \"checkout\" is disabled in this environment"));
  const json submitted = Value(Step(ExperimentStep::kSubmit)).body;  // a reviewer is told
  EXPECT_EQ(submitted["warnings"].size(), 4u);
}

TEST_F(ExperimentSteps, AStartNeedsARuleThatReachesIt) {
  Value(Create(Kind::kExperiment, document_));
  const auto why = [&] { return ProblemsOf(Step(ExperimentStep::kStart)); };
  Serve({{{"id", "all"}, {"serve", {{"variant", "on"}}}}});
  EXPECT_THAT(why(), ElementsAre("/flag: no rule of flag \"checkout\" serves the experiment"));
  const json test = {{"id", "test"}, {"serve", {{"experiment", "test"}}}};
  Serve({{{"id", "all"}, {"serve", {{"variant", "on"}}}}, test});
  EXPECT_THAT(why(), ElementsAre("/flag: flag \"checkout\": rule \"test\" stands behind rule \"all\", which serves "
                                 "everybody"));
  json nobody = test;
  nobody["coverage"] = {{"ppm", 0}};
  Serve(json::array({nobody}));
  EXPECT_THAT(why(), ElementsAre("/flag: flag \"checkout\": rule \"test\" covers nobody"));
  json some = test;
  some["id"] = "some";
  some["coverage"] = {{"ramp", {{"points", {{{"time", "2031-01-01T00:00:00Z"}, {"ppm", 1}}}}}}};
  Serve({nobody, {{"id", "half"}, {"coverage", {{"ppm", 500'000}}}, {"serve", {{"variant", "on"}}}}, some});
  EXPECT_THAT(why(), ElementsAre());
}

TEST_F(ExperimentSteps, WhatIsReviewedIsWhatStarts) {
  Value(Create(Kind::kExperiment, document_));
  Serve();
  Value(Step(ExperimentStep::kSubmit));
  document_["status"] = "review";
  EXPECT_EQ(Value(Replace(Kind::kExperiment, "test", document_)).body["status"], "review");
  document_["hypothesis"] = "It helps.";
  document_["status"] = "running";
  EXPECT_THAT(ProblemsOf(Replace(Kind::kExperiment, "test", document_)),
              ElementsAre("/status: what is in review starts as it is; change it first, and submit it again"));
  document_["status"] = "review";
  const json changed = Value(Replace(Kind::kExperiment, "test", document_)).body;
  EXPECT_EQ(changed["status"], "draft");
  EXPECT_THAT(changed["warnings"], ElementsAre("it was in review and has changed: it is a draft again"));
  Value(Replace(Kind::kExperiment, "test", document_));
  document_["status"] = "running";
  EXPECT_EQ(Value(Replace(Kind::kExperiment, "test", document_)).body["phase"], 1);
}

TEST_F(ExperimentSteps, AnExperimentInReviewIsADraftForPrograms) {
  Value(Create(Kind::kExperiment, document_));
  Serve();
  Value(Step(ExperimentStep::kSubmit));
  Publish();
  const Snapshot snapshot = Live(Audience::kServer);
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(Evaluate(snapshot, "checkout", Context("u" + std::to_string(i)), {.now = now_}).has_value());
  }
}

TEST_F(ExperimentSteps, AStopCarriesItsDecision) {
  Value(Create(Kind::kExperiment, document_));
  Serve();
  Value(Step(ExperimentStep::kStart));
  EXPECT_THAT(ProblemsOf(Step(ExperimentStep::kStop, {{"decision", {{"outcome", "ship"}, {"variant", "lost"}}}})),
              UnorderedElementsAre("/decision/reason: expected a value, found none",
                                   "/decision/variant: expected a variant of experiment \"test\", found \"lost\""));
  now_ += std::chrono::hours(24 * 2 + 5);
  const json stopped =
      Value(Step(ExperimentStep::kStop, {{"decision", {{"outcome", "roll_back"}, {"reason", "Fewer buy."}}}})).body;
  EXPECT_EQ(stopped["decision"], json({{"outcome", "roll_back"},
                                       {"variant", nullptr},
                                       {"reason", "Fewer buy."},
                                       {"early", false},
                                       {"actor", "token tok_test"},
                                       {"time", "2030-03-19T22:46:40Z"}}));
  EXPECT_THAT(stopped["warnings"], ElementsAre("phase 1 has run for 2 of at least 7 days"));
  // Nobody rewrites it.
  json sent = stopped;
  sent["decision"]["outcome"] = "ship";
  EXPECT_EQ(Value(Replace(Kind::kExperiment, "test", sent)).body["decision"], stopped["decision"]);
}

TEST_F(ExperimentSteps, AreDueAtTheirTimesUntilTheyHaveFailed) {
  document_["schedule"] = {{"start_at", "2030-03-18T00:00:00Z"}, {"stop_at", "2030-04-01T00:00:00Z"}};
  Value(Create(Kind::kExperiment, document_));
  Serve();
  const auto due = [&] { return Value(service_->DueExperiments(now_)); };
  EXPECT_TRUE(due().empty());
  now_ = At(1'900'022'400);  // 2030-03-18
  ASSERT_EQ(due().size(), 1u);
  EXPECT_EQ(due()[0].where.key, "test");
  EXPECT_EQ(due()[0].step, ExperimentStep::kStart);
  EXPECT_FALSE(due()[0].is_over);
  Value(service_->FailSchedule(Caller(), due()[0], "no reason"));
  EXPECT_EQ(LastAction(), "fail_schedule");
  EXPECT_TRUE(due().empty());
  const json failed = Value(service_->Get(Kind::kExperiment, In("test"))).body;
  EXPECT_EQ(failed["schedule_failure"],
            json({{"step", "start"}, {"text", "no reason"}, {"time", "2030-03-18T00:00:00Z"}}));
  Value(Step(ExperimentStep::kStart));  // by hand; its end stays in the schedule
  EXPECT_TRUE(due().empty());
  now_ += std::chrono::hours(24 * 14);
  ASSERT_EQ(due().size(), 1u);
  EXPECT_EQ(due()[0].step, ExperimentStep::kStop);
  Value(Step(ExperimentStep::kStop));
  EXPECT_TRUE(due().empty());
}

TEST_F(ExperimentSteps, AreScheduledForTimesToCome) {
  document_["schedule"] = {{"start_at", "2030-03-01T00:00:00Z"}};
  EXPECT_THAT(ProblemsOf(Create(Kind::kExperiment, document_)),
              ElementsAre("/schedule/start_at: expected a time to come, found one that has passed"));
  document_["schedule"]["stop_at"] = "2030-03-02T00:00:00Z";
  document_["status"] = "running";  // as it is written to another environment
  EXPECT_THAT(ProblemsOf(Create(Kind::kExperiment, document_)),
              ElementsAre("/schedule/stop_at: expected a time to come, found one that has passed"));
  document_["schedule"].erase("stop_at");
  Value(Create(Kind::kExperiment, document_));
  document_["schedule"]["start_at"] = "2031-01-01T00:00:00Z";
  EXPECT_THAT(ProblemsOf(Replace(Kind::kExperiment, "test", document_)),
              ElementsAre("/schedule/start_at: the experiment has started already"));
}

TEST_F(ExperimentSteps, AStartAfterItsStopIsOver) {
  document_["schedule"] = {{"start_at", "2030-03-18T00:00:00Z"}, {"stop_at", "2030-04-01T00:00:00Z"}};
  Value(Create(Kind::kExperiment, document_));
  now_ += std::chrono::hours(24 * 30);
  ASSERT_EQ(Value(service_->DueExperiments(now_)).size(), 1u);
  EXPECT_TRUE(Value(service_->DueExperiments(now_))[0].is_over);
}

TEST_F(ExperimentSteps, AnEarlyDecisionToShipSaysSo) {
  document_["min_duration"] = 3;
  Value(Create(Kind::kExperiment, document_));
  Serve();
  Value(Step(ExperimentStep::kStart));
  now_ += std::chrono::hours(24 * 3 - 1);
  json body = {{"decision", {{"outcome", "ship"}, {"variant", "on"}, {"reason", "More buy."}}}};
  const auto refused = Step(ExperimentStep::kStop, body);
  EXPECT_EQ(StatusOf(refused), 409);
  EXPECT_THAT(ProblemsOf(refused),
              ElementsAre("/early: phase 1 has run for 2 of at least 3 days: expected true, and a reason"));
  body["early"] = true;
  EXPECT_EQ(Value(Step(ExperimentStep::kStop, body)).body["decision"]["early"], true);
}

}  // namespace
}  // namespace expt::service
