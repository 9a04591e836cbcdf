#include "control-plane/service/change_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "control-plane/service/history.h"
#include "tests/service/installation.h"

namespace expt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using service::Versioned;
using service::Where;

class ChangeRequestsTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("checkout");
    changes_ = std::make_unique<service::ChangeRequests>(*service_, *state_);
  }

  // Calls of a member, by a token of theirs where `token` is given.
  struct Person {
    service::Call call;
    service::Principal principal;
    service::Caller caller() const { return {call, principal}; }
  };
  Person Of(const std::string& member, const std::string& token = "") const {
    service::Principal principal{.id = token.empty() ? member : token,
                                 .name = member,
                                 .rights = std::make_shared<service::Rights>(service::Rights::Everything()),
                                 .owner = token.empty() ? "" : member};
    service::Call call{.actor = principal.actor(), .address = "127.0.0.1", .now = now_};
    return {call, principal};
  }
  static Where Request(const Versioned& made) { return In(made.body["id"].get<std::string>()); }

  static json Edit(const std::string& kind, const std::string& key, const json& body) {
    return {{"kind", kind}, {"key", key}, {"body", body}};
  }
  Versioned Make(const Person& person, const json& edits) {
    return Value(changes_->Create(person.caller(), In(), {{"title", "t"}, {"edits", edits}}));
  }
  std::string State(const Where& where) { return Value(changes_->Get(where)).body["state"]; }
  void AskForReview(int approvals) {
    Value(service_->ReplaceEnvironment(
        Caller(), "shop", "prod", {{"key", "prod"}, {"review", {{"required", true}, {"approvals", approvals}}}}, {}));
  }

  std::unique_ptr<service::ChangeRequests> changes_;
};

TEST_F(ChangeRequestsTest, AllEditsAreOneTransactionInWhateverOrderTheyStand) {
  const json edits = {
      Edit("experiment", "test",
           {{"flag", "checkout"},
            {"status", "running"},
            {"layer", "page"},
            {"allocation", json::array({json::array({0, 500000})})},
            {"weights", {{"off", 500000}, {"on", 500000}}},
            {"control", "off"},
            {"metrics", {{{"metric", "buy"}, {"role", "success"}}}}}),
      Edit("flag_configuration", "checkout",
           {{"enabled", true},
            {"off_variant", "off"},
            {"rules", {{{"id", "a"}, {"serve", {{"experiment", "test"}}}}}}}),
      Edit("layer", "page", json::object()),
      Edit("metric", "buy", {{"kind", "proportion"}, {"numerator", {{"event", "buy"}}}})};
  const Person ann = Of("mem_ann");
  const Where where = Request(Make(ann, edits));
  const auto assembly = Value(changes_->Assemble(Caller(), where));
  EXPECT_EQ(assembly.server.experiments.size(), 1u);
  EXPECT_THAT(Value(service_->List(service::Kind::kExperiment, In(), {})).items, IsEmpty());
  Value(changes_->Submit(ann.caller(), where, {}));
  const int64_t before = state_->LastAudit()->value().number;
  const Versioned applied = Value(changes_->Apply(ann.call, where, {}));
  EXPECT_EQ(applied.body["state"], "applied");
  const auto experiment = Value(service_->Get(service::Kind::kExperiment, In("test")));
  EXPECT_EQ(experiment.body["phase"], 1);
  EXPECT_EQ(experiment.body["metrics"][0]["version"], 1) << "the version that came with it is pinned";
  EXPECT_EQ(applied.body["applied"]["state_revision"], before + 5) << "four documents and a version of the metric";
  EXPECT_TRUE(state_->VerifyAudit().ok());
}

TEST_F(ChangeRequestsTest, NothingIsMadeWhenOneEditIsRefused) {
  const Person ann = Of("mem_ann");
  const json edits = {Edit("segment", "staff", json::object()), Edit("segment", "team", json::object())};
  const Where where = Request(Make(ann, edits));
  Value(changes_->Submit(ann.caller(), where, {}));
  Value(Create(service::Kind::kSegment, {{"key", "team"}}));
  const auto refused = changes_->Apply(ann.call, where, {});
  EXPECT_EQ(StatusOf(refused), 409);
  EXPECT_THAT(ProblemsOf(refused),
              ElementsAre("/edits/1/base_revision: segment \"team\" has revision 1, the edit was made from 0"));
  EXPECT_EQ(StatusOf(service_->Get(service::Kind::kSegment, In("staff"))), 404);
  EXPECT_EQ(State(where), "approved");
}

TEST_F(ChangeRequestsTest, EachEditSeesWhatTheOthersHaveBecome) {
  const Person ann = Of("mem_ann");
  // The experiment serves a variant that the flag is about to lose, and the flag goes first.
  const json weights = {{"weights", {{"off", 500000}, {"on", 500000}}}, {"flag", "checkout"}, {"control", "off"}};
  Value(service_->Create(Caller(), service::Kind::kExperiment, In(), [&] {
    json body = weights;
    body["key"] = "test";
    return body;
  }()));
  json flag = Value(service_->Get(service::Kind::kFlag, In("checkout"))).body;
  flag["variants"].push_back({{"key", "new"}, {"value", true}});
  flag["variants"].erase(1);
  const Where alone = Request(Make(ann, json::array({Edit("flag", "checkout", flag)})));
  EXPECT_THAT(ProblemsOf(changes_->Submit(ann.caller(), alone, {})),
              ElementsAre("/edits/0/body/variants: variant \"on\" is still served or compared"));
  json moved = weights;
  moved["weights"] = {{"off", 500000}, {"new", 500000}};
  const json edits = json::array({Edit("flag", "checkout", flag), Edit("experiment", "test", moved)});
  const Where both = Request(Make(ann, edits));
  Value(changes_->Submit(ann.caller(), both, {}));
  Value(changes_->Apply(ann.call, both, {}));
  EXPECT_TRUE(Value(service_->Get(service::Kind::kExperiment, In("test"))).body["weights"].contains("new"));
}

