// Which flags are stale, why, and what is said about it.
#include "control-plane/service/stale.h"

#include <gmock/gmock.h>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Stale : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
  }
  // "flag reason: text"
  std::vector<std::string> Find(const std::map<std::string, int64_t>& last_seen_ms = {}) {
    const auto place = Value(service_->FindEnvironment("shop", "prod"));
    std::vector<std::string> lines;
    for (const StaleFlag& flag : Value(service_->ListStale(Caller(), place, last_seen_ms))) {
      for (const StaleReason& reason : flag.reasons) {
        lines.push_back(flag.flag + " " + reason.reason + ": " + reason.text);
      }
    }
    return lines;
  }
  int64_t Now() const { return now_.time_since_epoch().count(); }
  void Pass(int days) { now_ += std::chrono::hours(24 * days); }
};

TEST_F(Stale, WhatNobodyEvaluates) {
  MakeFlag("page");
  EXPECT_THAT(Find(), IsEmpty());
  Pass(29);
  EXPECT_THAT(Find(), IsEmpty());
  Pass(1);
  EXPECT_THAT(Find(), ElementsAre("page never_evaluated: no program has evaluated it in the 30 days since it was made: "
                                  "archive it, or release the code that asks for it"));
  const int64_t seen = Now();
  EXPECT_THAT(Find({{"page", seen}}), IsEmpty());
  Pass(31);
  EXPECT_THAT(Find({{"page", seen}}), ElementsAre("page not_evaluated: no program has evaluated it for 31 days: archive "
                                                  "it when no code refers to it any more"));
}

TEST_F(Stale, WhatDecidesNothingAnyMore) {
  for (const char* key : {"off", "all", "half", "ramped"}) MakeFlag(key);
  const json on = {{"variant", "on"}};
  Value(Configure("all", {{"enabled", true}, {"default_serve", on}, {"rules", {{{"id", "a"}, {"serve", on}}}}}));
  Value(Configure("half", {{"enabled", true},
                           {"default_serve", {{"variant", "off"}}},
                           {"rules", {{{"id", "a"}, {"coverage", {{"ppm", 500'000}}}, {"serve", on}}}}}));
  const json points = {{{"time", "2030-03-18T00:00:00Z"}, {"ppm", 1'000'000}}};
  Value(Configure("ramped", {{"enabled", true},
                             {"default_serve", {{"variant", "off"}}},
                             {"rules",
                              {{{"id", "a"},
                                {"coverage", {{"ramp", {{"points", points}}}}},
                                {"serve", on}}}}}));
  Value(Configure("off", {{"enabled", false}, {"off_variant", "off"}}));
  Pass(30);
  const std::map<std::string, int64_t> seen = {{"off", Now()}, {"all", Now()}, {"half", Now()}, {"ramped", Now()}};
  const std::string rolled_out =
      " rolled_out: everybody has got variant \"on\" for 30 days: keep the code of that variant, take the others and the "
      "flag out";
  EXPECT_THAT(Find(seen), ElementsAre("all" + rolled_out,
                                      "off switched_off: it has been off for 30 days: take the code behind it out, then "
                                      "archive the flag",
                                      "ramped" + rolled_out));
}

TEST_F(Stale, WhatServesAnExperimentThatHasEnded) {
  MakeFlag("page");
  json experiment = Value(Create(Kind::kExperiment, {{"key", "test"},
                                                     {"flag", "page"},
                                                     {"status", "running"},
                                                     {"weights", {{"off", 500'000}, {"on", 500'000}}},
                                                     {"control", "off"}}))
                        .body;
  Value(Configure("page", {{"enabled", true}, {"rules", {{{"id", "a"}, {"serve", {{"experiment", "test"}}}}}}}));
  EXPECT_THAT(Find(), IsEmpty());
  experiment["status"] = "stopped";
  Value(Replace(Kind::kExperiment, "test", experiment));
  EXPECT_THAT(Find(), ElementsAre("page experiment_ended: rule \"a\" serves experiment \"test\", which has ended: serve "
                                  "the variant that has won, or take the rule out"));
}

TEST_F(Stale, WhatNobodyChangesUnlessItIsPermanent) {
  MakeFlag("page");
  MakeFlag("kept");
  json kept = Value(service_->Get(Kind::kFlag, In("kept"))).body;
  kept["tags"] = {"permanent"};
  Value(Replace(Kind::kFlag, "kept", kept));
  Pass(90);
  EXPECT_THAT(Find({{"page", Now()}}), ElementsAre("page unchanged: nobody has changed it for 90 days: if it decides "
                                                   "nothing any more, remove it"));
}

}  // namespace
}  // namespace expt::service
