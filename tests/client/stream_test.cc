// New Heads that come by themselves, and what happens when they do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <utility>

#include "expt/client.h"
#include "tests/client/control_plane.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::ControlPlane;
using test::Eventually;
using test::HttpAnswer;
using test::HttpCall;

const Context kUser("user-42", {{"country", "CH"}});

class Streaming : public testing::Test {
 protected:
  Streaming() {
    plane_.Publish({.version = 1, .page_size = 10});
    plane_.SetStreaming(true);
  }
  ClientOptions Options() const {
    ClientOptions options = plane_.options();
    options.stream = true;
    return options;
  }
  std::unique_ptr<Client> Open(ClientOptions options) {
    absl::StatusOr<Client> client = Client::Open(std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    return std::make_unique<Client>(*std::move(client));
  }
  std::unique_ptr<Client> OpenListening() {
    ClientOptions options = Options();
    options.poll_interval = 1h;  // once, and then not again
    auto client = Open(std::move(options));
    EXPECT_TRUE(Eventually([&] { return client->Status().is_streaming; })) << client->Status().last_error;
    return client;
  }
  static bool ComesToVersion(const Client& client, int64_t version) {
    return Eventually([&] { return client.Status().snapshot_version == version; });
  }
  ControlPlane plane_;
};

TEST_F(Streaming, BringsAPublishWithoutAPoll) {
  const auto client = OpenListening();
  const int polls = plane_.Calls("/sdk/v1/head");
  for (int64_t version = 2; version <= 5; ++version) {
    plane_.Publish({.version = version, .page_size = version * 10});
    EXPECT_TRUE(ComesToVersion(*client, version)) << client->Status().last_error;
    EXPECT_EQ(client->Value("page-size", kUser, 0), version * 10);
  }
  plane_.ChangeHead([](wire::HeadModel& head) { head.emergency_off = {"sticky-button"}; });
  EXPECT_TRUE(Eventually([&] { return client->Decide("sticky-button", kUser).view().reason == Reason::kDisabled; }));
  EXPECT_EQ(plane_.Calls("/sdk/v1/head"), polls);
  EXPECT_EQ(plane_.Calls("/sdk/v1/stream"), 1);
  EXPECT_EQ(client->Status().state, ClientStatus::State::kFresh);
}

TEST_F(Streaming, EventsAreSentMeanwhile) {
  const auto client = OpenListening();
  client->Track("purchase", kUser);
  const FlushReport report = client->Flush(10s);
  EXPECT_EQ(report.delivered, 1u);
  client->Track("purchase", kUser);  // after the flush interval, without a flush
  EXPECT_TRUE(Eventually([&] { return client->Status().events_delivered == 2; }));
  plane_.Publish({.version = 2, .page_size = 20});
  EXPECT_TRUE(ComesToVersion(*client, 2));
}

TEST_F(Streaming, WhatItBringsIsVerified) {
  const auto client = OpenListening();
  plane_.Publish(plane_.Sign({.version = 2, .page_size = 20}, host::SecretKey::Generate()));
  EXPECT_TRUE(Eventually([&] { return client->Status().last_load_error.has_value(); }));
  EXPECT_EQ(client->Status().last_load_error->code, LoadCode::kUnknownKey);
  EXPECT_EQ(client->Value("page-size", kUser, 0), 10);
  plane_.Publish({.version = 3, .page_size = 30});
  EXPECT_TRUE(ComesToVersion(*client, 3));
}

TEST_F(Streaming, PollsWhileTheStreamIsGoneAndListensAgainWhenItIsBack) {
  ClientOptions options = Options();  // polls every 100 ms when there is no stream
  const auto client = Open(options);
  ASSERT_TRUE(Eventually([&] { return client->Status().is_streaming; }));
  plane_.SetStreaming(false);
  EXPECT_TRUE(Eventually([&] { return !client->Status().is_streaming; }));
  plane_.Publish({.version = 2, .page_size = 20});
  EXPECT_TRUE(ComesToVersion(*client, 2)) << client->Status().last_error;
  EXPECT_EQ(client->Status().last_error, "") << "a poll does as well";
  plane_.SetStreaming(true);
  EXPECT_TRUE(Eventually([&] { return client->Status().is_streaming; }));
  const int polls = plane_.Calls("/sdk/v1/head");
  plane_.Publish({.version = 3, .page_size = 30});
  EXPECT_TRUE(ComesToVersion(*client, 3));
  EXPECT_LE(plane_.Calls("/sdk/v1/head"), polls + 1);
}

TEST_F(Streaming, AnswersThatAreNoStreamDoNoHarm) {
  for (const HttpAnswer& answer :
       {HttpAnswer{.status = 503, .headers = {{"Retry-After", "0"}}, .body = "busy"},
        HttpAnswer{.status = 200, .headers = {{"Content-Type", "text/html"}}, .body = "<html>sign in</html>"},
        HttpAnswer{.status = 200, .headers = {{"Content-Type", "text/event-stream"}}, .body = "event: head\ndata: !\n\n"},
        HttpAnswer{.status = 200,
                   .headers = {{"Content-Type", "text/event-stream"}},
                   .body = "data: " + std::string(100'000, 'x') + "\n\n"}}) {
    plane_.SetIntercept([answer](const HttpCall& call) -> std::optional<HttpAnswer> {
      if (call.target == "/sdk/v1/stream") return answer;
      return std::nullopt;
    });
    const auto client = Open(Options());
    EXPECT_TRUE(client->Ready(10s));
    EXPECT_TRUE(plane_.WaitForCalls("/sdk/v1/stream", 3));
    const int64_t version = client->Status().snapshot_version + 1;
    plane_.Publish({.version = version, .page_size = version});
    EXPECT_TRUE(ComesToVersion(*client, version));
    EXPECT_EQ(client->Status().last_error, "");
  }
}

TEST_F(Streaming, IsAskedForOnlyWithAServerKeyAndWhenTheOptionSaysSo) {
  ClientOptions off = Options();
  off.stream = false;
  const auto without = Open(off);
  EXPECT_TRUE(without->Ready(10s));
  ClientOptions of_client = Options();
  of_client.key = plane_.key(Audience::kClient);
  const auto with_client_key = Open(of_client);
  EXPECT_TRUE(plane_.WaitForCalls("/sdk/v1/head", 3));
  EXPECT_EQ(plane_.Calls("/sdk/v1/stream"), 0);
}

// As a program's own transport may be: requests and nothing else.
class PlainTransport final : public Transport {
 public:
  absl::StatusOr<HttpReply> Send(const HttpRequest& request) override { return curl_->Send(request); }
  void Cancel() override { curl_->Cancel(); }

 private:
  const std::unique_ptr<Transport> curl_ = CurlTransport();
};

TEST_F(Streaming, ATransportWithoutStreamsPolls) {
  ClientOptions options = Options();
  options.transport = std::make_shared<PlainTransport>();
  const auto client = Open(options);
  EXPECT_TRUE(client->Ready(10s));
  plane_.Publish({.version = 2, .page_size = 20});
  EXPECT_TRUE(ComesToVersion(*client, 2));
  EXPECT_FALSE(client->Status().is_streaming);
  EXPECT_EQ(plane_.Calls("/sdk/v1/stream"), 0);
}

TEST_F(Streaming, CloseEndsTheStreamAtOnce) {
  auto client = OpenListening();
  EXPECT_EQ(plane_.streams(), 1);
  EXPECT_TRUE(client->Close(1h).ok());
  client.reset();
  EXPECT_TRUE(Eventually([&] { return plane_.streams() == 0; }));
}

}  // namespace
}  // namespace expt
