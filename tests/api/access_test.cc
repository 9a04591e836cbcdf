// Every route times every kind of caller times every kind of place: what is not stated is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "control-plane/api/route.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;

// Who may do what, as the documentation says it; the table of the routes is compared with it. A row without a role is
// for callers of another kind. An operation that is not here fails the test.
struct Stated {
  std::string_view least;  // built-in role
  std::set<std::string_view> operations;
};
const std::vector<Stated>& AllStated() {
  static const auto& stated = *new std::vector<Stated>{
      {"public", {"endSession", "getShared", "getRoot", "getLive", "getReady", "getOpenApi"}},
      {"setup", {"setup", "startSession", "redeemTicket"}},
      {"snapshots", {"getHead", "streamHeads", "getSnapshot", "postStatus"}},  // scopes of SDK keys
      {"events", {"postEvents"}},
      {"operator", {"getMetrics"}},
      {"signed_in",
       {"getSession", "changePassword", "changeEmail", "enrolTotp", "confirmTotp", "removeTotp", "listSessions",
        "endOwnSession", "listTokens", "createToken", "revokeToken"}},
      {"viewer",
       {"listProjects", "getProject", "listEnvironments", "getEnvironment", "listFlags", "getFlag", "listSegments",
        "getSegment", "listAttributes", "getAttribute", "listMetrics", "getMetric", "listExperiments", "getExperiment",
        "listLayers", "getLayer", "listHoldouts", "getHoldout", "estimateExperiment", "getScreenshot", "listFlagConfigurations",
        "getFlagConfiguration",
        "getEmergencyOff", "listSdkKeys", "listChanges", "getLiveSnapshot", "getNewestRoot", "getResults",
        "getAccounting", "previewPublish", "listInstances", "getRings", "downloadSegmentMembers",
        "listOverrides", "getOverride", "listProjectOverrides", "getProjectOverride", "listContexts", "getContext",
        "listTests", "getTest", "listMetricGroups", "getMetricGroup", "listTemplates", "getTemplate",
        "listChangeRequests", "getChangeRequest",
        "diffChangeRequest", "previewChangeRequest", "listChangeRequestComments", "listFlagRevisions",
        "getFlagRevision", "listSegmentRevisions", "getSegmentRevision", "listAttributeRevisions",
        "getAttributeRevision", "listMetricRevisions", "getMetricRevision", "listExperimentRevisions",
        "getExperimentRevision", "listLayerRevisions", "getLayerRevision", "listHoldoutRevisions",
        "getHoldoutRevision", "listFlagConfigurationRevisions", "getFlagConfigurationRevision",
        "listDashboards", "getDashboard", "getFlagUsage", "listStaleFlags", "listAttributeValues", "listCodeScans",
        "listCodeReferences"}},
      {"analyst",
       {"createMetric", "replaceMetric", "archiveMetric", "createMetricGroup", "replaceMetricGroup",
        "archiveMetricGroup", "revertMetric", "previewMetric", "createDashboard", "replaceDashboard", "archiveDashboard",
        "listShares"}},
      {"editor",
       {"createFlag", "replaceFlag", "archiveFlag", "createSegment", "replaceSegment", "archiveSegment",
        "createAttribute", "replaceAttribute", "archiveAttribute", "createExperiment", "replaceExperiment",
        "archiveExperiment", "createLayer", "replaceLayer", "archiveLayer", "createHoldout", "replaceHoldout",
        "archiveHoldout", "replaceFlagConfiguration", "submitExperiment", "withdrawExperiment", "startExperiment",
        "pauseExperiment", "resumeExperiment", "stopExperiment", "shipExperiment",
        "uploadSegmentMembers", "changeSegmentMembers",
        "removeSegmentMembers", "createOverride", "replaceOverride", "archiveOverride", "createProjectOverride",
        "replaceProjectOverride", "archiveProjectOverride", "createContext", "replaceContext", "archiveContext",
        "createTest", "replaceTest", "archiveTest", "createTemplate", "replaceTemplate", "archiveTemplate",
        "runTests", "noteExperiment", "addScreenshot", "removeScreenshot", "createGuardedRamp",
        "createChangeRequest", "replaceChangeRequest",
        "submitChangeRequest",
        "closeChangeRequest", "commentChangeRequest", "revertFlag", "revertSegment", "revertAttribute",
        "revertExperiment", "revertLayer", "revertHoldout", "revertFlagConfiguration", "revertEnvironment",
        "copyFlags", "replaceCodeReferences"}},
      {"publisher", {"publish", "replaceEmergencyOff", "approvePublish", "completeRings", "haltRings",
        "reviewChangeRequest", "scheduleChangeRequest", "applyChangeRequest", "createShare", "revokeShare"}},
      {"admin",
       {"createProject", "replaceProject", "archiveProject", "createEnvironment", "archiveEnvironment",
        "replaceEnvironment", "listAudit", "createSdkKey", "rotateSdkKey",
        "revokeSdkKey", "listQuarantine", "listMembers", "inviteMember", "getMember", "replaceMember",
        "resetPassword", "listTeams", "createTeam",
        "getTeam", "replaceTeam", "removeTeam", "listRoles", "createRole", "getRole", "replaceRole", "removeRole",
        "listBindings", "createBinding", "removeBinding", "getAuditActivity", "exportAudit", "getAuditKey"}},
  };
  return stated;
}
// What somebody with a role in one environment may do in the project itself.
const std::set<std::string_view> kShared = {"getProject",   "listEnvironments", "listFlags",      "getFlag",
                                            "listSegments", "getSegment",       "listAttributes", "getAttribute",
                                            "listMetrics",  "getMetric",        "downloadSegmentMembers",
                                            "listContexts", "getContext",       "listTests",
                                            "getTest",      "listMetricGroups", "getMetricGroup",
                                            "listTemplates", "getTemplate",
                                            "listFlagRevisions",
                                            "getFlagRevision", "listSegmentRevisions", "getSegmentRevision",
                                            "listAttributeRevisions", "getAttributeRevision", "listMetricRevisions",
                                            "getMetricRevision",
                                            "listCodeScans", "listCodeReferences"};
