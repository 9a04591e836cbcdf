#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const char kSnapshot[] = R"({"version": 9, "environment": "env_x",
  "segments": [{"key": "staff", "include": [{"unit_ids": ["u9"]}],
                "condition": {"attribute": "email", "operator": "ends_with", "operands": ["@example.com"]}}],
  "layers": [{"key": "web", "salt": "layer"}],
  "experiments": [{"key": "x", "flag": "f", "start_ms": 100, "salt": "xs", "weights": {"a": 500000, "b": 500000},
                   "control": "a", "layer": "web", "allocation": [[0, 1000000]]}],
  "flags": [
    {"key": "f", "type": "string", "variants": [{"key": "a", "value": "A"}, {"key": "b", "value": "B"}],
     "overrides": [{"variant": "a", "unit_ids": ["u5"]}],
     "rules": [
       {"id": "first", "condition": {"all": [{"attribute": "age", "operator": "gte", "operands": [18]},
                                             {"attribute": "country", "operator": "in", "operands": ["CH", "DE"]}]},
        "serve": {"variant": "a"}},
       {"id": "second", "condition": {"not": {"operator": "in_segment", "operands": ["staff"]}},
        "coverage": {"salt": "cov", "ppm": 999999}, "serve": {"experiment": "x"}}],
     "default_serve": {"split": {"salt": "s", "weights": {"a": 500000, "b": 500000}}}},
    {"key": "other", "type": "boolean", "variants": [{"key": "on", "value": true}], "default_serve": {"variant": "on"}},
    {"key": "broken", "type": "boolean", "variants": [{"key": "on", "value": true}], "required_features": ["q"]}]})";

class Explaining : public testing::Test {
 protected:
  Explaining() : snapshot_(*core::Load(vectors::ModelOf(json::parse(kSnapshot)), Digest{0xab})) {}

  json Document(const char* flag, const Context& context, int64_t now_ms = 1000) {
    explanation_ = Explain(snapshot_, flag, context, {.now = Time(std::chrono::milliseconds(now_ms))});
    return json::parse(explanation_.json);
  }

  Snapshot snapshot_;
  Explanation explanation_;
};

TEST_F(Explaining, ShowsEveryStepOfAnExperiment) {
  const json d = Document("f", Context("u1", {{"age", 17}, {"country", "CH"}, {"email", "a@b.c"}}));
  EXPECT_EQ(d["snapshot"]["version"], 9);
  EXPECT_EQ(d["snapshot"]["digest"].get<std::string>().substr(0, 4), "ab00");
  EXPECT_EQ(d["now_ms"], 1000);
  EXPECT_EQ(d["overrides"][0]["is_listed"], false);
  const json& first = d["rules"][0];
  EXPECT_EQ(first["condition"][0]["attribute"], "age");
  EXPECT_EQ(first["condition"][0]["operands"], json({18}));
  EXPECT_EQ(first["condition"][0]["value"], 17);
  EXPECT_EQ(first["condition"][0]["truth"], "false");
  EXPECT_EQ(first["condition"][1]["truth"], "not reached");
  EXPECT_EQ(first["holds"], false);
  EXPECT_EQ(first["missed"], "the condition does not hold");
  const json& second = d["rules"][1];
  EXPECT_EQ(second["condition"][0]["segment"], "staff");
  EXPECT_EQ(second["condition"][0]["steps"].size(), 2u);
  EXPECT_EQ(second["holds"], true);
  EXPECT_EQ(second["coverage"]["hash_input"], "cov:u1");
  EXPECT_EQ(second["coverage"]["bucket"], 451396);
  EXPECT_EQ(second["coverage"]["range"], json({0, 999999}));
  EXPECT_EQ(second["experiment"]["status"], "running");
  EXPECT_EQ(second["layer"]["hash_input"], "layer:u1");
  EXPECT_EQ(second["split"]["variant"], d["decision"]["variant"]);
  EXPECT_EQ(second["split"]["bucket"], d["decision"]["bucket"]);
  EXPECT_EQ(second["serves"], true);
  EXPECT_FALSE(d.contains("default"));
  EXPECT_THAT(explanation_.text, HasSubstr("xxh3_64(\"cov:u1\") mod 1000000 = 451396, inside [0, 999999)"));
  EXPECT_THAT(explanation_.text, HasSubstr("\"age\" gte [18]: 17 is false"));
  EXPECT_THAT(explanation_.text, HasSubstr("\"country\" in [\"CH\",\"DE\"]: not reached"));
}

TEST_F(Explaining, SaysUnknownAndMissing) {
  const json d = Document("f", Context("u1"), 50);
  EXPECT_EQ(d["rules"][0]["condition"][0]["truth"], "unknown");
  EXPECT_TRUE(d["rules"][0]["condition"][0]["value"].is_null());
  EXPECT_EQ(d["rules"][1]["holds"], false);
  EXPECT_TRUE(d.contains("default"));
  EXPECT_EQ(d["default"]["split"]["variant"], d["decision"]["variant"]);
}

TEST_F(Explaining, SaysWhyAnExperimentDidNotServe) {
  EXPECT_EQ(Document("f", Context("u1", {{"email", "a@b.c"}}), 99)["rules"][1]["missed"],
            "the experiment has not started");
}

TEST_F(Explaining, ShowsOverridesAndBrokenFlagsAndUnknownOnes) {
  const json overridden = Document("f", Context("u5"));
  EXPECT_EQ(overridden["overrides"][0]["is_listed"], true);
  EXPECT_FALSE(overridden.contains("rules"));
  EXPECT_EQ(overridden["decision"]["rule"], "override");
  const json broken = Document("broken", Context("u1"));
  EXPECT_EQ(broken["decision"]["error_code"], "PARSE_ERROR");
  EXPECT_EQ(broken["warnings"][0], "flag \"broken\": required feature \"q\" is not supported by this version");
  EXPECT_EQ(Document("nobody", Context("u1"))["decision"]["error_code"], "FLAG_NOT_FOUND");
  EXPECT_EQ(json::parse(Explain(Snapshot(), "f", Context(), {}).json)["decision"]["error_code"], "PROVIDER_NOT_READY");
}

TEST_F(Explaining, EscapesWhatContextsHold) {
  const json d = Document("f", Context("u\"1\n", {{"country", "\\"}, {"age", 20}}));
  EXPECT_EQ(d["attributes"].size(), 4u);
  EXPECT_THAT(explanation_.text, Not(HasSubstr("u\"1\n")));
}

}  // namespace
}  // namespace expt
