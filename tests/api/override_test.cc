// Overrides, flag tests and templates over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "control-plane/api/override_watch.h"
#include "control-plane/service/instant.h"
#include "expt/context.h"
#include "expt/evaluate.h"
#include "tests/api/running_daemon.h"
#include "tests/service/installation.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kPublishPath = std::string(kEnvironment) + "/publish";

// With a clock of its own.
class OverrideWatchTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("page");
    Value(Configure("page", {{"enabled", true}, {"default_serve", {{"variant", "off"}}}}));
    const std::string ends = service::FormatInstant((now_ + kHour).time_since_epoch().count());
    Value(Create(service::Kind::kOverride, {{"key", "ann"},
                                            {"unit_id", "u"},
                                            {"variants", {{"page", "on"}}},
                                            {"expires", ends}}));
    Publish();
  }
  // Looks once; the version that is live then.
  int64_t Look() {
    api::OverrideWatch(*service_, *publisher_, log_, [this] { return now_; }).Look();
    return Live(Audience::kServer).version();
  }
  std::string VariantOf(const std::string& unit_id) {
    return std::string(Evaluate(Live(Audience::kServer), "page", Context(unit_id), {.now = now_}).variant);
  }

  static constexpr std::chrono::hours kHour{1};
  api::Log log_{nullptr, api::LogLevel::kInfo};
};

TEST_F(OverrideWatchTest, AnExpiredOneEndsWhenNothingElseWouldGoLive) {
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(VariantOf("u"), "on");
  now_ += kHour;
  EXPECT_EQ(Look(), 2);
  EXPECT_EQ(VariantOf("u"), "off");
  EXPECT_EQ(Look(), 2) << "once";
  const auto audit = state_->ListAudit({.action = "publish"}, 1);
  EXPECT_EQ(audit->front().actor, "system");
  EXPECT_THAT(audit->front().after, HasSubstr("overrides have expired: ann"));
}

TEST_F(OverrideWatchTest, WhatSomebodyIsWorkingOnDoesNotGoLiveWithIt) {
  now_ += kHour;
  Value(Create(service::Kind::kSegment, {{"key", "pending"}}));
  EXPECT_EQ(Look(), 1);
  Publish();
  EXPECT_EQ(VariantOf("u"), "off");
  EXPECT_EQ(Look(), 2);
}

TEST_F(OverrideWatchTest, AFailingTestStopsItToo) {
  Value(Create(service::Kind::kFlagTest, {{"key", "u-is-on"},
                                          {"flag", "page"},
                                          {"attributes", {{"targeting_key", "u"}}},
                                          {"expect", {{"variant", "on"}}}}));
  now_ += kHour;
  EXPECT_EQ(Look(), 1);
}

TEST(OverrideApi, BelongsToTheProjectOrToAnEnvironment) {
  RunningDaemon exptd;
  exptd.MakeShop();
  exptd.MakeCheckout();
  for (const char* path : {"/overrides", "/environments/production/overrides"}) {
    const Reply made = exptd.Post(std::string(kProject) + path,
                                  {{"key", "ann"}, {"unit_id", "u-1"}, {"variants", {{"checkout", "off"}}}});
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(exptd.Get(std::string(kProject) + path).Json()["items"].size(), 1u);
  }
  EXPECT_EQ(exptd.Get(std::string(kEnvironment) + "/changes").Json()["changes"].size(), 5u);
}

TEST(FlagTestApi, AFailingOneStopsAPublishAndIsShownByThePreview) {
  RunningDaemon exptd;
  exptd.MakeShop();
  exptd.MakeCheckout();
  ASSERT_EQ(exptd.Post(std::string(kProject) + "/contexts",
                       {{"key", "ann"}, {"attributes", {{"targeting_key", "u-1"}, {"score", 1.5}, {"beta", true}}}})
                .status,
            201);
  const Reply made = exptd.Post(std::string(kProject) + "/tests", {{"key", "off-for-ann"},
                                                                   {"flag", "checkout"},
                                                                   {"context", "ann"},
                                                                   {"expect", {{"variant", "off"}}}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string text =
      "test \"off-for-ann\": flag \"checkout\": expected variant \"off\", found variant \"on\" "
      "(TARGETING_MATCH, rule \"all\")";
  const Reply refused = exptd.Post(kPublishPath, json::object());
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.Json()["errors"][0]["text"], text);
  EXPECT_EQ(exptd.Get(kPublishPath + "/preview").Json()["problems"], json::array({text}));
  const json runs = exptd.Post(std::string(kEnvironment) + "/tests/run", json::object()).Json();
  EXPECT_EQ(runs["failed"], 1);
  EXPECT_EQ(runs["passed"], 0);
  EXPECT_EQ(runs["items"][0]["found"]["rule"], "all");
  EXPECT_EQ(runs["items"][0]["text"], text);
  json repaired = made.Json();
  repaired["expect"]["variant"] = "on";
  ASSERT_EQ(exptd.Put(std::string(kProject) + "/tests/off-for-ann", repaired).status, 200);
  EXPECT_EQ(exptd.Post(kPublishPath, json::object()).status, 200);
  EXPECT_EQ(exptd.Post(std::string(kEnvironment) + "/tests/run", json::object()).Json()["passed"], 1);
}

TEST(TemplateApi, MakesFlagsAndExperiments) {
  RunningDaemon exptd;
  exptd.MakeShop();
  exptd.MakeCheckout();
  const std::string templates = std::string(kProject) + "/templates";
  ASSERT_EQ(exptd.Post(templates, {{"key", "half"},
                                   {"of", "experiment"},
                                   {"body", {{"weights", {{"off", 500'000}, {"on", 500'000}}}, {"control", "off"}}}})
                .status,
            201);
  const std::string experiments = std::string(kEnvironment) + "/experiments";
  const Reply made = exptd.Post(experiments + "?template=half", {{"key", "test"}, {"flag", "checkout"}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.Json()["weights"]["on"], 500'000);
  EXPECT_EQ(exptd.Post(std::string(kProject) + "/flags?template=half", {{"key", "x"}}).status, 404);
  EXPECT_EQ(exptd.Post(templates + "?template=half", {{"key", "x"}}).status, 400);
}

}  // namespace
}  // namespace expt::testing
