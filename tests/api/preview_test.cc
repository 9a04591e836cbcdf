// What a publish would change for units, and who must agree to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kPublish = std::string(kEnvironment) + "/publish";
const std::string kPreview = kPublish + "/preview";
const std::string kApprovals = kPublish + "/approvals";

class Preview : public ::testing::Test {
 protected:
  void SetUp() override { exptd_.MakeShop(); }

  // A boolean flag that serves "on" to whom `rule` holds for, else "off".
  void MakeFlag(const std::string& key, const json& rules) {
    const json flag = {{"key", key},
                       {"type", "boolean"},
                       {"variants", {{{"key", "on"}, {"value", true}}, {{"key", "off"}, {"value", false}}}}};
    ASSERT_EQ(exptd_.Post(std::string(kProject) + "/flags", flag).status, 201);
    Configure(key, rules);
  }
  void Configure(const std::string& key, const json& rules) {
    const Reply reply = exptd_.Put(std::string(kEnvironment) + "/flags/" + key,
                                   {{"enabled", true},
                                    {"off_variant", "off"},
                                    {"rules", rules},
                                    {"default_serve", {{"variant", "off"}}}});
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  static json Near(const std::string& country) {
    return {{"key", "near"},
            {"condition", {{"attribute", "country"}, {"operator", "equals"}, {"operands", {country}}}}};
  }
  static json InSegment() {
    return {{{"id", "near"},
             {"condition", {{"operator", "in_segment"}, {"operands", {"near"}}}},
             {"serve", {{"variant", "on"}}}}};
  }
  static json ToAll(const std::string& variant) { return {{{"id", "all"}, {"serve", {{"variant", variant}}}}}; }
  void MakeAttribute() {
    ASSERT_EQ(exptd_.Post(std::string(kProject) + "/attributes", {{"key", "country"}, {"type", "string"}}).status, 201);
  }
  std::string MakeToken(const std::string& role) {
    return exptd_.MakeToken(role, json::array({{{"role", role}}}));
  }
  Reply Publish(Sending sending = {}) { return exptd_.Post(kPublish, json::object(), sending); }
  json Look() {
    const Reply reply = exptd_.Get(kPreview);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json();
  }

  RunningDaemon exptd_;
};

TEST_F(Preview, TellsWhoWouldMoveAndWhichExperimentsAreTouched) {
  MakeFlag("banner", ToAll("on"));
  const json first = Look();
  EXPECT_TRUE(first["published_version"].is_null());
  EXPECT_EQ(first["created_flags"], 1);
  ASSERT_EQ(Publish().status, 200);
  const json nothing = Look();
  EXPECT_EQ(nothing["published_version"], 1);
  EXPECT_EQ(nothing["content"], first["content"]);
  EXPECT_THAT(nothing["flags"], IsEmpty());
  EXPECT_EQ(nothing["contexts"], 0);

  Configure("banner", ToAll("off"));
  const json moved = Look();
  EXPECT_NE(moved["content"], first["content"]);
  ASSERT_EQ(moved["flags"].size(), 1u);
  const json& flag = moved["flags"][0];
  EXPECT_EQ(flag["key"], "banner");
  EXPECT_EQ(flag["change"], "updated");
  EXPECT_EQ(moved["contexts"], 1000);
  EXPECT_EQ(moved["moved_contexts"], 1000) << "everybody moves";
  EXPECT_EQ(flag["moves"], json::parse(R"([{"from": "on", "to": "off", "contexts": 1000}])"));
  EXPECT_EQ(Look(), moved) << "the same question gets the same answer";
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment)).Json()["published_version"], 1) << "nothing was changed";
}

TEST_F(Preview, FollowsSegmentsToTheFlagsThatUseThem) {
  MakeAttribute();
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/segments", Near("CH")).status, 201);
  MakeFlag("banner", InSegment());
  MakeFlag("other", ToAll("on"));
  ASSERT_EQ(Publish().status, 200);
  ASSERT_EQ(exptd_.Put(std::string(kProject) + "/segments/near", Near("DE")).status, 200);
  const json preview = Look();
  ASSERT_EQ(preview["flags"].size(), 1u) << preview;
  EXPECT_EQ(preview["flags"][0]["key"], "banner");
  EXPECT_EQ(preview["updated_flags"], 1);
  const int moved = preview["moved_contexts"];
  EXPECT_GT(moved, 0);
  EXPECT_LT(moved, preview["contexts"].get<int>()) << "those that are in neither country stay";
}

TEST_F(Preview, AMetadataChangeIsNone) {
  MakeFlag("banner", ToAll("on"));
  ASSERT_EQ(Publish().status, 200);
  json flag = exptd_.Get(std::string(kProject) + "/flags/banner").Json();
  flag["owner"] = "Zoë";
  ASSERT_EQ(exptd_.Put(std::string(kProject) + "/flags/banner", flag).status, 200);
  EXPECT_THAT(Look()["flags"], IsEmpty());
}

