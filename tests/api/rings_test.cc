// Publishes that go out ring by ring: who gets what, what takes them back, and what a restart leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "control-plane/publish/ring_plan.h"
#include "src/host/signed_file.h"
#include "src/wire/envelope.h"
#include "src/wire/head.h"
#include "src/wire/status_codec.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using wire::EvaluationCount;
using wire::StatusReport;
using wire::VerdictResult;

constexpr int64_t kForEver = 86'400;  // a bake that no test waits for

DaemonOptions Quick() {
  DaemonOptions options;
  options.ring_interval = 20ms;
  return options;
}

class RingsTest : public ::testing::Test {
 protected:
  explicit RingsTest(const DaemonOptions& options = Quick()) : exptd_(options) {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
    key_ = exptd_.MakeSdkKey("server");
    client_key_ = exptd_.MakeSdkKey("client");
  }

  void Stage(int64_t bake) { SetRings({{"key", "production"}, {"rings", "staged"}, {"bake", bake}}); }
  void SetRings(const json& body) {
    const Reply reply = exptd_.Put(kEnvironment, body);
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  Reply TryPublish() { return exptd_.Post(std::string(kEnvironment) + "/publish", json::object()); }
  json Publish() {
    const Reply reply = TryPublish();
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json();
  }
  Reply Post(const std::string& what, const json& body = json::object()) {
    return exptd_.Post(std::string(kEnvironment) + "/rings/" + what, body);
  }
  json Rings() { return exptd_.Get(std::string(kEnvironment) + "/rings").Json(); }
  // The Head as it is on the wire; who may sign it is another test's business.
  wire::HeadModel Head(const std::string& key) {
    const Reply reply = exptd_.Get("/sdk/v1/head", {.bearer = key});
    EXPECT_EQ(reply.status, 200);
    const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(reply.body, wire::PayloadType::kHead);
    EXPECT_TRUE(envelope.ok());
    const absl::StatusOr<wire::HeadModel> head = wire::DecodeHead(envelope->payload);
    EXPECT_TRUE(head.ok()) << head.status();
    return *head;
  }
  wire::HeadModel Head() { return Head(key_); }

  StatusReport Report(uint8_t instance) {
    StatusReport report;
    report.instance_id.fill(instance);
    report.sdk = "cpp";
    report.state = wire::ClientState::kFresh;
    return report;
  }
  StatusReport Refusal(const wire::SnapshotRef& of, LoadCode code) {
    StatusReport report = Report(1);
    report.verdict = wire::SnapshotVerdict{
        .result = VerdictResult::kNack, .version = of.version, .digest = of.digest, .step = 13, .code = code};
    return report;
  }
  Reply Send(const StatusReport& report, const std::string& key) {
    return exptd_.SendTo(
        "POST", "/sdk/v1/status",
        {.bearer = key, .body = wire::EncodeStatus(report), .content_type = "application/x-protobuf"});
  }
  template <typename Condition>
  bool Eventually(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
  std::vector<std::string> Audited() {
    std::vector<std::string> actions;
    const json audit = exptd_.Get("/api/v1/audit").Json();
    for (const json& entry : audit["items"]) {
      if (entry["kind"] == "rings") actions.push_back(entry["action"]);
    }
    return actions;
  }

  RunningDaemon exptd_;
  std::string key_;
  std::string client_key_;
};

TEST_F(RingsTest, AnEnvironmentSaysHowPublishesReachIt) {
  json environment = exptd_.Get(kEnvironment).Json();
  EXPECT_EQ(environment["rings"], "none");
  EXPECT_EQ(environment["bake"], 300);
  EXPECT_EQ(environment["rings_offered"], false);
  environment["rings"] = "staged";
  environment["bake"] = 60;
  SetRings(environment);  // what was read may be sent back
  EXPECT_EQ(exptd_.Get(kEnvironment).Json()["bake"], 60);
  const auto refused = [&](const json& body) { return exptd_.Put(kEnvironment, body).status; };
  EXPECT_EQ(refused({{"key", "production"}, {"rings", "some"}}), 422);
  EXPECT_EQ(refused({{"key", "production"}, {"bake", 0}}), 422);
  EXPECT_EQ(refused({{"key", "staging"}}), 422);
  EXPECT_EQ(exptd_.Put(kEnvironment, {{"key", "production"}}, {.headers = {"If-Match: \"1\""}}).status, 412);
  EXPECT_EQ(exptd_.Put(std::string(kProject) + "/environments/absent", {{"key", "absent"}}).status, 404);
}

TEST_F(RingsTest, RingsAreOfferedOnceFiftyClientsReported) {
  for (uint8_t id = 1; id <= 50; ++id) {
    EXPECT_EQ(exptd_.Get(kEnvironment).Json()["rings_offered"], false);
    Send(Report(id), key_);
  }
  EXPECT_EQ(exptd_.Get(kEnvironment).Json()["rings_offered"], true);
  const json page = exptd_.Get(std::string(kProject) + "/environments").Json();
  EXPECT_EQ(page["items"][0]["rings_offered"], true);
}

TEST_F(RingsTest, WithoutRingsAPublishGoesToEveryone) {
  EXPECT_EQ(Publish()["rings"], nullptr);
  EXPECT_EQ(Publish()["rings"], nullptr);
  EXPECT_EQ(Head().stable.version, 2);
  EXPECT_FALSE(Head().candidate.has_value());
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/rings").status, 404);
  EXPECT_EQ(Post("halt").status, 409);
  EXPECT_EQ(Post("complete").status, 409);
}

TEST_F(RingsTest, APublishBeginsWithOnePercentAndIsAloneUnderWay) {
  Stage(kForEver);
  EXPECT_EQ(Publish()["rings"], nullptr);  // nothing to compare the first with
  const json rings = Publish()["rings"];
  EXPECT_EQ(rings["state"], "under_way");
  EXPECT_EQ(rings["version"], 2);
  EXPECT_EQ(rings["stable_version"], 1);
  EXPECT_EQ(rings["ring"], 1);
  EXPECT_EQ(rings["share"], 10'000);
  EXPECT_EQ(Rings(), rings);
  for (const std::string& key : {key_, client_key_}) {
    const wire::HeadModel head = Head(key);
    EXPECT_EQ(head.stable.version, 1);
    ASSERT_TRUE(head.candidate.has_value());
    EXPECT_EQ(head.candidate->version, 2);
    EXPECT_EQ(head.candidate_ppm, 10'000u);
  }
  const Reply second = TryPublish();
  EXPECT_EQ(second.status, 409);
  EXPECT_THAT(second.body, HasSubstr("version 2 is under way in rings"));
}

TEST_F(RingsTest, EachRingBakesAndTheLastMakesItStable) {
  Stage(1);
  Publish();
  Publish();
  EXPECT_TRUE(Eventually([&] { return Rings()["state"] == "complete"; }));
  EXPECT_EQ(Rings()["ring"], 4);
  EXPECT_EQ(Rings()["reason"], "baked");
  EXPECT_EQ(Head().stable.version, 2);
  EXPECT_FALSE(Head().candidate.has_value());
  EXPECT_THAT(Audited(), ::testing::ElementsAre("complete_rings", "advance_rings", "advance_rings", "advance_rings",
                                                "start_rings"));
  EXPECT_EQ(Publish()["rings"]["version"], 3);
}

TEST_F(RingsTest, BeingCompletedByHandSkipsTheRest) {
  Stage(kForEver);
  Publish();
  Publish();
  const Reply completed = Post("complete");
  EXPECT_EQ(completed.status, 200) << completed.body;
  EXPECT_EQ(completed.Json()["state"], "complete");
  EXPECT_EQ(Head().stable.version, 2);
  EXPECT_EQ(Post("complete").status, 409);
  EXPECT_EQ(Post("halt").status, 409);
}

TEST_F(RingsTest, BeingHaltedByHandGivesTheStableContentToEveryoneAsTheNextVersion) {
  Stage(kForEver);
  Publish();
  const json off = {{"enabled", false}, {"default_serve", {{"variant", "off"}}}};
  ASSERT_EQ(exptd_.Put(std::string(kEnvironment) + "/flags/checkout", off).status, 200);
  Publish();
  const Reply halted = Post("halt", {{"reason", "too slow"}});
  EXPECT_EQ(halted.status, 200) << halted.body;
  EXPECT_EQ(halted.Json()["state"], "halted");
  EXPECT_EQ(halted.Json()["withdrawn_as"], 3);
  EXPECT_EQ(halted.Json()["reason"], "too slow");
  for (const std::string& key : {key_, client_key_}) {
    EXPECT_EQ(Head(key).stable.version, 3);
    EXPECT_FALSE(Head(key).candidate.has_value());
  }
  EXPECT_EQ(Audited().front(), "halt_rings");
  // What was withdrawn is a change that is not live; it may be published again.
  const json changes = exptd_.Get(std::string(kEnvironment) + "/changes").Json();
  EXPECT_EQ(changes["published_version"], 3);
  EXPECT_EQ(changes["changes"].size(), 1u);
  EXPECT_EQ(Publish()["rings"]["version"], 4);
}

TEST_F(RingsTest, AServerThatRefusesTheContentHaltsAtOnceAndOnce) {
  Stage(kForEver);
  Publish();
  Publish();
  const wire::SnapshotRef candidate = *Head().candidate;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Send(Refusal(candidate, LoadCode::kGoldenMismatch), key_).status, 204);
  EXPECT_EQ(Rings()["state"], "halted");
  EXPECT_EQ(Rings()["withdrawn_as"], 3);
  EXPECT_EQ(Rings()["reason"], "a client refuses it: GOLDEN_MISMATCH at step 13");
  EXPECT_EQ(Head().stable.version, 3);
  // Nor does it go further back when the stable content is refused, too.
  Send(Refusal(Head().stable, LoadCode::kGoldenMismatch), key_);
  EXPECT_EQ(Head().stable.version, 3);
  EXPECT_THAT(exptd_.Get("/metrics").body, HasSubstr("exptd_ring_events_total{event=\"rings_halted\"} 1\n"));
}

TEST_F(RingsTest, ACrashHaltsACandidate) {
  Stage(kForEver);
  Publish();
  Publish();
  Send(Refusal(*Head().candidate, LoadCode::kUnhealthy), key_);
  EXPECT_EQ(Rings()["state"], "halted");
}

TEST_F(RingsTest, WhatAnybodyMayClaimHaltsNothing) {
  Stage(kForEver);
  Publish();
  Publish();
  const wire::SnapshotRef candidate = *Head().candidate;
  Send(Refusal(*Head(client_key_).candidate, LoadCode::kGoldenMismatch), client_key_);
  Send(Refusal(candidate, LoadCode::kGoldenMismatch), client_key_);
  Send(Refusal(candidate, LoadCode::kBadSignature), key_);    // an alarm
  Send(Refusal(candidate, LoadCode::kDigestMismatch), key_);  // the way
  Send(Refusal({.version = 2, .digest = {1}}, LoadCode::kGoldenMismatch), key_);
  Send(Refusal(Head().stable, LoadCode::kGoldenMismatch), key_);  // it has served before
  EXPECT_EQ(Rings()["state"], "under_way");
}

TEST_F(RingsTest, WithoutRingsARefusalOfTheContentBringsTheContentBeforeBackOnce) {
  Publish();
  Publish();
  Send(Refusal(Head().stable, LoadCode::kUnhealthy), key_);  // one process of many
  EXPECT_EQ(Head().stable.version, 2);
  const wire::SnapshotRef refused = Head().stable;
  Send(Refusal(refused, LoadCode::kWireLimit), key_);
  EXPECT_EQ(Head().stable.version, 3);
  EXPECT_EQ(Rings()["state"], "halted");
  EXPECT_EQ(Rings()["ring"], nullptr);
  Send(Refusal(refused, LoadCode::kWireLimit), key_);
  Send(Refusal(Head().stable, LoadCode::kWireLimit), key_);
  EXPECT_EQ(Head().stable.version, 3);
}

TEST_F(RingsTest, TheFirstPublishHasNothingToGoBackTo) {
  Publish();
  EXPECT_EQ(Send(Refusal(Head().stable, LoadCode::kBadContent), key_).status, 204);
  EXPECT_EQ(Head().stable.version, 1);
}

TEST_F(RingsTest, TwiceTheErrorsHaltACandidate) {
  Stage(kForEver);
  Publish();
  Publish();
  StatusReport report = Report(1);
  report.evaluations = {{.version = 1, .total = 10'000, .errors = 100}, {.version = 2, .total = 10'000, .errors = 199}};
  Send(report, client_key_);
  report.evaluations[1].errors = 201;
  Send(report, client_key_);
  EXPECT_EQ(Rings()["state"], "under_way");
  Send(report, key_);
  EXPECT_TRUE(Eventually([&] { return Rings()["state"] == "halted"; }));
  EXPECT_THAT(Rings()["reason"].get<std::string>(), HasSubstr("twice as often"));
}

TEST_F(RingsTest, EmergencyOffDoesNotWaitForARing) {
  Stage(kForEver);
  Publish();
  Publish();
  ASSERT_EQ(exptd_.Put(std::string(kEnvironment) + "/emergency-off", {{"flags", {"checkout"}}}).status, 200);
  EXPECT_THAT(Head().emergency_off, ::testing::ElementsAre("checkout"));
  EXPECT_EQ(Head().candidate_ppm, 10'000u);
}

TEST_F(RingsTest, ClientsAreAskedToReportMoreOftenMeanwhile) {
  Stage(40);
  Publish();
  EXPECT_EQ(Send(Report(1), key_).Header("expt-next-report"), "");
  Publish();
  EXPECT_EQ(Send(Report(1), key_).Header("expt-next-report"), "10");
}

TEST_F(RingsTest, ARestartLeavesItInItsRing) {
  Stage(kForEver);
  Publish();
  Publish();
  const json before = Rings();
  exptd_.Restart();
  EXPECT_EQ(Rings(), before);
  EXPECT_EQ(Head().candidate->version, 2);
  EXPECT_EQ(Head().candidate_ppm, 10'000u);
  Send(Refusal(*Head().candidate, LoadCode::kGoldenMismatch), key_);
  EXPECT_EQ(Rings()["state"], "halted");
}

TEST_F(RingsTest, ARestartLetsItGoOn) {
  Stage(1);
  Publish();
  Publish();
  exptd_.Restart();
  EXPECT_TRUE(Eventually([&] { return Rings()["state"] == "complete"; }));
}

// Where everybody has had the time to report.
class SettledRings : public RingsTest {
 protected:
  SettledRings() : RingsTest(Settled()) {}
  static DaemonOptions Settled() {
    DaemonOptions options = Quick();
    options.ring_settle = 0ms;
    return options;
  }
};

TEST_F(SettledRings, RingsWithNobodyInThemEndAtOnce) {
  Stage(kForEver);
  Publish();
  EXPECT_EQ(Publish()["rings"]["state"], "under_way");
  EXPECT_EQ(Rings()["state"], "complete");
  EXPECT_EQ(Rings()["reason"], "no live instance in the ring");
}

TEST_F(SettledRings, ARingWithAnInstanceBakes) {
  Stage(kForEver);
  Publish();
  // One that takes part from 50 % on.
  StatusReport report = Report(0);
  while (wire::IsInShare(report.instance_id, 100'000) || !wire::IsInShare(report.instance_id, 500'000)) {
    ++report.instance_id[0];
  }
  Send(report, key_);
  Publish();
  EXPECT_EQ(Rings()["state"], "under_way");
  EXPECT_EQ(Rings()["ring"], 3);
  EXPECT_EQ(Head().candidate_ppm, 500'000u);
}

TEST(RingPlan, FewNumbersHaltNothing) {
  using publish::IsErrorRateDoubled;
  const auto of = [](uint64_t total, uint64_t errors) {
    return EvaluationCount{.version = 1, .total = total, .errors = errors};
  };
  EXPECT_TRUE(IsErrorRateDoubled(of(1'000, 10), of(1'000, 20)));
  EXPECT_FALSE(IsErrorRateDoubled(of(1'000, 11), of(1'000, 21)));
  EXPECT_FALSE(IsErrorRateDoubled(of(999, 0), of(1'000, 500)));
  EXPECT_FALSE(IsErrorRateDoubled(of(1'000, 0), of(999, 500)));
  EXPECT_FALSE(IsErrorRateDoubled(of(1'000'000, 0), of(1'000, 19)));
  EXPECT_TRUE(IsErrorRateDoubled(of(1'000'000, 0), of(20'000, 20)));
  EXPECT_FALSE(IsErrorRateDoubled(of(1'000'000, 0), of(20'001, 20)));
}

}  // namespace
}  // namespace expt::testing
