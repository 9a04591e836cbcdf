#include "control-plane/service/experiment.h"

#include <gmock/gmock.h>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

TEST(Allocation, OverlapsWhereABucketIsShared) {
  EXPECT_TRUE(Overlap({{0, 10}}, {{9, 20}}));
  EXPECT_FALSE(Overlap({{0, 10}}, {{10, 20}}));
  EXPECT_TRUE(Overlap({{0, 10}, {50, 60}}, {{20, 51}}));
}

TEST(Allocation, CoversWhenNoBucketIsLost) {
  EXPECT_TRUE(Covers({{0, 100}}, {{10, 20}, {30, 40}}));
  EXPECT_FALSE(Covers({{0, 100}}, {{90, 101}}));
  EXPECT_TRUE(Covers({{0, 10}, {10, 20}}, {{5, 15}}));
  EXPECT_FALSE(Covers({{0, 10}, {11, 20}}, {{5, 15}}));
}

class ExperimentLife : public Installation {
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

  // Sends the document with these fields changed, an hour later.
  Result<Versioned> Change(const json& fields) {
    now_ += std::chrono::hours(1);
    document_.update(fields);
    return Replace(Kind::kExperiment, "test", document_);
  }

  json document_;
};

TEST_F(ExperimentLife, BeginsAsADraftWithoutPhase) {
  const json made = Value(Create(Kind::kExperiment, document_)).body;
  EXPECT_THAT(made["id"].get<std::string>(), StartsWith("exp_"));
  EXPECT_EQ(made["status"], "draft");
  EXPECT_EQ(made["phase"], 0);
  EXPECT_EQ(made["start"], nullptr);
  EXPECT_EQ(made["salt"].get<std::string>().size(), 22u);
  EXPECT_EQ(made["allocation"], json({{0, 1'000'000}}));
  EXPECT_FALSE(made["metrics"][0].contains("version"));
  EXPECT_EQ(StatusOf(service_->RequestResults("shop", "prod", "test", {})), 409);
}

TEST_F(ExperimentLife, StartsWhenItIsSetRunning) {
  Value(Create(Kind::kExperiment, document_));
  const json running = Value(Change({{"status", "running"}})).body;
  EXPECT_EQ(running["phase"], 1);
  EXPECT_EQ(running["start"], "2030-03-17T18:46:40Z");
  EXPECT_EQ(running["phases"][0]["start"], "2030-03-17T18:46:40Z");
  EXPECT_EQ(running["phases"][0]["reason"], "start");
  EXPECT_EQ(running["phases"][0]["weights"], document_["weights"]);
  EXPECT_EQ(running["metrics"][0]["version"], 1);
}

TEST_F(ExperimentLife, MayStartLaterThanItIsSetRunning) {
  document_["status"] = "running";
  document_["start"] = "2031-01-01T00:00:00Z";
  const json made = Value(Create(Kind::kExperiment, document_)).body;
  EXPECT_EQ(made["phases"][0]["start"], "2031-01-01T00:00:00Z");
  const json moved = Value(Change({{"start", "2030-12-01T00:00:00Z"}})).body;
  EXPECT_EQ(moved["phases"][0]["start"], "2030-12-01T00:00:00Z");
  EXPECT_EQ(moved["phase"], 1);
}

TEST_F(ExperimentLife, PausesResumesAndStops) {
  document_["status"] = "running";
  Value(Create(Kind::kExperiment, document_));
  EXPECT_EQ(Value(Change({{"status", "paused"}})).body["phase"], 1);
  EXPECT_EQ(Value(Change({{"status", "running"}})).body["phase"], 1);
  EXPECT_EQ(StatusOf(service_->Archive(Caller(), Kind::kExperiment, In("test"), std::nullopt)), 409);
  const json stopped = Value(Change({{"status", "stopped"}})).body;
  EXPECT_EQ(stopped["end"], "2030-03-17T20:46:40Z");
  EXPECT_EQ(stopped["phases"][0]["end"], stopped["end"]);
  EXPECT_THAT(ProblemsOf(Change({{"status", "running"}})),
              ElementsAre("/status: an experiment that is stopped cannot become running"));
  document_["status"] = "stopped";
  EXPECT_EQ(Value(Change({{"name", "A name"}})).body["end"], stopped["end"]);
  EXPECT_THAT(ProblemsOf(Change({{"weights", {{"off", 400'000}, {"on", 600'000}}}})),
              ElementsAre("/weights: a stopped experiment cannot be changed"));
  Value(service_->Archive(Caller(), Kind::kExperiment, In("test"), std::nullopt));
}

