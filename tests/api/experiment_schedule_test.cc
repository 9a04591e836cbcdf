// The server starts and stops experiments at their times, and publishes it.
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

std::string In(std::chrono::milliseconds from_now) {
  const auto time = std::chrono::system_clock::now() + from_now;
  return service::FormatInstant(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

DaemonOptions LookOften() {
  DaemonOptions options;
  options.schedule_interval = std::chrono::milliseconds(20);
  return options;
}

class ScheduledExperiment : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
    ASSERT_EQ(exptd_
                  .Post(std::string(kProject) + "/metrics",
                        {{"key", "buy"}, {"kind", "proportion"}, {"numerator", {{"event", "buy"}}}})
                  .status,
              201);
    const Reply made = exptd_.Post(std::string(kEnvironment) + "/experiments",
                                   {{"key", "test"},
                                    {"flag", "checkout"},
                                    {"weights", {{"off", 500'000}, {"on", 500'000}}},
                                    {"control", "off"},
                                    {"metrics", {{{"metric", "buy"}, {"role", "success"}}}}});
    ASSERT_EQ(made.status, 201) << made.body;
  }

  void ServeTheExperiment() {
    const Reply put = exptd_.Put(std::string(kEnvironment) + "/flags/checkout",
                                 {{"enabled", true}, {"rules", {{{"id", "r"}, {"serve", {{"experiment", "test"}}}}}}});
    ASSERT_EQ(put.status, 200) << put.body;
  }

  json Document() { return exptd_.Get(kTest).Json(); }
  json Environment() { return exptd_.Get(kEnvironment).Json(); }
  Reply SetSchedule(const json& schedule) {
    json document = Document();
    document["schedule"] = schedule;
    return exptd_.Put(kTest, document);
  }
  // The document once it is so, or as it is after a minute.
  template <typename Is>
  json Await(Is is) {
    json document = Document();
    for (int i = 0; i < 3000 && !is(document); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      document = Document();
    }
    return document;
  }

  const std::string kTest = std::string(kEnvironment) + "/experiments/test";
  RunningDaemon exptd_{LookOften()};
};

TEST_F(ScheduledExperiment, StartsIsPublishedAndStops) {
  ServeTheExperiment();
  ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/publish", json::object()).status, 200);
  ASSERT_EQ(SetSchedule({{"start_at", In(std::chrono::seconds(3))}}).status, 200);
  const json running = Await([](const json& document) { return document["status"] == "running"; });
  EXPECT_EQ(running["status"], "running");
  EXPECT_EQ(running["phase"], 1);
  EXPECT_EQ(running["metrics"][0]["version"], 1);
  EXPECT_GE(running["start"], running["schedule"]["start_at"]);
  ASSERT_EQ(SetSchedule({{"start_at", running["schedule"]["start_at"]},
                         {"stop_at", In(std::chrono::seconds(3))}})
                .status,
            200);
  const json stopped = Await([](const json& document) { return document["status"] == "stopped"; });
  EXPECT_EQ(stopped["status"], "stopped");
  EXPECT_EQ(stopped["schedule_failure"], nullptr);
  for (int i = 0; i < 3000 && Environment()["published_version"] != 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(Environment()["published_version"], 3);  // one for each step
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/changes").Json()["changes"].size(), 0u);
  const json audit = exptd_.Get("/api/v1/audit?actor=system&action=start").Json();
  EXPECT_EQ(audit["items"].size(), 1u);
}

TEST_F(ScheduledExperiment, PublishesNobodyElsesChanges) {
  ServeTheExperiment();
  ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/publish", json::object()).status, 200);
  ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/holdouts", {{"key", "yearly"}, {"ppm", 5}}).status, 201);
  ASSERT_EQ(SetSchedule({{"start_at", In(std::chrono::seconds(3))}}).status, 200);
  const json failed = Await([](const json& document) { return !document["schedule_failure"].is_null(); });
  EXPECT_EQ(failed["status"], "draft");
  EXPECT_EQ(failed["schedule_failure"]["step"], "start");
  EXPECT_EQ(failed["schedule_failure"]["text"],
            "other changes wait for a publish, which would make them live, too: 1, such as holdout \"yearly\"");
  // Nothing is tried again when the reason is gone; another time is.
  ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/publish", json::object()).status, 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(Document()["status"], "draft");
  const Reply again = SetSchedule({{"start_at", In(std::chrono::seconds(3))}});
  ASSERT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.Json()["schedule_failure"], nullptr);
  EXPECT_EQ(Await([](const json& document) { return document["status"] == "running"; })["status"], "running");
}

TEST_F(ScheduledExperiment, WhatCannotStartSaysWhy) {
  ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/publish", json::object()).status, 200);
  ASSERT_EQ(SetSchedule({{"start_at", In(std::chrono::seconds(3))}}).status, 200);
  const json failed = Await([](const json& document) { return !document["schedule_failure"].is_null(); });
  EXPECT_THAT(failed["schedule_failure"]["text"].get<std::string>(),
              HasSubstr("/flag: no rule of flag \"checkout\" serves the experiment"));
  EXPECT_EQ(Environment()["published_version"], 1);
  exptd_.Restart();
  EXPECT_EQ(Document()["schedule_failure"], failed["schedule_failure"]);
}

TEST_F(ScheduledExperiment, TimesAreToCome) {
  const Reply refused = SetSchedule({{"start_at", "2031-01-01T00:00:00Z"}, {"stop_at", "2020-01-01T00:00:00Z"}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.Json()["errors"][0]["text"], "is not after \"start_at\"");
  const Reply passed = SetSchedule({{"start_at", "2020-01-01T00:00:00Z"}});
  EXPECT_EQ(passed.Json()["errors"][0]["text"], "expected a time to come, found one that has passed");
}

}  // namespace
}  // namespace expt::testing
