// Models whose every index, enum and list may be wrong: validating, reviewing and counting give an answer for all of
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "src/model/place.h"
#include "src/model/review.h"
#include "src/model/validate.h"
#include "tests/oracle/random_model.h"

namespace expt::model {
namespace {

std::vector<std::string> Lines(const std::vector<Issue>& issues) {
  std::vector<std::string> lines;
  for (const Issue& issue : issues) lines.push_back(Within(issue.place, issue.text));
  return lines;
}

TEST(WildModels, AreAnsweredAndAlwaysTheSame) {
  size_t refused = 0;
  size_t broken = 0;
  size_t right = 0;
  for (uint64_t seed = 0; seed < 3'000; ++seed) {
    oracle::Random random(seed);
    const Snapshot model = oracle::WildModel(random);
    const std::vector<Issue> issues = Validate(model);
    ASSERT_EQ(Lines(issues), Lines(Validate(model))) << "seed " << seed;
    bool is_refused = false;
    Index last = 0;
    for (const Issue& issue : issues) {
      ASSERT_NE(issue.scope, Issue::Scope::kWarning) << "seed " << seed;
      is_refused = is_refused || issue.scope == Issue::Scope::kSnapshot;
      if (issue.scope != Issue::Scope::kFlag) continue;
      ASSERT_LT(issue.flag, model.flags.size()) << "seed " << seed;
      ASSERT_GE(issue.flag, last) << "seed " << seed << ": issues are in the order of flags";
      last = issue.flag;
    }
    ++(is_refused ? refused : issues.empty() ? right : broken);

    for (const Issue& warning : Review(model, &model)) {
      ASSERT_EQ(warning.scope, Issue::Scope::kWarning) << "seed " << seed;
      ASSERT_TRUE(warning.flag == kNone || warning.flag < model.flags.size()) << "seed " << seed;
    }
    ASSERT_EQ(Complexities(model).size(), model.flags.size()) << "seed " << seed;
    oracle::Random other(seed + 1);
    Review(model, nullptr);
    const Snapshot previous = oracle::WildModel(other);
    Review(model, &previous);
  }
  // All three happen, or this tests little.
  EXPECT_GT(refused, 100u);
  EXPECT_GT(broken, 100u);
  EXPECT_GT(right, 100u);
}

}  // namespace
}  // namespace expt::model
