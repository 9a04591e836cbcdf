#include <gtest/gtest.h>

#include <set>
#include <string>

#include "expt/stats.h"

namespace expt::stats {
namespace {

// These texts are stored and sent: they never change.
TEST(Name, StatusesHaveTheirStableTexts) {
  const char* const expected[] = {
      "ok",        "invalid_input",      "empty_arm", "insufficient_data", "zero_denominator", "zero_variance",
      "undefined", "improper_posterior", "unbounded", "cap_degenerate"};
  int i = 0;
  for (const char* text : expected) {
    EXPECT_EQ(Name(static_cast<Status>(i++)), text);
  }
  EXPECT_EQ(Name(static_cast<Status>(i)), "");
}

TEST(Name, WarningsHaveTheirStableTexts) {
  const char* const expected[] = {"precision_loss",
                                  "zero_variance",
                                  "low_counts",
                                  "skewed",
                                  "near_zero_baseline",
                                  "near_zero_denominator",
                                  "covariate_off",
                                  "collinear",
                                  "few_clusters",
                                  "no_plan",
                                  "overrun",
                                  "early_look",
                                  "short_run",
                                  "flat_prior",
                                  "prior_default",
                                  "srm_alarm",
                                  "unexpected_units",
                                  "multi_exposed",
                                  "simpson",
                                  "imbalance",
                                  "dependent_days",
                                  "approximate"};
  int i = 0;
  for (const char* text : expected) {
    EXPECT_EQ(Name(static_cast<Warning>(i++)), text);
  }
  EXPECT_EQ(Name(static_cast<Warning>(i)), "");
}

TEST(Name, OptionsAndVerdictsHaveTheirStableTexts) {
  EXPECT_EQ(Name(Kind::kProportion), "proportion");
  EXPECT_EQ(Name(Kind::kMean), "mean");
  EXPECT_EQ(Name(Kind::kRatio), "ratio");
  EXPECT_EQ(Name(Mode::kFixed), "fixed");
  EXPECT_EQ(Name(Mode::kAnyTime), "any_time");
  EXPECT_EQ(Name(Direction::kIncrease), "increase");
  EXPECT_EQ(Name(Direction::kDecrease), "decrease");
  EXPECT_EQ(Name(Reference::kStudent), "student");
  EXPECT_EQ(Name(Reference::kNormal), "normal");
  EXPECT_EQ(Name(Scale::kEffect), "effect");
  EXPECT_EQ(Name(Scale::kLift), "lift");
  EXPECT_EQ(Name(Verdict::kBetter), "better");
  EXPECT_EQ(Name(Verdict::kWorse), "worse");
  EXPECT_EQ(Name(Verdict::kFlat), "flat");
  EXPECT_EQ(Name(Verdict::kInconclusive), "inconclusive");
}

TEST(Name, MethodsCarryTheirFormulaVersion) {
  EXPECT_EQ(kProportionZ, "proportion_z/1");
  EXPECT_EQ(kWelchT, "welch_t/1");
  EXPECT_EQ(kRatioDelta, "ratio_delta/1");
  EXPECT_EQ(kFieller, "fieller/1");
  EXPECT_EQ(kMiettinenNurminen, "miettinen_nurminen/1");
  EXPECT_EQ(kAnyTimeMixture, "any_time/1");
  EXPECT_EQ(kSrmChi2, "srm_chi2/1");
}

}  // namespace
}  // namespace expt::stats
