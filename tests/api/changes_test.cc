// What is not live yet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kChanges = std::string(kEnvironment) + "/changes";

// "flag checkout created", ...
std::vector<std::string> Lines(const json& changes) {
  std::vector<std::string> lines;
  for (const json& change : changes["changes"]) {
    lines.push_back(change["kind"].get<std::string>() + " " + change["key"].get<std::string>() + " " +
                    change["change"].get<std::string>());
  }
  return lines;
}

class Changes : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
  }
  json List() { return exptd_.Get(kChanges).Json(); }
  void Publish() { ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/publish", json::object()).status, 200); }
  json Configuration() { return exptd_.Get(kConfiguration).Json(); }
  int Configure(const json& configuration) { return exptd_.Put(kConfiguration, configuration).status; }

  const std::string kConfiguration = std::string(kEnvironment) + "/flags/checkout";
  RunningDaemon exptd_;
};

TEST_F(Changes, EverythingIsNewBeforeTheFirstPublishAndNothingAfterIt) {
  json changes = List();
  EXPECT_TRUE(changes["published_version"].is_null());
  EXPECT_THAT(Lines(changes),
              ::testing::IsSupersetOf({"flag checkout created", "flag_configuration checkout created"}));
  EXPECT_THAT(changes["problems"], IsEmpty());
  Publish();
  changes = List();
  EXPECT_EQ(changes["published_version"], 1);
  EXPECT_THAT(Lines(changes), IsEmpty());
}

TEST_F(Changes, SeveralChangesOfADocumentAreOneAndChangedBackIsNone) {
  Publish();
  const json published = Configuration();
  json changed = published;
  changed["enabled"] = !published["enabled"].get<bool>();
  ASSERT_EQ(Configure(changed), 200);
  changed["off_variant"] = "on";
  ASSERT_EQ(Configure(changed), 200);
  const json changes = List();
  ASSERT_THAT(Lines(changes), ElementsAre("flag_configuration checkout updated"));
  EXPECT_EQ(changes["changes"][0]["before"]["enabled"], published["enabled"]);
  EXPECT_EQ(changes["changes"][0]["after"]["enabled"], changed["enabled"]);
  EXPECT_EQ(changes["changes"][0]["after"]["off_variant"], "on");
  ASSERT_EQ(Configure(published), 200);
  EXPECT_THAT(Lines(List()), IsEmpty());
}

TEST_F(Changes, WhatCameAndWentIsNotListedAndAnArchivedFlagIs) {
  Publish();
  const json flag = {{"key", "short"}, {"type", "boolean"}, {"variants", {{{"key", "on"}, {"value", true}}}}};
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/flags", flag).status, 201);
  ASSERT_EQ(exptd_.Delete(std::string(kProject) + "/flags/short").status, 200);
  EXPECT_THAT(Lines(List()), IsEmpty());
  ASSERT_EQ(exptd_.Delete(std::string(kProject) + "/flags/checkout").status, 200);
  EXPECT_THAT(Lines(List()), ElementsAre("flag checkout archived", "flag_configuration checkout archived"));
}

TEST_F(Changes, ConfigurationsAreListedByFlag) {
  const json page = exptd_.Get(std::string(kEnvironment) + "/flags").Json();
  ASSERT_EQ(page["items"].size(), 1u);
  EXPECT_EQ(page["items"][0], Configuration());
  EXPECT_EQ(page["items"][0]["flag"], "checkout");
}

}  // namespace
}  // namespace expt::testing