// Of no project, and answered with what the caller may see.
const std::set<std::string_view> kAnywhere = {"listProjects", "listAudit"};

std::string_view LeastOf(std::string_view operation) {
  for (const Stated& stated : AllStated()) {
    if (stated.operations.contains(operation)) return stated.least;
  }
  return "";
}

// -1 for what is no role.
int RankOf(std::string_view role) {
  static const std::vector<std::string_view> kRanks = {"viewer", "analyst", "editor", "publisher", "admin"};
  const auto found = std::find(kRanks.begin(), kRanks.end(), role);
  return found == kRanks.end() ? -1 : static_cast<int>(found - kRanks.begin());
}

struct CallerCell {
  std::string name;
  std::string bearer;
  std::string kind;         // "nobody", "sdk", "api"
  std::string role = {};    // of the API; of an SDK key the scope, if it has only one
  std::string project = {};  // of its binding; empty: everywhere
  std::string environment = {};
};

// A project and an environment; both are empty for routes that name none.
struct PlaceCell {
  std::string project, environment;
};

enum class Outcome { kPass, kUnauthenticated, kForbidden, kHidden };

Outcome Expected(const api::Route& route, const CallerCell& caller, const PlaceCell& place) {
  const std::string_view least = LeastOf(route.operation);
  if (least == "public" || least == "setup") return Outcome::kPass;
  if (least == "snapshots" || least == "events") {
    if (caller.kind != "sdk") return Outcome::kUnauthenticated;
    return caller.role.empty() || caller.role == least ? Outcome::kPass : Outcome::kForbidden;
  }
  if (least == "operator" && caller.name == "nobody") return Outcome::kPass;  // on this machine
  if (caller.kind != "api") return Outcome::kUnauthenticated;
  if (least == "signed_in") return Outcome::kPass;
  const bool is_enough = RankOf(caller.role) >= RankOf(least == "operator" ? "admin" : least);
  const Outcome by_role = is_enough ? Outcome::kPass : Outcome::kForbidden;
  if (caller.project.empty()) return by_role;
  if (place.project.empty()) {
    return kAnywhere.contains(route.operation) ? by_role : Outcome::kForbidden;
  }
  if (caller.role == "none" || place.project != caller.project) return Outcome::kHidden;
  if (caller.environment.empty()) return by_role;
  if (place.environment.empty()) return kShared.contains(route.operation) ? Outcome::kPass : Outcome::kForbidden;
  return place.environment == caller.environment ? by_role : Outcome::kHidden;
}

