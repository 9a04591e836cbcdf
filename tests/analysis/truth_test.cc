// Results against a computation that takes no short cut, on data that is late, doubled, contradicting and tied; and the
// same results however the events come in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "tests/analysis/naive.h"
#include "tests/analysis/world.h"

namespace expt::analysis {
namespace {

std::vector<wire::Event> RandomEvents(uint32_t seed, int units) {
  std::mt19937 random(seed);
  std::vector<wire::Event> events;
  int next_id = 0;
  const auto id = [&] { return "event-" + std::to_string(next_id++); };
  const auto chance = [&](uint32_t percent) { return random() % 100 < percent; };
  for (int u = 0; u < units; ++u) {
    const std::string unit = "user-" + std::to_string(u);
    const std::string variant = chance(50) ? "on" : "off";
    const int64_t t0 = kStart + static_cast<int64_t>(random() % 10) * kDayMs + random() % 5;
    if (chance(95)) {
      events.push_back(ExposureOf(id(), t0, unit, variant));
      while (chance(40)) events.push_back(ExposureOf(id(), t0 + random() % kDayMs, unit, variant));
      // Contradicting, sometimes at the very same moment.
      if (chance(8))
        events.push_back(ExposureOf(id(), t0 + (chance(30) ? 0 : 1000), unit, variant == "on" ? "off" : "on"));
    }
    if (chance(20)) {
      wire::Event other = ExposureOf(id(), t0, unit, "on", "exp_2");
      events.push_back(other);
      std::get<wire::ExposureEvent>(other.body).experiment = "exp_1";
      std::get<wire::ExposureEvent>(other.body).phase = 2;
      other.event_id = id();
      events.push_back(other);
    }
    const std::string login = "login-" + std::to_string(u);
    if (chance(50)) {
      events.push_back(IdentifyOf(id(), t0 + 50, {"targeting_key", unit}, {"account", login}));
      // A shared login belongs to the first unit it was seen with.
      if (u > 0 && chance(20)) {
        events.push_back(
            IdentifyOf(id(), t0 + 60, {"account", login}, {"targeting_key", "user-" + std::to_string(u - 1)}));
      }
    }
    while (chance(60)) {
      // Before the exposure, at it, in its window, at the window's end, long after.
      const int64_t offsets[] = {-1, 0, 1, kDayMs - 1, kDayMs, 3 * kDayMs, 7 * kDayMs - 1, 7 * kDayMs, 20 * kDayMs};
      const int64_t time = t0 + offsets[random() % 9];
      const std::string name = chance(60) ? "purchase" : "visit";
      std::optional<double> value;
      if (chance(80)) value = static_cast<double>(random() % 100) / 8;
      wire::Event event = MetricOf(id(), time, unit, name, value);
      auto& of = std::get<wire::MetricEvent>(event.body).units;
      if (chance(30)) of = {{"account", login}};
      if (chance(20)) of = {{"account", login}, {"targeting_key", unit}};
      events.push_back(event);
    }
  }
  return events;
}

ExperimentRequest AllKinds() {
  MetricDefinition week = ProportionOf("purchase");
  week.end_ms = 7 * kDayMs;
  MetricDefinition retention = ProportionOf("visit");
  retention.key = "retention";
  retention.start_ms = kDayMs;
  retention.end_ms = 7 * kDayMs;
  MetricDefinition revenue = SumOf("purchase");
  MetricDefinition visits = SumOf("visit");
  visits.key = "visits";
  visits.numerator.value = ValueSource::kNone;
  visits.numerator.aggregation = Aggregation::kCount;
  visits.end_ms = 3 * kDayMs;
  MetricDefinition per_buyer = SumOf("purchase");
  per_buyer.key = "revenue_per_buyer";
  per_buyer.units_without_events = UnitsWithoutEvents::kLeaveOut;
  MetricDefinition ratio = SumOf("purchase");
  ratio.key = "revenue_per_visit";
  ratio.kind = MetricKind::kRatio;
  ratio.denominator = visits.numerator;
  MetricDefinition ratio_of_active = ratio;
  ratio_of_active.key = "revenue_per_visit_of_active";
  ratio_of_active.units_without_events = UnitsWithoutEvents::kLeaveOut;
  ratio_of_active.end_ms = 7 * kDayMs;
  return RequestOf({week, retention, revenue, visits, per_buyer, ratio, ratio_of_active});
}

void ExpectClose(double expected, const std::optional<double>& found, const std::string& what) {
  ASSERT_TRUE(found.has_value()) << what;
  EXPECT_NEAR(*found, expected, 1e-9 * std::max(1.0, std::abs(expected))) << what;
}

void ExpectTrue(const NaiveResults& expected, const Results& found) {
  EXPECT_EQ(found.exposure_events, expected.exposure_events);
  EXPECT_EQ(found.exposed_units, expected.units);
  EXPECT_EQ(found.multi_exposed_units, expected.multi_exposed);
  for (const VariantUnits& variant : found.variants) {
    EXPECT_EQ(variant.units, expected.by_variant.at(variant.variant));
  }
  ASSERT_EQ(found.metrics.size(), expected.metrics.size());
  for (size_t i = 0; i < found.metrics.size(); ++i) {
    for (const VariantResult& variant : found.metrics[i].variants) {
      const std::string what = found.metrics[i].metric + " of " + variant.variant;
      const NaiveArm& arm = expected.metrics[i].at(variant.variant);
      EXPECT_EQ(variant.summary.n, arm.n) << what;
      ExpectClose(arm.mean, variant.summary.mean, what + ": mean");
      ExpectClose(arm.variance, variant.summary.variance, what + ": variance");
      ExpectClose(arm.sum, variant.summary.sum, what + ": sum");
    }
  }
}

TEST(Truth, ResultsEqualTheNaiveComputation) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    World world("truth");
    const std::vector<wire::Event> events = RandomEvents(seed, 300);
    world.Feed(events);
    ExperimentRequest request = AllKinds();
    ExpectTrue(ComputeNaively(events, request), world.Compute(request));

