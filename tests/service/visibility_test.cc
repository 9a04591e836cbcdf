// What browsers and devices may know: client-visible flags, what these use, and nothing else.
#include <gmock/gmock.h>

#include "expt/evaluate.h"
#include "src/host/signed_file.h"
#include "src/wire/snapshot_codec.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class Visibility : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
  }

  static json FlagIs(const std::string& flag) { return {{"operator", "flag_is"}, {"flag", flag}, {"operands", {"on"}}}; }
  static json InSegment(const std::string& segment) {
    return {{"operator", "in_segment"}, {"operands", {segment}}};
  }
  static json Serving(const json& condition) {
    return {{"enabled", true}, {"rules", {{{"condition", condition}, {"serve", {{"variant", "on"}}}}}}};
  }
  static json Leaf(const std::string& attribute, const std::string& op, json operands) {
    return {{"attribute", attribute}, {"operator", op}, {"operands", std::move(operands)}};
  }
  static json Test(const std::string& key, const std::string& flag, const std::string& layer) {
    return {{"key", key},
            {"flag", flag},
            {"status", "running"},
            {"layer", layer},
            {"weights", {{"on", 500'000}, {"off", 500'000}}},
            {"control", "off"}};
  }

  // The model inside the live file of an audience.
  model::Snapshot Published(Audience audience) {
    const auto file = publisher_->LiveSnapshotFile(ProdId(), audience);
    EXPECT_TRUE(file.ok()) << file.status();
    const auto root = host::OpenRootFile(*signing_->RootFile(signing_->root_version()));
    EXPECT_TRUE(root.ok()) << root.status();
    const std::string environment = ProdId();
    const auto opened =
        host::OpenSignedFile(*file, *root, {.type = wire::PayloadType::kSnapshot, .environment = environment});
    EXPECT_TRUE(opened.ok()) << opened.status();
    auto model = wire::DecodeSnapshot(opened->plain);
    EXPECT_TRUE(model.ok()) << model.status();
    return *std::move(model);
  }
};

TEST_F(Visibility, AClientVisibleFlagAsksOnlyAboutItsLike) {
  MakeFlag("backend");
  MakeFlag("theme", "client");
  MakeFlag("page", "client");
  const std::string text =
      ": flag \"page\" is visible to clients and refers to flag \"backend\", which is for servers only";
  EXPECT_THAT(ProblemsOf(Configure("page", Serving(FlagIs("backend")))), ElementsAre("/rules/0/condition" + text));
  EXPECT_THAT(ProblemsOf(Configure("page", {{"prerequisites", {{{"flag", "backend"}, {"variants", {"on"}}}}}})),
              ElementsAre("/prerequisites/0/flag" + text));
  Value(Create(Kind::kSegment, {{"key", "inner"}, {"condition", FlagIs("backend")}}));
  Value(Create(Kind::kSegment, {{"key", "outer"}, {"condition", {{"not", InSegment("inner")}}}}));
  EXPECT_THAT(ProblemsOf(Configure("page", Serving({{"all", {FlagIs("theme"), InSegment("outer")}}}))),
              ElementsAre("/rules/0/condition/all/1" + text));
  Value(Configure("page", Serving(FlagIs("theme"))));
  // The other way round is fine.
  Value(Configure("backend", Serving(FlagIs("page"))));
}

TEST_F(Visibility, WhatBecomesServerOnlyLaterStopsThePublish) {
  MakeFlag("theme", "client");
  MakeFlag("page", "client");
  Value(Configure("page", Serving(FlagIs("theme"))));
  EXPECT_TRUE(service_->Assemble(Caller(), "shop", "prod").ok());
  json theme = Value(service_->Get(Kind::kFlag, In("theme"))).body;
  theme["visibility"] = "server";
  Value(Replace(Kind::kFlag, "theme", theme));
  EXPECT_THAT(ProblemsOf(service_->Assemble(Caller(), "shop", "prod")),
              ElementsAre("/flags/page/rules/0/condition: flag \"page\" is visible to clients and refers to flag "
                          "\"theme\", which is for servers only"));
}

