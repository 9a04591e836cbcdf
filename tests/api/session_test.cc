// Browsers: the session cookie, and what keeps other sites from using it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <regex>
#include <sstream>
#include <string>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

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
  EXPECT_THAT(cookie, Not(HasSubstr(exptd.token())));

  const std::string header = "Cookie: other=1; " + PairOf(cookie);
  const Reply session = exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = {header}});
  EXPECT_EQ(session.status, 200);
  EXPECT_EQ(session.Json(), signed_in.Json());

  const Reply ended = exptd.SendTo("DELETE", "/api/v1/session", {.bearer = "none", .headers = {header}});
  EXPECT_EQ(ended.status, 204);
  EXPECT_EQ(ended.Header("clear-site-data"), "\"storage\"");
  EXPECT_THAT(ended.Header("set-cookie"), HasSubstr("expt_session=; "));
  EXPECT_THAT(ended.Header("set-cookie"), HasSubstr("Max-Age=0"));
  // It has ended on the server, too; the token is as good as before.
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = {header}}).status, 401);
  EXPECT_EQ(exptd.Get("/api/v1/session").status, 200);
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

constexpr char kPassword[] = "correct horse battery";

// An active member; answers with its id.
std::string MakeMember(RunningDaemon& exptd, const std::string& email) {
  const Reply invited = exptd.Post("/api/v1/members", {{"email", email}, {"name", "Ann"}});
  EXPECT_EQ(invited.status, 201) << invited.body;
  const json ticket = {{"token", invited.Json()["token"]}, {"password", kPassword}};
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/password", Json(ticket)).status, 204);
  return invited.Json()["member"]["id"];
}

Reply SignIn(const RunningDaemon& exptd, const std::string& email, const std::string& password,
             std::vector<std::string> headers = {}) {
  return exptd.SendTo("POST", "/api/v1/session", Json({{"email", email}, {"password", password}}, std::move(headers)));
}

// The pairs that a browser sends back, in one header.
std::string CookiesOf(const Reply& reply) {
  std::string header = "Cookie: ";
  std::istringstream lines(reply.Header("set-cookie"));
  for (std::string line; std::getline(lines, line);) header += PairOf(line) + "; ";
  return header;
}

TEST(Session, AMemberSignsInWithAPasswordAndMayDoWhatBindingsSay) {
  RunningDaemon exptd;
  exptd.MakeShop();
  const std::string ann = MakeMember(exptd, "ann@example.com");
  ASSERT_EQ(exptd.Post("/api/v1/bindings", {{"member", ann}, {"role", "viewer"}, {"project", "shop"}}).status, 201);
  const Reply signed_in = SignIn(exptd, "ann@example.com", kPassword);
  ASSERT_EQ(signed_in.status, 201) << signed_in.body;
  EXPECT_EQ(signed_in.Json()["email"], "ann@example.com");
  EXPECT_TRUE(signed_in.Json()["role"].is_null());  // everywhere: none
  EXPECT_EQ(signed_in.Json()["permissions"][0]["project"], "shop");
  const Sending by_cookie = {.bearer = "none", .headers = {CookiesOf(signed_in)}};
  EXPECT_EQ(exptd.SendTo("GET", kProject, by_cookie).status, 200);
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/audit", by_cookie).status, 403);
  exptd.Restart();
  EXPECT_EQ(exptd.SendTo("GET", kProject, by_cookie).status, 200);
  // Disabled: at once.
  json member = exptd.Get("/api/v1/members/" + ann).Json();
  member["state"] = "disabled";
  ASSERT_EQ(exptd.Put("/api/v1/members/" + ann, member).status, 200);
  EXPECT_EQ(exptd.SendTo("GET", kProject, by_cookie).status, 401);
}

TEST(Session, TheFirstMemberComesWithSetup) {
  RunningDaemon exptd;
  const json body = {{"token", *exptd.daemon().setup_token()}, {"email", "ann@example.com"}, {"password", "12345678"}};
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/setup", Json(body)).status, 422);
  json better = body;
  better["password"] = kPassword;
  const Reply done = exptd.SendTo("POST", "/api/v1/setup", Json(better));
  ASSERT_EQ(done.status, 201) << done.body;
  EXPECT_EQ(done.Json()["member"]["state"], "active");
  const Reply signed_in = SignIn(exptd, "ann@example.com", kPassword);
  ASSERT_EQ(signed_in.status, 201) << signed_in.body;
  EXPECT_EQ(signed_in.Json()["role"], "admin");
}

TEST(Session, KnownAndUnknownPeopleGetTheSameAnswer) {
  RunningDaemon exptd;
  exptd.Setup();
  MakeMember(exptd, "ann@example.com");
  const auto refusal = [&](const std::string& email) {
    const Reply reply = SignIn(exptd, email, "a wrong password");
    json body = reply.Json();
    body.erase("request_id");
    return std::to_string(reply.status) + body.dump() + reply.Header("set-cookie");
  };
  EXPECT_EQ(refusal("ann@example.com"), refusal("nobody@example.com"));
  EXPECT_THAT(refusal("ann@example.com"), ::testing::StartsWith("401"));
}

