// Counts calls of operator new while flags are decided.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "tests/core/counting_new.h"
#include "tests/vectors/definitions.h"

namespace expt {
namespace {

const char kSnapshot[] = R"({
  "segments": [{"key": "staff", "include": [{"unit_ids": ["u7"]}],
                "condition": {"attribute": "email", "operator": "ends_with", "operands": ["@example.com"]}}],
  "layers": [{"key": "web", "salt": "layer"}],
  "experiments": [{"key": "x", "flag": "experiment", "salt": "xs", "weights": {"a": 400000, "b": 600000}, "control": "a",
                   "layer": "web", "allocation": [[0, 1000000]]}],
  "flags": [
    {"key": "experiment", "type": "json", "variants": [{"key": "a", "value": {"n": 1}}, {"key": "b", "value": {"n": 2}}],
     "rules": [{"id": "r", "condition": {"all": [
         {"attribute": "country", "operator": "in", "operands": ["AT", "BE", "CH", "DE", "ES", "FR", "IT", "LI", "LU", "NL"]},
         {"attribute": "age", "operator": "gte", "operands": [18]},
         {"not": {"operator": "in_segment", "operands": ["staff"]}}]},
       "coverage": {"salt": "cov", "ppm": 999999}, "serve": {"experiment": "x"}}]},
    {"key": "split", "type": "string", "variants": [{"key": "a", "value": "A"}, {"key": "b", "value": "B"}],
     "overrides": [{"variant": "a", "unit_ids": ["u1", "u2"]}],
     "rules": [{"id": "r", "serve": {"split": {"salt": "s", "weights": {"a": 1, "b": 999999}}}}]},
    {"key": "static", "type": "boolean", "variants": [{"key": "on", "value": true}], "default_serve": {"variant": "on"}}]})";

TEST(Evaluate, AllocatesNothing) {
  const absl::StatusOr<Snapshot> loaded = core::Load(vectors::ModelOf(nlohmann::json::parse(kSnapshot)), Digest{});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_TRUE(loaded->warnings().empty());
  const std::string off[] = {"static"};
  const Snapshot overlaid = loaded->With({.emergency_off = off});
  const std::string long_unit(5000, 'x');
  const Context contexts[] = {
      Context("user-42", {{"country", "CH"}, {"age", 31}, {"email", "a@b.c"}}),
      Context(42, {{"country", "CH"}, {"age", 31.5}, {"email", "a@example.com"}}),
      Context(long_unit, {{"country", "CH"}, {"age", 18}}),
      Context(),
      Context("u1", {{"targetingKey", "u2"}}),
  };
  const FlagHandle handles[] = {FlagHandle("experiment"), FlagHandle("split"), FlagHandle("static"),
                                FlagHandle("none")};

  const size_t before = AllocationCount();
  size_t exposures = 0;
  size_t splits = 0;
  for (const Snapshot* snapshot : {&*loaded, &overlaid}) {
    for (const Context& context : contexts) {
      for (const FlagHandle& handle : handles) {
        for (const FlagRef flag : {FlagRef(handle), FlagRef(handle.key())}) {
          const Decision decision = Evaluate(*snapshot, flag, context, {});
          const Decision copy = decision;
          exposures += copy.exposure_count;
          splits += copy.reason == Reason::kSplit ? 1 : 0;
        }
      }
    }
  }
  EXPECT_EQ(AllocationCount() - before, 0u);
  EXPECT_EQ(exposures, 4u);  // only the first context meets the experiment
  EXPECT_EQ(splits, 16u);    // and it, the number and the long id are split
}

TEST(Context, IsOneAllocation) {
  const size_t before = AllocationCount();
  const Context context("user-42", {{"country", "CH"}, {"age", 31}, {"tags", {"beta", "staff"}}, {"plan", "pro"}});
  EXPECT_EQ(AllocationCount() - before, 1u);
  const Context copy = context;
  EXPECT_EQ(AllocationCount() - before, 1u);
  EXPECT_EQ(copy.Find("plan").text(), "pro");
}

}  // namespace
}  // namespace expt
