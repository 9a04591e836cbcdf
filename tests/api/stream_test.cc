// /sdk/v1/stream: Heads that come by themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "src/wire/envelope.h"
#include "src/wire/head.h"
#include "tests/api/raw_socket.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// One that listens.
class Listener {
 public:
  Listener(const RunningDaemon& exptd, const std::string& bearer, const std::string& last_event_id = "")
      : socket_(exptd.port()) {
    socket_.Send("GET /sdk/v1/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + bearer + "\r\n" +
                 (last_event_id.empty() ? "" : "Last-Event-ID: " + last_event_id + "\r\n") + "\r\n");
    head_ = socket_.ReceiveUntil("\r\n\r\n");
  }

  const std::string& head() const { return head_; }
  // The next event that is not only a comment or a retry time.
  std::string NextEvent() {
    while (true) {
      const std::string event = socket_.ReceiveUntil("\n\n");
      if (event.find("data: ") != std::string::npos || event.find("\n\n") == std::string::npos) return event;
    }
  }
  std::string Next() { return socket_.ReceiveUntil("\n\n"); }
  std::string Rest() { return socket_.ReceiveAll(); }

 private:
  RawSocket socket_;
  std::string head_;
};

std::string FieldOf(const std::string& event, const std::string& name) {
  const size_t at = event.find(name + ": ");
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 2;
  return event.substr(begin, event.find('\n', begin) - begin);
}

std::string FileOf(const std::string& event) {
  const std::string text = FieldOf(event, "data");
  std::string bytes(text.size(), '\0');
  size_t size = 0;
  EXPECT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
                              nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL),
            0)
      << event;
  bytes.resize(size);
  return bytes;
}

wire::HeadModel HeadOf(const std::string& event) {
  const std::string file = FileOf(event);
  const auto envelope = wire::ParseEnvelope(file, wire::PayloadType::kHead);
  if (!envelope.ok()) return {};
  const auto head = wire::DecodeHead(envelope->payload);
  return head.ok() ? *head : wire::HeadModel{};
}

std::unique_ptr<RunningDaemon> Shop(DaemonOptions options = {}) {
  auto exptd = std::make_unique<RunningDaemon>(std::move(options));
  exptd->MakeShop();
  exptd->MakeCheckout();
  return exptd;
}

void Publish(const RunningDaemon& exptd) {
  const Reply reply = exptd.Post(std::string(kEnvironment) + "/publish", nlohmann::json::object());
  ASSERT_EQ(reply.status, 200) << reply.body;
}

