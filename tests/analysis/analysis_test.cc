#include "control-plane/analysis/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/analysis/world.h"

namespace expt::analysis {
namespace {

using ::testing::HasSubstr;

// `n` units of each variant, of whom every `every`-th bought for its number.
std::vector<wire::Event> Buyers(int n, int every = 3) {
  std::vector<wire::Event> events;
  for (const std::string variant : {"off", "on"}) {
    for (int i = 0; i < n; ++i) {
      const std::string unit = variant + std::to_string(i);
      events.push_back(ExposureOf("e" + unit, kStart, unit, variant));
      if (i % every == 0) events.push_back(MetricOf("m" + unit, kStart + 1000, unit, "purchase", i));
    }
  }
  return events;
}

const VariantResult& Arm(const Results& results, size_t variant, size_t metric = 0) {
  return results.metrics[metric].variants[variant];
}

TEST(Analysis, WithoutAnyEventThereAreResultsAndNoNumbers) {
  World world("empty");
  const Results results = world.Compute(RequestOf({ProportionOf("purchase"), SumOf("purchase")}));
  EXPECT_EQ(results.exposed_units, 0);
  EXPECT_EQ(results.watermark, std::nullopt);
  EXPECT_EQ(results.metrics[0].comparisons[0].comparison.status, stats::Status::kEmptyArm);
  const nlohmann::json document = ToJson(results);
  EXPECT_TRUE(document["watermark"].is_null());
  EXPECT_TRUE(document["metrics"][1]["comparisons"][0]["effect"]["p"].is_null());
  EXPECT_TRUE(document["metrics"][1]["variants"][0]["mean"].is_null());
}

TEST(Analysis, UnitsWithoutEventsAreZerosUnlessLeftOut) {
  World world("zeros");
  world.Feed(Buyers(30));
  MetricDefinition left_out = SumOf("purchase");
  left_out.units_without_events = UnitsWithoutEvents::kLeaveOut;
  const Results results = world.Compute(RequestOf({ProportionOf("purchase"), SumOf("purchase"), left_out}));
  EXPECT_EQ(Arm(results, 0, 0).summary.n, 30);
  EXPECT_EQ(Arm(results, 0, 0).summary.sum, 10);
  EXPECT_EQ(Arm(results, 0, 1).summary.n, 30);
  EXPECT_EQ(Arm(results, 0, 1).summary.sum, 135);
  EXPECT_EQ(Arm(results, 0, 2).summary.n, 10);
  EXPECT_EQ(Arm(results, 0, 2).summary.mean, 13.5);
}

TEST(Analysis, AWindowIsHalfOpenAndBeginsAtTheFirstExposure) {
  World world("window");
  world.Feed({ExposureOf("e1", kStart + 100, "u", "on"), ExposureOf("e0", kStart, "u", "on"),
              MetricOf("m1", kStart - 1, "u", "m", 1), MetricOf("m2", kStart, "u", "m", 10),
              MetricOf("m3", kStart + kDayMs - 1, "u", "m", 100), MetricOf("m4", kStart + kDayMs, "u", "m", 1000),
              MetricOf("m5", kStart + 2 * kDayMs - 1, "u", "m", 10000),
              MetricOf("m6", kStart + 2 * kDayMs, "u", "m", 100000)});
  MetricDefinition first = SumOf("m");
  first.end_ms = kDayMs;
  MetricDefinition second = SumOf("m");
  second.start_ms = kDayMs;
  second.end_ms = 2 * kDayMs;
  const Results results = world.Compute(RequestOf({first, second, SumOf("m")}));
  EXPECT_EQ(Arm(results, 1, 0).summary.sum, 110);
  EXPECT_EQ(Arm(results, 1, 1).summary.sum, 11000);
  EXPECT_EQ(Arm(results, 1, 2).summary.sum, 111110);
}

TEST(Analysis, EventsUnderALoginCountForTheFirstUnitItWasSeenWith) {
  World world("identify");
  world.Feed({ExposureOf("e1", kStart, "a", "on"), ExposureOf("e2", kStart, "b", "on"),
              IdentifyOf("i1", kStart + 9, {"targeting_key", "b"}, {"account", "7"}),
              IdentifyOf("i2", kStart + 5, {"account", "7"}, {"targeting_key", "a"}),
              // Two logins of one unit in one event count it once.
              IdentifyOf("i3", kStart + 5, {"account", "8"}, {"targeting_key", "b"}),
              IdentifyOf("i4", kStart + 5, {"phone", "9"}, {"targeting_key", "b"}),
              MetricOf("m1", kStart + 10, "7", "m", 3, "account"),
              MetricOf("m2", kStart + 10, "none", "m", 50, "account"), MetricOf("m3", kStart + 10, "b", "m", 4)});
  wire::Event both = MetricOf("m4", kStart + 10, "8", "m", 5, "account");
  std::get<wire::MetricEvent>(both.body).units.push_back({"phone", "9"});
  world.Feed({both});
  const Results results = world.Compute(RequestOf({SumOf("m")}));
  EXPECT_EQ(Arm(results, 1).summary.n, 2);
  EXPECT_EQ(Arm(results, 1).summary.sum, 12);
  EXPECT_DOUBLE_EQ(Arm(results, 1).summary.variance.value_or(0), 18);  // 3 and 9
}

TEST(Analysis, EnvironmentsAndPhasesNeverMix) {
  World world("apart");
  world.Feed(Buyers(10));
  world.Feed(Buyers(20), 500, kStart + 30 * kDayMs, "env_b");
  ExperimentRequest request = RequestOf({ProportionOf("purchase")});
  EXPECT_EQ(world.Compute(request).exposed_units, 20);
  request.environment = "env_b";
  EXPECT_EQ(world.Compute(request).exposed_units, 40);
  request.phase = 2;
  EXPECT_EQ(world.Compute(request).exposed_units, 0);
}

TEST(Analysis, AMetricAskedForTheFirstTimeSeesTheWholeLog) {
  World world("replay");
  world.Feed(Buyers(30));
  EXPECT_EQ(Arm(world.Compute(RequestOf({ProportionOf("purchase")})), 0).summary.sum, 10);
  MetricDefinition big = ProportionOf("purchase");
  big.key = "big_purchase";
  big.numerator.value = ValueSource::kValue;
  EXPECT_EQ(Arm(world.Compute(RequestOf({big})), 0).summary.sum, 10);
  // And then stays up to date beside the others.
  world.Feed({MetricOf("late", kStart + 5, "off1", "purchase", 2)});
  const Results results = world.Compute(RequestOf({ProportionOf("purchase"), big}));
  EXPECT_EQ(Arm(results, 0, 0).summary.sum, 11);
  EXPECT_EQ(Arm(results, 0, 1).summary.sum, 11);
}

TEST(Analysis, KnownMetricsAreKeptUpOverARestart) {
  World world("restart");
  world.Feed(Buyers(30));
  const ExperimentRequest request = RequestOf({ProportionOf("purchase")});
  world.Compute(request);
  world.OpenAnalysis();
  world.Feed({MetricOf("late", kStart + 5, "off1", "purchase", 2)});
  ASSERT_TRUE(world.analysis().CatchUp().ok());
  EXPECT_EQ(Arm(world.Compute(request), 0).summary.sum, 11);
}

TEST(Analysis, ADamagedDatabaseIsMadeAgain) {
  World world("damaged");
  world.Feed(Buyers(30));
  const ExperimentRequest request = RequestOf({ProportionOf("purchase")});
  world.Compute(request);
  world.CloseAnalysis();
  std::filesystem::remove(world.directory() / "analysis.db-wal");
  std::ofstream(world.directory() / "analysis.db", std::ios::trunc) << std::string(8192, 'x');
  world.OpenAnalysis();
  EXPECT_EQ(Arm(world.Compute(request), 0).summary.sum, 10);
}

TEST(Analysis, ADatabaseThatHasSeenMoreThanTheLogHoldsIsMadeAgain) {
  World world("other_log");
  world.Feed(Buyers(30));
  const ExperimentRequest request = RequestOf({ProportionOf("purchase")});
  world.Compute(request);
  world.CloseAnalysis();
  std::filesystem::copy(world.directory() / "analysis.db", world.directory() / "kept.db");
  World other("other_log_2");
  other.CloseAnalysis();
  for (const char* file : {"analysis.db", "analysis.db-wal", "analysis.db-shm"}) {
    std::filesystem::remove(other.directory() / file);
  }
  std::filesystem::copy(world.directory() / "kept.db", other.directory() / "analysis.db");
  other.Feed(Buyers(3));
  other.OpenAnalysis();
  EXPECT_EQ(other.Compute(request).exposed_units, 6);
}

TEST(Analysis, TheBackgroundStepCopiesWithoutBeingAsked) {
  World world("background");
  world.OpenAnalysis({.copy_interval = std::chrono::milliseconds(1)});
  const ExperimentRequest request = RequestOf({ProportionOf("purchase")});
  world.Compute(request);
  for (int part = 0; part < 5; ++part) {
    world.Feed(Buyers(10 * (part + 1)));
    // However far the background step has come, all that was acknowledged is in.
    EXPECT_EQ(world.Compute(request).exposed_units, 20 * (part + 1));
  }
}

TEST(Analysis, EventsOfSuspectClocksAreLeftOutAndCounted) {
  World world("suspect");
  const absl::StatusOr<wire::BatchReply> reply =
      ingest::Send(world.ingest(), {.environment = "env_a", .is_server_key = true, .key_id = "k"},
                   ingest::BatchOf(Buyers(5), ingest::HeaderOf(kStart + 31 * kDayMs)), kStart + 30 * kDayMs);
  ASSERT_TRUE(reply.ok());
  world.Feed(Buyers(6));  // five of each are the same events, stored with their suspect times
  const Results results = world.Compute(RequestOf({ProportionOf("purchase")}));
  EXPECT_EQ(results.exposed_units, 2);
  EXPECT_EQ(results.time_suspect_exposures, 10);
}

TEST(Analysis, UnitsOfUnknownVariantsAreNoArmButAreSaid) {
  World world("unknown");
  world.Feed(Buyers(100));
  world.Feed({ExposureOf("x", kStart, "stranger", "blue")});
  const Results results = world.Compute(RequestOf({ProportionOf("purchase")}));
  EXPECT_EQ(results.exposed_units, 201);
  EXPECT_EQ(results.srm.unexpected_units, 1);
  EXPECT_THAT(results.srm.warnings, ::testing::Contains(stats::Warning::kUnexpectedUnits));
  EXPECT_EQ(Arm(results, 0).summary.n + Arm(results, 1).summary.n, 200);
}

TEST(Analysis, AnSrmAlarmWithholdsVerdicts) {
  World world("srm");
  std::vector<wire::Event> events = Buyers(200, 2);
  for (int i = 0; i < 200; ++i)
    events.push_back(ExposureOf("x" + std::to_string(i), kStart, "more" + std::to_string(i), "on"));
  world.Feed(events);
  const Results results = world.Compute(RequestOf({ProportionOf("purchase")}));
  EXPECT_TRUE(results.srm.alarm);
  EXPECT_EQ(results.metrics[0].comparisons[0].comparison.verdict, std::nullopt);
  EXPECT_TRUE(ToJson(results)["metrics"][0]["comparisons"][0]["verdict"].is_null());
}

// Without subtracting a constant before squaring, a spread of 1 at a mean of 1e9 is lost in rounding.
TEST(Analysis, ALargeMeanBesideASmallSpreadLosesNoDigits) {
  World world("large");
  std::vector<wire::Event> events;
  for (int i = 0; i < 1000; ++i) {
    const std::string unit = "u" + std::to_string(i);
    const std::string variant = i < 500 ? "off" : "on";
    events.push_back(ExposureOf("e" + unit, kStart, unit, variant));
    events.push_back(MetricOf("m" + unit, kStart, unit, "m", 1e9 + (i % 2 == 0 ? 1 : -1) + (i < 500 ? 0 : 0.5)));
  }
  world.Feed(events);
  const Results results = world.Compute(RequestOf({SumOf("m")}));
  EXPECT_NEAR(*Arm(results, 0).summary.variance, 500.0 / 499, 1e-9);
  EXPECT_NEAR(*results.metrics[0].comparisons[0].comparison.effect.estimate, 0.5, 1e-6);
}

TEST(Analysis, ThePlanIsSharedOutToTheTwoVariantsCompared) {
  World world("plan");
  world.Feed(Buyers(200, 2));
  ExperimentRequest request = RequestOf({ProportionOf("purchase")});
  request.mode = stats::Mode::kAnyTime;
  request.variants = {{"off", 2}, {"on", 1}, {"third", 1}};
  request.planned_units = 4000;
  const Results results = world.Compute(request);
  EXPECT_EQ(results.metrics[0].comparisons[0].comparison.sequential->planned_units, 3000);
  const nlohmann::json document = ToJson(results);
  EXPECT_EQ(document["metrics"][0]["comparisons"][0]["sequential"]["planned_units"], 3000);
  EXPECT_TRUE(document["metrics"][0]["comparisons"][0]["supplements"]["fixed"]["p"].is_number());
  EXPECT_EQ(document["metrics"][0]["comparisons"][1]["status"], "empty_arm");
}

TEST(Analysis, EventsAfterThePhaseAndItsLongestWindowDoNotCount) {
  World world("end");
  world.Feed({ExposureOf("e1", kStart, "u", "on"), ExposureOf("e2", kStart + 2 * kDayMs, "late", "on"),
              MetricOf("m1", kStart + 2 * kDayMs - 1, "u", "m", 1), MetricOf("m2", kStart + 2 * kDayMs, "u", "m", 10)});
  MetricDefinition day = SumOf("m");
  day.end_ms = kDayMs;
  ExperimentRequest request = RequestOf({SumOf("m"), day});
  request.start = Time(std::chrono::milliseconds(kStart));
  request.end = Time(std::chrono::milliseconds(kStart + kDayMs));
  const Results results = world.Compute(request);
  EXPECT_EQ(Arm(results, 1, 0).summary.n, 1);
  EXPECT_EQ(Arm(results, 1, 0).summary.sum, 1);
  EXPECT_EQ(Arm(results, 1, 1).summary.sum, 0);
}

TEST(Analysis, ARequestThatMakesNoSenseIsRefusedWithItsPlace) {
  World world("refused");
  const auto error = [&](const ExperimentRequest& request) {
    const absl::StatusOr<Results> results = world.analysis().Compute(request);
    EXPECT_EQ(results.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(results.status().message());
  };
  ExperimentRequest request = RequestOf({ProportionOf("purchase")});
  request.control = "none";
  EXPECT_EQ(error(request), "experiment \"price-test\": control: \"none\" is not one of the variants");
  request = RequestOf({ProportionOf("purchase")});
  request.unit_type = "account";
  EXPECT_EQ(error(request),
            "experiment \"price-test\": metric \"purchase\": unit type: expected \"account\", got \"targeting_key\"");
  request = RequestOf({});
  request.alpha = 1;
  EXPECT_THAT(error(request), HasSubstr("alpha"));
  request = RequestOf({});
  request.variants.push_back({"on", 1});
  EXPECT_THAT(error(request), HasSubstr("used twice"));
}

TEST(Analysis, TheDocumentHasTheShapeThatReadersExpect) {
  World world("document");
  world.Feed(Buyers(100, 2));
  const nlohmann::json document = ToJson(world.Compute(RequestOf({ProportionOf("purchase"), SumOf("purchase")})));
  EXPECT_EQ(document["experiment"], "price-test");
  EXPECT_EQ(document["experiment_id"], "exp_1");
  EXPECT_EQ(document["phase"], 1);
  EXPECT_EQ(document["mode"], "fixed");
  EXPECT_EQ(document["watermark"], "2030-04-26T00:00:00.000Z");
  EXPECT_EQ(document["exposures"],
            (nlohmann::json{{"events", 200}, {"units", 200}, {"multi_exposed", 0}, {"time_suspect", 0}}));
  EXPECT_EQ(document["srm"]["status"], "ok");
  EXPECT_EQ(document["srm"]["variants"][1], (nlohmann::json{{"variant", "on"}, {"weight", 1.0}, {"units", 100}}));
  const nlohmann::json& metric = document["metrics"][1];
  EXPECT_EQ(metric["metric"], "purchase_sum");
  EXPECT_EQ(metric["kind"], "mean");
  EXPECT_EQ(metric["direction"], "increase");
  EXPECT_EQ(metric["role"], "success");
  EXPECT_EQ(metric["variants"][0]["n"], 100);
  const nlohmann::json& comparison = metric["comparisons"][0];
  EXPECT_EQ(comparison["control"], "off");
  EXPECT_EQ(comparison["treatment"], "on");
  for (const char* block : {"effect", "lift"}) {
    for (const char* field : {"estimate", "se", "statistic", "df", "lower", "upper", "p", "log10_p", "card"}) {
      EXPECT_TRUE(comparison[block].contains(field)) << block << " " << field;
    }
  }
  EXPECT_TRUE(comparison["sequential"].is_null());
  EXPECT_TRUE(comparison["supplements"].is_null());
  EXPECT_EQ(comparison["verdict"], "inconclusive");
}

}  // namespace
}  // namespace expt::analysis
