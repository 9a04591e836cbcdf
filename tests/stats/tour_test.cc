// The program at the top of include/expt/stats.h.
#include <gtest/gtest.h>

#include "expt/stats.h"

namespace {

TEST(Tour, TheHeadersExampleCompilesAndItsCommentsAreTrue) {
  using namespace expt::stats;

  CompareRequest request;
  request.kind = Kind::kProportion;
  request.control = Counts{.n = 50120, .successes = 6014};
  request.treatment = Counts{.n = 49973, .successes = 6205};

  Comparison c = Compare(request);
  EXPECT_NEAR(c.effect.estimate.value(), 0.00418, 5e-6);
  EXPECT_NEAR(c.lift.estimate.value(), 0.0348, 5e-5);
  EXPECT_NEAR(c.effect.p.value(), 0.0437, 5e-5);

  request.mode = Mode::kAnyTime;
  request.planned_units = 200000;
  EXPECT_NEAR(Compare(request).effect.p.value(), 0.439, 5e-4);
}

}  // namespace