TEST_F(ChangeRequestsTest, AnEditNamesItsDocumentOnce) {
  const Person ann = Of("mem_ann");
  const auto twice = changes_->Create(ann.caller(), In(),
                                      {{"title", "t"},
                                       {"edits", {Edit("segment", "a", json::object()), Edit("segment", "a", {})}}});
  EXPECT_THAT(ProblemsOf(twice), ElementsAre("/edits/1/body: expected a value, found none",
                                             "/edits/1/key: segment \"a\" stands there twice"));
  const Where where = Request(Make(ann, json::array({Edit("segment", "a", {{"key", "b"}})})));
  EXPECT_THAT(ProblemsOf(changes_->Submit(ann.caller(), where, {})),
              ElementsAre("/edits/0/body/key: expected \"a\", as the edit names it"));
}

TEST_F(ChangeRequestsTest, AMemberAndTheirTokensAreOnePerson) {
  AskForReview(2);
  const Person ann = Of("mem_ann");
  const Where where = Request(Make(ann, json::array()));
  Value(changes_->Submit(ann.caller(), where, {}));
  const json approval = {{"verdict", "approve"}};
  EXPECT_EQ(StatusOf(changes_->Review(Of("mem_ann", "tok_1").caller(), where, approval, {})), 403);
  Value(changes_->Review(Of("mem_ben").caller(), where, approval, {}));
  Value(changes_->Review(Of("mem_ben", "tok_2").caller(), where, approval, {}));
  EXPECT_EQ(State(where), "in_review");
  Value(changes_->Review(Of("mem_eve").caller(), where, approval, {}));
  EXPECT_EQ(State(where), "approved");
}

TEST_F(ChangeRequestsTest, AnApprovalIsOfWhatWasLookedAt) {
  AskForReview(1);
  const Person ann = Of("mem_ann");
  const Person ben = Of("mem_ben");
  Versioned request = Make(ann, json::array());
  const Where where = Request(request);
  request = Value(changes_->Submit(ann.caller(), where, {}));
  EXPECT_EQ(StatusOf(changes_->Review(ben.caller(), where, {{"verdict", "approve"}}, request.revision - 1)), 412);
  Value(changes_->Review(ben.caller(), where, {{"verdict", "approve"}}, request.revision));
  // The requirement rises after the approval.
  AskForReview(2);
  const auto refused = changes_->Apply(ann.call, where, {});
  EXPECT_EQ(StatusOf(refused), 409);
  EXPECT_THAT(refused.fault().detail, HasSubstr("has 1 of 2 approvals"));
}

TEST_F(ChangeRequestsTest, ATimeIsToComeAndNotInAFreeze) {
  Value(service_->ReplaceEnvironment(
      Caller(), "shop", "prod",
      {{"key", "prod"},
       {"freezes", {{{"from", "2031-01-01T00:00:00Z"}, {"until", "2031-02-01T00:00:00Z"}, {"reason", "sale"}}}}},
      {}));
  const Person ann = Of("mem_ann");
  const Where where = Request(Make(ann, json::array()));
  const auto at = [&](const json& time) { return changes_->Schedule(ann.caller(), where, {{"publish_at", time}}, {}); };
  EXPECT_EQ(StatusOf(at("2031-02-01T00:00:00Z")), 409) << "not approved";
  Value(changes_->Submit(ann.caller(), where, {}));
  EXPECT_EQ(StatusOf(at("2030-01-01T00:00:00Z")), 422) << "gone";
  EXPECT_EQ(StatusOf(at("2031-01-31T23:59:59Z")), 409);
  EXPECT_EQ(Value(at("2031-02-01T01:00:00+01:00")).body["publish_at"], "2031-02-01T00:00:00Z");
  EXPECT_TRUE(Value(at(nullptr)).body["publish_at"].is_null());
  Value(at("2031-02-01T00:00:00Z"));
  const Versioned failed = Value(changes_->NoteFailure(ann.call, where, "no"));
  EXPECT_TRUE(failed.body["publish_at"].is_null()) << "it is not tried again";
  EXPECT_EQ(failed.body["failure"]["text"], "no");
}

TEST_F(ChangeRequestsTest, AFreezeAndAReviewAreReadWithEveryProblem) {
  const auto refused = service_->ReplaceEnvironment(
      Caller(), "shop", "prod",
      {{"key", "prod"},
       {"review", {{"required", 1}, {"approvals", 4}, {"more", 1}}},
       {"freezes",
        {{{"from", "2031-01-01T00:00:00Z"}, {"until", "2031-01-01T00:00:00Z"}, {"reason", ""}}, {{"from", 1}}}}},
      {});
  EXPECT_THAT(ProblemsOf(refused),
              ElementsAre("/review/required: expected true or false, found an integer",
                          "/review/approvals: expected an integer in [1, 3], found 4", "/review/more: unknown field",
                          "/freezes/0/reason: expected a text, found an empty string",
                          "/freezes/0/until: the end is not after the start",
                          "/freezes/1/until: expected a value, found none",
                          "/freezes/1/from: expected a time such as \"2030-01-31T12:00:00Z\", found an integer",
                          "/freezes/1/reason: expected a value, found none"));
}

}  // namespace
}  // namespace expt
