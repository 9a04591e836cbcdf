// Status reports of clients: what the server keeps of them, shows and counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "control-plane/publish/instances.h"
#include "src/wire/status_codec.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using namespace std::chrono_literals;
using publish::Instances;
using ::testing::HasSubstr;
using wire::SnapshotVerdict;
using wire::StatusReport;
using wire::VerdictResult;

StatusReport Report(uint8_t instance, std::optional<SnapshotVerdict> verdict = std::nullopt) {
  StatusReport report;
  report.instance_id.fill(instance);
  report.sdk = "cpp";
  report.sdk_version = "1.2.3";
  report.epoch = 1;
  report.head_number = 5;
  report.served_version = 1;
  report.served_digest.fill(1);
  report.state = wire::ClientState::kFresh;
  report.verdict = verdict;
  return report;
}

SnapshotVerdict Nack(LoadCode code) {
  return {.result = VerdictResult::kNack, .version = 2, .digest = {2}, .step = 5, .code = code};
}

const SnapshotVerdict kAck = {.result = VerdictResult::kAck, .version = 1, .digest = {1}, .step = 18};

class StatusRoute : public ::testing::Test {
 protected:
  StatusRoute() {
    exptd_.MakeShop();
    server_key_ = exptd_.MakeSdkKey("server");
    client_key_ = exptd_.MakeSdkKey("client");
  }
  Reply Send(const StatusReport& report, const std::string& key) {
    return SendBytes(wire::EncodeStatus(report), key);
  }
  Reply SendBytes(std::string bytes, const std::string& key) {
    return exptd_.SendTo("POST", "/sdk/v1/status",
                         {.bearer = key, .body = std::move(bytes), .content_type = "application/x-protobuf"});
  }
  nlohmann::json List(const std::string& query = "") {
    const Reply reply = exptd_.Get(std::string(kEnvironment) + "/instances" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json();
  }
  RunningDaemon exptd_;
  std::string server_key_;
  std::string client_key_;
};

TEST_F(StatusRoute, AReportIsListedAndCounted) {
  EXPECT_EQ(List()["total"], 0);
  const Reply reply = Send(Report(7, kAck), server_key_);
  EXPECT_EQ(reply.status, 204) << reply.body;
  EXPECT_EQ(Send(Report(8), client_key_).status, 204);
  const nlohmann::json list = List();
  EXPECT_EQ(list["total"], 2);
  EXPECT_EQ(list["by_version"], nlohmann::json::parse(R"([{"version": 1, "count": 2}])"));
  EXPECT_EQ(list["by_verdict"], nlohmann::json::parse(R"({"ack": 1, "none": 1})"));
  EXPECT_EQ(list["warnings"], nlohmann::json::array());
  const nlohmann::json& first = list["items"][0];
  EXPECT_EQ(first["instance_id"], "07070707070707070707070707070707");
  EXPECT_EQ(first["audience"], "server");
  EXPECT_EQ(first["sdk"], "cpp");
  EXPECT_EQ(first["state"], "fresh");
  EXPECT_EQ(first["verdict"],
            nlohmann::json::parse(R"({"result": "ack", "kind": "none", "version": 1, "step": 18, "code": null})"));
  EXPECT_EQ(list["items"][1]["audience"], "client");
  EXPECT_EQ(list["items"][1]["verdict"], nullptr);
  const std::string metrics = exptd_.Get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("exptd_instances{environment=\"env_"));
  EXPECT_THAT(metrics, HasSubstr("\"} 2\n"));
  EXPECT_THAT(metrics, HasSubstr("exptd_status_reports_total{verdict=\"ack\",code=\"\"} 1\n"));
}

TEST_F(StatusRoute, TheListHasPages) {
  for (uint8_t id = 1; id <= 3; ++id) Send(Report(id), server_key_);
  for (uint8_t id = 1; id <= 2; ++id) Send(Report(id), client_key_);
  std::vector<std::string> seen;
  std::string query = "?limit=2";
  for (int page = 0; page < 3; ++page) {
    const nlohmann::json list = List(query);
    for (const auto& item : list["items"]) {
      seen.push_back(item["audience"].get<std::string>() + item["instance_id"].get<std::string>().substr(1, 1));
    }
    if (list["next_cursor"].is_null()) break;
    query = "?limit=2&cursor=" + list["next_cursor"].get<std::string>();
  }
  EXPECT_THAT(seen, ::testing::ElementsAre("server1", "server2", "server3", "client1", "client2"));
  for (const char* cursor : {"x", "server.12", "nobody.07070707070707070707070707070707",
                             "server.zz070707070707070707070707070707"}) {
    EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/instances?cursor=" + cursor).status, 400) << cursor;
  }
}