TEST(Session, WhoGuessesSlowsDownNoBrowserThatTheOwnerUses) {
  DaemonOptions options;
  options.gate.sign_in_account = {.per_second = 1.0 / 3600, .burst = 3};
  RunningDaemon exptd(options);
  exptd.Setup();
  MakeMember(exptd, "ann@example.com");
  const Reply first = SignIn(exptd, "ann@example.com", kPassword);
  ASSERT_EQ(first.status, 201);
  const std::string cookies = CookiesOf(first);
  EXPECT_THAT(cookies, HasSubstr("expt_device="));
  EXPECT_EQ(SignIn(exptd, "ann@example.com", "guess one of many").status, 401);
  EXPECT_EQ(SignIn(exptd, "ann@example.com", "guess two of many").status, 401);
  const Reply limited = SignIn(exptd, "Ann@example.com", kPassword);
  EXPECT_EQ(limited.status, 429);
  EXPECT_FALSE(limited.Header("retry-after").empty());
  EXPECT_EQ(SignIn(exptd, "ann@example.com", kPassword, {cookies}).status, 201);
  // A made-up device is none.
  EXPECT_EQ(SignIn(exptd, "ann@example.com", kPassword, {"Cookie: expt_device=mem_x.y.z"}).status, 429);
  // Nor is an unknown account told from a known one by its limit.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(SignIn(exptd, "nobody@example.com", kPassword).status, 401);
  EXPECT_EQ(SignIn(exptd, "nobody@example.com", kPassword).status, 429);
}

TEST(Session, OneAddressTriesSoManyPasswordsForAllAccounts) {
  DaemonOptions options;
  options.gate.sign_in_address = {.per_second = 1.0 / 3600, .burst = 2};
  RunningDaemon exptd(options);
  exptd.Setup();
  EXPECT_EQ(SignIn(exptd, "a@example.com", kPassword).status, 401);
  EXPECT_EQ(SignIn(exptd, "b@example.com", kPassword).status, 401);
  EXPECT_EQ(SignIn(exptd, "c@example.com", kPassword).status, 429);
  EXPECT_EQ(exptd.Get("/api/v1/session").status, 200);  // other credentials go on
}

TEST(Session, RefusedSignInsAreInTheAuditUpToALimit) {
  DaemonOptions options;
  options.gate.noted_refusals = {.per_second = 1.0 / 3600, .burst = 2};
  RunningDaemon exptd(options);
  exptd.Setup();
  const std::string ann = MakeMember(exptd, "ann@example.com");
  for (const char* email : {"ann@example.com", "nobody@example.com", "nobody@example.com"}) {
    EXPECT_EQ(SignIn(exptd, email, "wrong").status, 401);
  }
  std::vector<std::string> refused;
  const json audit = exptd.Get("/api/v1/audit").Json();
  for (const json& entry : audit["items"]) {
    if (entry["action"] != "refuse_sign_in") continue;
    refused.push_back(entry["key"]);
    EXPECT_EQ(entry["actor"], "anybody");
  }
  EXPECT_THAT(refused, ::testing::ElementsAre("", ann));
}

TEST(Session, APageOfAnotherSiteCanChangeNothing) {
  RunningDaemon exptd;
  exptd.Setup();
  const Reply signed_in = exptd.SendTo("POST", "/api/v1/session", Json({{"token", exptd.token()}}));
  const std::string cookie = "Cookie: " + PairOf(signed_in.Header("set-cookie"));
  const std::string host = exptd.url().substr(std::string("http://").size());
  int number = 0;
  const auto change = [&](const std::string& header) {
    const json project = {{"key", "p" + std::to_string(++number)}};
    return exptd.SendTo("POST", "/api/v1/projects", Json(project, {cookie, "X-Expt-Session: 1", header})).status;
  };
  EXPECT_EQ(change("Sec-Fetch-Site: same-origin"), 201);
  EXPECT_EQ(change("Sec-Fetch-Site: none"), 201);
  EXPECT_EQ(change("Sec-Fetch-Site: cross-site"), 403);
  EXPECT_EQ(change("Sec-Fetch-Site: same-site"), 403);
  EXPECT_EQ(change("Origin: http://" + host), 201);
  EXPECT_EQ(change("Origin: https://evil.example"), 403);
  EXPECT_EQ(change("Origin: null"), 403);
  EXPECT_EQ(change("Origin: http://" + host + ".evil.example"), 403);
  // Nor can it sign somebody in as somebody else.
  EXPECT_EQ(exptd
                .SendTo("POST", "/api/v1/session",
                        Json({{"token", exptd.token()}}, {"Sec-Fetch-Site: cross-site"}))
                .status,
            403);
}

