#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "expt/transport.h"
#include "tests/client/http_server.h"

namespace expt {
namespace {

using test::HttpAnswer;
using test::HttpCall;
using test::HttpServer;

HttpRequest RequestTo(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

TEST(CurlTransport, CarriesStatusHeadersAndBodyBothWays) {
  HttpServer server([](const HttpCall& call) {
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.headers.at("x-name"), "value");
    EXPECT_FALSE(call.headers.contains("expect"));
    return HttpAnswer{.status = 418, .headers = {{"X-Answer", "  spaced  "}}, .body = call.body + "!"};
  });
  HttpRequest request = RequestTo(server.url() + "/path");
  request.method = "POST";
  request.headers = {{"X-Name", "value"}};
  request.body = std::string(100'000, 'b');
  const auto reply = CurlTransport()->Send(request);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 418);
  EXPECT_EQ(reply->header("x-answer"), "spaced");
  EXPECT_EQ(reply->header("none"), "");
  EXPECT_EQ(reply->body, request.body + "!");
}

TEST(CurlTransport, ReusesItsConnection) {
  HttpServer server([](const HttpCall&) { return HttpAnswer{}; });
  const auto transport = CurlTransport();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(transport->Send(RequestTo(server.url())).ok());
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlTransport, FollowsNoRedirect) {
  HttpServer server([](const HttpCall& call) {
    EXPECT_EQ(call.target, "/from");
    return HttpAnswer{.status = 302, .headers = {{"Location", "/to"}}, .body = ""};
  });
  const auto reply = CurlTransport()->Send(RequestTo(server.url() + "/from"));
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->status, 302);
}

TEST(CurlTransport, RefusesAddressesThatItMayNotOpen) {
  const auto transport = CurlTransport();
  for (const char* url : {"http://192.0.2.1/", "file:///etc/hostname", "ftp://127.0.0.1/", "nonsense"}) {
    EXPECT_EQ(transport->Send(RequestTo(url)).status().code(), absl::StatusCode::kInvalidArgument) << url;
  }
}

TEST(CurlTransport, StopsAtTheSizeCap) {
  HttpServer server(
      [](const HttpCall&) { return HttpAnswer{.status = 200, .headers = {}, .body = std::string(100'001, 'x')}; });
  HttpRequest request = RequestTo(server.url());
  request.max_reply_bytes = 100'000;
  EXPECT_EQ(CurlTransport()->Send(request).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(CurlTransport, SaysUnavailableWhenTheAnswerIsCutOrNobodyAnswers) {
  std::string url;
  {
    HttpServer server([](const HttpCall&) {
      return HttpAnswer{.status = 200, .headers = {}, .body = std::string(1'000, 'x'), .is_cut = true};
    });
    url = server.url();
    EXPECT_EQ(CurlTransport()->Send(RequestTo(url)).status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_EQ(CurlTransport()->Send(RequestTo(url)).status().code(), absl::StatusCode::kUnavailable);
}

TEST(CurlTransport, CancelEndsACallThatIsUnderWayAndAllLaterOnes) {
  std::promise<void> arrived;
  std::promise<void> release;
  HttpServer server([&](const HttpCall&) {
    arrived.set_value();
    release.get_future().wait();
    return HttpAnswer{};
  });
  const auto transport = CurlTransport();
  HttpRequest request = RequestTo(server.url());
  request.timeout = std::chrono::minutes(10);
  auto sending = std::async(std::launch::async, [&] { return transport->Send(request).status(); });
  arrived.get_future().wait();
  transport->Cancel();
  EXPECT_EQ(sending.get().code(), absl::StatusCode::kUnavailable);
  release.set_value();
  EXPECT_EQ(transport->Send(request).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace expt