// The path of the template at a place; every other parameter is one that does not exist.
std::string PathAt(const api::Route& route, const PlaceCell& place) {
  std::string path;
  for (size_t i = 0; i < route.path.size(); ++i) {
    if (route.path[i] != '{') {
      path += route.path[i];
      continue;
    }
    const size_t end = route.path.find('}', i);
    const std::string_view name = route.path.substr(i + 1, end - i - 1);
    path += name == "project" ? place.project : name == "environment" ? place.environment : "absent";
    i = end;
  }
  return path;
}

Outcome OutcomeOf(const Reply& reply, const PlaceCell& place) {
  if (reply.status == 401) return Outcome::kUnauthenticated;
  if (reply.status == 403) return Outcome::kForbidden;
  // The place itself: what lies in it is answered for by the handler, for those who may look.
  const bool is_project = place.environment.empty();
  const std::string missing = is_project ? "project \"" + place.project : "environment \"" + place.environment;
  const bool is_hidden = reply.status == 404 && !place.project.empty() &&
                         reply.Json()["detail"] == "not found: " + missing + "\"";
  return is_hidden ? Outcome::kHidden : Outcome::kPass;
}

std::vector<PlaceCell> PlacesOf(const api::Route& route) {
  const bool has_environment = route.path.find("{environment}") != std::string_view::npos;
  if (route.path.find("{project}") == std::string_view::npos) return {{"", ""}};
  std::vector<PlaceCell> places;
  for (const char* project : {"shop", "bank", "lost"}) {
    places.push_back({project, has_environment ? "production" : ""});
    if (has_environment) places.push_back({project, "staging"});
  }
  return places;
}

// Answers with a token of each role at a place.
void AddRoles(RunningDaemon& exptd, const std::string& project, const std::string& environment,
              std::vector<CallerCell>* callers) {
  for (const char* role : {"none", "viewer", "analyst", "editor", "publisher", "admin"}) {
    const json binding = {{"role", role},
                          {"project", project.empty() ? json(nullptr) : json(project)},
                          {"environment", environment.empty() ? json(nullptr) : json(environment)}};
    callers->push_back({.name = role + (" at " + project) + "/" + environment,
                        .bearer = exptd.MakeToken(role, json::array({binding})),
                        .kind = "api",
                        .role = role,
                        .project = project,
                        .environment = environment});
  }
}

TEST(Access, EveryRouteIsStatedAndNothingElseIs) {
  std::set<std::string_view> stated;
  for (const Stated& row : AllStated()) {
    for (const std::string_view operation : row.operations) EXPECT_TRUE(stated.insert(operation).second) << operation;
  }
  for (const api::Route& route : api::Routes()) {
    EXPECT_EQ(stated.erase(route.operation), 1u) << "unlisted: " << route.method << " " << route.path;
  }
  EXPECT_THAT(stated, ::testing::IsEmpty());
}

