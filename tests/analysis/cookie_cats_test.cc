// A real experiment's outcome: 90,189 players of Cookie Cats met the first gate at level 30 or at level 40.

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/analysis/world.h"

namespace expt::analysis {
namespace {

constexpr int kUnits30 = 44'700;
constexpr int kUnits40 = 45'489;
constexpr int kRetained30 = 8'502;  // after 7 days: 19.02 %
constexpr int kRetained40 = 8'279;  // 18.20 %

// One exposure for each player, and a session on day 7 for those who came back.
std::vector<wire::Event> Players(const std::string& variant, int units, int retained) {
  std::vector<wire::Event> events;
  for (int i = 0; i < units; ++i) {
    const std::string unit = variant + "-" + std::to_string(i);
    const int64_t t0 = kStart + i % 1000;
    events.push_back(ExposureOf("e" + unit, t0, unit, variant));
    if (i < retained) events.push_back(MetricOf("r" + unit, t0 + 7 * kDayMs, unit, "session"));
  }
  return events;
}

TEST(CookieCats, ThePublishedRetentionDifferenceIsReproduced) {
  World world("cookie_cats");
  world.Feed(Players("gate_30", kUnits30, kRetained30));
  world.Feed(Players("gate_40", kUnits40, kRetained40));
  MetricDefinition retention = ProportionOf("session");
  retention.key = "retention_7";
  retention.start_ms = 7 * kDayMs;
  retention.end_ms = 8 * kDayMs;
  ExperimentRequest request = RequestOf({retention});
  request.variants = {{"gate_30", 500'000}, {"gate_40", 500'000}};
  request.control = "gate_30";
  const Results results = world.Compute(request);

  EXPECT_EQ(results.exposed_units, kUnits30 + kUnits40);
  EXPECT_EQ(results.multi_exposed_units, 0);
  ASSERT_TRUE(results.srm.p.has_value());
  EXPECT_NEAR(*results.srm.p, 0.0086, 1e-4);
  EXPECT_FALSE(results.srm.alarm);
  const stats::Comparison& comparison = results.metrics[0].comparisons[0].comparison;
  EXPECT_EQ(comparison.control.n, kUnits30);
  EXPECT_EQ(comparison.control.sum, kRetained30);
  EXPECT_EQ(comparison.treatment.n, kUnits40);
  EXPECT_EQ(comparison.treatment.sum, kRetained40);
  EXPECT_NEAR(*comparison.effect.estimate, -0.0082013, 5e-8);
  EXPECT_NEAR(*comparison.effect.p, 0.0015558, 5e-8);
  EXPECT_EQ(comparison.verdict, stats::Verdict::kWorse);

  const nlohmann::json document = ToJson(results);
  EXPECT_EQ(document["metrics"][0]["comparisons"][0]["verdict"], "worse");
  EXPECT_EQ(document["metrics"][0]["comparisons"][0]["effect"]["card"], "proportion_z/1");
}

}  // namespace
}  // namespace expt::analysis
