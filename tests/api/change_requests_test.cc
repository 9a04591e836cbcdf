// Change requests: drafts, what is checked when, reviews, and what applying them does.
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

const std::string kRequests = std::string(kEnvironment) + "/change-requests";
const std::string kCheckout = std::string(kEnvironment) + "/flags/checkout";

std::vector<std::string> Errors(const Reply& reply) {
  std::vector<std::string> lines;
  const json body = reply.Json();
  if (!body.contains("errors")) return lines;
  for (const json& error : body["errors"]) {
    lines.push_back(error["pointer"].get<std::string>() + ": " + error["text"].get<std::string>());
  }
  return lines;
}

class ChangeRequestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
    ann_ = exptd_.MakeToken("ann", json::array({{{"role", "publisher"}}}));
    ben_ = exptd_.MakeToken("ben", json::array({{{"role", "publisher"}}}));
    eve_ = exptd_.MakeToken("eve", json::array({{{"role", "publisher"}}}));
    ASSERT_EQ(Publish().status, 200);
  }

  Reply Publish() { return exptd_.Post(std::string(kEnvironment) + "/publish", json::object()); }
  json Configuration() { return exptd_.Get(kCheckout).Json(); }
  json Settings() {
    json body = exptd_.Get(kEnvironment).Json();
    return {{"key", body["key"]}, {"review", body["review"]}, {"freezes", body["freezes"]}};
  }
  void RequireReview(int approvals = 1) {
    json settings = Settings();
    settings["review"] = {{"required", true}, {"approvals", approvals}};
    ASSERT_EQ(exptd_.Put(kEnvironment, settings).status, 200);
  }

  // An edit that makes "checkout" serve `variant` to everybody.
  json Serving(const std::string& variant) {
    json body = Configuration();
    body["rules"] = json::array({{{"id", "all"}, {"serve", {{"variant", variant}}}}});
    return {{"kind", "flag_configuration"}, {"key", "checkout"}, {"body", body}};
  }
  static json Titled(const json& edits) { return {{"title", "Serve the new page"}, {"edits", edits}}; }

  Reply Make(const json& edits, const std::string& token) {
    return exptd_.Post(kRequests, Titled(edits), {.bearer = token});
  }
  // The path of a new change request.
  std::string Made(const json& edits, const std::string& token) {
    const Reply reply = Make(edits, token);
    EXPECT_EQ(reply.status, 201) << reply.body;
    return kRequests + "/" + reply.Json()["id"].get<std::string>();
  }
  Reply Step(const std::string& path, const std::string& step, const std::string& token, const json& body = nullptr) {
    if (body.is_null()) return exptd_.SendTo("POST", path + "/" + step, {.bearer = token});
    return exptd_.Post(path + "/" + step, body, {.bearer = token});
  }
  std::string State(const std::string& path) { return exptd_.Get(path).Json()["state"]; }
  int64_t LiveVersion() { return exptd_.Get(kEnvironment).Json()["published_version"]; }
  std::vector<std::string> AuditActions() {
    std::vector<std::string> actions;
    const json page = exptd_.Get("/api/v1/audit?kind=change_request").Json();
    for (const json& entry : page["items"]) actions.insert(actions.begin(), entry["action"].get<std::string>());
    return actions;
  }

  RunningDaemon exptd_;
  std::string ann_, ben_, eve_;
};