TEST(Session, BehindAProxyCookiesAreForThisHostAndTlsOnly) {
  DaemonOptions options;
  options.server.behind_proxy = true;
  options.public_url = "https://flags.example.com";
  RunningDaemon exptd(options);
  exptd.Setup();
  MakeMember(exptd, "ann@example.com");
  const Reply signed_in = SignIn(exptd, "ann@example.com", kPassword, {"Origin: https://flags.example.com"});
  ASSERT_EQ(signed_in.status, 201) << signed_in.body;
  std::istringstream lines(signed_in.Header("set-cookie"));
  int cookies = 0;
  for (std::string line; std::getline(lines, line); ++cookies) {
    EXPECT_THAT(line, ::testing::StartsWith("__Host-expt_"));
    EXPECT_THAT(line, HasSubstr("; Path=/; Secure; HttpOnly; SameSite=Strict"));
  }
  EXPECT_EQ(cookies, 2);
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = {CookiesOf(signed_in)}}).status, 200);
  // One that a neighbour of the host could have set is not looked at.
  std::string plain = CookiesOf(signed_in);
  plain = std::regex_replace(plain, std::regex("__Host-"), "");
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = {plain}}).status, 401);
}

TEST(Session, AnAccountIsChangedByItsOwnerOverHttp) {
  RunningDaemon exptd;
  exptd.Setup();
  MakeMember(exptd, "ann@example.com");
  const auto sign_in = [&](const std::string& password) {
    const Reply reply = SignIn(exptd, "ann@example.com", password);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return std::vector<std::string>{CookiesOf(reply), "X-Expt-Session: 1"};
  };
  std::vector<std::string> headers = sign_in(kPassword);
  const Reply enrolled = exptd.SendTo("POST", "/api/v1/account/totp", {.bearer = "none", .headers = headers});
  EXPECT_EQ(enrolled.status, 201) << enrolled.body;
  EXPECT_THAT(enrolled.Json()["uri"].get<std::string>(), HasSubstr("otpauth://totp/expt:ann%40example.com?secret="));
  EXPECT_EQ(exptd.SendTo("PUT", "/api/v1/account/totp", Json({{"code", "none"}}, headers)).status, 422);
  EXPECT_EQ(exptd.SendTo("DELETE", "/api/v1/account/totp", {.bearer = "none", .headers = headers}).status, 204);
  const Reply sessions = exptd.SendTo("GET", "/api/v1/account/sessions", {.bearer = "none", .headers = headers});
  ASSERT_EQ(sessions.Json()["items"].size(), 1u);
  const json change = {{"password", kPassword}, {"new_password", "another long text"}};
  EXPECT_EQ(exptd.SendTo("PUT", "/api/v1/account/password", Json(change, headers)).status, 204);
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = headers}).status, 401);
  headers = sign_in("another long text");
  EXPECT_EQ(exptd.SendTo("PUT", "/api/v1/account/email", Json({{"email", "a@example.com"}}, headers)).status, 204);
  const std::string id = exptd.SendTo("GET", "/api/v1/account/sessions", {.bearer = "none", .headers = headers})
                             .Json()["items"][0]["id"];
  EXPECT_EQ(
      exptd.SendTo("DELETE", "/api/v1/account/sessions/" + id, {.bearer = "none", .headers = headers}).status, 204);
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = headers}).status, 401);
  // A token has no account.
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/account/totp", {}).status, 404);
}

TEST(Session, KeysAreMadeByWhoHasSignedInWithinTheLastMinutes) {
  DaemonOptions options;
  options.people.fresh = std::chrono::milliseconds(0);
  RunningDaemon exptd(options);
  exptd.MakeShop();
  const Reply signed_in = exptd.SendTo("POST", "/api/v1/session", Json({{"token", exptd.token()}}));
  const std::vector<std::string> headers = {"Cookie: " + PairOf(signed_in.Header("set-cookie")), "X-Expt-Session: 1"};
  EXPECT_EQ(exptd.SendTo("GET", "/api/v1/session", {.bearer = "none", .headers = headers}).Json()["is_fresh"], false);
  const json key = {{"kind", "server"}, {"name", "x"}};
  const Reply refused = exptd.SendTo("POST", std::string(kEnvironment) + "/keys", Json(key, headers));
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("sign in again"));
  const json token = {{"name", "x"}, {"bindings", {{{"role", "viewer"}}}}};
  EXPECT_EQ(exptd.SendTo("POST", "/api/v1/tokens", Json(token, headers)).status, 403);
  EXPECT_EQ(exptd.Post(std::string(kEnvironment) + "/keys", key).status, 201);  // a token is shown each time
}

}  // namespace
}  // namespace expt::testing
