#include "control-plane/cli/rings_line.h"

#include <gtest/gtest.h>

namespace expt::cli {
namespace {

using nlohmann::json;

TEST(RingsLine, SaysHowFarItIs) {
  json rings = {{"state", "under_way"}, {"version", 8}, {"stable_version", 7}, {"ring", 2},
                {"share", 100000},      {"next", "2026-03-01T12:05:00Z"}};
  EXPECT_EQ(RingsLine(rings), "version 8 in ring 2 of 4: 10 % of clients, until 2026-03-01T12:05:00Z");
  rings["state"] = "complete";
  rings["reason"] = "baked";
  EXPECT_EQ(RingsLine(rings), "version 8 complete: baked");
  rings["state"] = "halted";
  rings["reason"] = "too slow";
  rings["withdrawn_as"] = 9;
  EXPECT_EQ(RingsLine(rings), "version 8 halted: too slow; version 9 has the content of version 7");
}

TEST(RingsLine, AnAnswerOfAnotherServerIsNoCrash) {
  EXPECT_EQ(RingsLine(nullptr), "?");
  EXPECT_EQ(RingsLine({{"state", "under_way"}, {"share", "all"}}), "version ? in ring ? of 4: 0 % of clients, until ");
}

}  // namespace
}  // namespace expt::cli
