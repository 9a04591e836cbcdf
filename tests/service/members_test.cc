// Uploaded members of segments: what is kept of them, and that programs are decided by them.
#include <gmock/gmock.h>

#include "expt/context.h"
#include "expt/evaluate.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Members : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    Value(Create(Kind::kSegment, {{"key", "staff"}}));
  }
  Result<Versioned> Upload(const std::string& csv, const MemberUpload& upload = {}, const std::string& list = "include",
                           std::optional<int64_t> revision = std::nullopt) {
    return service_->UploadMembers(Caller(), In("staff"), list, csv, upload, revision);
  }
  Result<Versioned> Change(const json& body, const std::string& list = "include") {
    return service_->ChangeMembers(Caller(), In("staff"), list, body, std::nullopt);
  }
  std::string Download(const std::string& list = "include") {
    return Value(service_->DownloadMembers(In("staff"), list));
  }
  // Of a flag that serves "on" to staff only.
  bool IsOn(const Snapshot& snapshot, std::string_view unit_id, std::string_view account = {}) {
    std::vector<Attribute> attributes;
    if (!account.empty()) attributes.push_back({"account", account});
    if (!unit_id.empty()) attributes.push_back({kTargetingKey, unit_id});
    return Evaluate(snapshot, "tools", Context(attributes), {.now = now_}).ValueOr(false);
  }
};

TEST_F(Members, TheSegmentTellsHowManyThereAreAndNotWho) {
  const json made = Value(Upload("u-2\nu-1\nu-1\n")).body;
  EXPECT_EQ(made["uploaded"]["include"]["count"], 2);
  EXPECT_EQ(made["uploaded"]["include"]["bucket_by"], "targeting_key");
  // printf 'u-1\nu-2\n' | sha256sum
  EXPECT_EQ(made["uploaded"]["include"]["digest"], 
            "93b64ab6bff29d09d7940d8a1e305c98d7b1a4ccdb7746081059b0aa62a7c13e");
  EXPECT_THAT(made.dump(), Not(HasSubstr("u-1")));
  EXPECT_FALSE(made["uploaded"].contains("exclude"));
  EXPECT_EQ(Download(), "targeting_key\r\nu-1\r\nu-2\r\n");
  const auto audit = state_->ListAudit({}, 1);
  EXPECT_THAT(audit->front().after, HasSubstr("\"count\":2"));
  EXPECT_THAT(audit->front().after, Not(HasSubstr("u-1")));
}

TEST_F(Members, SingleOnesComeAndGo) {
  EXPECT_EQ(Value(Change({{"add", {"b", "a"}}})).body["uploaded"]["include"]["count"], 2);
  EXPECT_EQ(Value(Change({{"add", {"c"}}, {"remove", {"a", "unknown"}}})).body["uploaded"]["include"]["count"], 2);
  EXPECT_EQ(Download(), "targeting_key\r\nb\r\nc\r\n");
  EXPECT_TRUE(Value(Change({{"remove", {"b", "c"}}})).body["uploaded"]["include"].is_null());
  EXPECT_EQ(StatusOf(service_->DownloadMembers(In("staff"), "include")), 404);
  EXPECT_THAT(ProblemsOf(Change({{"add", {"a", "", 7}}, {"remove", {"a"}}, {"other", 1}})),
              ElementsAre("/add/1: expected a unit id, found none", "/add/2: expected a string, found an integer",
                          "/other: unknown field", "/remove: a unit id is both added and removed"));
}

TEST_F(Members, AnUploadReplacesOrAdds) {
  const int64_t revision = Value(Upload("a\nb\n")).revision;
  EXPECT_EQ(Value(Upload("c\nb\n", {.is_addition = true})).body["uploaded"]["include"]["count"], 3);
  EXPECT_EQ(StatusOf(Upload("x\n", {}, "include", revision)), 412);
  const Versioned same = Value(Upload("a\nb\nc\n"));
  EXPECT_EQ(same.revision, revision + 1) << "the same members are no change";
  EXPECT_EQ(Value(Upload("z\n")).body["uploaded"]["include"]["count"], 1);
  EXPECT_EQ(Download(), "targeting_key\r\nz\r\n");
  EXPECT_TRUE(Value(service_->RemoveMembers(Caller(), In("staff"), "include", std::nullopt))
                  .body["uploaded"]["include"]
                  .is_null());
  EXPECT_EQ(StatusOf(Upload("a\n", {}, "other")), 404);
  EXPECT_THAT(ProblemsOf(Upload("")), ElementsAre(": expected at least one unit id, found none"));
  EXPECT_THAT(ProblemsOf(Upload("a\n", {.bucket_by = "country"})),
              ElementsAre("/bucket_by: unknown attribute \"country\""));
  EXPECT_THAT(ProblemsOf(Upload("a\n,\n")), ElementsAre(": line 2: expected 1 field, found 2"));
}

