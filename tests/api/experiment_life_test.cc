// An experiment from its draft to its shipped winner, over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kTest = std::string(kEnvironment) + "/experiments/test";

class ExperimentCalls : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
    ASSERT_EQ(exptd_
                  .Post(std::string(kProject) + "/metrics",
                        {{"key", "buy"}, {"kind", "proportion"}, {"numerator", {{"event", "buy"}}}})
                  .status,
              201);
    ASSERT_EQ(exptd_
                  .Post(std::string(kEnvironment) + "/experiments",
                        {{"key", "test"},
                         {"flag", "checkout"},
                         {"weights", {{"off", 500'000}, {"on", 500'000}}},
                         {"control", "off"},
                         {"metrics", {{{"metric", "buy"}, {"role", "success"}}}}})
                  .status,
              201);
  }

  void ServeTheExperiment() {
    const Reply put = exptd_.Put(std::string(kEnvironment) + "/flags/checkout",
                                 {{"enabled", true}, {"rules", {{{"id", "r"}, {"serve", {{"experiment", "test"}}}}}}});
    ASSERT_EQ(put.status, 200) << put.body;
  }

  Reply Step(const std::string& step, const json& body = json::object(), Sending sending = {}) {
    return exptd_.Post(kTest + "/" + step, body, std::move(sending));
  }

  RunningDaemon exptd_;
};

TEST_F(ExperimentCalls, FromDraftToShipped) {
  const Reply submitted = Step("submit");
  ASSERT_EQ(submitted.status, 200) << submitted.body;
  EXPECT_EQ(submitted.Json()["status"], "review");
  EXPECT_EQ(submitted.Json()["warnings"].size(), 1u);
  const Reply refused = Step("start");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.Json()["errors"][0]["text"], "no rule of flag \"checkout\" serves the experiment");
  EXPECT_EQ(Step("withdraw").Json()["status"], "draft");
  ServeTheExperiment();
  const Reply started = Step("start");
  ASSERT_EQ(started.status, 200) << started.body;
  EXPECT_EQ(started.Json()["phase"], 1);
  EXPECT_EQ(Step("pause", json::object(), {.headers = {"If-Match: \"1\""}}).status, 412);
  EXPECT_EQ(Step("pause", json::object(), {.headers = {"If-Match: " + started.Header("etag")}}).status, 200);
  EXPECT_EQ(Step("resume").Json()["status"], "running");
  EXPECT_EQ(Step("resume").status, 409);

  json moved = exptd_.Get(kTest).Json();
  moved["weights"] = {{"off", 900'000}, {"on", 100'000}};
  const Reply conflict = exptd_.Put(kTest, moved);
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.Json()["errors"][0]["pointer"], "/weights");
  moved["reason"] = "Less risk.";
  const Reply second = exptd_.Put(kTest, moved);
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(second.Json()["phases"][1]["comment"], "Less risk.");

  const json decision = {{"outcome", "ship"}, {"variant", "on"}, {"reason", "More buy."}};
  const Reply early = Step("stop", {{"decision", decision}});
  EXPECT_EQ(early.status, 409);
  EXPECT_THAT(early.body, HasSubstr("phase 2 has run for 0 of at least 7 days"));
  const Reply stopped = Step("stop", {{"decision", decision}, {"early", true}});
  ASSERT_EQ(stopped.status, 200) << stopped.body;
  EXPECT_EQ(stopped.Json()["decision"]["variant"], "on");
  const Reply shipped = Step("ship");
  ASSERT_EQ(shipped.status, 200) << shipped.body;
  EXPECT_EQ(shipped.Json()["experiment"]["status"], "shipped");
  EXPECT_EQ(shipped.Json()["configuration"]["rules"][0]["serve"], json({{"variant", "on"}}));
  EXPECT_EQ(shipped.Header("etag"), exptd_.Get(kTest).Header("etag"));
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/flags/checkout").Json(), shipped.Json()["configuration"]);
  EXPECT_EQ(exptd_.Post(std::string(kEnvironment) + "/publish", json::object()).status, 200);
  EXPECT_EQ(exptd_.Delete(kTest).status, 200);
  const json audit = exptd_.Get("/api/v1/audit?action=ship").Json();
  EXPECT_EQ(audit["items"].size(), 2u);
}

