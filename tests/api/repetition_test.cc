// Idempotency-Key: what is sent twice is done once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kFlags = std::string(kProject) + "/flags";

Sending Keyed(const std::string& key) { return {.headers = {"Idempotency-Key: " + key}}; }

json FlagBody(const std::string& key) {
  return {{"key", key}, {"type", "boolean"}, {"variants", {{{"key", "on"}, {"value", true}}}}};
}

size_t Entries(const RunningDaemon& exptd) { return exptd.Get("/api/v1/audit?limit=1000").Json()["items"].size(); }

TEST(Repetition, AnswersAsTheFirstTimeAndChangesNothing) {
  RunningDaemon exptd;
  exptd.MakeShop();
  const Reply first = exptd.Post(kFlags, FlagBody("a"), Keyed("k-1"));
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.Header("idempotency-replayed"), "");
  const size_t entries = Entries(exptd);
  const Reply second = exptd.Post(kFlags, FlagBody("a"), Keyed("k-1"));
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.Header("etag"), first.Header("etag"));
  EXPECT_EQ(second.Header("location"), first.Header("location"));
  EXPECT_EQ(second.Header("idempotency-replayed"), "true");
  EXPECT_EQ(Entries(exptd), entries);
  // Without the key it is another request.
  EXPECT_EQ(exptd.Post(kFlags, FlagBody("a")).status, 409);

  const Reply published = exptd.Post(std::string(kEnvironment) + "/publish", json::object(), Keyed("k-2"));
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(exptd.Post(std::string(kEnvironment) + "/publish", json::object(), Keyed("k-2")).Json()["version"], 1);
  EXPECT_EQ(exptd.Get(std::string(kEnvironment)).Json()["published_version"], 1);
}

TEST(Repetition, IsKnownAfterARestart) {
  RunningDaemon exptd;
  exptd.MakeShop();
  const Reply first = exptd.Post(kFlags, FlagBody("a"), Keyed("k"));
  ASSERT_EQ(first.status, 201);
  exptd.Restart();
  EXPECT_EQ(exptd.Post(kFlags, FlagBody("a"), Keyed("k")).body, first.body);
}

TEST(Repetition, AnotherRequestWithTheSameKeyIsRefused) {
  RunningDaemon exptd;
  exptd.MakeShop();
  ASSERT_EQ(exptd.Post(kFlags, FlagBody("a"), Keyed("k")).status, 201);
  const Reply other = exptd.Post(kFlags, FlagBody("b"), Keyed("k"));
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.body, HasSubstr("it was sent with another request before"));
  EXPECT_EQ(exptd.Get(kFlags + "/b").status, 404);
  // The key of somebody else is another key.
  const std::string token = exptd.MakeToken("ann", json::array({{{"role", "admin"}}}));
  Sending sending = Keyed("k");
  sending.bearer = token;
  EXPECT_EQ(exptd.Post(kFlags, FlagBody("b"), sending).status, 201);
}

TEST(Repetition, AFaultUsesNoKeyUp) {
  RunningDaemon exptd;
  exptd.MakeShop();
  json wrong = FlagBody("a");
  wrong["type"] = "colour";
  EXPECT_EQ(exptd.Post(kFlags, wrong, Keyed("k")).status, 422);
  EXPECT_EQ(exptd.Post(kFlags, FlagBody("a"), Keyed("k")).status, 201);
}

TEST(Repetition, ASecretIsShownOnceAndMadeOnce) {
  RunningDaemon exptd;
  exptd.MakeShop();
  const std::string keys = std::string(kEnvironment) + "/keys";
  ASSERT_EQ(exptd.Post(keys, {{"kind", "server"}}, Keyed("k")).status, 201);
  const Reply again = exptd.Post(keys, {{"kind", "server"}}, Keyed("k"));
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.body, HasSubstr("its reply held a secret"));
  EXPECT_EQ(exptd.Get(keys).Json()["items"].size(), 1u);
}

TEST(Repetition, OfManyAtOnceOneIsDone) {
  RunningDaemon exptd;
  exptd.MakeShop();
  std::atomic<int> created = 0, under_way = 0, other = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const Reply reply = exptd.Post(kFlags, FlagBody("a"), Keyed("k"));
      (reply.status == 201 ? created : reply.status == 409 ? under_way : other) += 1;
      EXPECT_TRUE(reply.status == 201 || reply.body.find("is under way") != std::string::npos) << reply.body;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(created, 1);
  EXPECT_EQ(other, 0);
  EXPECT_EQ(created + under_way, 8);
  EXPECT_EQ(exptd.Post(kFlags, FlagBody("a"), Keyed("k")).Header("idempotency-replayed"), "true");
}

TEST(Repetition, AKeyThatIsNoneIsRefused) {
  RunningDaemon exptd;
  exptd.MakeShop();
  for (const std::string& key : {std::string(256, 'a'), std::string("a b"), std::string("\xc3\xa4")}) {
    EXPECT_EQ(exptd.Post(kFlags, FlagBody("a"), Keyed(key)).status, 400) << key;
  }
  EXPECT_EQ(exptd.Get(kFlags + "/a").status, 404);
}

}  // namespace
}  // namespace expt::testing