TEST_F(StatusRoute, ASecurityNackIsAWarning) {
  EXPECT_EQ(Send(Report(7, Nack(LoadCode::kBadSignature)), server_key_).status, 204);
  EXPECT_EQ(Send(Report(9, Nack(LoadCode::kDigestMismatch)), server_key_).status, 204);
  nlohmann::json list = List();
  ASSERT_EQ(list["warnings"].size(), 1u);
  EXPECT_THAT(list["warnings"][0].get<std::string>(), HasSubstr("1 clients refuse"));
  EXPECT_EQ(list["items"][0]["verdict"]["code"], "BAD_SIGNATURE");
  EXPECT_EQ(list["by_verdict"], nlohmann::json::parse(R"({"nack_security": 1, "nack_transfer": 1})"));
  EXPECT_THAT(exptd_.Get("/metrics").body,
              HasSubstr("exptd_status_reports_total{verdict=\"nack_security\",code=\"BAD_SIGNATURE\"} 1\n"));
  Send(Report(7, kAck), server_key_);
  EXPECT_EQ(List()["warnings"].size(), 0u);
}

TEST_F(StatusRoute, WhatIsNoReportIsRefused) {
  EXPECT_EQ(SendBytes("\x0a", server_key_).status, 400);
  EXPECT_EQ(SendBytes("", server_key_).status, 400);
  EXPECT_EQ(SendBytes(std::string(1025, 'x'), server_key_).status, 413);
  StatusReport unnamed = Report(1);
  unnamed.sdk.clear();
  const Reply reply = Send(unnamed, server_key_);
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("sdk is missing"));
  EXPECT_EQ(List()["total"], 0);
}

TEST(StatusLimits, AKeyThatReportsTooOftenIsToldToWait) {
  DaemonOptions options;
  options.gate.sdk_key = {.per_second = 1, .burst = 3};
  RunningDaemon exptd(options);
  exptd.MakeShop();
  const Sending sending{.bearer = exptd.MakeSdkKey("server"),
                        .body = wire::EncodeStatus(Report(1)),
                        .content_type = "application/x-protobuf"};
  Reply reply;
  for (int i = 0; i < 10 && reply.status != 429; ++i) reply = exptd.SendTo("POST", "/sdk/v1/status", sending);
  EXPECT_EQ(reply.status, 429);
  EXPECT_NE(reply.Header("retry-after"), "");
}

// In memory.

const Time kNow = Time(1'700'000'000s);

TEST(InstancesTest, WhoIsSilentForAnHourIsForgotten) {
  Instances instances;
  instances.Report("env", Audience::kServer, Report(1, kAck), kNow);
  instances.Report("env", Audience::kServer, Report(2, kAck), kNow + 30min);
  EXPECT_EQ(instances.alive("env", kNow + 59min), 2u);
  EXPECT_EQ(instances.Count("env", kNow + 60min).total, 1u);
  EXPECT_EQ(instances.List("env", Audience::kServer, {}, 10, kNow + 60min).size(), 1u);
  EXPECT_EQ(instances.alive("other", kNow), 0u);
}

TEST(InstancesTest, MadeUpIdsOfClientsPushNobodyOut) {
  Instances instances;
  instances.Report("env", Audience::kServer, Report(1), kNow);
  StatusReport report = Report(0);
  for (uint32_t i = 0; i < Instances::kMaxInstances + 10; ++i) {
    for (size_t byte = 0; byte < 4; ++byte) report.instance_id[byte] = static_cast<uint8_t>(i >> (8 * byte));
    instances.Report("env", Audience::kClient, report, kNow);
  }
  EXPECT_EQ(instances.alive("env", kNow), Instances::kMaxInstances + 1);
  EXPECT_EQ(instances.List("env", Audience::kServer, {}, 1, kNow)[0].id, Report(1).instance_id);
  // An hour later there is room again.
  report.instance_id.fill(0xff);
  instances.Report("env", Audience::kClient, report, kNow + 61min);
  EXPECT_EQ(instances.alive("env", kNow + 61min), 1u);
}

TEST(InstancesTest, AnAlarmIsRaisedOnceAMinute) {
  Instances instances;
  const auto alarm = [&](uint8_t id, Time at) {
    return instances.Report("env", Audience::kServer, Report(id, Nack(LoadCode::kRollback)), at);
  };
  EXPECT_TRUE(alarm(1, kNow));
  EXPECT_FALSE(alarm(2, kNow + 1s));
  EXPECT_TRUE(alarm(2, kNow + 60s));
  EXPECT_FALSE(instances.Report("env", Audience::kClient, Report(3, Nack(LoadCode::kGoldenMismatch)), kNow));
}

TEST(InstancesTest, EvaluationsAreSummedOfServersOnly) {
  Instances instances;
  StatusReport report = Report(1);
  report.evaluations = {{.version = 1, .total = 10, .errors = 1}, {.version = 2, .total = UINT64_MAX, .errors = 3}};
  instances.Report("env", Audience::kServer, report, kNow);
  instances.Report("env", Audience::kServer, report, kNow);
  instances.Report("env", Audience::kClient, report, kNow);
  EXPECT_EQ(instances.Evaluations("env", 1), (wire::EvaluationCount{.version = 1, .total = 20, .errors = 2}));
  EXPECT_EQ(instances.Evaluations("env", 2).total, UINT64_MAX);  // does not wrap
  EXPECT_EQ(instances.Evaluations("env", 3).total, 0u);
  instances.ForgetEvaluations("env");
  EXPECT_EQ(instances.Evaluations("env", 1).total, 0u);
}

}  // namespace
}  // namespace expt::testing
