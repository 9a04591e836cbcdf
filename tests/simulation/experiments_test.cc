#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "examples/simulation/visitor.h"
#include "expt/evaluate.h"
#include "tests/simulation/shop.h"

namespace simulation {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kVisitors = 2000;

// What one flag's experiment and holdout say about a visitor.
struct Met {
  std::string variant;  // of the experiment; empty for who is not in it
  std::string holdout;  // "held_out", "in"; empty without
};

class Experiments : public testing::Test {
 protected:
  Met Ask(std::string_view flag, uint64_t number, expt::Time now) const {
    const Visitor visitor = MakeVisitor("visitor", number);
    const expt::Decision decision = expt::Evaluate(shop_, flag, visitor.context, {.now = now});
    Met met;
    for (const expt::Exposure& exposure : decision.exposures()) {
      (exposure.is_holdout ? met.holdout : met.variant) = exposure.variant;
    }
    return met;
  }

  const expt::Time start_ = TimeOf("2030-01-01T00:00:00Z");
  const expt::Snapshot shop_ = Shop(start_);
};

TEST_F(Experiments, OfOneLayerNeverShareAVisitor) {
  uint64_t nudged = 0, summarised = 0;
  for (uint64_t number = 0; number < kVisitors; ++number) {
    const bool is_nudged = !Ask(kNudge, number, start_ + 1h).variant.empty();
    const bool is_summarised = !Ask(kSummary, number, start_ + 1h).variant.empty();
    EXPECT_FALSE(is_nudged && is_summarised) << number;
    nudged += is_nudged;
    summarised += is_summarised;
  }
  EXPECT_GT(nudged, kVisitors / 4);
  EXPECT_GT(summarised, kVisitors / 4);
}

TEST_F(Experiments, TheHoldoutKeepsItsVisitorsOutOfBoth) {
  uint64_t held_out = 0;
  for (uint64_t number = 0; number < kVisitors; ++number) {
    const Met nudge = Ask(kNudge, number, start_ + 1h);
    const Met summary = Ask(kSummary, number, start_ + 1h);
    EXPECT_EQ(nudge.holdout, summary.holdout);
    if (nudge.holdout != "held_out") continue;
    ++held_out;
    EXPECT_EQ(nudge.variant + summary.variant, "") << number;
  }
  EXPECT_GT(held_out, kVisitors / 20);
  EXPECT_LT(held_out, kVisitors / 5);
}

TEST_F(Experiments, TheGuardedRampTakesMoreAndChangesNobodysVariant) {
  uint64_t before = 0;
  const expt::Time today = start_ + kHistory;
  for (const expt::Time now : {start_ + 1h, start_ + kHistory / 2, today, today + kLastStretch}) {
    uint64_t taken = 0, treated = 0;
    for (uint64_t number = 0; number < kVisitors; ++number) {
      const std::string variant = Ask(kRamp, number, now).variant;
      const std::string first = Ask(kRamp, number, start_ + 1h).variant;
      EXPECT_TRUE(first.empty() || variant == first) << number;
      taken += !variant.empty();
      treated += variant == "treatment";
    }
    EXPECT_GT(taken, before);
    EXPECT_NEAR(static_cast<double>(treated), static_cast<double>(taken) / 2, static_cast<double>(taken) / 5);
    before = taken;
  }
  EXPECT_EQ(before, kVisitors);
}

}  // namespace
}  // namespace simulation
