// Usage, stale flags, code references, dashboards, shares and the ends of projects, over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "control-plane/service/instant.h"
#include "expt/decision.h"
#include "src/wire/event_codec.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

int64_t Today() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

wire::Event Evaluated(const std::string& variant, uint64_t count) {
  wire::SummaryEvent summary;
  summary.flag = "checkout";
  summary.variant = variant;
  summary.reason = static_cast<uint32_t>(Reason::kTargetingMatch);
  summary.count = count;
  summary.window_end_ms = Today();
  summary.window_start_ms = summary.window_end_ms - 1'000;
  wire::Event event;
  event.event_id = "evaluated-" + variant;
  event.time_ms = summary.window_end_ms;
  event.body = summary;
  return event;
}

wire::Event Exposed(const std::string& unit_id, const std::string& country) {
  wire::ExposureEvent exposure;
  exposure.experiment = "exp_1";
  exposure.phase = 1;
  exposure.variant = "on";
  exposure.unit_type = "targeting_key";
  exposure.unit_id = unit_id;
  exposure.attributes = {{"country", Value(ValueView(country))}};
  wire::Event event;
  event.event_id = "exposed-" + unit_id;
  event.time_ms = Today();
  event.body = std::move(exposure);
  return event;
}

class UsageApi : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
  }
  void SendEvents(const std::vector<wire::Event>& events) {
    wire::BatchHeader header;
    header.instance_id[0] = 7;
    header.sdk = "cpp";
    header.sdk_version = "1.2.3";
    header.sent_at_ms = Today();
    std::vector<std::string> encoded;
    for (const wire::Event& event : events) encoded.push_back(wire::EncodeEvent(event));
    const std::string body = wire::EncodeBatch(header, {encoded.begin(), encoded.end()});
    const Reply reply =
        exptd_.SendTo("POST", "/sdk/v1/events",
                      {.bearer = exptd_.MakeSdkKey("server"), .body = body, .content_type = "application/x-protobuf"});
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  std::string ShareOf(const json& body) {
    const Reply made = exptd_.Post(std::string(kProject) + "/shares", body);
    EXPECT_EQ(made.status, 201) << made.body;
    return made.Json().value("token", "");
  }
  static std::string Tomorrow() { return service::FormatInstant(Today() + 86'400'000); }
  void MakeExperiment(const std::string& status) {
    const Reply made = exptd_.Post(std::string(kEnvironment) + "/experiments",
                                   {{"key", "test"},
                                    {"flag", "checkout"},
                                    {"hypothesis", "Fewer pages."},
                                    {"status", status},
                                    {"weights", {{"off", 500'000}, {"on", 500'000}}},
                                    {"control", "off"}});
    ASSERT_EQ(made.status, 201) << made.body;
  }
  RunningDaemon exptd_;
};

TEST_F(UsageApi, AMetricTellsWhatItWouldCount) {
  wire::Event event;
  event.event_id = "order-1";
  event.time_ms = Today();
  event.body = wire::MetricEvent{
      .name = "order_placed", .value = 12, .properties = {}, .units = {{"targeting_key", "u1"}}};
  SendEvents({event});
  const std::string path = std::string(kEnvironment) + "/metric-preview";
  const json metric = {{"kind", "mean"},
                       {"numerator", {{"event", "order_placed"}, {"value", "value"}, {"aggregation", "sum"}}}};
  const Reply reply = exptd_.Post(path, {{"metric", metric}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json numerator = reply.Json()["numerator"];
  EXPECT_EQ(numerator["events"], 1);
  EXPECT_EQ(numerator["units"], 1);
  EXPECT_EQ(numerator["mean"], 12);
  EXPECT_TRUE(reply.Json()["denominator"].is_null());
  const Reply wrong = exptd_.Post(path, {{"metric", {{"kind", "sum"}}}, {"days", 0}});
  EXPECT_EQ(wrong.status, 422);
  std::set<std::string> pointers;
  const json problem = wrong.Json();
  for (const json& error : problem["errors"]) pointers.insert(error["pointer"]);
  EXPECT_TRUE(pointers.contains("/days")) << wrong.body;
  EXPECT_TRUE(pointers.contains("/metric/kind")) << wrong.body;
}

TEST_F(UsageApi, AFlagTellsHowOftenItIsEvaluated) {
  const std::string path = std::string(kEnvironment) + "/flags/checkout/usage";
  EXPECT_TRUE(exptd_.Get(path).Json()["last_seen"].is_null());
  SendEvents({Evaluated("on", 7), Evaluated("", 2)});
  const json usage = exptd_.Get(path).Json();
  EXPECT_EQ(usage["evaluations"], 9);
  EXPECT_EQ(usage["variants"], (json::array({{{"variant", nullptr}, {"count", 2}}, {{"variant", "on"}, {"count", 7}}})));
  EXPECT_EQ(usage["days"][1]["reason"], "TARGETING_MATCH");
  EXPECT_FALSE(usage["last_seen"].is_null());
  EXPECT_EQ(exptd_.Get(path + "?days=0").status, 400);
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/flags/lost/usage").status, 404);
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/stale").Json()["items"].size(), 0u);
}

TEST_F(UsageApi, AnAttributeTellsWhichValuesItHadUnlessItIsPrivate) {
  const std::string attributes = std::string(kProject) + "/attributes";
  ASSERT_EQ(exptd_.Post(attributes, {{"key", "country"}, {"type", "string"}, {"analytics", true}}).status, 201);
  ASSERT_EQ(exptd_.Post(attributes, {{"key", "age"}, {"type", "integer"}, {"private", true}}).status, 201);
  SendEvents({Exposed("u-1", "CH"), Exposed("u-2", "CH"), Exposed("u-3", "DE")});
  const json values = exptd_.Get(std::string(kEnvironment) + "/attributes/country/values").Json()["items"];
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0]["value"], "CH");
  EXPECT_EQ(values[0]["count"], 2);
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/attributes/country/values?limit=1").Json()["items"].size(), 1u);
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/attributes/age/values").status, 409);
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/attributes/lost/values").status, 404);
}

