#include "src/core/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "src/core/engine.h"
#include "tests/vectors/definitions.h"

namespace expt::core {
namespace {

using testing::ElementsAre;

TEST(Catalog, TellsUnitTypesAnalyticsAndExperiments) {
  const auto definitions = nlohmann::json::parse(R"({
    "attributes": [{"key": "targeting_key", "unit_type": true}, {"key": "company", "unit_type": true, "analytics": true},
                   {"key": "country", "analytics": true}, {"key": "email", "analytics": true, "private": true}],
    "experiments": [{"key": "x", "id": "exp_7", "flag": "f", "phase": 3, "bucket_by": "company", "salt": "s",
                     "weights": {"a": 500000, "b": 500000}, "control": "a"}],
    "flags": [{"key": "f", "type": "string", "variants": [{"key": "a", "value": "A"}, {"key": "b", "value": "B"}]}]})");
  const absl::StatusOr<Snapshot> snapshot = Load(vectors::ModelOf(definitions), Digest{});
  ASSERT_TRUE(snapshot.ok());
  EXPECT_THAT(UnitTypes(*snapshot), ElementsAre("targeting_key", "company"));
  EXPECT_THAT(AnalyticsAttributes(*snapshot), ElementsAre("company", "country"));
  const auto entry = FindExperiment(*snapshot, "x");
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->id, "exp_7");
  EXPECT_EQ(entry->flag, "f");
  EXPECT_EQ(entry->bucket_by, "company");
  EXPECT_EQ(entry->phase, 3u);
  EXPECT_THAT(entry->variants, ElementsAre("a", "b"));
  EXPECT_FALSE(FindExperiment(*snapshot, "y").has_value());
}

TEST(Catalog, IsEmptyWithoutASnapshot) {
  EXPECT_TRUE(UnitTypes(Snapshot()).empty());
  EXPECT_TRUE(AnalyticsAttributes(Snapshot()).empty());
  EXPECT_FALSE(FindExperiment(Snapshot(), "x").has_value());
}

}  // namespace
}  // namespace expt::core
