// Revisions of documents, and the way back to one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kCheckout = std::string(kEnvironment) + "/flags/checkout";

class HistoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
  }
  json Configuration() { return exptd_.Get(kCheckout).Json(); }
  void Configure(const std::string& off_variant) {
    json body = Configuration();
    body["off_variant"] = off_variant;
    const Reply reply = exptd_.Put(kCheckout, body);
    ASSERT_EQ(reply.status, 200) << reply.body;
  }

  RunningDaemon exptd_;
};

TEST_F(HistoryTest, EveryChangeIsARevisionWithWhatItChanged) {
  Configure("on");
  Configure("off");
  const json page = exptd_.Get(kCheckout + "/revisions?limit=2").Json();
  ASSERT_EQ(page["items"].size(), 2u);
  EXPECT_EQ(page["items"][0]["revision"], 3);
  const json changes = {{{"pointer", "/off_variant"}, {"before", "on"}, {"after", "off"}}};
  EXPECT_EQ(page["items"][0]["changes"], changes);
  EXPECT_EQ(page["items"][1]["action"], "replace");
  EXPECT_EQ(page["next_cursor"], "2");
  const json rest = exptd_.Get(kCheckout + "/revisions?limit=2&cursor=2").Json();
  ASSERT_EQ(rest["items"].size(), 1u);
  EXPECT_EQ(rest["items"][0]["action"], "create");
  EXPECT_EQ(rest["items"][0]["changes"][0]["pointer"], "");
  EXPECT_TRUE(rest["next_cursor"].is_null());
  EXPECT_EQ(exptd_.Get(kCheckout + "/revisions?cursor=x").status, 400);
}

TEST_F(HistoryTest, ARevisionIsReadWithItsBodyAndComparedWithAnyOther) {
  Configure("on");
  Configure("off");
  const json second = exptd_.Get(kCheckout + "/revisions/2").Json();
  EXPECT_EQ(second["body"]["off_variant"], "on");
  EXPECT_EQ(second["changes"].size(), 1u);
  EXPECT_EQ(exptd_.Get(kCheckout + "/revisions/3?against=1").Json()["changes"], json::array());
  EXPECT_EQ(exptd_.Get(kCheckout + "/revisions/4").status, 404);
  EXPECT_EQ(exptd_.Get(kCheckout + "/revisions/0").status, 400);
  EXPECT_EQ(exptd_.Get(kCheckout + "/revisions/1?against=9").status, 404);
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/flags/lost/revisions").status, 404);
}

TEST_F(HistoryTest, ARevertIsANewRevisionWithTheOldBodyAndItsSalts) {
  json body = Configuration();
  body["rules"][0]["coverage"] = {{"ppm", 100000}};
  ASSERT_EQ(exptd_.Put(kCheckout, body).status, 200);
  const json before = Configuration();
  body["rules"] = json::array();
  ASSERT_EQ(exptd_.Put(kCheckout, body).status, 200);
  const Sending stale{.headers = {"If-Match: \"2\""}};
  EXPECT_EQ(exptd_.Post(kCheckout + "/revert", {{"to", 2}}, stale).status, 412);
  const Reply reverted = exptd_.Post(kCheckout + "/revert", {{"to", 2}});
  ASSERT_EQ(reverted.status, 200) << reverted.body;
  EXPECT_EQ(reverted.Header("etag"), "\"4\"");
  EXPECT_EQ(Configuration(), before) << "with the salt that was made then";
  EXPECT_EQ(exptd_.Post(kCheckout + "/revert", {{"to", 9}}).status, 404);
  EXPECT_EQ(exptd_.Post(kCheckout + "/revert", {{"to", "2"}}).status, 422);
}

TEST_F(HistoryTest, ARevertKeepsTheRulesOfEveryOtherChange) {
  const std::string flag = std::string(kProject) + "/flags/checkout";
  json body = exptd_.Get(flag).Json();
  body["variants"].push_back({{"key", "new"}, {"value", true}});
  ASSERT_EQ(exptd_.Put(flag, body).status, 200);
  json configuration = Configuration();
  configuration["off_variant"] = "new";
  ASSERT_EQ(exptd_.Put(kCheckout, configuration).status, 200);
  const Reply served = exptd_.Post(flag + "/revert", {{"to", 1}});
  EXPECT_EQ(served.status, 422);
  EXPECT_THAT(served.body, HasSubstr("is still served"));
  Configure("off");
  EXPECT_EQ(exptd_.Post(flag + "/revert", {{"to", 1}}).status, 200);

  const std::string metric = std::string(kProject) + "/metrics";
  const auto measuring = [](const std::string& event) {
    return json{{"key", "buy"}, {"kind", "proportion"}, {"numerator", {{"event", event}}}};
  };
  ASSERT_EQ(exptd_.Post(metric, measuring("buy")).status, 201);
  ASSERT_EQ(exptd_.Put(metric + "/buy", measuring("bought")).status, 200);
  const Reply reverted = exptd_.Post(metric + "/buy/revert", {{"to", 1}});
  EXPECT_EQ(reverted.Json()["version"], 3) << "it measures something else again: " << reverted.body;
}

TEST_F(HistoryTest, WhereAReviewIsAskedForARevertIsAChangeLikeAnyOther) {
  Configure("on");
  ASSERT_EQ(exptd_.Put(kEnvironment, {{"key", "production"}, {"review", {{"required", true}}}}).status, 200);
  EXPECT_EQ(exptd_.Post(kCheckout + "/revert", {{"to", 1}}).status, 409);
}

}  // namespace
}  // namespace expt::testing
