// SDK keys over HTTP: what they are for, how long, and their successors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;

const std::string kKeys = std::string(kEnvironment) + "/keys";

std::string IdOf(const std::string& bearer) { return bearer.substr(0, bearer.find('.')); }

int HeadStatus(const RunningDaemon& exptd, const std::string& bearer) {
  return exptd.Get("/sdk/v1/head", {.bearer = bearer}).status;
}

json Listed(const RunningDaemon& exptd, const std::string& key_id) {
  const json page = exptd.Get(kKeys).Json();
  for (const json& key : page["items"]) {
    if (key["key_id"] == key_id) return key;
  }
  return nullptr;
}

TEST(Keys, DoWhatTheirScopesSay) {
  RunningDaemon exptd;
  exptd.MakeShop();
  exptd.MakeCheckout();
  ASSERT_EQ(exptd.Post(std::string(kEnvironment) + "/publish", json::object()).status, 200);
  const std::string reader = exptd.MakeSdkKey("server", nullptr, {{"scopes", {"snapshots"}}});
  const std::string sender = exptd.MakeSdkKey("server", nullptr, {{"scopes", {"events"}}});
  const std::string both = exptd.MakeSdkKey("server");
  const auto send = [&](const std::string& bearer) {
    return exptd.SendTo("POST", "/sdk/v1/events",
                        {.bearer = bearer, .body = "\x0a", .content_type = "application/x-protobuf"});
  };
  EXPECT_EQ(HeadStatus(exptd, reader), 200);
  const Reply refused = send(reader);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("this key lacks the scope \\\"events\\\""));
  EXPECT_NE(send(sender).status, 403);
  EXPECT_THAT(exptd.Get("/sdk/v1/head", {.bearer = sender}).body, HasSubstr("lacks the scope \\\"snapshots\\\""));
  EXPECT_EQ(HeadStatus(exptd, both), 200);
  EXPECT_NE(send(both).status, 403);
  EXPECT_EQ(Listed(exptd, IdOf(reader))["scopes"], json({"snapshots"}));
  EXPECT_EQ(Listed(exptd, IdOf(both))["scopes"], json({"snapshots", "events"}));
}

TEST(Keys, EndAtTheTimeTheyWereGiven) {
  RunningDaemon exptd;
  exptd.MakeShop();
  const auto soon = std::chrono::system_clock::now() + 2s;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(soon);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&seconds));
  const std::string bearer = exptd.MakeSdkKey("server", nullptr, {{"expires", text}});
  EXPECT_EQ(Listed(exptd, IdOf(bearer))["expires"], text);
  EXPECT_EQ(HeadStatus(exptd, bearer), 404);  // nothing published; the key is good
  std::this_thread::sleep_until(std::chrono::system_clock::from_time_t(seconds));
  EXPECT_EQ(HeadStatus(exptd, bearer), 401);
  const Reply rotation = exptd.Post(kKeys + "/" + IdOf(bearer) + "/rotation", json::object());
  EXPECT_EQ(rotation.status, 409);
  EXPECT_THAT(rotation.body, HasSubstr("has expired"));
}

TEST(Keys, AreRotatedWithAnOverlap) {
  RunningDaemon exptd;
  exptd.MakeShop();
  const std::string old_key = exptd.MakeSdkKey("client", nullptr, {{"scopes", {"snapshots"}}});
  const Reply reply = exptd.Post(kKeys + "/" + IdOf(old_key) + "/rotation", {{"overlap_seconds", 3600}});
  ASSERT_EQ(reply.status, 201) << reply.body;
  const json fresh = reply.Json();
  EXPECT_EQ(fresh["kind"], "client");
  EXPECT_EQ(fresh["name"], "test");
  EXPECT_EQ(fresh["scopes"], json({"snapshots"}));
  EXPECT_TRUE(fresh["expires"].is_null());
  const std::string new_key = RunningDaemon::BearerOf(fresh["key"]);
  EXPECT_NE(new_key, old_key);
  EXPECT_EQ(HeadStatus(exptd, old_key), 404);
  EXPECT_EQ(HeadStatus(exptd, new_key), 404);
  const json old = Listed(exptd, IdOf(old_key));
  EXPECT_EQ(old["replaced_by"], fresh["key_id"]);
  EXPECT_FALSE(old["expires"].is_null());
  EXPECT_TRUE(Listed(exptd, IdOf(new_key))["replaced_by"].is_null());

  const Reply again = exptd.Post(kKeys + "/" + IdOf(old_key) + "/rotation", json::object());
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.body, HasSubstr("has been replaced by key \\\"" + IdOf(new_key)));
  EXPECT_EQ(exptd.Delete(kKeys + "/" + IdOf(new_key)).status, 204);
  EXPECT_EQ(exptd.Post(kKeys + "/" + IdOf(new_key) + "/rotation", json::object()).status, 409);
  EXPECT_EQ(exptd.Post(kKeys + "/key_absent/rotation", json::object()).status, 404);

  std::vector<std::string> actions;
  const json audit = exptd.Get("/api/v1/audit?kind=sdk_key").Json();
  for (const json& entry : audit["items"]) actions.push_back(entry["action"]);
  EXPECT_THAT(actions, ::testing::ElementsAre("revoke_key", "create_key", "rotate_key", "create_key"));
}

TEST(Keys, WithoutAnOverlapTheOldOneIsOverAtOnce) {
  RunningDaemon exptd;
  exptd.MakeShop();
  const std::string old_key = exptd.MakeSdkKey("server");
  ASSERT_EQ(exptd.Post(kKeys + "/" + IdOf(old_key) + "/rotation", {{"overlap_seconds", 0}}).status, 201);
  EXPECT_EQ(HeadStatus(exptd, old_key), 401);
}

TEST(Keys, WrongTermsAreAllReported) {
  RunningDaemon exptd;
  exptd.MakeShop();
  const json body = {{"kind", "server"},
                     {"scopes", {"snapshots", "everything"}},
                     {"expires", "2001-01-01T00:00:00Z"},
                     {"secret", "mine"}};
  const Reply reply = exptd.Post(kKeys, body);
  EXPECT_EQ(reply.status, 422);
  std::vector<std::string> pointers;
  const json problem = reply.Json();
  for (const json& error : problem["errors"]) pointers.push_back(error["pointer"]);
  EXPECT_THAT(pointers, ::testing::UnorderedElementsAre("/scopes/1", "/expires", "/secret"));
  EXPECT_EQ(exptd.Post(kKeys, {{"kind", "server"}, {"scopes", json::array()}}).status, 422);
  const std::string key = exptd.MakeSdkKey("server");
  EXPECT_EQ(exptd.Post(kKeys + "/" + IdOf(key) + "/rotation", {{"overlap_seconds", -1}}).status, 422);
  EXPECT_TRUE(Listed(exptd, IdOf(key))["replaced_by"].is_null());
}

}  // namespace
}  // namespace expt::testing