TEST_F(ExperimentLife, ADraftCannotPauseOrStop) {
  Value(Create(Kind::kExperiment, document_));
  EXPECT_THAT(ProblemsOf(Change({{"status", "paused"}})),
              ElementsAre("/status: an experiment that is draft cannot become paused"));
  document_["key"] = "other";
  document_["status"] = "stopped";
  EXPECT_THAT(ProblemsOf(Create(Kind::kExperiment, document_)),
              ElementsAre("/status: an experiment begins as \"draft\" or \"running\", found \"stopped\""));
}

TEST_F(ExperimentLife, AChangeThatMovesUnitsStartsANewPhase) {
  document_["status"] = "running";
  const json first = Value(Create(Kind::kExperiment, document_)).body;
  EXPECT_EQ(Value(Change({{"hypothesis", "It helps."}})).body["phase"], 1);
  EXPECT_EQ(Value(Change({{"control", "on"}})).body["phase"], 1);
  const json second =
      Value(Change({{"weights", {{"off", 900'000}, {"on", 100'000}}}, {"reason", "Less risk."}})).body;
  EXPECT_EQ(second["phase"], 2);
  EXPECT_EQ(second["phases"][1]["comment"], "Less risk.");
  EXPECT_FALSE(second.contains("reason"));
  EXPECT_EQ(second["salt"], first["salt"]);
  EXPECT_EQ(second["start"], first["start"]);
  EXPECT_EQ(second["phases"][1]["reason"], "weights");
  EXPECT_EQ(second["phases"][0]["end"], second["phases"][1]["start"]);
  EXPECT_EQ(second["phases"][0]["weights"], first["weights"]);
  document_.erase("reason");
  const json third = Value(Change({{"salt", "another"}, {"new_phase", true}})).body;
  EXPECT_FALSE(third.contains("new_phase"));
  EXPECT_FALSE(third["phases"][2].contains("comment"));
  EXPECT_EQ(third["phase"], 3);
  EXPECT_EQ(third["phases"][2]["reason"], "salt");
  const ResultsRequest request = Value(service_->RequestResults("shop", "prod", "test", {}));
  EXPECT_EQ(request.phase, 3u);
  EXPECT_EQ(request.phase_start_ms, now_.time_since_epoch().count());
}

TEST_F(ExperimentLife, UnitsAreMovedOnlyByWhoSaysSo) {
  document_["status"] = "running";
  Value(Create(Kind::kExperiment, document_));
  const auto refused = Change({{"weights", {{"off", 900'000}, {"on", 100'000}}}, {"sticky", true}});
  EXPECT_EQ(StatusOf(refused), 409);
  EXPECT_THAT(ProblemsOf(refused),
              ElementsAre("/weights: moves units and starts phase 2, whose results begin anew: expected \"new_phase\": "
                          "true or a \"reason\""));
  EXPECT_EQ(Value(service_->Get(Kind::kExperiment, In("test"))).body["phase"], 1);
}

TEST_F(ExperimentLife, TheFlagOfAStartedExperimentStays) {
  document_["status"] = "running";
  Value(Create(Kind::kExperiment, document_));
  MakeFlag("other");
  EXPECT_THAT(ProblemsOf(Change({{"flag", "other"}, {"start", "2030-03-17T17:00:00Z"}})),
              ElementsAre("/flag: the flag of a started experiment cannot be changed",
                          "/start: the experiment has started already"));
}