    request.start = Time(std::chrono::milliseconds(kStart + 2 * kDayMs));
    request.end = Time(std::chrono::milliseconds(kStart + 6 * kDayMs + 2));
    ExpectTrue(ComputeNaively(events, request), world.Compute(request));
  }
}

// Of variants first seen at the same moment any order of them is as good; the naive computation knows another one.
TEST(Truth, FirstSeenPolicyKeepsUnitsOfSeveralVariantsUnderTheirFirst) {
  World world("first_seen");
  const std::vector<wire::Event> events = {ExposureOf("1", kStart + 5, "a", "on"),
                                           ExposureOf("2", kStart + 3, "a", "off"),
                                           ExposureOf("3", kStart, "b", "on"),
                                           ExposureOf("4", kStart + 9, "b", "off"),
                                           ExposureOf("5", kStart, "c", "off"),
                                           ExposureOf("6", kStart, "d", "on"),
                                           MetricOf("7", kStart + 4, "a", "purchase", 2),
                                           MetricOf("8", kStart + 4, "b", "purchase", 3),
                                           MetricOf("9", kStart + 4, "c", "purchase", 5)};
  world.Feed(events);
  ExperimentRequest request = RequestOf({SumOf("purchase")});
  request.multi_exposure = MultiExposure::kFirstSeen;
  const Results results = world.Compute(request);
  ExpectTrue(ComputeNaively(events, request), results);
  EXPECT_EQ(results.multi_exposed_units, 2);
  EXPECT_EQ(results.metrics[0].variants[0].summary.sum, 7);
  EXPECT_EQ(results.metrics[0].variants[1].summary.sum, 3);
  request.multi_exposure = MultiExposure::kExclude;
  EXPECT_EQ(world.Compute(request).metrics[0].variants[0].summary.n, 1);
}

TEST(Truth, AnyOrderBatchCutAndDuplicationGivesTheSameResultsBitForBit) {
  std::string expected;
  for (uint32_t shuffle = 0; shuffle < 5; ++shuffle) {
    SCOPED_TRACE(shuffle);
    World world("order");
    std::vector<wire::Event> events = RandomEvents(99, 200);
    std::mt19937 random(shuffle);
    if (shuffle > 0) {
      const size_t count = events.size();
      for (size_t i = 0; i < count; i += 3) events.push_back(events[i]);
      std::shuffle(events.begin(), events.end(), random);
    }
    ExperimentRequest request = AllKinds();
    request.multi_exposure = shuffle % 2 == 0 ? MultiExposure::kFirstSeen : MultiExposure::kExclude;
    // Cut into uneven parts, computed in between, over several received days.
    size_t at = 0;
    for (int64_t part = 0; at < events.size(); ++part) {
      const size_t size = std::min<size_t>(events.size() - at, 1 + random() % 400);
      world.Feed({events.begin() + static_cast<ptrdiff_t>(at), events.begin() + static_cast<ptrdiff_t>(at + size)},
                 1 + random() % 100, kStart + 40 * kDayMs + part * kDayMs / 3);
      at += size;
      if (part % 2 == 1) world.Compute(request);
    }
    request.multi_exposure = MultiExposure::kFirstSeen;
    nlohmann::json document = ToJson(world.Compute(request));
    document.erase("watermark");  // when the last event came is no result
    if (expected.empty()) {
      expected = document.dump();
    } else {
      EXPECT_EQ(document.dump(), expected);
    }
  }
}

TEST(Truth, ARebuiltDatabaseGivesTheSameResultsBitForBit) {
  World world("rebuild");
  const std::vector<wire::Event> events = RandomEvents(7, 300);
  const size_t half = events.size() / 2;
  world.Feed({events.begin(), events.begin() + static_cast<ptrdiff_t>(half)});
  const ExperimentRequest request = AllKinds();
  world.Compute(request);
  world.Feed({events.begin() + static_cast<ptrdiff_t>(half), events.end()}, 77, kStart + 50 * kDayMs);
  const std::string before = ToJson(world.Compute(request)).dump();
  world.CloseAnalysis();
  for (const char* file : {"analysis.db", "analysis.db-wal", "analysis.db-shm"}) {
    std::filesystem::remove(world.directory() / file);
  }
  world.OpenAnalysis();
  EXPECT_EQ(ToJson(world.Compute(request)).dump(), before);
}

}  // namespace
}  // namespace expt::analysis
