#include "control-plane/cli/definitions_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "examples/simulation/definitions.h"

namespace expt::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Time kDemoStart{std::chrono::sys_days{std::chrono::year(2030) / 1 / 1}};

std::vector<std::string> Problems(std::string_view text, bool is_complete = true) {
  absl::StatusOr<Definitions> definitions = ParseDefinitions(text);
  EXPECT_TRUE(definitions.ok()) << definitions.status();
  return definitions.ok() ? CheckDefinitions(*definitions, is_complete).problems : std::vector<std::string>();
}

TEST(DefinitionsCheck, TheDemoIsWithoutProblems) {
  EXPECT_THAT(Problems(simulation::DemoDefinitions(kDemoStart)), IsEmpty());
}

TEST(DefinitionsCheck, GivesTheModelOfWhatIsCompleteAndRight) {
  const absl::StatusOr<Definitions> demo = ParseDefinitions(simulation::DemoDefinitions(kDemoStart));
  ASSERT_TRUE(demo.ok());
  const DefinitionsCheck check = CheckDefinitions(*demo, true);
  ASSERT_TRUE(check.model.has_value());
  EXPECT_EQ(check.model->flags.size(), demo->flags.size());
  EXPECT_FALSE(CheckDefinitions(*demo, false).model.has_value());
}

TEST(DefinitionsCheck, EveryProblemIsNamedWithItsPlace) {
  const std::vector<std::string> problems = Problems(R"({
    "flags": [{"key": "f", "type": "boolean", "variants": [{"key": "on", "value": true}, {"key": "off", "value": 0}],
      "configuration": {"enabled": true,
        "rules": [{"id": "r", "serve": {"split": {"weights": {"on": 500000, "off": 499990}}}}]}}],
    "metrics": [{"key": "m", "kind": "median", "numerator": {"event": "e"}}]})");
  EXPECT_THAT(problems, ElementsAre(HasSubstr("metric \"m\": /kind: "), HasSubstr("flag \"f\": /variants/1/value: "),
                                    HasSubstr("flag \"f\": configuration: /rules/0/serve/split/weights: weights sum to "
                                              "999990, expected 1000000")));
}

constexpr char kDangling[] = R"({
    "segments": [{"key": "s", "condition": {"operator": "in_segment", "operands": ["gone"]}}],
    "flags": [{"key": "f", "type": "boolean", "variants": [{"key": "on", "value": true}],
      "configuration": {"off_variant": "off", "rules": [{"id": "r", "serve": {"experiment": "gone"}}]}}],
    "experiments": [{"key": "x", "flag": "gone", "weights": {"a": 500000, "b": 500000}, "control": "a", "layer": "gone",
                     "metrics": [{"metric": "gone", "role": "success"}]}]})";

TEST(DefinitionsCheck, WhatIsNotThereIsAProblem) {
  EXPECT_THAT(Problems(kDangling),
              ElementsAre("segment \"s\": /condition/operands/0: unknown segment \"gone\"",
                          "experiment \"x\": /flag: unknown flag \"gone\"",
                          "experiment \"x\": /metrics/0/metric: unknown metric \"gone\"",
                          "experiment \"x\": /layer: unknown layer \"gone\"",
                          "flag \"f\": configuration: /off_variant: flag \"f\" has no variant \"off\"",
                          "flag \"f\": configuration: /rules/0/serve/experiment: unknown experiment \"gone\""));
}

TEST(DefinitionsCheck, UnlessTheServerMayHaveIt) { EXPECT_THAT(Problems(kDangling, false), IsEmpty()); }

TEST(DefinitionsCheck, WhatTheEngineRefusesIsAProblem) {
  EXPECT_THAT(Problems(R"({
    "flags": [{"key": "f", "type": "boolean", "variants": [{"key": "a", "value": true}, {"key": "b", "value": false}],
      "configuration": {"enabled": true, "rules": [{"id": "r", "serve": {"experiment": "x"},
        "coverage": {"ppm": 500000, "salt": "same"}}]}},
      {"key": "sound", "type": "boolean", "variants": [{"key": "on", "value": true}]}],
    "experiments": [{"key": "x", "flag": "f", "weights": {"a": 500000, "b": 500000}, "control": "a", "salt": "same",
                     "status": "running"}]})"),
              ElementsAre("flag \"f\": configuration: /rules/0/serve/experiment: coverage and experiment have the same salt: "
                          "their buckets would not be independent"));
}

TEST(DefinitionsCheck, ReferencesOfAWrongDocumentAreNotFollowed) {
  EXPECT_THAT(Problems(R"({"segments": [{"key": "s", "condition": {"operator": "in_segment", "operands": [7]}}]})"),
              ElementsAre(HasSubstr("segment \"s\": /condition/operands")));
}

}  // namespace
}  // namespace expt::cli