TEST_F(ExperimentLife, ANewPhaseDoesNotStartBehindTheEnd) {
  document_["status"] = "running";
  document_["end"] = "2030-03-17T18:00:00Z";
  Value(Create(Kind::kExperiment, document_));
  EXPECT_THAT(ProblemsOf(Change({{"weights", {{"off", 900'000}, {"on", 100'000}}}})),
              ElementsAre("/end: the experiment has ended; move its end before its units"));
  EXPECT_EQ(Value(Change({{"end", nullptr}, {"new_phase", true}})).body["phase"], 2);
}

TEST_F(ExperimentLife, WhatIsReadCanBeSentBack) {
  document_["status"] = "running";
  const Versioned made = Value(Create(Kind::kExperiment, document_));
  now_ += std::chrono::hours(1);
  json again = Value(Replace(Kind::kExperiment, "test", made.body, 1)).body;
  for (const char* name : {"updated"}) again[name] = made.body[name];
  EXPECT_THAT(made.body["warnings"],
              ElementsAre("flag \"checkout\" is disabled in this environment"));  // it may be served later
  json first = made.body;
  first.erase("warnings");
  EXPECT_EQ(again, first);
}

TEST_F(ExperimentLife, AMetricIsPinnedAtTheStart) {
  document_["status"] = "running";
  Value(Create(Kind::kExperiment, document_));
  Value(Replace(Kind::kMetric, "buy", {{"kind", "proportion"}, {"numerator", {{"event", "order"}}}}));
  Value(Create(Kind::kMetric,
               {{"key", "spend"}, {"kind", "mean"}, {"numerator", {{"event", "order"}, {"value", "value"}}}}));
  const json changed =
      Value(Change({{"metrics",
                     {{{"metric", "buy"}, {"role", "success"}}, {{"metric", "spend"}, {"role", "guardrail"}}}}}))
          .body;
  EXPECT_EQ(changed["metrics"][0]["version"], 1);
  EXPECT_EQ(changed["metrics"][1]["version"], 1);
  const ResultsRequest request = Value(service_->RequestResults("shop", "prod", "test", {}));
  ASSERT_EQ(request.metrics.size(), 2u);
  EXPECT_EQ(request.metrics[0].metric.numerator.event, "buy");  // as it was at the start
  EXPECT_EQ(request.metrics[0].metric.version, 1);
  EXPECT_EQ(request.metrics[0].role, "success");
  EXPECT_EQ(request.metrics[1].metric.key, "spend");
  EXPECT_EQ(request.metrics[1].metric.numerator.aggregation, MetricPart::Aggregation::kSum);
}