TEST_F(ChangeRequestTest, ADraftIsSavedWithoutARevisionOrATrace) {
  const size_t entries = exptd_.Get("/api/v1/audit?limit=1000").Json()["items"].size();
  const json before = Configuration();
  const json edit = {{"kind", "flag_configuration"}, {"key", "checkout"}, {"body", {{"rules", 7}}}};
  const Reply made = Make(json::array({edit}), ann_);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.Json()["state"], "open");
  EXPECT_EQ(made.Json()["edits"][0]["base_revision"], 1) << "of now, because it was left out";
  EXPECT_EQ(made.Header("etag"), "\"1\"");
  const std::string path = kRequests + "/" + made.Json()["id"].get<std::string>();
  const Sending first{.bearer = ann_, .headers = {"If-Match: \"1\""}};
  EXPECT_EQ(exptd_.Put(path, Titled(json::array({Serving("on")})), first).status, 200);
  EXPECT_EQ(exptd_.Put(path, Titled(json::array()), first).status, 412);
  EXPECT_EQ(exptd_.Get(path).Json()["edits"].size(), 1u);
  EXPECT_EQ(Configuration(), before);
  EXPECT_EQ(exptd_.Get("/api/v1/audit?limit=1000").Json()["items"].size(), entries);
}

TEST_F(ChangeRequestTest, ADocumentThatIsNoneIsRefusedWithEveryProblem) {
  const Reply reply = exptd_.Post(
      kRequests, {{"edits", json::array({{{"kind", "colour"}, {"key", "a b"}, {"base_revision", -1}, {"more", 1}},
                                         {{"kind", "flag_configuration"}, {"key", "checkout"}, {"archive", true}}})}});
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(Errors(reply),
              UnorderedElementsAre(
                  "/title: expected a value, found none", HasSubstr("/edits/0/kind: expected \"flag\","),
                  HasSubstr("/edits/0/key: expected 1 to 128 characters"),
                  HasSubstr("/edits/0/base_revision: expected an integer"),
                  "/edits/0/body: expected a value, found none",
                  "/edits/0/more: unknown field",
                  "/edits/1/archive: a configuration goes with its flag; disable it, or archive the flag"));
}

TEST_F(ChangeRequestTest, EditsAreCheckedBesideEachOtherAndAllAtOnce) {
  // The flag gets a variant, a configuration serves it, and a segment is made that a rule asks for.
  json flag = exptd_.Get(std::string(kProject) + "/flags/checkout").Json();
  flag["variants"].push_back({{"key", "new"}, {"value", true}});
  json configuration = Serving("new");
  configuration["body"]["rules"][0]["condition"] = {{"operator", "in_segment"}, {"operands", {"staff"}}};
  const json segment = {{"kind", "segment"},
                        {"key", "staff"},
                        {"body", {{"include", json::array({{{"unit_ids", {"ann"}}}})}}}};
  const json edits = json::array({configuration, segment, {{"kind", "flag"}, {"key", "checkout"}, {"body", flag}}});
  const std::string path = Made(edits, ann_);
  const Reply submitted = Step(path, "submit", ann_);
  ASSERT_EQ(submitted.status, 200) << submitted.body;
  EXPECT_EQ(submitted.Json()["state"], "approved") << "nobody need approve it";

  const json wrong = {{"kind", "segment"}, {"key", "other"}, {"body", {{"x", 1}}}};
  const std::string lacking = Made(json::array({configuration, wrong}), ann_);
  const Reply refused = Step(lacking, "submit", ann_);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(Errors(refused), UnorderedElementsAre(HasSubstr("/edits/0/body/rules/0/serve"),
                                                    HasSubstr("/edits/0/body/rules/0/condition"),
                                                    "/edits/1/body/x: unknown field"));
  EXPECT_EQ(State(lacking), "open");

  const Reply applied = Step(path, "apply", ann_);
  ASSERT_EQ(applied.status, 200) << applied.body;
  EXPECT_EQ(applied.Json()["state"], "applied");
  EXPECT_EQ(applied.Json()["applied"]["version"], 2);
  EXPECT_EQ(LiveVersion(), 2);
  EXPECT_EQ(Configuration()["rules"][0]["serve"]["variant"], "new");
  EXPECT_EQ(exptd_.Get(std::string(kProject) + "/segments/staff").status, 200);
  EXPECT_THAT(exptd_.Get(std::string(kEnvironment) + "/changes").Json()["changes"], IsEmpty());
  EXPECT_THAT(AuditActions(), ElementsAre("submit", "apply"));
  EXPECT_EQ(Step(path, "apply", ann_).status, 409) << "once";
  const json diff = exptd_.Get(path + "/diff").Json();
  EXPECT_THAT(diff["problems"], IsEmpty());
  EXPECT_EQ(diff["edits"][0]["moved"], false);
  EXPECT_EQ(diff["edits"][0]["changes"].back()["pointer"], "/rules/0/serve/variant") << diff;
}