TEST_F(UsageApi, CodeTellsWhereItNamesFlags) {
  const std::string scans = std::string(kProject) + "/code-references";
  const json reference = {{"flag", "checkout"}, {"path", "src/pay.cc"}, {"line", 12}, {"text", "flags.checkout()"}};
  const Reply put = exptd_.Put(scans, {{"repository", "acme/shop"},
                                       {"branch", "main"},
                                       {"commit", "abc"},
                                       {"references", {reference, {{"flag", "gone"}, {"path", "a.py"}, {"line", 1}}}}});
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.Json()["unknown_flags"], json::array({"gone"}));
  const json found = exptd_.Get(std::string(kProject) + "/flags/checkout/code-references").Json()["items"];
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["path"], "src/pay.cc");
  EXPECT_EQ(exptd_.Get(scans).Json()["items"][0]["references"], 2);
  EXPECT_EQ(exptd_.Put(scans, {{"repository", "acme/shop"}}).status, 422);
}

TEST_F(UsageApi, AShareShowsOneExperimentAndNothingElse) {
  MakeExperiment("running");
  const std::string token = ShareOf({{"kind", "experiment"},
                                     {"environment", "production"},
                                     {"key", "test"},
                                     {"name", "For all"},
                                     {"expires", Tomorrow()}});
  const Reply shared = exptd_.Get("/share/v1/" + token, {.bearer = "none"});
  ASSERT_EQ(shared.status, 200) << shared.body;
  EXPECT_EQ(shared.Header("cache-control"), "no-store");
  EXPECT_EQ(shared.Json()["content"]["experiment"]["hypothesis"], "Fewer pages.");
  EXPECT_EQ(shared.Json()["content"]["results"]["experiment"], "test");
  EXPECT_THAT(shared.body, Not(HasSubstr("salt")));
  const json shares = exptd_.Get(std::string(kProject) + "/shares").Json()["items"];
  const std::string id = shares[0]["id"];
  EXPECT_EQ(exptd_.Get("/share/v1/" + id, {.bearer = "none"}).status, 404);
  EXPECT_EQ(exptd_.Get("/share/v1/" + id + ".x", {.bearer = "none"}).status, 404);
  EXPECT_EQ(exptd_.Get("/share/v2/" + token, {.bearer = "none"}).status, 404);
  // It is no key to anything else.
  EXPECT_EQ(exptd_.Get(kProject, {.bearer = token}).status, 401);
  EXPECT_EQ(exptd_.Delete(std::string(kProject) + "/shares/" + id).status, 204);
  EXPECT_EQ(exptd_.Get("/share/v1/" + token, {.bearer = "none"}).status, 404);
}

TEST_F(UsageApi, AFrozenShareOfADashboardStaysAsItWas) {
  MakeExperiment("draft");
  const std::string dashboards = std::string(kProject) + "/dashboards";
  const json blocks = {{{"type", "text"}, {"text", "Week 48"}},
                       {{"type", "results"}, {"environment", "production"}, {"experiment", "test"}}};
  ASSERT_EQ(exptd_.Post(dashboards, {{"key", "weekly"}, {"name", "Weekly"}, {"blocks", blocks}}).status, 201);
  const json wanted = {{"kind", "dashboard"}, {"key", "weekly"}, {"expires", Tomorrow()}};
  json frozen = wanted;
  frozen["frozen"] = true;
  const std::string kept = ShareOf(frozen);
  const std::string followed = ShareOf(wanted);
  ASSERT_EQ(exptd_.Put(dashboards + "/weekly", {{"name", "Weekly"}, {"blocks", json::array()}}).status, 200);
  const json content = exptd_.Get("/share/v1/" + kept, {.bearer = "none"}).Json()["content"];
  ASSERT_EQ(content["blocks"].size(), 2u);
  EXPECT_EQ(content["blocks"][0]["text"], "Week 48");
  EXPECT_EQ(content["blocks"][1]["problem"], "experiment \"test\" has not started");
  EXPECT_EQ(exptd_.Get("/share/v1/" + followed, {.bearer = "none"}).Json()["content"]["blocks"].size(), 0u);
}

TEST_F(UsageApi, ProjectsAndEnvironmentsEnd) {
  EXPECT_EQ(exptd_.Put(kProject, {{"name", "The shop"}, {"tags", {"web"}}, {"owner", "ann"}}).Json()["owner"], "ann");
  EXPECT_EQ(exptd_.Delete(kProject).status, 409);
  const Reply environment = exptd_.Delete(kEnvironment);
  ASSERT_EQ(environment.status, 200) << environment.body;
  EXPECT_EQ(environment.Json()["archived"], true);
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/experiments").status, 404);
  EXPECT_EQ(exptd_.Delete(kProject).Json()["archived"], true);
  EXPECT_EQ(exptd_.Put(kProject, {{"name", "x"}}).status, 409);
  exptd_.Restart();
  EXPECT_EQ(exptd_.Get(kProject).Json()["archived"], true);
}

}  // namespace
}  // namespace expt::testing
