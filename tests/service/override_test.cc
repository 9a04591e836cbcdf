// Units that always get certain variants, wherever that is said, for as long as it is said.
#include <gmock/gmock.h>

#include "expt/context.h"
#include "expt/evaluate.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Overrides : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("page", "client");
    MakeFlag("tools");
    for (const char* flag : {"page", "tools"}) {
      Value(Configure(flag, {{"enabled", true}, {"default_serve", {{"variant", "off"}}}}));
    }
  }
  std::string VariantOf(const std::string& flag, const std::string& unit_id, Audience audience = Audience::kServer) {
    const Snapshot live = Live(audience);
    return std::string(Evaluate(live, flag, Context(unit_id), {.now = now_}).variant);
  }
};

TEST_F(Overrides, ForceFlagsOfOneEnvironmentOrOfAll) {
  MakeEnvironment("test");
  Value(Create(Kind::kOverride,
               {{"key", "ann"}, {"unit_id", "u-ann"}, {"variants", {{"page", "on"}, {"tools", "on"}}}}));
  Value(Create(Kind::kProjectOverride, {{"key", "bob"}, {"unit_id", "u-bob"}, {"variants", {{"page", "on"}}}}));
  Publish();
  EXPECT_EQ(VariantOf("page", "u-ann"), "on");
  EXPECT_EQ(VariantOf("tools", "u-ann"), "on");
  EXPECT_EQ(VariantOf("page", "u-bob"), "on");
  EXPECT_EQ(VariantOf("tools", "u-bob"), "off");
  EXPECT_EQ(VariantOf("page", "u-eve"), "off");
  EXPECT_EQ(VariantOf("page", "u-ann", Audience::kClient), "on");
  const auto test = Value(service_->Assemble(Caller(), "shop", "test"));
  for (const auto& flag : test.server.flags) {
    const bool is_page = test.server.strings[flag.key] == "page";
    EXPECT_EQ(flag.overrides.size(), 0u) << "not configured there, so nothing to override " << is_page;
  }
}

TEST_F(Overrides, TheNearestOneCounts) {
  Value(Create(Kind::kProjectOverride, {{"key", "all"}, {"unit_id", "u"}, {"variants", {{"page", "off"}}}}));
  Value(Create(Kind::kOverride, {{"key", "here"}, {"unit_id", "u"}, {"variants", {{"page", "on"}}}}));
  Publish();
  EXPECT_EQ(VariantOf("page", "u"), "on") << "that of the environment before that of the project";
  Value(Configure("page", {{"enabled", true}, {"overrides", {{{"unit_ids", {"u"}}, {"variant", "off"}}}}}));
  Publish();
  EXPECT_EQ(VariantOf("page", "u"), "off") << "that of the flag before both";
}

TEST_F(Overrides, AnExpiredOneIsNotPublished) {
  Value(Create(Kind::kOverride, {{"key", "ann"},
                                 {"unit_id", "u"},
                                 {"note", "until the launch"},
                                 {"expires", "2030-03-18T00:00:00Z"},  // the day after now_
                                 {"variants", {{"page", "on"}}}}));
  Publish();
  const EnvironmentRef prod = Value(service_->FindEnvironment("shop", "prod"));
  EXPECT_EQ(VariantOf("page", "u"), "on");
  EXPECT_THAT(Value(service_->ExpiredOverrides(Caller(), prod)), IsEmpty());
  now_ += std::chrono::hours(24);
  EXPECT_EQ(VariantOf("page", "u"), "on") << "a snapshot is fixed";
  EXPECT_THAT(Value(service_->ExpiredOverrides(Caller(), prod)), ElementsAre("ann"));
  Publish();
  EXPECT_EQ(VariantOf("page", "u"), "off");
  EXPECT_THAT(Value(service_->ExpiredOverrides(Caller(), prod)), IsEmpty());
}

TEST_F(Overrides, EveryProblemIsSaidAtOnce) {
  EXPECT_THAT(ProblemsOf(Create(Kind::kOverride, {{"key", "ann"},
                                                  {"unit_id", ""},
                                                  {"bucket_by", "country"},
                                                  {"expires", "tomorrow"},
                                                  {"colour", "red"},
                                                  {"variants", {{"lost", "on"}, {"page", "blue"}, {"tools", 1}}}})),
              ElementsAre("/unit_id: expected a text, found an empty string",
                          "/expires: expected a time such as \"2030-01-31T12:00:00Z\", found \"tomorrow\"",
                          "/variants/tools: expected a key, found an integer", "/colour: unknown field",
                          "/bucket_by: unknown attribute \"country\"", "/variants/lost: unknown flag \"lost\"",
                          "/variants/page: flag \"page\" has no variant \"blue\""));
  EXPECT_THAT(ProblemsOf(Create(Kind::kOverride, {{"key", "ann"}, {"unit_id", "u"}, {"variants", json::object()}})),
              ElementsAre("/variants: expected 1 to 1000 flags, found 0"));
}

TEST_F(Overrides, WhatTheyNameStays) {
  Value(Create(Kind::kOverride, {{"key", "ann"}, {"unit_id", "u"}, {"variants", {{"tools", "on"}}}}));
  EXPECT_EQ(service_->Archive(Caller(), Kind::kFlag, In("tools"), std::nullopt).fault().detail,
            "flag \"tools\" is used by override \"ann\" in environment \"prod\"");
  json tools = Value(service_->Get(Kind::kFlag, In("tools"))).body;
  tools["variants"].erase(1);
  EXPECT_THAT(ProblemsOf(Replace(Kind::kFlag, "tools", tools)),
              ElementsAre("/variants: variant \"on\" is still served or compared"));
  Value(service_->Archive(Caller(), Kind::kOverride, In("ann"), std::nullopt));
  EXPECT_TRUE(service_->Archive(Caller(), Kind::kFlag, In("tools"), std::nullopt).ok());
}

TEST_F(Overrides, AreAmongTheChangesOfAPublish) {
  Publish();
  for (const Kind kind : {Kind::kOverride, Kind::kProjectOverride}) {
    Value(Create(kind, {{"key", "ann"}, {"unit_id", "u"}, {"variants", {{"tools", "on"}}}}));
  }
  const json changes = Value(service_->ListChanges(Caller(), "shop", "prod"));
  ASSERT_EQ(changes["changes"].size(), 2u) << "of one key, in two places";
  for (const json& change : changes["changes"]) {
    EXPECT_EQ(change["kind"], "override");
    EXPECT_EQ(change["change"], "created");
  }
}

}  // namespace
}  // namespace expt::service
