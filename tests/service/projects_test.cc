// Projects and environments: what may be changed of them, and how they end.
#include <gmock/gmock.h>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;

class Projects : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
  }
};

TEST_F(Projects, ANameTagsAndAnOwnerMayBeChanged) {
  const Versioned made = Value(service_->GetProject("shop"));
  const Versioned replaced = Value(service_->ReplaceProject(
      Caller(), "shop", {{"name", "The shop"}, {"tags", {"web"}}, {"owner", "team-a"}}, made.revision));
  EXPECT_EQ(replaced.body["name"], "The shop");
  EXPECT_EQ(replaced.body["tags"], json::array({"web"}));
  EXPECT_EQ(replaced.body["owner"], "team-a");
  EXPECT_EQ(replaced.body["id"], made.body["id"]);
  EXPECT_EQ(StatusOf(service_->ReplaceProject(Caller(), "shop", {{"name", "x"}}, made.revision)), 412);
  EXPECT_THAT(ProblemsOf(service_->ReplaceProject(Caller(), "shop", {{"key", "other"}, {"colour", 1}}, std::nullopt)),
              ElementsAre("/colour: unknown field", "/key: a key never changes"));
  EXPECT_EQ(StatusOf(service_->ReplaceProject(Caller(), "lost", {{"name", "x"}}, std::nullopt)), 404);
}

TEST_F(Projects, AnEnvironmentWithKeysOrExperimentsStays) {
  MakeFlag("page");
  json experiment = Value(Create(Kind::kExperiment, {{"key", "test"},
                                                     {"flag", "page"},
                                                     {"status", "running"},
                                                     {"weights", {{"off", 500'000}, {"on", 500'000}}},
                                                     {"control", "off"}}))
                        .body;
  EXPECT_EQ(service_->ArchiveEnvironment(Caller(), "shop", "prod", std::nullopt).fault().detail,
            "environment \"prod\" has experiment \"test\", which is running; stop it first");
  experiment["status"] = "stopped";
  Value(Replace(Kind::kExperiment, "test", experiment));
  const json key = Value(service_->CreateSdkKey(Caller(), "shop", "prod", {{"kind", "server"}, {"name", "backend"}}));
  EXPECT_EQ(service_->ArchiveEnvironment(Caller(), "shop", "prod", std::nullopt).fault().detail,
            "environment \"prod\" has an SDK key that is valid; revoke its keys first");
  Value(service_->RevokeSdkKey(Caller(), "shop", "prod", key["key_id"].get<std::string>()));
  EXPECT_EQ(service_->ArchiveProject(Caller(), "shop", std::nullopt).fault().detail,
            "project \"shop\" has environment \"prod\"; archive it first");
  const Versioned archived = Value(service_->ArchiveEnvironment(Caller(), "shop", "prod", std::nullopt));
  EXPECT_EQ(archived.body["archived"], true);
  EXPECT_EQ(Value(service_->ArchiveEnvironment(Caller(), "shop", "prod", std::nullopt)).revision, archived.revision);
  // Nothing happens in it any more, and its key is not used again.
  EXPECT_EQ(StatusOf(service_->FindEnvironment("shop", "prod")), 404);
  EXPECT_EQ(StatusOf(service_->List(Kind::kExperiment, In(), {})), 404);
  EXPECT_EQ(StatusOf(service_->Assemble(Caller(), "shop", "prod")), 404);
  EXPECT_EQ(StatusOf(service_->GetEnvironment("shop", "prod")), 200);
  EXPECT_EQ(StatusOf(service_->CreateEnvironment(Caller(), "shop", {{"key", "prod"}})), 409);
  EXPECT_EQ(StatusOf(service_->ReplaceEnvironment(Caller(), "shop", "prod", {{"key", "prod"}}, std::nullopt)), 409);
  EXPECT_EQ(Value(service_->Environments()).size(), 0u);
}

TEST_F(Projects, WhoReadsTheAuditOfAProjectStillReadsThatOfItsEnvironments) {
  MakeFlag("page");
  Publish();
  Value(service_->ArchiveEnvironment(Caller(), "shop", "prod", std::nullopt));
  PermissionSet reading;
  reading.Add(Permission::kAuditRead);
  const auto published = [&](const std::string& project) {
    return Value(service_->ListAudit({.action = "publish"}, {}, Rights({{.project = project, .permissions = reading}})))
        .items.size();
  };
  EXPECT_EQ(published("shop"), 2u) << "one for each audience";
  EXPECT_EQ(published("bank"), 0u);
}

TEST_F(Projects, AnArchivedProjectTakesNothingMore) {
  MakeFlag("page");
  Value(service_->ArchiveEnvironment(Caller(), "shop", "prod", std::nullopt));
  EXPECT_EQ(Value(service_->ArchiveProject(Caller(), "shop", std::nullopt)).body["archived"], true);
  EXPECT_EQ(StatusOf(service_->GetProject("shop")), 200);
  EXPECT_EQ(StatusOf(service_->Get(Kind::kFlag, In("page"))), 200) << "what was decided can be looked up";
  EXPECT_EQ(StatusOf(Create(Kind::kSegment, {{"key", "new"}})), 409);
  EXPECT_EQ(StatusOf(service_->CreateEnvironment(Caller(), "shop", {{"key", "new"}})), 409);
  EXPECT_EQ(StatusOf(service_->ReplaceProject(Caller(), "shop", {{"name", "x"}}, std::nullopt)), 409);
  EXPECT_EQ(StatusOf(service_->CreateProject(Caller(), {{"key", "shop"}})), 409);
  EXPECT_EQ(Value(service_->ListProjects({}, Rights::Everything())).items.size(), 0u);
  EXPECT_EQ(Value(service_->ListProjects({.archived = true}, Rights::Everything())).items.size(), 1u);
}

}  // namespace
}  // namespace expt::service