TEST_F(ChangeRequestTest, WhatAnEditArchivesMayBeNamedOnlyByWhatIsEditedToo) {
  const json rule = {{"operator", "in_segment"}, {"operands", {"staff"}}};
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/segments", {{"key", "staff"}}).status, 201);
  json configuration = Serving("on")["body"];
  configuration["rules"][0]["condition"] = rule;
  ASSERT_EQ(exptd_.Put(kCheckout, configuration).status, 200);
  const json archive = {{"kind", "segment"}, {"key", "staff"}, {"archive", true}};
  const Reply refused = Step(Made(json::array({archive}), ann_), "submit", ann_);
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(Errors(refused), ElementsAre(HasSubstr("/edits/0: conflict: segment \"staff\" is used by flag")));
  json without = Serving("on");
  without["body"]["rules"][0].erase("condition");
  const std::string path = Made(json::array({archive, without}), ann_);
  ASSERT_EQ(Step(path, "submit", ann_).status, 200);
  ASSERT_EQ(Step(path, "apply", ann_).status, 200);
  EXPECT_EQ(exptd_.Get(std::string(kProject) + "/segments/staff").Json()["archived"], true);
}

TEST_F(ChangeRequestTest, AConflictNamesTheOtherRevisionAndTheDiffShowsIt) {
  const std::string path = Made(json::array({Serving("on")}), ann_);
  json diff = exptd_.Get(path + "/diff").Json();
  EXPECT_EQ(diff["edits"][0]["moved"], false);
  EXPECT_THAT(diff["problems"], IsEmpty());
  ASSERT_EQ(exptd_.Put(kCheckout, Serving("off")["body"]).status, 200);
  const Reply refused = Step(path, "submit", ann_);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(Errors(refused), ElementsAre("/edits/0/base_revision: flag configuration \"checkout\" has revision 2, "
                                           "the edit was made from 1"));
  diff = exptd_.Get(path + "/diff").Json();
  EXPECT_EQ(diff["edits"][0]["moved"], true);
  EXPECT_EQ(diff["edits"][0]["revision"], 2);
  EXPECT_EQ(diff["problems"].size(), 1u);
}

TEST_F(ChangeRequestTest, ADiffNamesEachPlaceThatChangesAndNoSaltThatIsKept) {
  json edit = Serving("on");
  edit["body"] = {{"enabled", true}, {"off_variant", "on"}, {"rules", Configuration()["rules"]}};
  const json diff = exptd_.Get(Made(json::array({edit}), ann_) + "/diff").Json();
  const json changes = {{{"pointer", "/off_variant"}, {"before", "off"}, {"after", "on"}}};
  EXPECT_EQ(diff["edits"][0]["changes"], changes) << diff;
}

TEST_F(ChangeRequestTest, WhatNobodyHasConfiguredIsComparedWithWhatAFlagBeginsWith) {
  const json flag = {{"key", "new"}, {"type", "boolean"}, {"variants", {{{"key", "on"}, {"value", true}}}}};
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/flags", flag).status, 201);
  const json edit = {{"kind", "flag_configuration"}, {"key", "new"}, {"body", {{"enabled", true}}}};
  const json diff = exptd_.Get(Made(json::array({edit}), ann_) + "/diff").Json();
  const json changes = {{{"pointer", "/enabled"}, {"before", false}, {"after", true}}};
  EXPECT_EQ(diff["edits"][0]["changes"], changes) << diff;
}

