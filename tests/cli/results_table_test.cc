#include "control-plane/cli/results_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control-plane/cli/text_table.h"

namespace expt::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json Example() {
  return json::parse(R"({
    "experiment": "cookie-cats", "experiment_id": "exp_1", "phase": 1, "mode": "fixed", "alpha": 0.05,
    "watermark": "2030-01-07T00:00:00Z", "exposures": {"events": 90189, "units": 90189, "multi_exposed": 0},
    "srm": {"status": "ok", "statistic": 6.9024, "df": 1, "p": 0.0086, "alarm": false, "warnings": [],
            "variants": [{"variant": "gate_30", "weight": 500000, "units": 44700},
                         {"variant": "gate_40", "weight": 500000, "units": 45489}]},
    "metrics": [
      {"metric": "retention_7", "kind": "proportion", "direction": "increase", "role": "success",
       "variants": [{"variant": "gate_30", "n": 44700, "mean": 0.190201, "variance": 0.154, "sum": 8502},
                    {"variant": "gate_40", "n": 45489, "mean": 0.182000, "variance": 0.149, "sum": 8279}],
       "comparisons": [{"control": "gate_30", "treatment": "gate_40", "status": "ok", "warnings": [],
         "effect": {"estimate": -0.008201, "lower": -0.0133, "upper": -0.0031, "p": 0.001554, "log10_p": -2.8},
         "lift": {"estimate": -0.04312}, "sequential": null, "supplements": null, "verdict": "worse"}]},
      {"metric": "rounds", "kind": "mean", "direction": "increase", "role": "secondary",
       "variants": [{"variant": "gate_30", "n": 44700, "mean": 52.4563, "variance": 1, "sum": 1},
                    {"variant": "gate_40", "n": 45489, "mean": 51.2988, "variance": 1, "sum": 1}],
       "comparisons": [{"control": "gate_30", "treatment": "gate_40", "status": "ok", "warnings": ["early_look"],
         "effect": {"estimate": -1.1575, "lower": -3.71, "upper": 1.40, "p": 0.3759, "log10_p": -0.42},
         "lift": {"estimate": -0.0221}, "sequential": null, "supplements": null, "verdict": "inconclusive"}]}]})");
}

TEST(ResultsTable, ProportionsAreInPercentAndDifferencesInPercentagePoints) {
  const std::string text = ResultsTable(Example());
  EXPECT_THAT(text, HasSubstr("44,700  19.02 %"));
  EXPECT_THAT(text, HasSubstr("45,489  18.20 %    -0.82 pp  -4.31 %  [-1.33 pp, -0.31 pp]  0.0016  worse"));
}

TEST(ResultsTable, MeansAreNumbers) {
  EXPECT_THAT(ResultsTable(Example()), HasSubstr("51.30       -1.16  -2.21 %  [-3.71, +1.40]"));
}

TEST(ResultsTable, SrmSaysWhetherItAlarms) {
  json results = Example();
  EXPECT_THAT(ResultsTable(results), HasSubstr("SRM: chi2 = 6.90, df = 1, p = 0.0086  no alarm"));
  results["srm"]["alarm"] = true;
  results["srm"]["p"] = 2.5e-10;
  results["metrics"][0]["comparisons"][0]["verdict"] = nullptr;
  EXPECT_THAT(ResultsTable(results), HasSubstr("p = 2.5e-10  ALARM"));
  EXPECT_THAT(ResultsTable(results), HasSubstr("withheld"));
}

TEST(ResultsTable, UnequalLossesAreSaidAndEqualOnesAreNot) {
  json results = Example();
  results["losses"] = {{"variants", json::array()}, {"p", 0.4}, {"alarm", false}};
  EXPECT_THAT(ResultsTable(results), Not(HasSubstr("losses")));
  results["losses"] = {{"variants", json::array()}, {"p", 2.5e-10}, {"alarm", true}};
  EXPECT_THAT(ResultsTable(results), HasSubstr("losses: p = 2.5e-10  ALARM"));
}

TEST(ResultsTable, TinyPIsReadOffItsLogarithm) {
  json results = Example();
  results["srm"]["p"] = 1e-300;
  results["srm"]["log10_p"] = -412.4;
  EXPECT_THAT(ResultsTable(results), HasSubstr("p = 1e-413"));
}

TEST(ResultsTable, WarningsStandBelowTheTable) {
  EXPECT_THAT(ResultsTable(Example()), HasSubstr("\nnote: rounds, gate_40: early_look\n"));
}

TEST(ResultsTable, AnythingMissingIsADash) {
  json results = Example();
  results["metrics"][0]["comparisons"][0]["effect"] = nullptr;
  results["metrics"][0]["comparisons"][0]["status"] = "insufficient_data";
  results["metrics"][0]["comparisons"][0]["verdict"] = nullptr;
  EXPECT_THAT(ResultsTable(results), HasSubstr("insufficient_data"));
  EXPECT_THAT(ResultsTable(json()), HasSubstr("no metrics"));
  EXPECT_THAT(ResultsTable(json::parse(R"({"metrics": [{}, 7], "srm": []})")), HasSubstr("metric"));
}

TEST(TextTable, LinesUpByCodePointsAndEndsWithoutBlanks) {
  TextTable table("lr");
  table.Row({"é", "1"});
  table.Rule();
  table.Row({"abc", "200"});
  EXPECT_EQ(table.Print(), "é      1\n---  ---\nabc  200\n");
}

TEST(TextTable, NumbersHaveCommasAndNoNegativeZero) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(-1234567), "-1,234,567");
  EXPECT_EQ(Fixed(-0.001, 2), "0.00");
  EXPECT_EQ(Fixed(-0.006, 2), "-0.01");
}

}  // namespace
}  // namespace expt::cli
