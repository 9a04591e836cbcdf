#include <gtest/gtest.h>

#include <string>

#include "expt/evaluate.h"

namespace expt {
namespace {

TEST(StickyAssignments, RowsStandInTheOrderOfTheirFirstSet) {
  StickyAssignments assignments;
  assignments.Set("exp_1", 1, "targeting_key", "u1", "a");
  assignments.Set("exp_1", 2, "targeting_key", "u1", "b");
  assignments.Set("exp_1", 1, "targeting_key", "u1", "c");
  ASSERT_EQ(assignments.size(), 2u);
  const Assignment first = assignments.row(0);
  EXPECT_EQ(first.experiment_id, "exp_1");
  EXPECT_EQ(first.phase, 1u);
  EXPECT_EQ(first.bucket_by, "targeting_key");
  EXPECT_EQ(first.unit_id, "u1");
  EXPECT_EQ(first.variant, "c");
  EXPECT_EQ(assignments.row(1).phase, 2u);
}

TEST(StickyAssignments, EachOfManyIsFound) {
  constexpr int kUnits = 100'000;
  StickyAssignments assignments;
  for (int i = 0; i < kUnits; ++i) {
    assignments.Set("exp_1", 1, "targeting_key", "u" + std::to_string(i), "v" + std::to_string(i));
  }
  ASSERT_EQ(assignments.size(), static_cast<size_t>(kUnits));
  for (int i = 0; i < kUnits; ++i) {
    ASSERT_EQ(assignments.Find("exp_1", 1, "targeting_key", "u" + std::to_string(i)), "v" + std::to_string(i));
  }
  EXPECT_EQ(assignments.Find("exp_1", 1, "targeting_key", "u" + std::to_string(kUnits)), "");
  EXPECT_EQ(assignments.Find("exp_1", 1, "account", "u1"), "");
  EXPECT_EQ(assignments.Find("exp_2", 1, "targeting_key", "u1"), "");
}

TEST(StickyAssignments, NoneAreFoundInNothing) {
  const StickyAssignments assignments;
  EXPECT_EQ(assignments.size(), 0u);
  EXPECT_EQ(assignments.Find("exp_1", 1, "targeting_key", "u1"), "");
}

}  // namespace
}  // namespace expt