TEST_F(ChangeRequestTest, APreviewTellsWhoWouldMove) {
  const std::string path = Made(json::array({Serving("off")}), ann_);
  const json preview = exptd_.Get(path + "/preview").Json();
  EXPECT_EQ(preview["updated_flags"], 1) << preview;
  EXPECT_GT(preview["moved_contexts"], 0);
  EXPECT_THAT(exptd_.Get(std::string(kEnvironment) + "/changes").Json()["changes"], IsEmpty());
}

TEST_F(ChangeRequestTest, OneCallChangesAndPublishesOrDoesNothing) {
  json body = Titled(json::array({Serving("off")}));
  body["apply"] = true;
  const Reply applied = exptd_.Post(kRequests, body, {.bearer = ann_});
  ASSERT_EQ(applied.status, 201) << applied.body;
  EXPECT_EQ(applied.Json()["state"], "applied");
  EXPECT_EQ(applied.Json()["applied"]["version"], 2);
  EXPECT_EQ(LiveVersion(), 2);
  body["edits"][0]["base_revision"] = 1;
  EXPECT_EQ(exptd_.Post(kRequests, body, {.bearer = ann_}).status, 409);
  const std::string editor = exptd_.MakeToken("editor", json::array({{{"role", "editor"}}}));
  EXPECT_EQ(exptd_.Post(kRequests, body, {.bearer = editor}).status, 403);
  RequireReview();
  body["edits"][0]["base_revision"] = 2;
  EXPECT_EQ(exptd_.Post(kRequests, body, {.bearer = ann_}).status, 409);
  EXPECT_EQ(exptd_.Get(kRequests).Json()["items"].size(), 1u) << "nothing is left of what was refused";
}

TEST_F(ChangeRequestTest, AFailingFlagTestLeavesTheDocumentsAsTheyAre) {
  const json test = {{"key", "is-on"},
                     {"flag", "checkout"},
                     {"attributes", {{"targeting_key", "u"}}},
                     {"expect", {{"variant", "on"}}}};
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/tests", test).status, 201);
  const std::string etag = exptd_.Get(kCheckout).Header("etag");
  const int64_t live = LiveVersion();
  json body = Titled(json::array({Serving("off")}));
  body["apply"] = true;
  const Reply refused = exptd_.Post(kRequests, body, {.bearer = ann_});
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("is-on"));
  EXPECT_EQ(exptd_.Get(kCheckout).Header("etag"), etag);
  EXPECT_EQ(LiveVersion(), live);
}

TEST_F(ChangeRequestTest, APreviewKnowsUploadedMembers) {
  const std::string testers = std::string(kProject) + "/segments/testers";
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/segments", {{"key", "testers"}}).status, 201);
  const Reply uploaded = exptd_.SendTo("PUT", testers + "/members/include", {.body = "u1\n", .content_type = "text/csv"});
  ASSERT_EQ(uploaded.status, 200) << uploaded.body;
  json serving = Serving("off")["body"];
  serving["rules"] = {{{"id", "testers"},
                       {"condition", {{"operator", "in_segment"}, {"operands", {"testers"}}}},
                       {"serve", {{"variant", "on"}}}}};
  const Reply put = exptd_.Put(kCheckout, serving);
  ASSERT_EQ(put.status, 200) << put.body;
  // Nothing but the description changes: with its members left out the segment would be another one.
  json segment = exptd_.Get(testers).Json();
  segment["description"] = "Who tests.";
  const std::string path = Made(json::array({{{"kind", "segment"}, {"key", "testers"}, {"body", segment}}}), ann_);
  const json of_edits = exptd_.Get(path + "/preview").Json();
  const json of_documents = exptd_.Get(std::string(kEnvironment) + "/publish/preview").Json();
  EXPECT_EQ(of_edits["content"], of_documents["content"]) << of_edits;
}