TEST_F(ExperimentCalls, NotesStay) {
  EXPECT_EQ(Step("notes", {{"text", ""}}).status, 422);
  ASSERT_EQ(Step("notes", {{"text", "A sale begins."}}).status, 200);
  json document = Step("notes", {{"text", "It ends."}}).Json();
  ASSERT_EQ(document["notes"].size(), 2u);
  EXPECT_EQ(document["notes"][0]["text"], "A sale begins.");
  EXPECT_THAT(document["notes"][0]["actor"].get<std::string>(), HasSubstr("token tok_"));
  const json notes = document["notes"];
  document["notes"] = json::array();
  document["owner"] = "Ann";
  document["tags"] = {"sale"};
  document["planned_end"] = "2040-01-01T00:00:00Z";
  document["multi_exposure"] = "first";
  const json after = exptd_.Put(kTest, document).Json();
  EXPECT_EQ(after["notes"], notes);
  EXPECT_EQ(after["multi_exposure"], "first");
  const std::string folder = std::string(kEnvironment) + "/experiments";
  EXPECT_EQ(exptd_.Get(folder + "?owner=Ann&tag=sale").Json()["items"].size(), 1u);
  EXPECT_EQ(exptd_.Get("/api/v1/audit?action=note").Json()["items"].size(), 2u);
}

TEST_F(ExperimentCalls, AnEstimatePlansByEachMetric) {
  const json body = {{"daily_units", 20'000},
                     {"metrics",
                      {{{"metric", "buy"}, {"mde", 0.1}, {"baseline", {{"mean", 0.1}}}},
                       {{"metric", "buy"}, {"mde", 0.02}, {"mde_scale", "effect"}}}}};
  json document = exptd_.Get(kTest).Json();
  document["mode"] = "fixed";
  document["planned_units"] = 14'000;
  ASSERT_EQ(exptd_.Put(kTest, document).status, 200);
  const Reply reply = Step("estimate", body);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json estimate = reply.Json();
  EXPECT_EQ(estimate["metrics"][0]["units"], json({{"off", 14'749}, {"on", 14'749}}));
  EXPECT_EQ(estimate["metrics"][0]["total_units"], 29'498);
  EXPECT_EQ(estimate["metrics"][0]["days"], 2);
  EXPECT_NEAR(estimate["metrics"][0]["detectable_effect"].get<double>(), 0.0146537, 1e-6);
  EXPECT_NEAR(estimate["metrics"][0]["detectable_lift"].get<double>(), 0.146537, 1e-5);
  EXPECT_EQ(estimate["metrics"][1]["status"], "no_baseline");
  EXPECT_EQ(estimate["total_units"], nullptr);
  EXPECT_EQ(estimate["warnings"],
            json({"metric \"buy\": 14000 units are planned, 29498 are needed",
                  "metric \"buy\": no experiment has measured it; give a baseline"}));
  const Reply refused = Step("estimate", {{"power", 2},
                                          {"metrics",
                                           {{{"metric", "lost"}, {"mde", 0}, {"baseline", {{"variance", -1}}}}}}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.Json()["errors"].size(), 5u) << refused.body;
}

TEST_F(ExperimentCalls, WhatIsSentIsReadStrictly) {
  EXPECT_EQ(Step("start", {{"now", true}}).status, 422);
  EXPECT_EQ(Step("stop", {{"decision", {{"outcome", "perhaps"}, {"reason", "r"}}}}).status, 422);
  EXPECT_EQ(Step("ship", {{"variant", "on"}, {"reason", "r"}}).status, 409);  // a draft
  EXPECT_EQ(exptd_.Post(std::string(kEnvironment) + "/experiments/lost/start", json::object()).status, 404);
  json document = exptd_.Get(kTest).Json();
  document["min_duration"] = -1;
  EXPECT_EQ(exptd_.Put(kTest, document).Json()["errors"][0]["pointer"], "/min_duration");
}

TEST_F(ExperimentCalls, ShippingNeedsBothPermissions) {
  ServeTheExperiment();
  ASSERT_EQ(Step("start").status, 200);
  const json body = {{"variant", "on"}, {"reason", "r"}, {"early", true}};
  for (const char* permission : {"flags.write", "experiments.write"}) {
    const std::string role = std::string("only-") + (permission[0] == 'f' ? "flags" : "experiments");
    ASSERT_EQ(exptd_.Post("/api/v1/roles", {{"key", role}, {"permissions", {permission}}}).status, 201);
    const std::string token = exptd_.MakeToken(role, json::array({{{"role", role}, {"project", "shop"}}}));
    EXPECT_EQ(Step("ship", body, {.bearer = token}).status, 403) << permission;
  }
  EXPECT_EQ(Step("ship", body).status, 200);
}

}  // namespace
}  // namespace expt::testing
