#include "expt/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

using testing::ElementsAre;

Snapshot LoadText(const char* text) {
  const absl::StatusOr<Snapshot> snapshot = core::Load(vectors::ModelOf(nlohmann::json::parse(text)), Digest{7});
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return snapshot.ok() ? *snapshot : Snapshot();
}

const char kThree[] = R"({"version": 5, "epoch": 3, "environment": "env_x", "project": "shop", "issued_at_ms": 77,
  "segments": [{"key": "inner", "condition": {"attribute": "company", "operator": "is_set"}},
               {"key": "outer", "include": [{"bucket_by": "account", "unit_ids": ["1"]}],
                "condition": {"operator": "in_segment", "operands": ["inner"]}}],
  "flags": [
    {"key": "a", "type": "boolean", "variants": [{"key": "off", "value": false}, {"key": "on", "value": true}],
     "off_variant": "off", "overrides": [{"bucket_by": "device", "variant": "on", "unit_ids": ["d1"]}],
     "rules": [{"id": "r", "condition": {"any": [{"attribute": "country", "operator": "equals", "operands": ["CH"]},
                                                {"not": {"operator": "in_segment", "operands": ["outer"]}}]},
                "coverage": {"salt": "s", "ppm": 5}, "serve": {"variant": "on"}}],
     "default_serve": {"variant": "on"}},
    {"key": "b", "type": "integer", "enabled": false, "variants": [{"key": "v", "value": 1}]},
    {"key": "c", "type": "string", "variants": [{"key": "v", "value": "x"}], "required_features": ["quantum"],
     "rules": [{"id": "r", "condition": {"attribute": "country", "operator": "is_set"}, "serve": {"variant": "v"}}]}]})";

TEST(Snapshot, WithoutRulesIsNotReady) {
  const Snapshot snapshot;
  EXPECT_FALSE(snapshot.is_ready());
  EXPECT_EQ(snapshot.version(), 0);
  EXPECT_EQ(snapshot.flag_count(), 0u);
  EXPECT_EQ(snapshot.memory_bytes(), 0u);
  EXPECT_TRUE(snapshot.warnings().empty());
  EXPECT_TRUE(snapshot.required_attributes("a").empty());
  const std::string off[] = {"a"};
  const Decision decision = Evaluate(snapshot.With({.emergency_off = off}), "a", Context(), {});
  EXPECT_EQ(decision.error, ErrorCode::kProviderNotReady);
  EXPECT_EQ(decision.reason, Reason::kError);
  EXPECT_FALSE(decision.has_value());
}

TEST(Snapshot, TellsAboutItself) {
  const Snapshot snapshot = LoadText(kThree);
  EXPECT_TRUE(snapshot.is_ready());
  EXPECT_EQ(snapshot.version(), 5);
  EXPECT_EQ(snapshot.epoch(), 3);
  EXPECT_EQ(snapshot.environment(), "env_x");
  EXPECT_EQ(snapshot.project(), "shop");
  EXPECT_EQ(snapshot.issued_at().time_since_epoch().count(), 77);
  EXPECT_EQ(snapshot.digest(), Digest{7});
  EXPECT_GT(snapshot.memory_bytes(), 3 * sizeof(Snapshot::FlagSummary));
  ASSERT_EQ(snapshot.flag_count(), 3u);
  EXPECT_EQ(snapshot.flag(0).key, "a");
  EXPECT_TRUE(snapshot.flag(0).is_enabled);
  EXPECT_FALSE(snapshot.flag(1).is_enabled);
  EXPECT_EQ(snapshot.flag(1).type, ValueType::kInteger);
  EXPECT_TRUE(snapshot.flag(2).is_broken);
  EXPECT_THAT(snapshot.warnings(),
              ElementsAre("flag \"c\": required feature \"quantum\" is not supported by this version"));
}

TEST(Snapshot, RequiredAttributesAreTransitiveAndSorted) {
  const Snapshot snapshot = LoadText(kThree);
  EXPECT_THAT(snapshot.required_attributes("a"),
              ElementsAre("account", "company", "country", "device", "targeting_key"));
  EXPECT_TRUE(snapshot.required_attributes("b").empty());
  EXPECT_TRUE(snapshot.required_attributes("nobody").empty());
}

TEST(Snapshot, OverlayReplacesTheOneBefore) {
  const Snapshot snapshot = LoadText(kThree);
  const std::string off[] = {"a", "unknown"};
  const Snapshot disabled = snapshot.With({.emergency_off = off});
  EXPECT_EQ(Evaluate(disabled, "a", Context("u"), {}).reason, Reason::kDisabled);
  EXPECT_EQ(Evaluate(disabled.With({}), "a", Context("u"), {}).reason, Reason::kDefault);
  EXPECT_EQ(Evaluate(snapshot, "a", Context("u"), {}).reason, Reason::kDefault);
  EXPECT_EQ(disabled.ruleset(), snapshot.ruleset());
  EXPECT_EQ(Evaluate(disabled.With({.stale = Overlay::Stale::kDefaults}), "a", Context("u"), {}).reason,
            Reason::kStale);
}

TEST(Load, SaysWhichSnapshotAndWhy) {
  const auto status =
      core::Load(vectors::ModelOf(nlohmann::json::parse(R"({"environment": "env_x", "version": 5, "flags": []})")), {})
          .status();
  EXPECT_EQ(status.message(), "snapshot \"env_x\" v5: flags: there are none, and the snapshot is not declared empty");
  EXPECT_TRUE(core::Load(vectors::ModelOf(nlohmann::json::parse(R"({"declared_empty": true, "flags": []})")), {}).ok());
}

}  // namespace
}  // namespace expt