TEST_F(ChangeRequestTest, NobodyEditsWhatTheyMayNotWrite) {
  const json binding = {{"role", "publisher"}, {"project", "shop"}, {"environment", "production"}};
  const json segment = {{"kind", "segment"}, {"key", "a"}, {"body", json::object()}};
  const Reply reply = Make(json::array({Serving("on"), segment}), exptd_.MakeToken("near", json::array({binding})));
  EXPECT_EQ(reply.status, 403);
  EXPECT_THAT(Errors(reply), ElementsAre("/edits/1: this needs the permission \"segments.write\""));
}

TEST_F(ChangeRequestTest, WhereAReviewIsAskedForNothingGoesLiveWithoutOne) {
  RequireReview(2);
  const Reply direct = exptd_.Put(kCheckout, Serving("on")["body"]);
  EXPECT_EQ(direct.status, 409);
  EXPECT_THAT(direct.Json()["detail"].get<std::string>(), HasSubstr("asks for a review: make a change request (POST"));
  EXPECT_EQ(Publish().status, 409);
  json flag = exptd_.Get(std::string(kProject) + "/flags/checkout").Json();
  flag["owner"] = "Zoë";
  EXPECT_EQ(exptd_.Put(std::string(kProject) + "/flags/checkout", flag).status, 200) << "decides nothing";
  flag["variants"].push_back({{"key", "new"}, {"value", true}});
  EXPECT_EQ(exptd_.Put(std::string(kProject) + "/flags/checkout", flag).status, 409);
  EXPECT_EQ(exptd_.Delete(std::string(kProject) + "/flags/checkout").status, 409);
  EXPECT_EQ(exptd_.Post(std::string(kEnvironment) + "/layers", {{"key", "page"}}).status, 409);
  EXPECT_EQ(exptd_.Post(std::string(kProject) + "/segments", {{"key", "staff"}}).status, 201) << "nothing names it";
  EXPECT_EQ(exptd_.Put(std::string(kProject) + "/segments/staff", {{"name", "x"}}).status, 409);
  EXPECT_EQ(exptd_.Put(std::string(kEnvironment) + "/emergency-off", {{"flags", {"checkout"}}}).status, 200);

  const std::string path = Made(json::array({Serving("on")}), ann_);
  EXPECT_EQ(Step(path, "reviews", ben_, {{"verdict", "approve"}}).status, 409) << "not submitted";
  ASSERT_EQ(Step(path, "submit", ann_).Json()["state"], "in_review");
  EXPECT_EQ(Step(path, "apply", ann_).status, 409);
  EXPECT_EQ(Step(path, "reviews", ann_, {{"verdict", "approve"}}).status, 403) << "the author";
  ASSERT_EQ(Step(path, "reviews", ben_, {{"verdict", "approve"}}).Json()["state"], "in_review");
  EXPECT_EQ(Step(path, "reviews", ben_, {{"verdict", "approve"}}).Json()["state"], "in_review") << "one person";
  const Reply enough = Step(path, "reviews", eve_, {{"verdict", "approve"}, {"text", "fine"}});
  ASSERT_EQ(enough.Json()["state"], "approved") << enough.body;
  EXPECT_EQ(enough.Json()["approvals"].size(), 2u);
  const Reply applied = Step(path, "apply", ben_);
  ASSERT_EQ(applied.status, 200) << applied.body;
  EXPECT_EQ(applied.Json()["applied"]["version"], 2);
  EXPECT_EQ(LiveVersion(), 2);
}

