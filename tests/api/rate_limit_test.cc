#include "control-plane/auth/rate_limit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace expt::auth {
namespace {

Time At(int64_t ms) { return Time(std::chrono::milliseconds(ms)); }

TEST(RateLimit, GivesTheBurstThenTheRate) {
  RateLimit limit({.per_second = 2, .burst = 3});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.Take("a", At(1000)), 0);
  EXPECT_EQ(limit.Take("a", At(1000)), 1);
  EXPECT_EQ(limit.Take("b", At(1000)), 0);  // another name has its own
  EXPECT_EQ(limit.Take("a", At(1500)), 0);
  EXPECT_EQ(limit.Take("a", At(1500)), 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.Take("a", At(60'000)), 0);
  EXPECT_EQ(limit.Take("a", At(60'000)), 1);
}

TEST(RateLimit, SaysHowLongToWait) {
  RateLimit limit({.per_second = 0.1, .burst = 1});
  EXPECT_EQ(limit.Take("a", At(0)), 0);
  EXPECT_EQ(limit.Take("a", At(0)), 10);
  EXPECT_EQ(limit.Take("a", At(5000)), 5);
}

TEST(RateLimit, AClockThatGoesBackGivesNothing) {
  RateLimit limit({.per_second = 1, .burst = 1});
  EXPECT_EQ(limit.Take("a", At(10'000)), 0);
  EXPECT_GT(limit.Take("a", At(0)), 0);
}

TEST(RateLimit, ForgetsFullBucketsAndSharesOneWhenAllAreInUse) {
  RateLimit limit({.per_second = 1, .burst = 2, .max_names = 2});
  EXPECT_EQ(limit.Take("a", At(0)), 0);
  EXPECT_EQ(limit.Take("b", At(0)), 0);
  // No room: c and d share a bucket of two.
  EXPECT_EQ(limit.Take("c", At(0)), 0);
  EXPECT_EQ(limit.Take("d", At(0)), 0);
  EXPECT_GT(limit.Take("e", At(0)), 0);
  // Later all are full again and forgotten.
  for (const char* name : {"f", "g"}) {
    EXPECT_EQ(limit.Take(name, At(60'000)), 0);
    EXPECT_EQ(limit.Take(name, At(60'000)), 0);
    EXPECT_GT(limit.Take(name, At(60'000)), 0);
  }
}

}  // namespace
}  // namespace expt::auth
