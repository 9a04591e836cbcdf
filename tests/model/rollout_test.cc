// Coverages with ramps, and holdouts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "src/model/limits.h"
#include "tests/model/validation.h"

namespace expt::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Rollout : public Validation {
 protected:
  std::vector<std::string> WithRamp(Ramp ramp) {
    checkout().rules.clear();
    Rule rule;
    rule.coverage = b_.AddCoverage(b_.AddBucketing(0, "s"), 2'000'000, b_.AddRamp(std::move(ramp)));
    rule.serve = b_.ServeVariant(1);
    AddRule(rule);
    return Broken();
  }
  std::vector<std::string> WithHoldouts(std::vector<Index> holdouts) {
    checkout().rules.clear();
    Rule rule;
    rule.holdouts = b_.References(holdouts);
    rule.serve = b_.ServeVariant(1);
    AddRule(rule);
    return Broken();
  }
  Index Holdout(std::string_view salt, uint32_t ppm = 10, int64_t start_ms = 0, int64_t end_ms = 0) {
    return b_.AddHoldout("h" + std::to_string(s().holdouts.size()), b_.AddBucketing(0, salt), ppm, start_ms, end_ms);
  }
};

TEST_F(Rollout, RampsRise) {
  const std::string place = "flag \"checkout\": rule \"r2\": coverage: ramp: ";
  EXPECT_THAT(WithRamp({.is_linear = true, .time_ms = {-5, 0, 7}, .ppm = {0, 0, 1'000'000}}), IsEmpty());
  EXPECT_THAT(WithRamp({.time_ms = {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()},
                        .ppm = {1, 2}}),
              IsEmpty());
  EXPECT_THAT(WithRamp({}), ElementsAre(place + "has no points"));
  EXPECT_THAT(WithRamp({.time_ms = {1}, .ppm = {1, 2}}), ElementsAre(place + "has 2 shares for 1 times"));
  EXPECT_THAT(WithRamp({.time_ms = {1, 1}, .ppm = {1, 2}}), ElementsAre(place + "point 1 is not after the one before"));
  EXPECT_THAT(WithRamp({.time_ms = {1, 2}, .ppm = {2, 1}}), ElementsAre(place + "point 1 is below the one before"));
  EXPECT_THAT(WithRamp({.time_ms = {1}, .ppm = {1'000'001}}),
              ElementsAre(place + "point 0 is 1000001, expected at most 1000000"));
  Ramp long_ramp;
  for (size_t i = 0; i < kMaxRampPoints; ++i) {
    long_ramp.time_ms.push_back(static_cast<int64_t>(i));
    long_ramp.ppm.push_back(5);
  }
  EXPECT_THAT(WithRamp(long_ramp), IsEmpty());
  long_ramp.time_ms.push_back(5'000);
  long_ramp.ppm.push_back(5);
  EXPECT_THAT(WithRamp(long_ramp), ElementsAre(place + "has more than 1024 points"));
}

TEST_F(Rollout, RampsBucketLikeOtherCoverages) {
  Rule rule;
  rule.coverage = b_.AddCoverage(b_.AddBucketing(0, "a b"), 0, b_.AddRamp({.time_ms = {1}, .ppm = {2'000'000}}));
  rule.serve = b_.ServeVariant(1);
  AddRule(rule);
  EXPECT_THAT(Broken(),
              ElementsAre("flag \"checkout\": rule \"r2\": coverage: ramp: point 0 is 2000000, expected at most 1000000",
                          "flag \"checkout\": rule \"r2\": coverage: salt: expected 1 to 64 characters of A-Z a-z 0-9 . "
                          "_ -"));
}

TEST_F(Rollout, HoldoutsAreCheckedWhereTheyAreUsed) {
  const std::string place = "flag \"checkout\": rule \"r2\": holdout ";
  Holdout("x", 1'000'001);  // used by nobody
  EXPECT_THAT(Broken(), IsEmpty());
  EXPECT_THAT(WithHoldouts({Holdout("a"), Holdout("b", 0), Holdout("c", 1'000'000, 5, 6)}), IsEmpty());
  EXPECT_THAT(WithHoldouts({Holdout("a", 1'000'001)}),
              ElementsAre(place + "\"h4\": is 1000001, expected at most 1000000"));
  EXPECT_THAT(WithHoldouts({Holdout("a", 1, 6, 6)}), ElementsAre(place + "\"h5\": ends before it starts"));
  EXPECT_THAT(WithHoldouts({Holdout("a b")}),
              ElementsAre(place + "\"h6\": salt: expected 1 to 64 characters of A-Z a-z 0-9 . _ -"));
  EXPECT_THAT(WithHoldouts({1, 1}), ElementsAre(place + "\"h1\": is named twice"));
  EXPECT_THAT(WithHoldouts({}), IsEmpty());
  EXPECT_THAT(WithHoldouts(std::vector<Index>(9, 1)),
              ElementsAre("flag \"checkout\": rule \"r2\": has more than 8 holdouts"));
  s().rules[checkout().rules[0]].holdouts = b_.Strings({"h1"});
  EXPECT_THAT(Broken(), ElementsAre("flag \"checkout\": rule \"r2\": holdouts: expected a list of references"));
}

TEST_F(Rollout, NestedPlacesNeedDifferentSaltsPairwise) {
  const Index experiment = AddExperiment("x");
  s().layers = {{.key = b_.String("web"), .bucketing = b_.AddBucketing(0, "layer")}};
  s().experiments[experiment].layer = 0;
  Rule rule;
  rule.coverage = b_.AddCoverage(b_.AddBucketing(0, "cover"), 500'000);
  rule.serve = b_.ServeExperiment(experiment);
  const auto with = [&](std::string_view first, std::string_view second) {
    checkout().rules.clear();
    s().holdouts.clear();
    rule.holdouts = b_.References({Holdout(first), Holdout(second)});
    AddRule(rule);
    return Broken();
  };
  const std::string place = "flag \"checkout\": rule \"r2\": ";
  const std::string tail = " have the same salt and bucket_by, expected different salts";
  EXPECT_THAT(with("h1", "h2"), IsEmpty());
  EXPECT_THAT(with("h1", "h1"), ElementsAre(place + "holdout \"h0\" and holdout \"h1\"" + tail));
  EXPECT_THAT(with("cover", "h2"), ElementsAre(place + "coverage and holdout \"h0\"" + tail));
  EXPECT_THAT(with("h1", "layer"), ElementsAre(place + "holdout \"h1\" and layer" + tail));
  EXPECT_THAT(with("salt-x", "h2"), ElementsAre(place + "holdout \"h0\" and experiment" + tail));
  s().holdouts[0].bucketing = b_.AddBucketing(b_.Attribute("company"), "salt-x");
  EXPECT_THAT(Broken(), IsEmpty());
}

}  // namespace
}  // namespace expt::model