TEST_F(ChangeRequestTest, AnEditVoidsApprovalsAndATitleDoesNot) {
  RequireReview();
  const std::string path = Made(json::array({Serving("on")}), ann_);
  ASSERT_EQ(Step(path, "submit", ann_).status, 200);
  ASSERT_EQ(Step(path, "reviews", ben_, {{"verdict", "approve"}}).Json()["state"], "approved");
  json body = exptd_.Get(path).Json();
  body["title"] = "Serve it";
  EXPECT_EQ(exptd_.Put(path, body, {.bearer = ann_}).Json()["state"], "approved");
  body["edits"] = json::array({Serving("off")});
  const Reply edited = exptd_.Put(path, body, {.bearer = eve_});
  EXPECT_EQ(edited.Json()["state"], "open");
  EXPECT_THAT(edited.Json()["approvals"], IsEmpty());
  ASSERT_EQ(Step(path, "submit", ann_).Json()["state"], "in_review");
  EXPECT_EQ(Step(path, "reviews", eve_, {{"verdict", "approve"}}).status, 403) << "an author by now";
  const json question = {{"verdict", "request_changes"}, {"text", "why off?"}};
  ASSERT_EQ(Step(path, "reviews", ben_, question).Json()["state"], "open");
  ASSERT_EQ(Step(path, "submit", ann_).Json()["state"], "in_review");
  ASSERT_EQ(exptd_.Post(path + "/comments", {{"text", "because"}}, {.bearer = ann_}).status, 204);
  const json comments = exptd_.Get(path + "/comments").Json();
  std::vector<std::string> lines;
  for (const json& one : comments["items"]) {
    lines.push_back(one["verdict"].get<std::string>() + " " + one["text"].get<std::string>());
  }
  EXPECT_THAT(lines, ElementsAre("approve ", "request_changes why off?", "comment because"));
  ASSERT_EQ(Step(path, "reviews", ben_, {{"verdict", "approve"}}).Json()["state"], "approved");
  EXPECT_EQ(Step(path, "close", ann_).Json()["state"], "closed");
  EXPECT_EQ(Step(path, "apply", ann_).status, 409);
  EXPECT_EQ(exptd_.Put(path, body, {.bearer = ann_}).status, 409);
}

TEST_F(ChangeRequestTest, AProjectWideEditNeedsWhatAnyEnvironmentAsksFor) {
  RequireReview();
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/environments", {{"key", "staging"}}).status, 201);
  ASSERT_EQ(exptd_.Post(std::string(kProject) + "/segments", {{"key", "staff"}}).status, 201);
  const std::string staging = std::string(kProject) + "/environments/staging/change-requests";
  const json archive = {{"kind", "segment"}, {"key", "staff"}, {"archive", true}};
  const Reply wide = exptd_.Post(staging, Titled(json::array({archive})));
  EXPECT_EQ(wide.Json()["approvals_needed"], 1) << wide.body;
  EXPECT_EQ(exptd_.Post(staging, Titled(json::array())).Json()["approvals_needed"], 0);
}

TEST_F(ChangeRequestTest, WhatWaitsForAPublishIsPublishedByAChangeRequestWithoutEdits) {
  ASSERT_EQ(exptd_.Put(kCheckout, Serving("off")["body"]).status, 200);
  RequireReview();
  const std::string path = Made(json::array(), ann_);
  ASSERT_EQ(Step(path, "submit", ann_).Json()["state"], "in_review");
  ASSERT_EQ(Step(path, "reviews", ben_, {{"verdict", "approve"}}).Json()["state"], "approved");
  EXPECT_EQ(Step(path, "apply", ann_).Json()["applied"]["version"], 2);
  EXPECT_THAT(exptd_.Get(std::string(kEnvironment) + "/changes").Json()["changes"], IsEmpty());
}

