// Browsers: the session cookie, and what keeps other sites from using it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// What a browser sends back of a Set-Cookie header.
std::string PairOf(const std::string& set_cookie) { return set_cookie.substr(0, set_cookie.find(';')); }

Sending Json(const json& body, std::vector<std::string> headers = {}) {
  return {.bearer = "none", .headers = std::move(headers), .body = body.dump(), .content_type = "application/json"};
}

TEST(Session, ACookieStandsForTheApiTokenThatBoughtIt) {
  RunningDaemon exptd;
  exptd.Setup();
  const Reply signed_in = exptd.SendTo("POST", "/api/v1/session", Json({{"token", exptd.token()}}));
  ASSERT_EQ(signed_in.status, 201) << signed_in.body;
  EXPECT_EQ(signed_in.Json()["role"], "admin");
  const std::string cookie = signed_in.Header("set-cookie");
  EXPECT_THAT(cookie, HasSubstr("; HttpOnly"));
  EXPECT_THAT(cookie, HasSubstr("; SameSite=Strict"));
  EXPECT_THAT(cookie, HasSubstr("; Path=/api"));

  const std::string header = "Cookie: other=1; " + PairOf(cookie);
  const Reply session = exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = {header}});
  EXPECT_EQ(session.status, 200);
  EXPECT_EQ(session.Json(), signed_in.Json());

  const Reply ended = exptd.SendTo("DELETE", "/api/v1/session", {.bearer = "none", .headers = {header}});
  EXPECT_EQ(ended.status, 204);
  EXPECT_THAT(ended.Header("set-cookie"), HasSubstr("expt_session=; "));
  EXPECT_THAT(ended.Header("set-cookie"), HasSubstr("Max-Age=0"));
}

TEST(Session, AChangeByCookieNeedsAHeaderThatNoFormCanSend) {
  RunningDaemon exptd;
  exptd.Setup();
  const std::string cookie =
      PairOf(exptd.SendTo("POST", "/api/v1/session", Json({{"token", exptd.token()}})).Header("set-cookie"));
  const json project = {{"key", "shop"}};
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/projects", Json(project, {"Cookie: " + cookie})).status, 403);
  EXPECT_EQ(exptd.Get("/api/v1/projects").Json()["items"].size(), 0u);
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/projects", Json(project, {"Cookie: " + cookie, "X-Expt-Session: 1"})).status,
            201);
}

TEST(Session, WhatIsNoApiTokenOpensNothing) {
  RunningDaemon exptd;
  exptd.MakeShop();
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/session", Json({{"token", "nobody"}})).status, 401);
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/session", Json({{"token", exptd.MakeSdkKey("server")}})).status, 401);
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/session", Json({{"token", 7}})).status, 422);
  EXPECT_EQ(
      exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = {"Cookie: expt_session=nobody"}}).status,
      401);
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = {"Cookie: expt_session"}}).status,
            401);
  // A cookie never stands in for a credential that was given and is wrong, nor for an SDK key.
  const std::string cookie = "Cookie: expt_session=" + exptd.token();
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/session", {.bearer = "nobody", .headers = {cookie}}).status, 401);
  EXPECT_EQ(exptd.SendTo("GET", "/sdk/v1/head", {.bearer = "none", .headers = {cookie}}).status, 401);
}

}  // namespace
}  // namespace expt::testing
