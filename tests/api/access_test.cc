// Every route times every kind of caller: what is not stated is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "control-plane/api/route.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using auth::Need;

// A path of the template in which no parameter is one that exists.
std::string PathOf(const api::Route& route) {
  std::string path;
  for (size_t i = 0; i < route.path.size(); ++i) {
    if (route.path[i] != '{') {
      path += route.path[i];
      continue;
    }
    path += "absent";
    i = route.path.find('}', i);
  }
  return path;
}

enum class Caller { kNobody, kWrong, kServerKey, kClientKey, kViewer, kEditor, kPublisher, kAdmin };

bool MayPass(Need need, Caller caller) {
  switch (need) {
    case Need::kPublic:
    case Need::kSetup:
      return true;
    case Need::kSdkRead:
    case Need::kSdkWrite:
      return caller == Caller::kServerKey || caller == Caller::kClientKey;
    case Need::kViewer:
      return caller >= Caller::kViewer;
    case Need::kEditor:
      return caller >= Caller::kEditor;
    case Need::kPublisher:
      return caller >= Caller::kPublisher;
    case Need::kAdmin:
      return caller == Caller::kAdmin;
    case Need::kOperator:
      return caller == Caller::kAdmin || caller == Caller::kNobody;  // on this machine
  }
  return false;
}

TEST(Access, EveryRouteLetsThroughWhomItsPermissionNames) {
  DaemonOptions options;
  options.gate.failures = {.per_second = 1, .burst = 100'000};
  options.gate.api_token = {.per_second = 1, .burst = 100'000};
  RunningDaemon exptd(options);
  exptd.MakeShop();
  const std::map<Caller, std::string> callers = {
      {Caller::kNobody, ""},
      {Caller::kWrong, exptd.token() + "x"},
      {Caller::kServerKey, exptd.MakeSdkKey("server")},
      {Caller::kClientKey, exptd.MakeSdkKey("client")},
      {Caller::kViewer, exptd.MakeApiToken("viewer")},
      {Caller::kEditor, exptd.MakeApiToken("editor")},
      {Caller::kPublisher, exptd.MakeApiToken("publisher")},
      {Caller::kAdmin, exptd.token()},
  };
  int cells = 0;
  for (const api::Route& route : api::Routes()) {
    for (const auto& [caller, bearer] : callers) {
      Sending sending{.bearer = bearer};
      if (!route.body.schema.empty()) {
        sending.content_type = std::string(route.body.media_type);
        sending.body = route.body.media_type == "application/json" ? "{}" : "\x0a";
      }
      // A stream would go on for ever; HEAD asks its gate, too.
      const bool is_stream = route.success.media_type == "text/event-stream";
      const Reply reply = Send(is_stream ? "HEAD" : std::string(route.method), exptd.url() + PathOf(route), sending);
      const bool is_refused = reply.status == 401 || reply.status == 403;
      EXPECT_EQ(is_refused, !MayPass(route.permission.need(), caller))
          << route.method << " " << route.path << " caller " << static_cast<int>(caller) << ": " << reply.status << " "
          << reply.body;
      EXPECT_LT(reply.status, 500) << route.method << " " << route.path << ": " << reply.body;
      // A known caller without the right is told so; all others learn nothing.
      if (is_refused) {
        const bool is_known = caller >= Caller::kViewer && !route.path.starts_with("/sdk/");
        EXPECT_EQ(reply.status, is_known ? 403 : 401) << route.method << " " << route.path;
      }
      ++cells;
    }
  }
  EXPECT_EQ(cells, static_cast<int>(api::Routes().size() * callers.size()));
}

TEST(Access, AKeyIsOfOneEnvironment) {
  RunningDaemon exptd;
  exptd.MakeShop();
  exptd.MakeCheckout();
  const std::string key = exptd.MakeSdkKey("server");
  ASSERT_EQ(exptd.Post(std::string(kEnvironment) + "/publish", nlohmann::json::object()).status, 200);
  ASSERT_EQ(exptd.Post(std::string(kProject) + "/environments", {{"key", "staging"}}).status, 201);
  const Reply staging = exptd.Post(std::string(kProject) + "/environments/staging/publish", nlohmann::json::object());
  ASSERT_EQ(staging.status, 200) << staging.body;
  const std::string theirs = staging.Json()["digest"];
  EXPECT_EQ(exptd.Get("/sdk/v1/snapshots/" + theirs, {.bearer = key}).status, 404);
  // The key of one environment cannot be revoked through another one.
  EXPECT_EQ(exptd.Delete(std::string(kProject) + "/environments/staging/keys/" + key.substr(0, key.find('.'))).status,
            404);
  EXPECT_EQ(exptd.Get("/sdk/v1/head", {.bearer = key}).status, 200);
}

TEST(Access, BehindAProxyMetricsNeedAToken) {
  DaemonOptions options;
  options.server.behind_proxy = true;
  RunningDaemon exptd(options);
  exptd.Setup();
  EXPECT_EQ(exptd.Get("/metrics", {.bearer = "none"}).status, 401);
  const Reply metrics = exptd.Get("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.body,
              ::testing::HasSubstr("exptd_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"401\"} 1\n"));
  EXPECT_THAT(metrics.body, ::testing::HasSubstr("exptd_build_info{version=\""));
}

TEST(Access, TheSchemeIsBearerInAnyCaseAndNothingElse) {
  RunningDaemon exptd;
  exptd.Setup();
  const auto with = [&](const std::string& value) {
    return exptd.Get("/api/v1/projects", {.bearer = "none", .headers = {"Authorization: " + value}}).status;
  };
  EXPECT_EQ(with("bearer " + exptd.token()), 200);
  EXPECT_EQ(with("BEARER   " + exptd.token()), 200);
  EXPECT_EQ(with("Basic " + exptd.token()), 401);
  EXPECT_EQ(with(exptd.token()), 401);
  EXPECT_EQ(with("Bearer "), 401);
  EXPECT_EQ(with("Bearer " + exptd.token().substr(0, exptd.token().size() - 1)), 401);
  EXPECT_EQ(with("Bearer " + std::string(2000, 'a')), 401);
}

}  // namespace
}  // namespace expt::testing