TEST_F(ChangeRequestTest, ManyChangesNeedASecondPersonBeforeAnythingIsMade) {
  json edits = json::array();
  for (int i = 0; i < 10; ++i) {
    const std::string key = "flag" + std::to_string(i);
    const json flag = {{"key", key},
                       {"type", "boolean"},
                       {"variants", {{{"key", "on"}, {"value", true}}, {{"key", "off"}, {"value", false}}}}};
    ASSERT_EQ(exptd_.Post(std::string(kProject) + "/flags", flag).status, 201);
    edits.push_back({{"kind", "flag_configuration"},
                     {"key", key},
                     {"body", {{"enabled", true}, {"off_variant", "off"}, {"default_serve", {{"variant", "on"}}}}}});
  }
  ASSERT_EQ(Publish().status, 200);
  const std::string path = Made(edits, ann_);
  ASSERT_EQ(Step(path, "submit", ann_).Json()["state"], "approved");
  const Reply refused = Step(path, "apply", ann_);
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.Json()["detail"].get<std::string>(), HasSubstr("10 of 11 flags change: a second person must"));
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/flags/flag0").Json()["enabled"], false) << "nothing was made";
  ASSERT_EQ(Step(path, "reviews", ben_, {{"verdict", "approve"}}).status, 200);
  EXPECT_EQ(Step(path, "apply", ann_).status, 200);
  EXPECT_EQ(exptd_.Get(std::string(kEnvironment) + "/flags/flag0").Json()["enabled"], true);
}

TEST_F(ChangeRequestTest, InAFreezeNothingIsPublishedButFlagsGoOff) {
  json settings = Settings();
  const json freeze = {{"from", "2020-01-01T00:00:00Z"}, {"until", "2090-01-01T00:00:00+00:00"}, {"reason", "sale"}};
  settings["freezes"] = json::array({freeze});
  ASSERT_EQ(exptd_.Put(kEnvironment, settings).status, 200);
  EXPECT_EQ(Settings()["freezes"][0]["until"], "2090-01-01T00:00:00Z");
  const Reply refused = Publish();
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.Json()["detail"].get<std::string>(),
              HasSubstr("environment \"production\" is frozen from 2020-01-01T00:00:00Z until 2090-01-01T00:00:00Z: "
                        "sale"));
  const std::string path = Made(json::array({Serving("on")}), ann_);
  ASSERT_EQ(Step(path, "submit", ann_).status, 200);
  EXPECT_EQ(Step(path, "apply", ann_).status, 409);
  EXPECT_EQ(State(path), "approved");
  EXPECT_EQ(exptd_.Put(std::string(kEnvironment) + "/emergency-off", {{"flags", {"checkout"}}}).status, 200);
  ASSERT_EQ(exptd_.Put(kEnvironment, {{"key", "production"}, {"name", "Live"}}).status, 200);
  EXPECT_EQ(Settings()["freezes"].size(), 1u) << "who leaves them out does not lift them";
  settings["freezes"] = json::array();
  ASSERT_EQ(exptd_.Put(kEnvironment, settings).status, 200);
  EXPECT_EQ(Step(path, "apply", ann_).status, 200);
}

TEST_F(ChangeRequestTest, ListsAreNewestFirstAndByState) {
  const std::string first = Made(json::array(), ann_);
  const std::string second = Made(json::array({Serving("on")}), ann_);
  ASSERT_EQ(Step(first, "close", ann_).status, 200);
  const json page = exptd_.Get(kRequests + "?limit=1").Json();
  EXPECT_EQ(kRequests + "/" + page["items"][0]["id"].get<std::string>(), second);
  EXPECT_EQ(page["items"][0]["edits"][0]["key"], "checkout");
  EXPECT_FALSE(page["items"][0]["edits"][0].contains("body")) << "a list is short";
  const json rest = exptd_.Get(kRequests + "?limit=1&cursor=" + page["next_cursor"].get<std::string>()).Json();
  EXPECT_EQ(kRequests + "/" + rest["items"][0]["id"].get<std::string>(), first);
  EXPECT_TRUE(rest["next_cursor"].is_null());
  EXPECT_EQ(exptd_.Get(kRequests + "?state=closed").Json()["items"].size(), 1u);
  EXPECT_EQ(exptd_.Get(kRequests + "?state=lost").status, 400);
  EXPECT_EQ(exptd_.Get(kRequests + "/chg_lost").status, 404);
}

}  // namespace
}  // namespace expt::testing