TEST(Access, EveryCellOfRouteRoleAndPlaceIsAsStated) {
  DaemonOptions options;
  options.gate.failures = {.per_second = 1, .burst = 100'000};
  options.gate.api_token = {.per_second = 1, .burst = 100'000};
  options.gate.sign_in_address = {.per_second = 1, .burst = 100'000};
  options.gate.sign_in_account = {.per_second = 1, .burst = 100'000};
  RunningDaemon exptd(options);
  exptd.MakeShop();
  ASSERT_EQ(exptd.Post(std::string(kProject) + "/environments", {{"key", "staging"}}).status, 201);
  ASSERT_EQ(exptd.Post("/api/v1/projects", {{"key", "bank"}}).status, 201);
  ASSERT_EQ(exptd.Post("/api/v1/projects/bank/environments", {{"key", "production"}}).status, 201);
  ASSERT_EQ(exptd.Post("/api/v1/roles", {{"key", "none"}, {"permissions", json::array()}}).status, 201);
  std::vector<CallerCell> callers = {{.name = "nobody", .bearer = "", .kind = "nobody"},
                                     {.name = "wrong", .bearer = exptd.token() + "x", .kind = "wrong"},
                                     {.name = "server key", .bearer = exptd.MakeSdkKey("server"), .kind = "sdk"},
                                     {.name = "client key", .bearer = exptd.MakeSdkKey("client"), .kind = "sdk"}};
  for (const char* scope : {"snapshots", "events"}) {
    callers.push_back({.name = std::string("key for ") + scope,
                       .bearer = exptd.MakeSdkKey("server", nullptr, {{"scopes", {scope}}}),
                       .kind = "sdk",
                       .role = scope});
  }
  AddRoles(exptd, "", "", &callers);
  AddRoles(exptd, "shop", "", &callers);
  AddRoles(exptd, "shop", "production", &callers);

  int cells = 0;
  int differences = 0;
  for (const api::Route& route : api::Routes()) {
    for (const PlaceCell& place : PlacesOf(route)) {
      // A place that does not exist is a 404 of the handler for those who may look everywhere.
      const bool is_there = place.project == "shop" || (place.project == "bank" && place.environment != "staging");
      for (const CallerCell& caller : callers) {
        if (caller.kind == "api" && caller.project.empty() && !place.project.empty() && !is_there) continue;
        Sending sending{.bearer = caller.bearer};
        // Whoever may do it finds another revision: nothing that later cells need goes away.
        if (route.takes_if_match) sending.headers = {"If-Match: \"999999\""};
        if (!route.body.schema.empty()) {
          sending.content_type = std::string(route.body.media_type);
          sending.body = route.body.media_type == "application/json" ? "{}" : "\x0a";
        }
        // A stream would go on for ever; HEAD asks its gate, too.
        const bool is_stream = route.success.media_type == "text/event-stream";
        const std::string method = is_stream ? "HEAD" : std::string(route.method);
        const Reply reply = Send(method, exptd.url() + PathAt(route, place), sending);
        const Outcome expected = caller.role == "none" && caller.project.empty() && !place.project.empty()
                                     ? Outcome::kHidden
                                     : Expected(route, caller, place);
        const bool is_as_stated = OutcomeOf(reply, place) == expected && reply.status < 500 && reply.status != 0;
        EXPECT_TRUE(is_as_stated) << route.method << " " << PathAt(route, place) << " caller \"" << caller.name
                                  << "\": expected outcome " << static_cast<int>(expected) << ", got " << reply.status
                                  << " " << reply.body;
        differences += is_as_stated ? 0 : 1;
        ++cells;
      }
    }
  }
  std::cout << "access matrix: " << api::Routes().size() << " routes, " << callers.size() << " callers, " << cells
            << " cells, " << differences << " differences\n";
  EXPECT_GT(cells, 4000);
}

TEST(Access, AForeignProjectIsAnsweredAsOneThatIsMissing) {
  RunningDaemon exptd;
  exptd.MakeShop();
  ASSERT_EQ(exptd.Post("/api/v1/projects", {{"key", "bank"}}).status, 201);
  const std::string token = exptd.MakeToken("shop", json::array({{{"role", "admin"}, {"project", "shop"}}}));
  for (const char* path : {"", "/flags", "/flags/x", "/environments", "/environments/production/keys"}) {
    const auto ask = [&](const std::string& project) {
      json body = exptd.Get("/api/v1/projects/" + project + path, {.bearer = token}).Json();
      body.erase("request_id");
      const std::string text = body.dump();
      return std::regex_replace(text, std::regex(project), "P");
    };
    EXPECT_EQ(ask("bank"), ask("lost")) << path;
    EXPECT_THAT(ask("bank"), ::testing::HasSubstr("404")) << path;
  }
}

TEST(Access, ListsShowWhatTheCallerMayRead) {
  RunningDaemon exptd;
  exptd.MakeShop();
  ASSERT_EQ(exptd.Post(std::string(kProject) + "/environments", {{"key", "staging"}}).status, 201);
  ASSERT_EQ(exptd.Post("/api/v1/projects", {{"key", "bank"}}).status, 201);
  ASSERT_EQ(exptd.Post("/api/v1/projects/bank/environments", {{"key", "live"}}).status, 201);
  (void)exptd.MakeSdkKey("server");
  const auto keys = [&](const std::string& path, const std::string& token) {
    std::vector<std::string> found;
    const json page = exptd.Get(path, {.bearer = token}).Json();
    for (const json& item : page["items"]) found.push_back(item["key"]);
    return found;
  };
  using ::testing::ElementsAre;
  const std::string shop = exptd.MakeToken("shop", json::array({{{"role", "admin"}, {"project", "shop"}}}));
  const std::string staging =
      exptd.MakeToken("staging", json::array({{{"role", "viewer"}, {"project", "shop"}, {"environment", "staging"}}}));
  EXPECT_THAT(keys("/api/v1/projects", exptd.token()), ElementsAre("bank", "shop"));
  EXPECT_THAT(keys("/api/v1/projects", shop), ElementsAre("shop"));
  EXPECT_THAT(keys("/api/v1/projects", staging), ElementsAre("shop"));
  EXPECT_THAT(keys("/api/v1/projects/shop/environments", shop), ElementsAre("production", "staging"));
  EXPECT_THAT(keys("/api/v1/projects/shop/environments", staging), ElementsAre("staging"));
  // Pages are full although what lies between is left out.
  const json page = exptd.Get("/api/v1/projects?limit=1", {.bearer = shop}).Json();
  EXPECT_EQ(page["items"][0]["key"], "shop");
  EXPECT_TRUE(page["next_cursor"].is_null());

  std::set<std::string> actions;
  const json audit = exptd.Get("/api/v1/audit", {.bearer = shop}).Json();
  for (const json& entry : audit["items"]) {
    actions.insert(entry["action"].get<std::string>() + " " + entry["kind"].get<std::string>());
    EXPECT_EQ(entry["project"], "shop") << entry;
  }
  EXPECT_TRUE(actions.contains("create environment"));
  EXPECT_TRUE(actions.contains("create_key sdk_key"));
  EXPECT_EQ(exptd.Get("/api/v1/audit", {.bearer = staging}).status, 403);
}

TEST(Access, WhatACallerLacksThePermissionForIsAudited) {
  DaemonOptions options;
  options.gate.noted_denials = {.per_second = 1.0 / 3600, .burst = 2};
  RunningDaemon exptd(options);
  exptd.MakeShop();
  ASSERT_EQ(exptd.Post("/api/v1/projects", {{"key", "bank"}}).status, 201);
  const std::string token = exptd.MakeToken("shop", json::array({{{"role", "viewer"}, {"project", "shop"}}}));
  const std::string id = token.substr(0, token.find('.'));
  const Sending sending{.bearer = token};
  EXPECT_EQ(exptd.Post(std::string(kEnvironment) + "/publish", json::object(), sending).status, 403);
  EXPECT_EQ(exptd.Get("/api/v1/projects/bank", sending).status, 404);
  EXPECT_EQ(exptd.Post(std::string(kProject) + "/flags", json::object(), sending).status, 403);  // beyond the burst
  EXPECT_EQ(exptd.Get(kProject, sending).status, 200);
  const json entries = exptd.Get("/api/v1/audit?action=deny").Json()["items"];
  ASSERT_EQ(entries.size(), 2u) << entries;
  EXPECT_EQ(entries[1]["actor"], "token " + id);
  EXPECT_EQ(entries[1]["project"], "shop");
  EXPECT_EQ(entries[1]["environment"], "production");
  EXPECT_EQ(entries[1]["key"], "/api/v1/projects/{project}/environments/{environment}/publish");
  EXPECT_EQ(entries[1]["after"], (json{{"method", "POST"}, {"status", 403}}));
  EXPECT_EQ(entries[0]["project"], "bank");
  EXPECT_EQ(entries[0]["after"]["status"], 404);
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
