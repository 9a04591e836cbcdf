// Change requests that are published at a time of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "control-plane/service/instant.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

const std::string kRequests = std::string(kEnvironment) + "/change-requests";
const std::string kCheckout = std::string(kEnvironment) + "/flags/checkout";

DaemonOptions OftenLooking() {
  DaemonOptions options;
  options.agenda_interval = 20ms;
  return options;
}

std::string FromNow(std::chrono::milliseconds time) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return service::FormatInstant(std::chrono::duration_cast<std::chrono::milliseconds>(now + time).count());
}

class ChangeScheduleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
    ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/publish", json::object()).status, 200);
  }

  // The path of a change request that switches the flag off and is approved.
  std::string MakeApproved() {
    json body = exptd_.Get(kCheckout).Json();
    body["enabled"] = false;
    const Reply made = exptd_.Post(
        kRequests, {{"title", "Off"},
                    {"edits", {{{"kind", "flag_configuration"}, {"key", "checkout"}, {"body", body}}}}});
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string path = kRequests + "/" + made.Json()["id"].get<std::string>();
    EXPECT_EQ(exptd_.SendTo("POST", path + "/submit", {}).status, 200);
    return path;
  }
  Reply Schedule(const std::string& path, const std::string& time, const std::string& token = "") {
    return exptd_.Post(path + "/schedule", {{"publish_at", time}}, {.bearer = token});
  }
  // As it is once it waits no more.
  json Ended(const std::string& path) {
    for (;;) {
      const json request = exptd_.Get(path).Json();
      const bool is_live = request["applied"].is_object() && !request["applied"]["version"].is_null();
      if (is_live || !request["failure"].is_null()) return request;
      std::this_thread::sleep_for(10ms);
    }
  }
  int64_t LiveVersion() { return exptd_.Get(kEnvironment).Json()["published_version"]; }

  RunningDaemon exptd_{OftenLooking()};
};

TEST_F(ChangeScheduleTest, IsPublishedAtItsTimeInTheNameOfWhoScheduledIt) {
  const std::string path = MakeApproved();
  const std::string ann = exptd_.MakeToken("ann", json::array({{{"role", "publisher"}}}));
  const std::string time = FromNow(300ms);
  const Reply scheduled = Schedule(path, time, ann);
  ASSERT_EQ(scheduled.status, 200) << scheduled.body;
  EXPECT_EQ(scheduled.Json()["publish_at"], time);
  const json request = Ended(path);
  ASSERT_EQ(request["state"], "applied") << request;
  EXPECT_GE(service::ParseInstant(request["applied"]["time"].get<std::string>()), service::ParseInstant(time));
  EXPECT_EQ(request["applied"]["version"], 2);
  const json audit = exptd_.Get("/api/v1/audit?kind=change_request").Json();
  EXPECT_EQ(audit["items"][0]["action"], "apply");
  EXPECT_EQ(audit["items"][0]["actor"], audit["items"][1]["actor"]) << "who has scheduled it";
  EXPECT_EQ(exptd_.Get(kCheckout).Json()["enabled"], false);
}

TEST_F(ChangeScheduleTest, SurvivesARestartAndHappensOnce) {
  const std::string path = MakeApproved();
  ASSERT_EQ(Schedule(path, FromNow(100ms)).status, 200);
  exptd_.Restart();
  EXPECT_EQ(Ended(path)["applied"]["version"], 2);
  exptd_.Restart();
  const std::string next = MakeApproved();
  ASSERT_EQ(Schedule(next, FromNow(50ms)).status, 200);
  EXPECT_EQ(Ended(next)["applied"]["version"], 3) << "nothing else was published between the two";
}

TEST_F(ChangeScheduleTest, AConflictIsAFailureAndIsNotTriedAgain) {
  const std::string path = MakeApproved();
  json other = exptd_.Get(kCheckout).Json();
  other["off_variant"] = "on";
  ASSERT_EQ(exptd_.Put(kCheckout, other).status, 200);
  ASSERT_EQ(Schedule(path, FromNow(50ms)).status, 200);
  const json request = Ended(path);
  EXPECT_EQ(request["state"], "approved");
  EXPECT_THAT(request["failure"]["text"].get<std::string>(), HasSubstr("has revision 2, the edit was made from 1"));
  EXPECT_TRUE(request["publish_at"].is_null());
  EXPECT_EQ(LiveVersion(), 1);
  EXPECT_EQ(exptd_.Get(kCheckout).Json(), other);
}

TEST_F(ChangeScheduleTest, AFreezeThatCameLaterIsAFailure) {
  const std::string path = MakeApproved();
  ASSERT_EQ(Schedule(path, FromNow(300ms)).status, 200);
  const json freeze = {{"from", FromNow(-1h)}, {"until", FromNow(1h)}, {"reason", "sale"}};
  ASSERT_EQ(exptd_.Put(kEnvironment, {{"key", "production"}, {"freezes", {freeze}}}).status, 200);
  EXPECT_THAT(Ended(path)["failure"]["text"].get<std::string>(), HasSubstr("is frozen"));
  EXPECT_EQ(Schedule(path, FromNow(1min)).status, 409) << "seen when it is scheduled already";
}

TEST_F(ChangeScheduleTest, WhoMayNotPublishAnyMorePublishesNothing) {
  const std::string path = MakeApproved();
  const std::string ann = exptd_.MakeToken("ann", json::array({{{"role", "publisher"}}}));
  ASSERT_EQ(Schedule(path, FromNow(400ms), ann).status, 200);
  const json tokens = exptd_.Get("/api/v1/tokens").Json();
  for (const json& token : tokens["items"]) {
    if (token["name"] != "ann") continue;
    ASSERT_EQ(exptd_.Delete("/api/v1/tokens/" + token["id"].get<std::string>()).status, 204);
  }
  EXPECT_THAT(Ended(path)["failure"]["text"].get<std::string>(), HasSubstr("may not publish here any more"));
  EXPECT_EQ(LiveVersion(), 1);
}

}  // namespace
}  // namespace expt::testing
