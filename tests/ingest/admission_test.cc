#include "control-plane/ingest/admission.h"

#include <gtest/gtest.h>

namespace expt::ingest {
namespace {

using std::chrono::milliseconds;

constexpr Time kNow{milliseconds(1'900'000'000'000)};
constexpr std::chrono::duration<double> kIdle{0};

TEST(Admission, AKeyThatHasSpentItsEventsWaitsUntilTheyAreEarnedAgain) {
  Admission admission({.key_events_per_second = 100, .key_burst_events = 1000});
  ASSERT_TRUE(admission.Check("a", kIdle, kNow).ok());
  admission.Charge("a", 1500, kNow);
  EXPECT_TRUE(absl::IsResourceExhausted(admission.Check("a", kIdle, kNow)));
  EXPECT_TRUE(absl::IsResourceExhausted(admission.Check("a", kIdle, kNow + milliseconds(5000))));
  EXPECT_TRUE(admission.Check("a", kIdle, kNow + milliseconds(5010)).ok());
  // A pause earns no more than the burst.
  admission.Charge("a", 1000, kNow + std::chrono::hours(24));
  EXPECT_TRUE(absl::IsResourceExhausted(admission.Check("a", kIdle, kNow + std::chrono::hours(24))));
}

TEST(Admission, OneKeyDoesNotSpendWhatAnotherHas) {
  Admission admission({.key_events_per_second = 1, .key_burst_events = 10});
  admission.Charge("a", 10, kNow);
  EXPECT_FALSE(admission.Check("a", kIdle, kNow).ok());
  EXPECT_TRUE(admission.Check("b", kIdle, kNow).ok());
}

TEST(Admission, ALogThatIsBehindRefusesEverybodyAndBeforeThatKeepsExposuresOnly) {
  Admission admission({.max_wait = milliseconds(100)});
  EXPECT_FALSE(admission.ShedsAllButExposures(milliseconds(40)));
  EXPECT_TRUE(admission.Check("a", milliseconds(60), kNow).ok());
  EXPECT_TRUE(admission.ShedsAllButExposures(milliseconds(60)));
  EXPECT_TRUE(absl::IsUnavailable(admission.Check("a", milliseconds(101), kNow)));
}

TEST(Admission, AClockThatStepsBackLocksNobodyOut) {
  Admission admission({.key_events_per_second = 100, .key_burst_events = 100});
  admission.Charge("a", 150, kNow + std::chrono::hours(24 * 365));
  EXPECT_FALSE(admission.Check("a", kIdle, kNow).ok());
  EXPECT_TRUE(admission.Check("a", kIdle, kNow + milliseconds(1000)).ok());
}

TEST(Admission, KeysBeyondTheLimitShareOneCreditAndFullOnesAreForgotten) {
  Admission admission({.key_events_per_second = 1, .key_burst_events = 10, .max_keys = 2});
  for (const char* key : {"a", "b"}) admission.Charge(key, 5, kNow);
  admission.Charge("c", 10, kNow);
  EXPECT_FALSE(admission.Check("d", kIdle, kNow).ok());
  EXPECT_TRUE(admission.Check("d", kIdle, kNow + std::chrono::hours(1)).ok());
}

}  // namespace
}  // namespace expt::ingest