TEST_F(Preview, AFlagThatLeavesClientSnapshotsIsUpdated) {
  MakeFlag("banner", ToAll("on"));
  json flag = exptd_.Get(std::string(kProject) + "/flags/banner").Json();
  flag["visibility"] = "client";
  ASSERT_EQ(exptd_.Put(std::string(kProject) + "/flags/banner", flag).status, 200);
  ASSERT_EQ(Publish().status, 200);
  const json before = Look();
  flag["visibility"] = "server";
  ASSERT_EQ(exptd_.Put(std::string(kProject) + "/flags/banner", flag).status, 200);
  const json after = Look();
  EXPECT_NE(after["content"], before["content"]) << "an approval must not cover it";
  EXPECT_EQ(after["updated_flags"], 1);
}

TEST_F(Preview, ARaisedCoverageMovesAboutAsManyAsItSays) {
  const auto covered = [](int ppm) {
    return json::array({{{"id", "some"},
                         {"coverage", {{"salt", "s1"}, {"ppm", ppm}}},
                         {"serve", {{"variant", "on"}}}}});
  };
  MakeFlag("banner", covered(200'000));
  ASSERT_EQ(Publish().status, 200);
  Configure("banner", covered(500'000));
  const json preview = Look();
  EXPECT_NEAR(preview["moved_contexts"].get<int>(), 300, 60) << preview;
  EXPECT_EQ(preview["flags"][0]["moves"].size(), 1u) << "off to on, and nobody back";
}

class Guard : public Preview {
 protected:
  void SetUp() override {
    Preview::SetUp();
    for (int i = 0; i < 12; ++i) MakeFlag("flag-" + std::to_string(i), ToAll("on"));
    ASSERT_EQ(Publish().status, 200) << "nothing was live before";
    for (int i = 0; i < 12; ++i) Configure("flag-" + std::to_string(i), ToAll("off"));
  }
};

TEST_F(Guard, WhereNobodyElseMayPublishManyChangesAreAWarning) {
  const json preview = Look();
  EXPECT_EQ(preview["needs_approval"], false);
  EXPECT_THAT(preview["warnings"], ElementsAre("12 of 12 flags change"));
  const Reply reply = Publish();
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.Json()["warnings"], ElementsAre("12 of 12 flags change"));
}

TEST_F(Guard, ElseASecondPersonMustHaveApprovedExactlyThis) {
  const std::string second = MakeToken("publisher");
  const json preview = Look();
  EXPECT_EQ(preview["needs_approval"], true);
  const Reply refused = Publish();
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("12 of 12 flags change: a second person must approve content"));
  EXPECT_EQ(Publish({.bearer = second}).status, 409) << "publishing is not approving";

  const json content = {{"content", preview["content"]}};
  const Reply own = exptd_.Post(kApprovals, content);
  EXPECT_EQ(own.status, 403) << "who made the changes cannot approve them";
  EXPECT_EQ(exptd_.Post(kApprovals, {{"content", "x"}}, {.bearer = second}).status, 422);
  EXPECT_EQ(exptd_.Post(kApprovals, {{"content", std::string(64, '0')}}, {.bearer = second}).status, 409);
  EXPECT_EQ(exptd_.Post(kApprovals, content, {.bearer = MakeToken("editor")}).status, 403);
  ASSERT_EQ(exptd_.Post(kApprovals, content, {.bearer = second}).status, 201);
  EXPECT_EQ(Publish({.bearer = second}).status, 409) << "who approves cannot be the one who publishes";
  EXPECT_EQ(Look()["needs_approval"], false);

  // An edit voids it, and taking the edit back makes it hold again: the same content was approved.
  Configure("flag-0", ToAll("on"));
  EXPECT_EQ(Publish().status, 409);
  Configure("flag-0", ToAll("off"));
  EXPECT_EQ(Publish().status, 200);

  // It was for one publish.
  for (int i = 0; i < 12; ++i) Configure("flag-" + std::to_string(i), ToAll("on"));
  EXPECT_EQ(Publish().status, 409);
}

TEST_F(Guard, FewFlagsOfManyPass) {
  ASSERT_EQ(Publish().status, 200);
  MakeToken("publisher");
  for (int i = 12; i < 60; ++i) MakeFlag("flag-" + std::to_string(i), ToAll("on"));
  EXPECT_EQ(Publish().status, 200) << "new flags take nothing from anybody";
  for (int i = 0; i < 12; ++i) Configure("flag-" + std::to_string(i), ToAll("on"));
  EXPECT_EQ(Look()["updated_flags"], 12);
  EXPECT_EQ(Publish().status, 200) << "a fifth, not more";
}

}  // namespace
}  // namespace expt::testing
