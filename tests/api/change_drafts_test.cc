// Change requests that the server writes: back to a version, and over from another environment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const std::string kCheckout = std::string(kEnvironment) + "/flags/checkout";
const std::string kStaging = std::string(kProject) + "/environments/staging";

// "segment staff", "archive flag banner", ...
std::vector<std::string> Lines(const json& edits) {
  std::vector<std::string> lines;
  for (const json& edit : edits) {
    const std::string name = edit["kind"].get<std::string>() + " " + edit["key"].get<std::string>();
    lines.push_back(edit.contains("archive") ? "archive " + name : name);
  }
  return lines;
}

class ChangeDraftsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
    ASSERT_EQ(exptd_.Post(std::string(kProject) + "/environments", {{"key", "staging"}}).status, 201);
    ASSERT_EQ(Publish(), 200);
  }
  int Publish() { return exptd_.Post(std::string(kEnvironment) + "/publish", json::object()).status; }
  void Configure(const std::string& path, const json& more) {
    json body = exptd_.Get(path).Json();
    body.update(more);
    const Reply reply = exptd_.Put(path, body);
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  // Submits and applies the change request.
  Reply Apply(const std::string& environment, const json& request) {
    const std::string path = environment + "/change-requests/" + request["id"].get<std::string>();
    const Reply submitted = exptd_.SendTo("POST", path + "/submit", {});
    EXPECT_EQ(submitted.status, 200) << submitted.body;
    return exptd_.SendTo("POST", path + "/apply", {});
  }

  RunningDaemon exptd_;
};

TEST_F(ChangeDraftsTest, AnEnvironmentGoesBackToWhatAVersionWasMadeFrom) {
  const json before = exptd_.Get(kCheckout).Json();
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/segments", {{"key", "staff"}}).status, 201);
  Configure(kCheckout, {{"off_variant", "on"}});
  ASSERT_EQ(Publish(), 200);
  Configure(kCheckout, {{"enabled", false}});
  const Reply made = exptd_.Post(std::string(kEnvironment) + "/revert", {{"to", 1}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.Header("location"), HasSubstr("/change-requests/chg_"));
  EXPECT_THAT(Lines(made.Json()["edits"]),
              UnorderedElementsAre("archive segment staff", "flag_configuration checkout"));
  EXPECT_EQ(exptd_.Get(kCheckout).Json()["enabled"], false) << "nothing has changed yet";
  const Reply applied = Apply(kEnvironment, made.Json());
  ASSERT_EQ(applied.status, 200) << applied.body;
  EXPECT_EQ(applied.Json()["applied"]["version"], 3) << "as a new version";
  EXPECT_EQ(exptd_.Get(kCheckout).Json(), before);
  EXPECT_EQ(exptd_.Post(std::string(kEnvironment) + "/revert", {{"to", 9}}).status, 404);
}

TEST_F(ChangeDraftsTest, WhatWasArchivedSinceIsNamedAndStaysArchived) {
  const json flag = {{"key", "short"}, {"type", "boolean"}, {"variants", {{{"key", "on"}, {"value", true}}}}};
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/flags", flag).status, 201);
  ASSERT_EQ(Publish(), 200);
  ASSERT_EQ(exptd_.Delete(std::string(kProject) + "/flags/short").status, 200);
  const json made = exptd_.Post(std::string(kEnvironment) + "/revert", {{"to", 2}}).Json();
  EXPECT_THAT(made["edits"], IsEmpty());
  EXPECT_THAT(made["description"].get<std::string>(), HasSubstr("flag \"short\" is archived for good"));
}

TEST_F(ChangeDraftsTest, FlagsServeWhatTheyServeElsewhereWithTheirSalts) {
  ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/layers", {{"key", "page"}}).status, 201);
  ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/holdouts", {{"key", "yearly"}, {"ppm", 10000}}).status, 201);
  const json experiment = {{"key", "test"},
                           {"flag", "checkout"},
                           {"status", "running"},
                           {"layer", "page"},
                           {"allocation", json::array({json::array({0, 500000})})},
                           {"weights", {{"off", 500000}, {"on", 500000}}},
                           {"control", "off"}};
  ASSERT_EQ(exptd_.Post(std::string(kEnvironment) + "/experiments", experiment).status, 201);
  const json rule = {{"id", "test"},
                     {"coverage", {{"ppm", 200000}}},
                     {"holdouts", {"yearly"}},
                     {"serve", {{"experiment", "test"}}}};
  Configure(kCheckout, {{"rules", json::array({rule})}});

  const json copy = {{"from", "production"}, {"flags", {"checkout"}}};
  json dry = copy;
  dry["dry_run"] = true;
  const Reply looked = exptd_.Post(kStaging + "/copy", dry);
  ASSERT_EQ(looked.status, 200) << looked.body;
  EXPECT_TRUE(looked.Json()["change_request"].is_null());
  EXPECT_THAT(looked.Json()["diff"]["problems"], IsEmpty());
  EXPECT_THAT(exptd_.Get(kStaging + "/change-requests").Json()["items"], IsEmpty());

  const Reply copied = exptd_.Post(kStaging + "/copy", copy);
  ASSERT_EQ(copied.status, 200) << copied.body;
  const json request = copied.Json()["change_request"];
  EXPECT_THAT(Lines(request["edits"]), UnorderedElementsAre("flag_configuration checkout", "experiment test",
                                                            "layer page", "holdout yearly"));
  ASSERT_EQ(Apply(kStaging, request).status, 200);
  EXPECT_EQ(exptd_.Get(kStaging + "/flags/checkout").Json(), exptd_.Get(kCheckout).Json());
  const json made = exptd_.Get(kStaging + "/experiments/test").Json();
  EXPECT_EQ(made["status"], "draft");
  EXPECT_EQ(made["salt"], exptd_.Get(std::string(kEnvironment) + "/experiments/test").Json()["salt"]);
  EXPECT_EQ(exptd_.Get(kStaging + "/layers/page").Json()["salt"],
            exptd_.Get(std::string(kEnvironment) + "/layers/page").Json()["salt"]);
  const json again = exptd_.Post(kStaging + "/copy", {{"from", "production"}, {"all", true}, {"dry_run", true}}).Json();
  EXPECT_THAT(again["diff"]["edits"], IsEmpty()) << "both are alike";
}

TEST_F(ChangeDraftsTest, ACopyComesFromAPlaceThatMayBeRead) {
  const auto texts = [&](const json& body, const std::string& token) {
    std::vector<std::string> lines;
    const json reply = exptd_.Post(kStaging + "/copy", body, {.bearer = token}).Json();
    for (const json& error : reply["errors"]) lines.push_back(error["text"].get<std::string>());
    return lines;
  };
  const json binding = {{"role", "editor"}, {"project", "shop"}, {"environment", "staging"}};
  const std::string near = exptd_.MakeToken("near", json::array({binding}));
  EXPECT_THAT(texts({{"from", "production"}, {"all", true}}, near), ElementsAre("unknown environment \"production\""));
  EXPECT_THAT(texts({{"from", "staging"}, {"all", true}}, ""), ElementsAre("expected another environment"));
  EXPECT_THAT(texts({{"from", "production"}}, ""), ElementsAre("expected either flags, or \"all\": true"));
  EXPECT_THAT(texts({{"from", "production"}, {"flags", {"lost"}}}, ""), ElementsAre("unknown flag \"lost\""));
}

}  // namespace
}  // namespace expt::testing
