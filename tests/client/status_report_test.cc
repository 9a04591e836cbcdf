// What a client reports about itself, when, and what it does when nobody listens.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <vector>

#include "expt/client.h"
#include "src/wire/head.h"
#include "src/wire/status_codec.h"
#include "tests/client/control_plane.h"
#include "tests/client/lone_loader.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::Content;
using test::ControlPlane;
using test::Eventually;
using test::HttpAnswer;
using test::HttpCall;
using test::LoneLoader;
using test::SignedSnapshot;
using wire::VerdictResult;

constexpr char kStatus[] = "/sdk/v1/status";

// A control plane that keeps the reports.
class Reporting : public testing::Test {
 protected:
  Reporting() {
    plane_.Publish({.version = 1});
    Answer(204);
  }

  void Answer(int status, const std::string& next_report = "") {
    HttpAnswer answer;
    answer.status = status;
    if (!next_report.empty()) answer.headers["Expt-Next-Report"] = next_report;
    plane_.SetIntercept([this, answer](const HttpCall& call) -> std::optional<HttpAnswer> {
      if (call.target != kStatus) return std::nullopt;
      const absl::StatusOr<wire::StatusReport> report = wire::DecodeStatus(call.body);
      EXPECT_TRUE(report.ok()) << report.status();
      EXPECT_EQ(call.method, "POST");
      EXPECT_EQ(call.headers.at("content-type"), "application/x-protobuf");
      EXPECT_EQ(call.headers.at("authorization").substr(0, 7), "Bearer ");
      const std::lock_guard lock(mutex_);
      if (report.ok()) reports_.push_back(*report);
      return answer;
    });
  }
  std::vector<wire::StatusReport> reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }
  void ClearReports() {
    const std::lock_guard lock(mutex_);
    reports_.clear();
  }
  // Waits for a report with that result and answers with it.
  std::optional<wire::StatusReport> Find(VerdictResult result) {
    std::optional<wire::StatusReport> found;
    Eventually([&] {
      for (const wire::StatusReport& report : reports()) {
        if (report.verdict.has_value() && report.verdict->result == result) found = report;
      }
      return found.has_value();
    });
    return found;
  }
  Client Open(ClientOptions options) {
    absl::StatusOr<Client> client = Client::Open(std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  std::mutex mutex_;
  std::vector<wire::StatusReport> reports_;
  ControlPlane plane_;
};

TEST_F(Reporting, ASnapshotIsReportedOnTrialAndThenAccepted) {
  const auto clock = std::make_shared<test::ShiftedClock>();
  ClientOptions options = plane_.options();
  options.clock = clock;
  Client client = Open(options);
  const auto on_trial = Find(VerdictResult::kOnTrial);
  ASSERT_TRUE(on_trial.has_value());
  EXPECT_EQ(on_trial->sdk, "cpp");
  EXPECT_EQ(on_trial->served_version, 1);
  EXPECT_EQ(on_trial->served_digest, client.Pin().digest());
  EXPECT_EQ(on_trial->state, wire::ClientState::kFresh);
  EXPECT_EQ(on_trial->verdict->version, 1);
  EXPECT_EQ(on_trial->verdict->digest, client.Pin().digest());
  EXPECT_GT(on_trial->head_number, 0);
  clock->Shift(61s);
  plane_.ChangeHead([](wire::HeadModel&) {});  // wakes the loader
  const auto accepted = Find(VerdictResult::kAck);
  ASSERT_TRUE(accepted.has_value());
  EXPECT_EQ(accepted->verdict->step, 18u);
  EXPECT_EQ(accepted->instance_id, on_trial->instance_id);
}

TEST_F(Reporting, ARefusedSnapshotIsANackWithItsStepAndCode) {
  Client client = Open(plane_.options());
  ASSERT_TRUE(client.Ready(10s));
  const SignedSnapshot bad = plane_.Sign({.version = 2, .environment = "env_other"});
  plane_.Publish(bad);
  const auto nack = Find(VerdictResult::kNack);
  ASSERT_TRUE(nack.has_value());
  EXPECT_EQ(nack->verdict->code, LoadCode::kWrongEnvironment);
  EXPECT_EQ(nack->verdict->step, 9u);
  EXPECT_EQ(nack->verdict->version, 2);
  EXPECT_EQ(nack->verdict->digest, bad.ref.digest);
  EXPECT_EQ(nack->served_version, 1);
}

TEST_F(Reporting, ARefusedHeadIsANackWithoutSnapshotUntilAGoodOneComes) {
  Client client = Open(plane_.options());
  ASSERT_TRUE(Find(VerdictResult::kOnTrial).has_value());
  const std::string good = plane_.head_file();
  std::string bad = good;
  bad.back() ^= 1;
  plane_.SetHeadFile(bad, "\"bad\"");
  const auto nack = Find(VerdictResult::kNack);
  ASSERT_TRUE(nack.has_value());
  EXPECT_EQ(nack->verdict->code, LoadCode::kBadSignature);
  EXPECT_EQ(nack->verdict->version, 0);
  EXPECT_EQ(nack->verdict->digest, Digest{});
  plane_.SetHeadFile(good, "\"good\"");
  EXPECT_TRUE(Eventually([&] { return reports().back().verdict->result == VerdictResult::kOnTrial; }));
}

TEST_F(Reporting, EvaluationsAndErrorsAreCountedByVersion) {
  Answer(204, "1");
  Client client = Open(plane_.options());
  ASSERT_TRUE(client.Ready(10s));
  const Context user("u");
  for (int i = 0; i < 3; ++i) client.Value("page-size", user, 0);
  for (int i = 0; i < 2; ++i) client.Value("page-size", user, "text");  // TYPE_MISMATCH
  client.Flush(5s);
  const auto sums = [&] {
    wire::EvaluationCount sum;
    for (const wire::StatusReport& report : reports()) {
      for (const wire::EvaluationCount& count : report.evaluations) {
        EXPECT_EQ(count.version, 1);
        sum.total += count.total;
        sum.errors += count.errors;
      }
    }
    return sum;
  };
  EXPECT_TRUE(Eventually([&] { return sums().total == 5; }));
  EXPECT_EQ(sums().errors, 2u);
}

TEST_F(Reporting, TheServerSaysWhenTheNextReportIsWanted) {
  Answer(204, "1");
  Client client = Open(plane_.options());
  EXPECT_TRUE(Eventually([&] { return reports().size() >= 3; }));
}

TEST_F(Reporting, CountsOfAReportThatIsNotAnsweredComeAgain) {
  Answer(503);
  Client client = Open(plane_.options());
  ASSERT_TRUE(client.Ready(10s));
  client.Value("page-size", Context("u"), 0);
  client.Flush(5s);
  ASSERT_TRUE(Eventually([&] { return !reports().empty() && !reports().back().evaluations.empty(); }));
  Answer(204);
  const size_t before = reports().size();
  ASSERT_TRUE(Eventually([&] { return reports().size() > before; }));
  ASSERT_FALSE(reports().back().evaluations.empty());
  EXPECT_EQ(reports().back().evaluations[0].total, 1u);
}

TEST_F(Reporting, AServerWithoutTheRouteIsNotAskedAgainAndNothingElseSuffers) {
  Answer(404);
  Client client = Open(plane_.options());
  ASSERT_TRUE(Eventually([&] { return reports().size() == 1; }));
  plane_.Publish({.version = 2, .page_size = 7});
  ASSERT_TRUE(Eventually([&] { return client.Status().snapshot_version == 2; }));
  ASSERT_TRUE(plane_.WaitForCalls("/sdk/v1/head", 5));
  EXPECT_EQ(reports().size(), 1u);
  EXPECT_EQ(client.Status().last_error, "");
}

TEST_F(Reporting, ClientsWithFixedFlagsReportNothing) {
  Client client = Client::Fixed({{"on", true}});
  EXPECT_TRUE(client.Enabled("on", Context("u")));
  EXPECT_TRUE(client.Close(1s).ok());
  EXPECT_EQ(plane_.Calls(kStatus), 0);
}

// Which of stable and candidate is taken.

class Candidates : public Reporting {
 protected:
  // Version 1 is stable, version 2 the candidate of `ppm` of all instances.
  void Offer(uint32_t ppm) {
    const SignedSnapshot candidate = plane_.Sign({.version = 2, .page_size = 2});
    plane_.ServeSnapshot(candidate, candidate.file);
    plane_.ChangeHead([&](wire::HeadModel& head) {
      head.candidate = candidate.ref;
      head.candidate_ppm = ppm;
    });
  }
};

TEST_F(Candidates, AShareOfInstancesTakesTheCandidateByTheHashOfTheirIds) {
  Offer(500'000);
  int with_candidate = 0;
  constexpr int kInstances = 40;
  for (int i = 0; i < kInstances; ++i) {
    ClearReports();
    Client client = Open(plane_.options());
    ASSERT_TRUE(client.Ready(10s));
    ASSERT_TRUE(Eventually([&] { return !reports().empty(); }));
    const wire::InstanceId id = reports().back().instance_id;
    EXPECT_EQ(client.Status().snapshot_version, wire::IsInShare(id, 500'000) ? 2 : 1);
    with_candidate += client.Status().snapshot_version == 2 ? 1 : 0;
  }
  EXPECT_GT(with_candidate, 4);  // 20 expected; fewer has a chance of 1e-8
  EXPECT_LT(with_candidate, 36);
}

TEST_F(Candidates, NobodyTakesItAtShareZeroAndEverybodyAtTheWhole) {
  Offer(0);
  LoneLoader loader(plane_.options());
  EXPECT_TRUE(loader.ComesTo(1));
  plane_.ChangeHead([](wire::HeadModel& head) { head.candidate_ppm = 1'000'000; });
  EXPECT_TRUE(loader.ComesTo(2));
}

TEST_F(Candidates, WhoHasTakenItStaysWithItAlsoInANewProcess) {
  Offer(1'000'000);
  ClientOptions options = plane_.options();
  options.data_directory = testing::TempDir() + "/candidate_" + std::to_string(getpid());
  {
    Client client = Open(options);
    ASSERT_TRUE(Eventually([&] { return client.Status().snapshot_version == 2; }));
    EXPECT_TRUE(client.Close(5s).ok());
  }
  plane_.ChangeHead([](wire::HeadModel& head) { head.candidate_ppm = 0; });  // the new process is not chosen
  ClearReports();
  Client client = Open(options);
  const auto accepted = Find(VerdictResult::kAck);
  ASSERT_TRUE(accepted.has_value());
  EXPECT_EQ(accepted->verdict->version, 2);
  EXPECT_EQ(client.Status().snapshot_version, 2);
  EXPECT_EQ(client.Status().last_error, "");
}

TEST_F(Candidates, AWithdrawnCandidateIsLeftForTheNextVersion) {
  Offer(1'000'000);
  Client client = Open(plane_.options());
  ASSERT_TRUE(Eventually([&] { return client.Status().snapshot_version == 2; }));
  const SignedSnapshot back = plane_.Sign({.version = 3});
  plane_.ServeSnapshot(back, back.file);
  plane_.ChangeHead([&](wire::HeadModel& head) {
    head.stable = back.ref;
    head.candidate.reset();
    head.candidate_ppm = 0;
  });
  EXPECT_TRUE(Eventually([&] { return client.Status().snapshot_version == 3; })) << client.Status().last_error;
  EXPECT_EQ(client.Value("page-size", Context("u"), 0), 50);
}

}  // namespace
}  // namespace expt