TEST(Stream, BringsTheNewestHeadAndThenEachNewOne) {
  const auto exptd = Shop();
  Publish(*exptd);
  const std::string key = exptd->MakeSdkKey("server");
  Listener listener(*exptd, key);
  EXPECT_THAT(listener.head(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(listener.head(), HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(listener.head(), HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(listener.head(), Not(HasSubstr("Content-Length")));
  const std::string first = listener.NextEvent();
  EXPECT_EQ(FieldOf(first, "event"), "head");
  EXPECT_NE(FieldOf(first, "retry"), "");
  EXPECT_EQ(FileOf(first), exptd->Get("/sdk/v1/head", {.bearer = key}).body);
  const wire::HeadModel head = HeadOf(first);
  EXPECT_EQ(FieldOf(first, "id"), std::to_string(head.epoch) + "." + std::to_string(head.head_number));
  EXPECT_EQ(head.stable.version, 1);

  Publish(*exptd);
  const wire::HeadModel second = HeadOf(listener.NextEvent());
  EXPECT_EQ(second.stable.version, 2);
  EXPECT_GT(second.head_number, head.head_number);

  ASSERT_EQ(exptd->Put(std::string(kEnvironment) + "/emergency-off", {{"flags", {"checkout"}}}).status, 200);
  EXPECT_THAT(HeadOf(listener.NextEvent()).emergency_off, ::testing::ElementsAre("checkout"));
}

TEST(Stream, IsOpenBeforeTheFirstPublish) {
  const auto exptd = Shop();
  Listener listener(*exptd, exptd->MakeSdkKey("client"));
  EXPECT_THAT(listener.Next(), StartsWith("retry: "));
  Publish(*exptd);
  const wire::HeadModel head = HeadOf(listener.NextEvent());
  EXPECT_EQ(head.stable.version, 1);
  EXPECT_EQ(head.audience, Audience::kClient);
}

TEST(Stream, DoesNotRepeatWhatTheCallerHas) {
  const auto exptd = Shop();
  Publish(*exptd);
  const std::string key = exptd->MakeSdkKey("server");
  const std::string id = FieldOf(Listener(*exptd, key).NextEvent(), "id");
  Listener informed(*exptd, key, id);
  EXPECT_THAT(informed.Next(), StartsWith("retry: "));
  Publish(*exptd);
  EXPECT_EQ(HeadOf(informed.NextEvent()).stable.version, 2);
  Listener late(*exptd, key, id);
  EXPECT_EQ(HeadOf(late.NextEvent()).stable.version, 2);
}

TEST(Stream, EndsWithItsKeyAndNotWithItsSuccessor) {
  DaemonOptions options;
  options.head_interval = 100ms;
  const auto exptd = Shop(options);
  Publish(*exptd);
  std::string whole;
  const std::string old_key = exptd->MakeSdkKey("server", &whole);
  Listener listener(*exptd, old_key);
  ASSERT_NE(listener.NextEvent(), "");
  const Reply fresh = exptd->Post(std::string(kEnvironment) + "/keys/" + old_key.substr(0, old_key.find('.')) +
                                      "/rotation",
                                  {{"overlap_seconds", 0}});
  ASSERT_EQ(fresh.status, 201) << fresh.body;
  Listener successor(*exptd, RunningDaemon::BearerOf(fresh.Json()["key"]));
  // The next Head finds the key over.
  (void)listener.Rest();  // returns
  EXPECT_NE(HeadOf(successor.NextEvent()).head_number, 0);
  EXPECT_NE(HeadOf(successor.NextEvent()).head_number, 0);
  EXPECT_EQ(exptd->Get("/sdk/v1/head", {.bearer = old_key}).status, 401);
}

TEST(Stream, SendsCommentsWhileThereIsNothingToSay) {
  DaemonOptions options;
  options.server.keep_alive = 20ms;
  const auto exptd = Shop(options);
  Listener listener(*exptd, exptd->MakeSdkKey("server"));
  listener.Next();
  EXPECT_EQ(listener.Next(), ":\n\n");
  EXPECT_EQ(listener.Next(), ":\n\n");
}

TEST(Stream, RefusesMoreThanAKeyAndTheServerMayHave) {
  DaemonOptions options;
  options.streams = {.total = 3, .per_key = 2};
  const auto exptd = Shop(options);
  const std::string key = exptd->MakeSdkKey("server");
  const std::string other = exptd->MakeSdkKey("server");
  auto first = std::make_unique<Listener>(*exptd, key);
  Listener second(*exptd, key);
  EXPECT_THAT(first->head(), StartsWith("HTTP/1.1 200 "));
  const Reply of_key = exptd->Get("/sdk/v1/stream", {.bearer = key});
  EXPECT_EQ(of_key.status, 429);
  EXPECT_NE(of_key.Header("retry-after"), "");
  Listener third(*exptd, other);
  const Reply of_all = exptd->Get("/sdk/v1/stream", {.bearer = other});
  EXPECT_EQ(of_all.status, 503);
  EXPECT_NE(of_all.Header("retry-after"), "");
  EXPECT_THAT(exptd->Get("/metrics").body, HasSubstr("exptd_streams 3\n"));

  first.reset();  // its place is free soon
  std::string head;
  for (int i = 0; i < 500 && !head.starts_with("HTTP/1.1 200 "); ++i) {
    head = Listener(*exptd, key).head();
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 "));
}

TEST(Stream, EndsWithItsKey) {
  const auto exptd = Shop();
  const std::string key = exptd->MakeSdkKey("server");
  const std::string other = exptd->MakeSdkKey("server");
  Listener revoked(*exptd, key);
  Listener stays(*exptd, other);
  const std::string path = std::string(kEnvironment) + "/keys/" + key.substr(0, key.find('.'));
  ASSERT_EQ(exptd->Delete(path).status, 204);
  EXPECT_THAT(revoked.Rest(), Not(HasSubstr("<silence>")));
  EXPECT_THAT(Listener(*exptd, key).head(), StartsWith("HTTP/1.1 401 "));
  Publish(*exptd);
  EXPECT_EQ(HeadOf(stays.NextEvent()).stable.version, 1);
}

TEST(Stream, EndsCleanlyWhenTheServerStops) {
  const auto exptd = Shop();
  Publish(*exptd);
  Listener listener(*exptd, exptd->MakeSdkKey("server"));
  listener.NextEvent();
  exptd->daemon().Stop(1h);  // an open stream does not hold the server up
  EXPECT_EQ(listener.Rest(), "");
}

}  // namespace
}  // namespace expt::testing
