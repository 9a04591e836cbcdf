#include "control-plane/storage/commit_pace.h"

#include <gtest/gtest.h>

namespace expt::storage {
namespace {

using Seconds = CommitPace::Seconds;

CommitPace::Moment At(double seconds) {
  return CommitPace::Moment(std::chrono::duration_cast<CommitPace::Moment::duration>(Seconds(seconds)));
}

// A pace of 10 us an event and 5 ms a commit.
CommitPace Steady() {
  CommitPace pace;
  for (int i = 0; i < 50; ++i) {
    pace.Begin(1000, At(0));
    pace.End(Seconds(0.01), Seconds(0.005));
  }
  return pace;
}

TEST(CommitPace, TheWaitGrowsWithWhatIsQueued) {
  const CommitPace pace = Steady();
  EXPECT_NEAR(pace.Expect(0, 4000, At(0)).count(), 0.005, 1e-6);
  EXPECT_NEAR(pace.Expect(3000, 4000, At(0)).count(), 0.035, 1e-6);
  EXPECT_NEAR(pace.Expect(9000, 4000, At(0)).count(), 0.09 + 3 * 0.005, 1e-6);
}

TEST(CommitPace, SmallGroupsDoNotMakeLargeOnesLookSlow) {
  CommitPace pace;
  for (int i = 0; i < 50; ++i) {
    pace.Begin(1, At(0));
    pace.End(Seconds(12e-6), Seconds(0.004));
  }
  EXPECT_LT(pace.Expect(1000, 4000, At(0)).count(), 0.02);
}

TEST(CommitPace, TheRestOfTheRunningGroupIsWaitedForToo) {
  CommitPace pace = Steady();
  pace.Begin(2000, At(0));
  EXPECT_NEAR(pace.Expect(0, 4000, At(0)).count(), 0.025 + 0.005, 1e-6);
  EXPECT_NEAR(pace.Expect(0, 4000, At(0.02)).count(), 0.005 + 0.005, 1e-6);
}

TEST(CommitPace, ADiskThatHangsIsNoticedWhileItHangs) {
  CommitPace pace = Steady();
  pace.Begin(1000, At(0));
  EXPECT_GT(pace.Expect(0, 4000, At(1)).count(), 0.9);
  pace.Abort();
  EXPECT_NEAR(pace.Expect(0, 4000, At(2)).count(), 0.005, 1e-6);
}

}  // namespace
}  // namespace expt::storage
