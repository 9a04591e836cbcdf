#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "expt/testing.h"

namespace {

using namespace std::chrono_literals;
using expt::EventResult;
using expt::HttpReply;
using expt::HttpRequest;
using expt::testing::FakeClock;
using expt::testing::FakeTransport;
using expt::testing::MemoryAssignments;
using expt::testing::RecordingSink;

constexpr char kKey[] = "expt1.srv.env_test.k1.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE.secretsecretsecretsecret";

HttpRequest RequestOf(const std::string& path) {
  HttpRequest request;
  request.url = "https://flags.example.com" + path;
  return request;
}

TEST(FakeClock, MovesWallAndMonotonicTogetherAndApart) {
  FakeClock clock;
  const expt::Time start = clock.Now();
  clock.Advance(5s);
  EXPECT_EQ(clock.Now() - start, 5s);
  EXPECT_EQ(clock.Monotonic(), 5s);
  clock.StepWall(-24h);
  EXPECT_EQ(clock.Now() - start, 5s - 24h);
  EXPECT_EQ(clock.Monotonic(), 5s);
  clock.SetWall(start);
  EXPECT_EQ(clock.Now(), start);
}

TEST(FakeTransport, GivesScriptedAnswersOnceAndHandlersAlways) {
  FakeTransport network;
  network.Reply("/sdk/v1/head", {.status = 503, .headers = {}, .body = ""});
  network.Fail("/sdk/v1/head", absl::UnavailableError("cut"));
  network.Answer("/", [](const HttpRequest&) { return HttpReply{.status = 404, .headers = {}, .body = ""}; });
  network.Answer("/sdk/v1/head",
                 [](const HttpRequest&) { return HttpReply{.status = 304, .headers = {}, .body = ""}; });
  EXPECT_EQ(network.Send(RequestOf("/sdk/v1/head"))->status, 503);
  EXPECT_TRUE(absl::IsUnavailable(network.Send(RequestOf("/sdk/v1/head")).status()));
  EXPECT_EQ(network.Send(RequestOf("/sdk/v1/head"))->status, 304);
  EXPECT_EQ(network.Send(RequestOf("/sdk/v1/events"))->status, 404);
  EXPECT_EQ(network.requests("/sdk/v1/head").size(), 3u);
  EXPECT_EQ(network.requests().size(), 4u);
  EXPECT_TRUE(network.WaitForRequests("/sdk", 4, 0ms));
  EXPECT_FALSE(network.WaitForRequests("/sdk", 5, 0ms));
  network.Cancel();
  EXPECT_TRUE(absl::IsUnavailable(network.Send(RequestOf("/sdk/v1/head")).status()));
}

TEST(FakeTransport, IsNobodyUntilTold) {
  FakeTransport network;
  const absl::Status status = network.Send(RequestOf("/sdk/v1/head")).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("/sdk/v1/head"));
}

TEST(FakeTransport, ShowsWhatAClientAsksForAndHowItTakesTheAnswer) {
  const auto network = std::make_shared<FakeTransport>();
  network->Reply("/sdk/v1/root/1", {.status = 200, .headers = {}, .body = "<html>sign in</html>"});
  auto client = expt::Client::Open(
      {.url = "https://flags.example.com", .key = kKey, .retry_initial = 1ms, .retry_max = 5ms, .transport = network});
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE(network->WaitForRequests("/sdk/v1/root/1", 2, 10s));
  EXPECT_FALSE(client->Enabled("new-checkout", expt::Context("u1")));
  EXPECT_EQ(client->Status().state, expt::ClientStatus::State::kNotReady);
  EXPECT_NE(client->Status().last_error, "");
}

TEST(RecordingSink, KeepsEachEventOnceAndAnswersAsTold) {
  RecordingSink sink;
  std::vector<expt::ReportedEvent> events(2);
  events[0].event_id = "a";
  events[1].event_id = "b";
  sink.SetJudge([](const expt::ReportedEvent& event) {
    return event.event_id == "b" ? EventResult::kRetry : EventResult::kStored;
  });
  EXPECT_THAT(*sink.Deliver({.events = events, .bytes = ""}),
              ::testing::ElementsAre(EventResult::kStored, EventResult::kRetry));
  sink.SetJudge(nullptr);
  EXPECT_THAT(*sink.Deliver({.events = events, .bytes = ""}),
              ::testing::ElementsAre(EventResult::kDuplicate, EventResult::kStored));
  EXPECT_EQ(sink.events().size(), 2u);
  sink.SetStatus(absl::UnavailableError("down"));
  EXPECT_FALSE(sink.Deliver({.events = events, .bytes = ""}).ok());
}

TEST(MemoryAssignments, GivesBackWhatWasSavedForTheUnit) {
  MemoryAssignments store;
  const expt::Assignment rows[] = {{"exp_1", 1, "targeting_key", "u1", "treatment"},
                                   {"exp_1", 2, "targeting_key", "u1", "control"},
                                   {"exp_1", 1, "company", "u1", "control"},
                                   {"exp_1", 1, "targeting_key", "u2", "control"}};
  ASSERT_TRUE(store.Save(rows).ok());
  expt::StickyAssignments kept;
  ASSERT_TRUE(store.Load("targeting_key", "u1", kept).ok());
  EXPECT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept.Find("exp_1", 1, "targeting_key", "u1"), "treatment");
  EXPECT_EQ(kept.Find("exp_1", 2, "targeting_key", "u1"), "control");
  EXPECT_EQ(store.Find("exp_1", 1, "company", "u1"), "control");
  store.SetStatus(absl::UnavailableError("down"));
  EXPECT_FALSE(store.Load("targeting_key", "u1", kept).ok());
}

}  // namespace
