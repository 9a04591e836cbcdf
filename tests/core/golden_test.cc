#include "src/core/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "src/core/engine.h"
#include "src/wire/snapshot_codec.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

using testing::HasSubstr;

const char kSnapshot[] = R"({"issued_at_ms": 500,
  "experiments": [{"key": "x", "flag": "f", "start_ms": 1000, "salt": "xs", "weights": {"a": 500000, "b": 500000},
                   "control": "a"}],
  "flags": [
    {"key": "f", "type": "string", "variants": [{"key": "a", "value": "A"}, {"key": "b", "value": "B"}], "off_variant": "a",
     "rules": [{"id": "r", "condition": {"all": [{"attribute": "country", "operator": "in", "operands": ["CH", "DE"]},
                                                {"attribute": "age", "operator": "gt", "operands": [17]}]},
                "serve": {"experiment": "x"}}],
     "default_serve": {"variant": "a"}},
    {"key": "g", "type": "boolean", "variants": [{"key": "on", "value": true}], "default_serve": {"variant": "on"}},
    {"key": "broken", "type": "boolean", "variants": [{"key": "on", "value": true}], "required_features": ["q"]}]})";

model::Snapshot Model() { return vectors::ModelOf(nlohmann::json::parse(kSnapshot)); }

TEST(GoldenVectors, ReachRulesExperimentsAndDefaults) {
  model::Snapshot model = Model();
  core::AddGoldenVectors(model);
  std::set<uint32_t> reasons;
  size_t exposures = 0;
  for (const model::GoldenVector& vector : model.golden_vectors) {
    EXPECT_NE(vector.flag, 2u);  // broken
    reasons.insert(vector.reason);
    exposures += vector.exposed_experiments.size();
  }
  EXPECT_THAT(reasons,
              testing::IsSupersetOf({static_cast<uint32_t>(Reason::kSplit), static_cast<uint32_t>(Reason::kDefault),
                                     static_cast<uint32_t>(Reason::kStatic)}));
  EXPECT_GE(exposures, 1u);
  EXPECT_TRUE(core::Load(std::move(model), Digest{}).ok());
}

TEST(GoldenVectors, SurviveTheWire) {
  model::Snapshot model = Model();
  core::AddGoldenVectors(model);
  const size_t count = model.golden_vectors.size();
  absl::StatusOr<model::Snapshot> decoded = wire::DecodeSnapshot(wire::EncodeSnapshot(model));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->golden_vectors.size(), count);
  EXPECT_TRUE(core::Load(*std::move(decoded), Digest{}).ok());
}

TEST(GoldenVectors, AnyDifferenceIsAMismatch) {
  const auto message = [](auto change) {
    model::Snapshot model = Model();
    core::AddGoldenVectors(model);
    for (model::GoldenVector& vector : model.golden_vectors) {
      if (vector.exposed_experiments.empty()) continue;
      change(model, vector);
      break;
    }
    const absl::Status status = core::Load(std::move(model), Digest{}).status();
    if (!status.ok()) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
      EXPECT_EQ(LoadErrorOf(status)->code, LoadCode::kGoldenMismatch);
    }
    return std::string(status.message());
  };
  using model::GoldenVector;
  using model::Snapshot;
  EXPECT_EQ(message([](Snapshot&, GoldenVector&) {}), "");
  EXPECT_THAT(message([](Snapshot&, GoldenVector& v) { v.reason = 3 + 1; }),
              HasSubstr("flag \"f\": reason: expected \"DEFAULT\", got \"SPLIT\""));
  EXPECT_THAT(message([](Snapshot&, GoldenVector& v) { v.error = 3; }), HasSubstr("error: expected \"PARSE_ERROR\""));
  EXPECT_THAT(message([](Snapshot&, GoldenVector& v) { v.variant = 1 - v.variant; }), HasSubstr("variant: expected"));
  EXPECT_THAT(message([](Snapshot&, GoldenVector& v) { v.variant = model::kNone; }), HasSubstr("variant: expected"));
  EXPECT_THAT(message([](Snapshot&, GoldenVector& v) { v.rule = model::kNone; }), HasSubstr("rule: expected"));
  EXPECT_THAT(message([](Snapshot&, GoldenVector& v) { v.exposed_experiments.clear(); }),
              HasSubstr("exposures differ"));
  EXPECT_THAT(message([](Snapshot& s, GoldenVector&) { s.flags[0].is_enabled = false; }),
              HasSubstr("got \"DISABLED\""));
}

TEST(GoldenVectors, ThoseOfBrokenFlagsAreSkipped) {
  model::Snapshot model = Model();
  core::AddGoldenVectors(model);
  for (model::GoldenVector& vector : model.golden_vectors) vector.reason = 5;
  model.golden_vectors.resize(1);
  model.golden_vectors[0].flag = 2;
  EXPECT_TRUE(core::Load(std::move(model), Digest{}).ok());
}

TEST(GoldenVectors, StayWithinTheirBounds) {
  nlohmann::json flags = nlohmann::json::array();
  for (int i = 0; i < 400; ++i) {
    flags.push_back(
        {{"key", "f" + std::to_string(i)},
         {"type", "boolean"},
         {"variants", {{{"key", "on"}, {"value", true}}}},
         {"rules",
          {{{"id", "r"},
            {"condition",
             {{"attribute", "a" + std::to_string(i)}, {"operator", "equals"}, {"operands", {std::string(1000, 'x')}}}},
            {"serve", {{"variant", "on"}}}}}}});
  }
  model::Snapshot model = vectors::ModelOf({{"flags", flags}});
  core::AddGoldenVectors(model);
  EXPECT_LE(model.golden_vectors.size(), core::kMaxGoldenVectors);
  EXPECT_GT(model.golden_vectors.size(), 200u);
  const size_t with = wire::EncodeSnapshot(model).size();
  model.golden_vectors.clear();
  EXPECT_LE(with - wire::EncodeSnapshot(model).size(), core::kMaxGoldenBytes);
}

TEST(GoldenVectors, NoneForAModelThatWouldBeRefused) {
  model::Snapshot model = vectors::ModelOf({{"flags", nlohmann::json::array()}});
  core::AddGoldenVectors(model);
  EXPECT_TRUE(model.golden_vectors.empty());
}

}  // namespace
}  // namespace expt
