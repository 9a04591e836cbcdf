// The server from outside: sockets that behave well, and sockets that do not.
#include "control-plane/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "control-plane/http/problem.h"
#include "tests/api/raw_socket.h"

namespace expt::http {
namespace {

using ::expt::testing::RawSocket;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Holds requests until the test lets them go.
struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Responder> waiting;

  void Hold(Responder respond) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(respond));
    changed.notify_all();
  }
  void WaitFor(size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting.size() >= count; });
  }
  std::vector<Responder> Take() {
    const std::lock_guard lock(mutex);
    return std::exchange(waiting, {});
  }
};

class ServerTest : public ::testing::Test {
 protected:
  void StartServer(ServerOptions options = {}) {
    Router router;
    const auto add = [&](Route route) { ASSERT_TRUE(router.Add(std::move(route)).ok()); };
    add({.method = "GET",
         .path = "/fast",
         .query = {"q"},
         .is_slow = false,
         .handler = [](Request request, Responder respond) {
           respond({.content_type = "text/plain", .body = "hello " + std::string(request.Query("q").value_or("you"))});
         }});
    add({.method = "POST",
         .path = "/echo",
         .body_limit = 1000,
         .content_types = {"text/plain"},
         .content_encodings = {"gzip"},
         .handler = [](Request request, Responder respond) {
           respond({.content_type = "text/plain", .body = std::move(request.body)});
         }});
    add({.method = "GET", .path = "/held", .handler = [this](Request, Responder respond) {
           gate_.Hold(std::move(respond));
         }});
    add({.method = "GET", .path = "/dropped", .handler = [](Request, Responder) {}});
    add({.method = "GET", .path = "/throws", .handler = [](Request, Responder) {
           throw std::runtime_error("secret");
         }});
    add({.method = "GET", .path = "/large", .any_origin = true, .handler = [](Request, Responder respond) {
           Response response{.content_type = "application/octet-stream"};
           response.shared_body = std::make_shared<std::string>(5u << 20, 'x');
           response.Set("Cache-Control", "max-age=60");
           respond(std::move(response));
         }});
    absl::StatusOr<std::unique_ptr<Server>> server =
        Server::Start(options, std::move(router), [this](const ExchangeRecord& record) {
          const std::lock_guard lock(records_mutex_);
          records_.push_back(std::string(record.method) + " " + std::string(record.route) + " " +
                             std::to_string(record.status));
        });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // The whole conversation on a fresh connection.
  std::string Talk(std::string_view bytes) {
    RawSocket socket(server_->port());
    socket.Send(bytes);
    return socket.ReceiveAll();
  }
  std::string Get(std::string_view path, std::string_view fields = "") {
    return Talk("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + std::string(fields) +
                "\r\n");
  }
  std::string Post(std::string_view fields, std::string_view body) {
    return Talk("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + std::string(fields) + "\r\n" +
                std::string(body));
  }

  Gate gate_;
  std::mutex records_mutex_;
  std::vector<std::string> records_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersAndSetsSecurityHeaders) {
  StartServer();
  const std::string reply = Get("/fast?q=me");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\n\r\nhello me"));
  for (const char* header : {"X-Content-Type-Options: nosniff", "Cache-Control: no-store",
                             "Referrer-Policy: no-referrer", "Content-Security-Policy: default-src 'none'",
                             "Cross-Origin-Opener-Policy: same-origin"}) {
    EXPECT_THAT(reply, HasSubstr(header));
  }
  EXPECT_THAT(reply, Not(HasSubstr("Strict-Transport-Security")));
  EXPECT_THAT(reply, Not(HasSubstr("Server:")));
}

TEST_F(ServerTest, SendsLargeBodiesWhole) {
  StartServer();
  const std::string reply = Get("/large");
  EXPECT_THAT(reply.substr(0, 1000), HasSubstr("Content-Length: 5242880"));
  EXPECT_THAT(reply.substr(0, 1000), HasSubstr("Cache-Control: max-age=60"));
  EXPECT_THAT(reply.substr(0, 1000), Not(HasSubstr("no-store")));
  EXPECT_EQ(reply.size() - reply.find("\r\n\r\n") - 4, 5u << 20);
}

TEST_F(ServerTest, KeepsConnectionsAndAnswersPipelinedRequestsInOrder) {
  StartServer();
  RawSocket socket(server_->port());
  socket.Send(
      "GET /fast?q=1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
      "Content-Length: 3\r\n\r\nabcGET /fast?q=2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(socket.ReceiveReply(), HasSubstr("hello 1"));
  EXPECT_THAT(socket.ReceiveReply(), HasSubstr("\r\n\r\nabc"));
  EXPECT_THAT(socket.ReceiveReply(), HasSubstr("hello 2"));
  socket.Send("HEAD /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string reply = socket.ReceiveAll();
  EXPECT_THAT(reply, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_THAT(reply, ::testing::EndsWith("\r\n\r\n"));
}

TEST_F(ServerTest, RefusesAbusiveFramingAndCloses) {
  StartServer();
  const std::string host = "Host: a\r\n";
  const std::string type = "Content-Type: text/plain\r\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"content-length and transfer-encoding",
       "POST /echo HTTP/1.1\r\n" + host + type + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"two content-lengths",
       "POST /echo HTTP/1.1\r\n" + host + type + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
      {"bare line feed", "GET /fast HTTP/1.1\nHost: a\n\n"},
      {"NUL", std::string("GET /fast\0 HTTP/1.1\r\nHost: a\r\n\r\n", 32)},
      {"folded field", "GET /fast HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n"},
      {"space before colon", "GET /fast HTTP/1.1\r\nHost : a\r\n\r\n"},
      {"no host", "GET /fast HTTP/1.1\r\n\r\n"},
      {"chunk size is no number", "POST /echo HTTP/1.1\r\n" + host + type + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
      {"chunk without line end",
       "POST /echo HTTP/1.1\r\n" + host + type + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"},
      {"chunk size overflows",
       "POST /echo HTTP/1.1\r\n" + host + type + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc"},
      {"path with dots", "GET /a/../fast HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n"},
  };
  for (const auto& [name, bytes] : cases) {
    const std::string reply = Talk(bytes + "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 400 ")) << name;
    EXPECT_THAT(reply, HasSubstr("application/problem+json")) << name;
    EXPECT_THAT(reply, HasSubstr("Connection: close")) << name;
    EXPECT_THAT(reply, Not(HasSubstr("hello"))) << name;  // what follows is not read as a request
  }
}

TEST_F(ServerTest, BareLineFeedInChunkFramingIsRefused) {
  StartServer();
  const std::string reply = Post("Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n",
                                 "3\nabc\r\n0\r\n\r\nGET /fast HTTP/1.1\r\n\r\n");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerTest, TrailersAreNoHeaders) {
  StartServer();
  EXPECT_THAT(Post("Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n",
                   "3\r\nabc\r\n0\r\nContent-Encoding: br\r\n\r\n"),
              HasSubstr("\r\n\r\nabc"));
}

TEST_F(ServerTest, LimitsTheHead) {
  StartServer();
  EXPECT_THAT(Get("/" + std::string(9000, 'a')), StartsWith("HTTP/1.1 414 "));
  EXPECT_THAT(Get("/fast", "X: " + std::string(9000, 'a') + "\r\n"), StartsWith("HTTP/1.1 431 "));
  std::string fields;
  for (int i = 0; i < 120; ++i) fields += "X: a\r\n";
  EXPECT_THAT(Get("/fast", fields), StartsWith("HTTP/1.1 431 "));
}

TEST_F(ServerTest, LimitsTheBodyAlsoWhenChunked) {
  StartServer();
  const std::string type = "Content-Type: text/plain\r\n";
  EXPECT_THAT(Post(type + "Content-Length: 1000\r\n", std::string(1000, 'a')), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Post(type + "Content-Length: 1001\r\n", std::string(1001, 'a')), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Post(type + "Transfer-Encoding: chunked\r\n", "3e8\r\n" + std::string(1000, 'a') + "\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Post(type + "Transfer-Encoding: chunked\r\n", "3e9\r\n" + std::string(1001, 'a') + "\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  std::string small_chunks;
  for (int i = 0; i < 1200; ++i) small_chunks += "1\r\na\r\n";
  EXPECT_THAT(Post(type + "Transfer-Encoding: chunked\r\n", small_chunks + "0\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, ChecksMethodTypeEncodingAndQuery) {
  StartServer();
  EXPECT_THAT(Get("/nothing"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Get("/fast?other=1"), StartsWith("HTTP/1.1 400 "));
  const std::string not_allowed = Get("/echo");
  EXPECT_THAT(not_allowed, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(not_allowed, HasSubstr("Allow: POST\r\n"));
  EXPECT_THAT(Talk("TRACE /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Talk("BREW /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Post("Content-Length: 1\r\n", "a"), StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Post("Content-Type: text/html\r\nContent-Length: 1\r\n", "a"), StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Post("Content-Type: text/plain; charset=latin1\r\nContent-Length: 1\r\n", "a"),
              StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Post("Content-Type: text/plain; charset=UTF-8\r\nContent-Length: 1\r\n", "a"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Post("Content-Type: text/plain\r\nContent-Encoding: br\r\nContent-Length: 1\r\n", "a"),
              StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Post("Content-Type: text/plain\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 1\r\n", "a"),
              StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Talk("GET /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Post("Content-Type: text/plain\r\nExpect: magic\r\nContent-Length: 1\r\n", "a"),
              StartsWith("HTTP/1.1 417 "));
}

TEST_F(ServerTest, InvitesTheBodyWhenAsked) {
  StartServer();
  RawSocket socket(server_->port());
  socket.Send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_THAT(socket.ReceiveReply(), StartsWith("HTTP/1.1 100 Continue\r\n"));
  socket.Send("ab");
  EXPECT_THAT(socket.ReceiveAll(), HasSubstr("\r\n\r\nab"));
}

TEST_F(ServerTest, LetsBrowsersOfAnyOriginAskWhereTheRouteSaysSo) {
  StartServer();
  const std::string preflight = Talk(
      "OPTIONS /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: https://x\r\nAccess-Control-Request-Method: "
      "GET\r\n\r\n");
  EXPECT_THAT(preflight, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(preflight, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(preflight, Not(HasSubstr("Allow-Credentials")));
  EXPECT_THAT(Get("/large").substr(0, 1000), HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(Get("/fast"), Not(HasSubstr("Access-Control")));
  EXPECT_THAT(Talk("OPTIONS /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: https://x\r\n\r\n"),
              StartsWith("HTTP/1.1 405 "));
}

TEST_F(ServerTest, AHandlerThatFailsAnswers500WithoutItsWords) {
  StartServer();
  for (const char* path : {"/dropped", "/throws"}) {
    const std::string reply = Get(path);
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 500 ")) << path;
    EXPECT_THAT(reply, HasSubstr("request_id")) << path;
    EXPECT_THAT(reply, Not(HasSubstr("secret"))) << path;
  }
}

TEST_F(ServerTest, CutsSlowHeadersSlowBodiesAndIdleConnections) {
  StartServer({.header_time = milliseconds(150), .idle_time = milliseconds(150), .body_grace = milliseconds(150)});
  RawSocket idle(server_->port());
  RawSocket header(server_->port());
  RawSocket body(server_->port());
  header.Send("GET /fast HTTP/1.1\r\nHo");
  body.Send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 900\r\n\r\nabc");
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_EQ(header.ReceiveAll(), "");
  EXPECT_EQ(body.ReceiveAll(), "");
  EXPECT_THAT(Get("/fast"), HasSubstr("hello"));
}

TEST_F(ServerTest, ADrippingHeaderDoesNotGainTime) {
  StartServer({.header_time = milliseconds(300)});
  RawSocket socket(server_->port());
  socket.Send("GET /fast HTTP/1.1\r\nHost: a\r\n");
  std::atomic<bool> is_cut{false};
  std::thread dripper([&] {
    while (!is_cut && socket.Send("X: y\r\n")) std::this_thread::sleep_for(milliseconds(20));
  });
  EXPECT_THAT(socket.ReceiveAll(), Not(HasSubstr("<silence>")));
  is_cut = true;
  dripper.join();
}

TEST_F(ServerTest, IdleConnectionsDoNotStopService) {
  StartServer({.max_connections = 600});
  std::vector<std::unique_ptr<RawSocket>> idle;
  for (int i = 0; i < 500; ++i) idle.push_back(std::make_unique<RawSocket>(server_->port()));
  EXPECT_THAT(Get("/fast"), HasSubstr("hello"));
}

TEST_F(ServerTest, ClosesConnectionsBeyondTheLimits) {
  StartServer({.max_connections_per_address = 2});
  RawSocket first(server_->port());
  RawSocket second(server_->port());
  first.Send("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
  second.Send("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(first.ReceiveReply(), HasSubstr("hello"));
  EXPECT_THAT(second.ReceiveReply(), HasSubstr("hello"));
  EXPECT_EQ(Get("/fast"), "");
}

TEST_F(ServerTest, RefusesWithRetryAfterWhenWorkersAreBusy) {
  std::mutex blocked;
  blocked.lock();
  Router router;
  std::atomic<int> running{0};
  ASSERT_TRUE(router
                  .Add({.method = "GET",
                        .path = "/wait",
                        .handler =
                            [&](Request, Responder respond) {
                              ++running;
                              running.notify_all();
                              const std::lock_guard lock(blocked);
                              respond({.status = 204});
                            }})
                  .ok());
  auto server = Server::Start({.worker_threads = 1, .max_waiting_requests = 1}, std::move(router));
  ASSERT_TRUE(server.ok());
  const std::string get = "GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  RawSocket running_one((*server)->port());
  running_one.Send(get);
  running.wait(0);
  std::vector<std::unique_ptr<RawSocket>> others;
  for (int i = 0; i < 2; ++i) {
    others.push_back(std::make_unique<RawSocket>((*server)->port()));
    others.back()->Send(get);
  }
  // One of the two waits for the worker; the other is refused at once, before the worker is free.
  std::string refused;
  for (int i = 0; refused.empty(); i = 1 - i) {
    pollfd ready{others[static_cast<size_t>(i)]->fd(), POLLIN, 0};
    if (poll(&ready, 1, 20) == 1) refused = others[static_cast<size_t>(i)]->ReceiveAll();
  }
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refused, HasSubstr("\r\nRetry-After: "));
  blocked.unlock();
  EXPECT_THAT(running_one.ReceiveAll(), StartsWith("HTTP/1.1 204 "));
}

TEST_F(ServerTest, StopLetsRunningExchangesFinish) {
  StartServer();
  RawSocket idle(server_->port());
  RawSocket running(server_->port());
  running.Send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  gate_.WaitFor(1);
  std::thread stopper([&] { server_->Stop(std::chrono::seconds(30)); });
  EXPECT_EQ(idle.ReceiveAll(), "");  // closed at once
  gate_.Take().front()({.content_type = "text/plain", .body = "late"});
  const std::string reply = running.ReceiveAll();
  EXPECT_THAT(reply, HasSubstr("Connection: close"));
  EXPECT_THAT(reply, HasSubstr("late"));
  stopper.join();
  EXPECT_FALSE(RawSocket(server_->port()).is_open());
}

TEST_F(ServerTest, StopWithoutGraceClosesRunningExchangesAndLateAnswersAreHarmless) {
  StartServer();
  RawSocket running(server_->port());
  running.Send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
  gate_.WaitFor(1);
  std::vector<Responder> late = gate_.Take();
  server_->Stop(milliseconds(0));
  EXPECT_EQ(running.ReceiveAll(), "");
  server_.reset();
  late.front()({.body = "nobody reads this"});
  late.clear();
}

TEST_F(ServerTest, AnswersMayComeFromAnyThreadInAnyOrder) {
  StartServer();
  RawSocket first(server_->port());
  RawSocket second(server_->port());
  first.Send("GET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  gate_.WaitFor(1);
  second.Send("GET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  gate_.WaitFor(2);
  std::vector<Responder> held = gate_.Take();
  held[1]({.content_type = "text/plain", .body = "two"});
  EXPECT_THAT(second.ReceiveAll(), HasSubstr("two"));
  held[0]({.content_type = "text/plain", .body = "one"});
  EXPECT_THAT(first.ReceiveAll(), HasSubstr("one"));
}

TEST_F(ServerTest, TellsTheObserverTheTemplateNotThePath) {
  StartServer();
  Get("/fast?q=secret");
  Get("/secret");
  server_->Stop(std::chrono::seconds(10));
  EXPECT_THAT(records_, ::testing::ElementsAre("GET /fast 200", "GET  404"));
}

TEST(Server, ListensOffLoopbackOnlyBehindAProxy) {
  const auto refused = Server::Start({.host = "0.0.0.0"}, Router());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("--behind-proxy"));
  EXPECT_EQ(Server::Start({.host = "localhost"}, Router()).status().code(), absl::StatusCode::kInvalidArgument);
  const auto behind = Server::Start({.host = "127.0.0.1", .behind_proxy = true}, Router());
  ASSERT_TRUE(behind.ok());
  RawSocket socket((*behind)->port());
  socket.Send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(socket.ReceiveAll(), HasSubstr("Strict-Transport-Security: max-age=31536000"));
  EXPECT_EQ(Server::Start({.port = (*behind)->port()}, Router()).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace expt::http
