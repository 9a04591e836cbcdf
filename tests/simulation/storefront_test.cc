#include "examples/simulation/storefront.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "expt/evaluate.h"
#include "tests/simulation/shop.h"

namespace simulation {
namespace {

using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr uint64_t kVisitors = 200;  // of each way

std::string OutcomeOf(const expt::Snapshot& snapshot, const expt::Context& visitor, expt::Time now) {
  const expt::Decision decision = expt::Evaluate(snapshot, kStorefront, visitor, {.now = now});
  return std::string(decision.rule.empty() ? ReasonName(decision.reason) : decision.rule);
}

class Storefront : public testing::Test {
 protected:
  const expt::Time start_ = TimeOf("2030-01-01T00:00:00Z");
  const expt::Time today_ = start_ + kHistory;
  const expt::Snapshot shop_ = Shop(start_);
};

TEST_F(Storefront, EveryWayLeadsWhereItSays) {
  for (const StorefrontWay& way : StorefrontWays()) {
    uint64_t arrived = 0;
    std::set<std::string> elsewhere;
    for (uint64_t number = 0; number < kVisitors; ++number) {
      const std::string outcome = OutcomeOf(shop_, StorefrontVisitor(way, "group", number), today_ + 1min);
      if (outcome == way.outcome) {
        ++arrived;
      } else {
        elsewhere.insert(outcome);
      }
    }
    // Whom a share leaves out goes on to the last rule or the default, and to no other rule.
    elsewhere.erase("everybody-else");
    elsewhere.erase("DEFAULT");
    EXPECT_THAT(elsewhere, IsEmpty()) << way.outcome;
    EXPECT_GT(arrived, way.is_share ? kVisitors / 5 : kVisitors - 1) << way.outcome;
    EXPECT_LT(arrived, way.is_share ? kVisitors : kVisitors + 1) << way.outcome;
  }
}

TEST_F(Storefront, SomebodyIsThereToChatAtEveryHourOfTheYear) {
  for (const StorefrontWay& way : StorefrontWays()) {
    if (way.outcome != "chat") continue;
    for (expt::Time now = today_; now < today_ + 366 * 24h; now += 30min) {
      ASSERT_EQ(OutcomeOf(shop_, StorefrontVisitor(way, "group", 1), now), "chat") << expt::cli::FormatTime(now);
    }
  }
}

TEST_F(Storefront, RampsTakeMoreAndLoseNobody) {
  for (const StorefrontWay& way : StorefrontWays()) {
    if (way.outcome != "television" && way.outcome != "posters") continue;
    uint64_t before = 0;
    for (const expt::Time now : {start_ + 24h, today_, today_ + kLastStretch}) {
      uint64_t taken = 0;
      for (uint64_t number = 0; number < kVisitors; ++number) {
        taken += OutcomeOf(shop_, StorefrontVisitor(way, "group", number), now) == way.outcome;
      }
      EXPECT_GT(taken, before);
      before = taken;
    }
    EXPECT_EQ(before, kVisitors);
  }
}

// The operators and members that rules of this flag use, segments not counted.
void Collect(const nlohmann::json& value, std::set<std::string>& words) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      words.insert(name);
      if (name == "operator") words.insert(member.get<std::string>());
      Collect(member, words);
    }
  } else if (value.is_array()) {
    for (const nlohmann::json& entry : value) Collect(entry, words);
  }
}

TEST_F(Storefront, SpeaksTheWholeLanguage) {
  std::set<std::string> words;
  Collect(nlohmann::json::parse(StorefrontFlag(start_, today_)), words);
  for (int number = 0; number < 256; ++number) {
    const auto op = static_cast<expt::model::Operator>(number);
    const std::string name(expt::model::OperatorName(op));
    EXPECT_TRUE(name.empty() || words.contains(name)) << name;
  }
  for (const char* word : {"all", "any", "not", "negate", "case_insensitive", "time_zone", "overrides", "prerequisites",
                           "coverage", "ramp", "linear", "holdouts", "variant", "split", "experiment"}) {
    EXPECT_TRUE(words.contains(word)) << word;
  }
}

}  // namespace
}  // namespace simulation
