#include <gmock/gmock.h>

#include <thread>

#include "control-plane/publish/hex.h"
#include "control-plane/publish/publisher.h"
#include "expt/evaluate.h"
#include "src/core/head.h"
#include "tests/service/installation.h"

namespace expt::publish {
namespace {

using service::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PublishTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("checkout");
    MakeFlag("banner", "client");
    for (const char* flag : {"checkout", "banner"}) {
      Value(Configure(flag, {{"enabled", true}, {"off_variant", "off"}, {"default_serve", {{"variant", "on"}}}}));
    }
  }

  core::AcceptedHead OpenHead(Audience audience = Audience::kServer) {
    const auto head = heads_->Head(ProdId(), audience);
    EXPECT_NE(head, nullptr);
    if (head == nullptr) return {};
    const auto root = Root::Parse(*signing_->RootFile(signing_->root_version()));
    EXPECT_TRUE(root.ok());
    auto opened = core::OpenHead(head->file, *root, ProdId(), audience, {}, now_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() ? *opened : core::AcceptedHead();
  }
};

TEST_F(PublishTest, AClientAcceptsWhatWasPublished) {
  const PublishOutcome outcome = Publish();
  EXPECT_EQ(outcome.version, 1);
  EXPECT_EQ(outcome.flags, 2u);
  const Snapshot server = Live(Audience::kServer);
  EXPECT_EQ(server.version(), 1);
  EXPECT_EQ(server.epoch(), 1);
  EXPECT_EQ(server.digest(), outcome.digest);
  EXPECT_EQ(server.project(), "shop");
  EXPECT_EQ(server.environment(), ProdId());
  EXPECT_EQ(server.issued_at(), now_);
  EXPECT_THAT(server.warnings(), IsEmpty());
  EXPECT_TRUE(Evaluate(server, "checkout", Context("u"), {.now = now_}).ValueOr(false));
  const Snapshot client = Live(Audience::kClient);
  EXPECT_EQ(client.digest(), outcome.client_digest);
  EXPECT_EQ(client.flag_count(), 1u);
}

TEST_F(PublishTest, TheHeadNamesWhatIsLive) {
  EXPECT_EQ(heads_->Head(ProdId(), Audience::kServer), nullptr);
  const PublishOutcome outcome = Publish();
  const core::AcceptedHead head = OpenHead();
  EXPECT_EQ(head.head.stable.version, 1);
  EXPECT_EQ(head.head.stable.digest, outcome.digest);
  EXPECT_EQ(head.head.root_version, signing_->root_version());
  EXPECT_EQ(head.head.expires_at_ms - head.head.issued_at_ms, 15 * 60 * 1000);
  EXPECT_EQ(OpenHead(Audience::kClient).head.stable.digest, outcome.client_digest);
  const auto issued = heads_->Head(ProdId(), Audience::kServer);
  EXPECT_EQ(issued->etag, "\"" + Hex(host::Sha256(issued->file)) + "\"");
  const auto file = publisher_->SnapshotFile(ProdId(), Audience::kServer, Hex(outcome.digest));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(*file, *publisher_->LiveSnapshotFile(ProdId(), Audience::kServer));
}

TEST_F(PublishTest, VersionsAndHeadNumbersRiseOverRestarts) {
  EXPECT_EQ(Publish().version, 1);
  EXPECT_EQ(Publish().version, 2);
  const int64_t before = OpenHead().head.head_number;
  Open();
  EXPECT_EQ(heads_->Head(ProdId(), Audience::kServer), nullptr);
  ASSERT_TRUE(heads_->IssueNow().ok());
  EXPECT_GT(OpenHead().head.head_number, before);
  EXPECT_EQ(OpenHead().head.stable.version, 2);
  EXPECT_EQ(Publish().version, 3);
  EXPECT_EQ(OpenHead().head.stable.version, 3);
}

TEST_F(PublishTest, WarnsOfWhatIsSurelyNotMeant) {
  const auto configure = [&](const char* salt) {
    const nlohmann::json first = {{"id", "half"},
                                  {"coverage", {{"ppm", 500'000}, {"salt", salt}}},
                                  {"serve", {{"variant", "on"}}}};
    const nlohmann::json second = {{"id", "all"}, {"serve", {{"variant", "on"}}}};
    const nlohmann::json last = {{"id", "rest"}, {"serve", {{"variant", "off"}}}};
    Value(Configure("banner", {{"enabled", true},
                               {"off_variant", "off"},
                               {"rules", {first, second, last}},
                               {"default_serve", {{"variant", "on"}}}}));
  };
  const std::string everybody = "flag \"banner\": rule \"all\": serves everybody, the rules after it never apply";
  configure("one");
  EXPECT_THAT(Publish().warnings, ElementsAre(everybody));  // once, though it is in both audiences
  EXPECT_THAT(Publish().warnings, ElementsAre(everybody));
  configure("two");
  EXPECT_THAT(Publish().warnings,
              ElementsAre(everybody,
                          "flag \"banner\": rule \"half\": coverage: salt has changed: other units are covered"));
  EXPECT_THAT(Publish().warnings, ElementsAre(everybody));
}

TEST_F(PublishTest, AnEarlierSnapshotStaysReadable) {
  const PublishOutcome first = Publish();
  MakeFlag("more");
  Publish();
  const auto file = publisher_->SnapshotFile(ProdId(), Audience::kServer, Hex(first.digest));
  EXPECT_TRUE(file.ok()) << file.status();
}

TEST_F(PublishTest, ADigestOpensOnlyItsOwnEnvironmentAndAudience) {
  const PublishOutcome outcome = Publish();
  MakeEnvironment("test");
  const std::string test_id = service_->FindEnvironment("shop", "test")->id;
  const auto code = [&](const std::string& environment, Audience audience, const std::string& digest) {
    return publisher_->SnapshotFile(environment, audience, digest).status().code();
  };
  EXPECT_EQ(code(ProdId(), Audience::kServer, Hex(outcome.digest)), absl::StatusCode::kOk);
  EXPECT_EQ(code(ProdId(), Audience::kClient, Hex(outcome.digest)), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(test_id, Audience::kServer, Hex(outcome.digest)), absl::StatusCode::kNotFound);
  EXPECT_EQ(code(ProdId(), Audience::kServer, "../state.db"), absl::StatusCode::kNotFound);
  EXPECT_EQ(publisher_->LiveSnapshotFile(test_id, Audience::kServer).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PublishTest, SaltsStayFromPublishToPublish) {
  Value(Configure("checkout", {{"enabled", true},
                               {"overrides", {{{"unit_ids", {"vip"}}, {"variant", "off"}}}},
                               {"default_serve", {{"split", {{"weights", {{"on", 500'000}, {"off", 500'000}}}}}}}}));
  const auto variants = [&] {
    Publish();
    const Snapshot snapshot = Live(Audience::kServer);
    std::string all;
    for (int i = 0; i < 100; ++i) {
      all += Evaluate(snapshot, "checkout", Context("u" + std::to_string(i)), {.now = now_}).variant;
    }
    return all + std::string(Evaluate(snapshot, "checkout", Context("vip"), {.now = now_}).variant);
  };
  const std::string first = variants();
  MakeFlag("more");
  Open();
  EXPECT_EQ(variants(), first);
}

TEST_F(PublishTest, ARefusedSnapshotChangesNothing) {
  Publish();
  PublishRequest request = RequestFor("prod");
  request.server.flags[0].variant_values.clear();
  const auto outcome = publisher_->Publish(std::move(request));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  ASSERT_FALSE(outcome->problems.empty());
  EXPECT_THAT(outcome->problems.front(), HasSubstr("flag \"banner\""));
  EXPECT_EQ((*state_->LivePublish(ProdId(), Audience::kServer))->version, 1);
  EXPECT_EQ(blobs_->List()->size(), 2u);
}

TEST_F(PublishTest, AnEmptySnapshotMustBeAskedFor) {
  MakeEnvironment("empty");
  for (const char* flag : {"checkout", "banner"}) {
    Value(service_->Archive(Caller(), Kind::kFlag, In(flag), std::nullopt));
  }
  auto refused = publisher_->Publish(RequestFor("prod"));
  ASSERT_TRUE(refused.ok());
  EXPECT_THAT(refused->problems, ElementsAre(HasSubstr("there is no flag")));
  PublishRequest request = RequestFor("prod");
  request.allows_empty = true;
  const auto outcome = publisher_->Publish(std::move(request));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_THAT(outcome->problems, IsEmpty());
  EXPECT_EQ(Live(Audience::kServer).flag_count(), 0u);
}

TEST_F(PublishTest, AnOlderStateIsNotPublishedOverANewerOne) {
  PublishRequest old = RequestFor("prod");
  MakeFlag("more");
  Publish();
  EXPECT_EQ(publisher_->Publish(std::move(old)).status().code(), absl::StatusCode::kAborted);
}

TEST_F(PublishTest, AnEnvironmentNeedsARoot) {
  ASSERT_TRUE(service_->CreateEnvironment(Caller(), "shop", {{"key", "new"}}).ok());
  EXPECT_EQ(publisher_->Publish(RequestFor("new")).status().code(), absl::StatusCode::kFailedPrecondition);
  PublishRequest request = RequestFor("prod");
  request.environment_id = "env_lost";
  EXPECT_EQ(publisher_->Publish(std::move(request)).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PublishTest, EmergencyOffTravelsInTheHead) {
  Publish();
  EXPECT_THAT(OpenHead().head.emergency_off, IsEmpty());
  Value(service_->ReplaceEmergencyOff(Caller(), "shop", "prod", {{"flags", {"checkout"}}}, std::nullopt));
  ASSERT_TRUE(heads_->IssueNow(ProdId()).ok());
  const core::AcceptedHead head = OpenHead();
  EXPECT_THAT(head.head.emergency_off, ElementsAre("checkout"));
  const Snapshot off = Live(Audience::kServer).With({.emergency_off = head.head.emergency_off});
  EXPECT_EQ(Evaluate(off, "checkout", Context("u"), {.now = now_}).variant, "off");
}

TEST_F(PublishTest, APublishIsInTheAudit) {
  Publish();
  const auto audit = Value(service_->ListAudit({}, {.limit = 2}, service::Rights::Everything()));
  EXPECT_EQ(audit.items[0]["action"], "publish");
  EXPECT_EQ(audit.items[0]["after"]["version"], 1);
  EXPECT_EQ(Value(service_->GetEnvironment("shop", "prod")).body["published_version"], 1);
}

TEST_F(PublishTest, ManyThreadsPublishOneAfterTheOther) {
  std::vector<std::thread> threads;
  std::atomic<int> published{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) {
        const auto outcome = publisher_->Publish(RequestFor("prod"));
        if (outcome.ok() && outcome->problems.empty()) ++published;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(published, 20);
  EXPECT_EQ(Live(Audience::kServer).version(), 20);
  EXPECT_EQ(OpenHead().head.stable.version, 20);
}

TEST_F(PublishTest, TheIssuerRenewsHeadsByItself) {
  Publish();
  const std::string id = ProdId();
  heads_ = std::make_unique<HeadIssuer>(
      *state_, *signing_, HeadOptions{.interval = std::chrono::milliseconds(1), .now = [this] { return now_; }});
  ASSERT_TRUE(heads_->Start().ok());
  const auto first = heads_->Head(id, Audience::kServer);
  ASSERT_NE(first, nullptr);
  while (heads_->Head(id, Audience::kServer)->etag == first->etag) std::this_thread::yield();
  heads_->Stop();
  EXPECT_TRUE(heads_->last_status().ok()) << heads_->last_status();
}

}  // namespace
}  // namespace expt::publish