TEST_F(ExperimentLife, ResultsAreAskedForWithWhatTheExperimentSays) {
  document_["status"] = "running";
  document_["mode"] = "fixed";
  document_["alpha"] = 0.1;
  document_["planned_units"] = 20'000;
  document_["multi_exposure"] = "first";
  const json made = Value(Create(Kind::kExperiment, document_)).body;
  const ResultsRequest request = Value(service_->RequestResults("shop", "prod", "test", {}));
  EXPECT_EQ(request.environment_id, ProdId());
  EXPECT_EQ(request.experiment_id, made["id"]);
  EXPECT_EQ(request.bucket_by, "targeting_key");
  EXPECT_EQ(request.control, "off");
  ASSERT_EQ(request.variants.size(), 2u);
  EXPECT_EQ(request.variants[0].key, "off");
  EXPECT_EQ(request.variants[1].weight_ppm, 500'000u);
  EXPECT_EQ(request.mode, "fixed");
  EXPECT_EQ(request.alpha, 0.1);
  EXPECT_EQ(request.planned_units, 20'000);
  EXPECT_EQ(request.multi_exposure, "first");
  EXPECT_EQ(request.metrics[0].document["key"], "buy");
  const ResultsRequest other =
      Value(service_->RequestResults("shop", "prod", "test", {.alpha = 0.01, .mode = "any_time", .metric = "buy"}));
  EXPECT_EQ(other.alpha, 0.01);
  EXPECT_EQ(other.mode, "any_time");
  EXPECT_EQ(StatusOf(service_->RequestResults("shop", "prod", "lost", {})), 404);
  EXPECT_THAT(ProblemsOf(service_->RequestResults("shop", "prod", "test", {.alpha = 2, .mode = "x", .metric = "lost"})),
              ElementsAre("/alpha: expected a number between 0 and 1", "/mode: expected \"any_time\" or \"fixed\"",
                          "/metric: experiment \"test\" has no metric \"lost\""));
}

class Layers : public ExperimentLife {
 protected:
  void SetUp() override {
    ExperimentLife::SetUp();
    Value(Create(Kind::kLayer, {{"key", "page"}}));
    document_["layer"] = "page";
    document_["allocation"] = {{0, 500'000}};
  }
};

TEST_F(Layers, AnOverlapNamesTheOtherExperiment) {
  Value(Create(Kind::kExperiment, document_));
  json other = document_;
  other["key"] = "second";
  other["allocation"] = {{499'999, 600'000}};
  const auto refused = Create(Kind::kExperiment, other);
  EXPECT_EQ(StatusOf(refused), 409);
  EXPECT_THAT(ProblemsOf(refused),
              ElementsAre("/allocation: overlaps the allocation of experiment \"test\" in layer \"page\""));
  other["control"] = "lost";
  EXPECT_EQ(StatusOf(Create(Kind::kExperiment, other)), 422);  // with what is wrong with it in any state
  other["control"] = "off";
  other["allocation"] = {{500'000, 600'000}};
  Value(Create(Kind::kExperiment, other));
}

TEST_F(Layers, AStoppedExperimentGivesItsBucketsBack) {
  document_["status"] = "running";
  Value(Create(Kind::kExperiment, document_));
  Value(Change({{"status", "stopped"}}));
  json other = document_;
  other["key"] = "second";
  other["status"] = "running";
  Value(Create(Kind::kExperiment, other));
}

TEST_F(Layers, OnlyASmallerAllocationStartsANewPhase) {
  document_["status"] = "running";
  Value(Create(Kind::kExperiment, document_));
  EXPECT_EQ(Value(Change({{"allocation", {{0, 600'000}}}})).body["phase"], 1);
  const json smaller = Value(Change({{"allocation", {{0, 550'000}}}, {"new_phase", true}})).body;
  EXPECT_EQ(smaller["phase"], 2);
  EXPECT_EQ(smaller["phases"][0]["allocation"], json({{0, 600'000}}));
  EXPECT_EQ(smaller["phases"][1]["reason"], "allocation");
}

TEST_F(Layers, ALayerStaysAsItIsWhileAnExperimentIsUnderWay) {
  document_["status"] = "running";
  Value(Create(Kind::kExperiment, document_));
  EXPECT_THAT(ProblemsOf(Replace(Kind::kLayer, "page", {{"salt", "new"}})),
              ElementsAre("/salt: experiment \"test\" is under way in this layer; its units would move"));
  const json kept = Value(Replace(Kind::kLayer, "page", {{"description", "The page."}})).body;
  EXPECT_EQ(kept["salt"].get<std::string>().size(), 22u);
  EXPECT_EQ(StatusOf(service_->Archive(Caller(), Kind::kLayer, In("page"), std::nullopt)), 409);
}

TEST_F(Layers, AnExperimentBucketsByTheUnitOfItsLayer) {
  Value(Create(Kind::kAttribute, {{"key", "org"}, {"type", "string"}, {"unit_type", true}}));
  document_["bucket_by"] = "org";
  document_.erase("metrics");
  EXPECT_THAT(ProblemsOf(Create(Kind::kExperiment, document_)),
              ElementsAre("/bucket_by: layer \"page\" buckets by \"targeting_key\", found \"org\""));
}

}  // namespace
}  // namespace expt::service