TEST_F(Members, ReplacingTheSegmentKeepsThem) {
  Value(Upload("a\n"));
  const json replaced =
      Value(Replace(Kind::kSegment, "staff", {{"name", "Staff"}, {"uploaded", {{"include", "nonsense"}}}})).body;
  EXPECT_EQ(replaced["uploaded"]["include"]["count"], 1);
  EXPECT_EQ(Download(), "targeting_key\r\na\r\n");
}

TEST_F(Members, TheAttributeOfAListCannotBeArchived) {
  Value(Create(Kind::kAttribute, {{"key", "account"}, {"type", "string"}, {"unit_type", true}}));
  Value(Upload("a-1\n", {.bucket_by = "account"}));
  EXPECT_EQ(service_->Archive(Caller(), Kind::kAttribute, In("account"), std::nullopt).fault().detail,
            "attribute \"account\" is used by segment \"staff\"");
  Value(service_->RemoveMembers(Caller(), In("staff"), "include", std::nullopt));
  EXPECT_TRUE(service_->Archive(Caller(), Kind::kAttribute, In("account"), std::nullopt).ok());
}

TEST_F(Members, ProgramsAreDecidedByThem) {
  Value(Create(Kind::kAttribute, {{"key", "account"}, {"type", "string"}, {"unit_type", true}}));
  MakeFlag("tools", "client");
  Value(Configure("tools", {{"enabled", true},
                            {"off_variant", "off"},
                            {"rules",
                             {{{"id", "staff"},
                               {"condition", {{"operator", "in_segment"}, {"operands", {"staff"}}}},
                               {"serve", {{"variant", "on"}}}}}}}));
  Value(Upload("a-1\na-2\n", {.bucket_by = "account"}));
  Publish();
  for (const Audience audience : {Audience::kServer, Audience::kClient}) {
    EXPECT_TRUE(IsOn(Live(audience), "", "a-1"));
    EXPECT_FALSE(IsOn(Live(audience), "", "a-3"));
    EXPECT_FALSE(IsOn(Live(audience), "a-1"));
  }
  // A change of the list reaches a library that has been read before.
  Value(Change({{"add", {"a-3"}}, {"remove", {"a-1"}}}));
  EXPECT_TRUE(IsOn(Live(Audience::kServer), "", "a-1")) << "not before the publish";
  Publish();
  EXPECT_FALSE(IsOn(Live(Audience::kServer), "", "a-1"));
  EXPECT_TRUE(IsOn(Live(Audience::kServer), "", "a-3"));
  // And so after a start.
  Value(Upload("t-2\n", {.bucket_by = "targeting_key"}, "exclude"));
  Open();
  Publish();
  const Snapshot live = Live(Audience::kServer);
  EXPECT_FALSE(IsOn(live, "t-2", "a-2"));
  EXPECT_TRUE(IsOn(live, "t-3", "a-2"));
}

TEST_F(Members, AHundredThousandAreUploadedAndPublished) {
  MakeFlag("tools");
  Value(Configure("tools", {{"enabled", true},
                            {"off_variant", "off"},
                            {"rules",
                             {{{"id", "staff"},
                               {"condition", {{"operator", "in_segment"}, {"operands", {"staff"}}}},
                               {"serve", {{"variant", "on"}}}}}}}));
  std::string csv = "\xef\xbb\xbftargeting_key\r\n";
  for (int i = 0; i < 100'000; ++i) csv += "unit-" + std::to_string(1'000'000 + i) + "\r\n";
  EXPECT_EQ(Value(Upload(csv)).body["uploaded"]["include"]["count"], 100'000);
  Publish();
  const Snapshot live = Live(Audience::kServer);
  EXPECT_TRUE(IsOn(live, "unit-1000000"));
  EXPECT_TRUE(IsOn(live, "unit-1099999"));
  EXPECT_FALSE(IsOn(live, "unit-1100000"));
}

}  // namespace
}  // namespace expt::service