TEST_F(Visibility, APublishedClientSnapshotHoldsNothingOfServersOnly) {
  for (const char* key : {"shared_country", "secret_score", "secret_email", "client_email"}) {
    Value(Create(Kind::kAttribute, {{"key", key}, {"type", "string"}}));
  }
  for (const std::string side : {"server", "client"}) {
    const auto named = [&side](const std::string& what) { return side + "-" + what; };
    for (const char* flag : {"flag", "other"}) {
      Value(Create(Kind::kFlag, {{"key", named(flag)},
                                 {"type", "string"},
                                 {"visibility", side},
                                 {"owner", named("owner")},
                                 {"tags", {named("tag")}},
                                 {"description", named("words")},
                                 {"variants", {{{"key", "on"}, {"value", named("value")}},
                                               {{"key", "off"}, {"value", named("off-value")}}}}}));
    }
    Value(Configure(named("other"), {{"enabled", true}, {"default_serve", {{"variant", "on"}}}}));
    Value(Create(Kind::kLayer, {{"key", named("layer")}, {"salt", named("layer-salt")}}));
    Value(Create(Kind::kHoldout, {{"key", named("holdout")}, {"ppm", 1000}, {"salt", named("holdout-salt")}}));
    Value(Create(Kind::kExperiment, Test(named("test"), named("flag"), named("layer"))));
    json hidden = Leaf(side == "server" ? "secret_email" : "client_email", "in_hashed", {named("person")});
    json window = Leaf("$now", "in_window", {{{"start", "00:00"}, {"end", "24:00"}}});
    window["time_zone"] = side == "server" ? "Asia/Kolkata" : "Europe/Zurich";
    Value(Create(Kind::kSegment, {{"key", named("segment")},
                                  {"condition", {{"all", {hidden, window, FlagIs(named("other"))}}}},
                                  {"include", {{{"unit_ids", {named("member")}}}}}}));
    Value(Configure(named("flag"),
                    {{"enabled", true},
                     {"overrides", {{{"unit_ids", {named("tester")}}, {"variant", "on"}}}},
                     {"prerequisites", {{{"flag", named("other")}, {"variants", {"on"}}}}},
                     {"rules",
                      {{{"id", named("rule")},
                        {"description", named("rule-words")},
                        {"condition", InSegment(named("segment"))},
                        {"holdouts", {named("holdout")}},
                        {"serve", {{"experiment", named("test")}}}},
                       {{"id", named("plain")},
                        {"condition", Leaf("shared_country", "equals", {named("country")})},
                        {"serve", {{"variant", "on"}}}}}}}));
  }
  Value(Configure("server-other", Serving(Leaf("secret_score", "equals", {"high"}))));
  // Nobody serves it, so that clients need not know.
  Value(Create(Kind::kExperiment, {{"key", "client-draft"},
                                   {"flag", "client-flag"},
                                   {"weights", {{"on", 500'000}, {"off", 500'000}}},
                                   {"control", "off"}}));
  Publish();

  const model::Snapshot client = Published(Audience::kClient);
  std::vector<std::string> strings(client.strings.begin(), client.strings.end());
  for (const std::string& text : strings) {
    for (const char* part : {"server", "secret", "words", "owner", "tag", "person", "member", "tester", "Kolkata",
                             "draft"}) {
      EXPECT_EQ(text.find(part), std::string::npos) << text;
    }
  }
  for (const char* text : {"client-flag", "client-other", "client-segment", "client-layer", "client-holdout",
                           "client-test", "client-country", "client_email", "Europe/Zurich"}) {
    EXPECT_THAT(strings, Contains(text));
  }
  EXPECT_EQ(client.flags.size(), 2u);
  EXPECT_EQ(client.segments.size(), 1u);
  EXPECT_EQ(client.layers.size(), 1u);
  EXPECT_EQ(client.holdouts.size(), 1u);
  EXPECT_EQ(client.experiments.size(), 1u);
  EXPECT_EQ(client.time_zones.size(), 1u);
  EXPECT_EQ(client.hash_pool.size(), 32u);

  const model::Snapshot server = Published(Audience::kServer);
  EXPECT_EQ(server.flags.size(), 4u);
  EXPECT_EQ(server.time_zones.size(), 2u);
  EXPECT_EQ(server.hash_pool.size(), 64u);
  EXPECT_THAT(std::string(server.tzdata_version), ::testing::StartsWith("20"));
  strings.assign(server.strings.begin(), server.strings.end());
  for (const char* text : {"server-owner", "client-tag"}) EXPECT_THAT(strings, Contains(text));
  for (const char* text : {"server-person", "client-person", "server-member", "client-tester"}) {
    EXPECT_THAT(strings, Not(Contains(text)));
  }
  // Each audience hashes members and overrides with a salt of its own.
  ASSERT_EQ(client.member_lists.size(), 1u);
  for (const model::MemberList& list : server.member_lists) {
    EXPECT_NE(list.hashes, client.member_lists[0].hashes);
  }
  EXPECT_EQ(Evaluate(Live(Audience::kClient), "client-flag", Context("client-tester"), {.now = now_}).rule, "override");
}

}  // namespace
}  // namespace expt::service
