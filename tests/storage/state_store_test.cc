#include "control-plane/storage/state_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "control-plane/storage/database.h"

namespace expt::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StateStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("expt-state-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
    Open();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string Path() const { return directory_ / "state.db"; }

  void Open() {
    store_.reset();
    auto store = StateStore::Open(Path());
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  static DocumentName Flag(const std::string& key) { return {"shop", "", "flag", key}; }

  static Change By(const std::string& actor, int64_t time_ms = 1000) {
    return {.actor = actor, .address = "127.0.0.1", .time_ms = time_ms};
  }

  absl::Status Put(const DocumentName& name, const std::string& body, int64_t revision, bool is_archived = false) {
    Change change = By("ann");
    change.writes.push_back({.name = name,
                             .id = "id_" + name.environment + name.key,
                             .body = body,
                             .revision = revision,
                             .is_archived = is_archived});
    return store_->Commit(change).status();
  }

  // The body, or "" when there is no such document.
  std::string Body(const DocumentName& name) {
    const auto document = store_->Find(name);
    EXPECT_TRUE(document.ok()) << document.status();
    return document.ok() && document->has_value() ? (*document)->body : "";
  }

  // Runs SQL behind the store's back.
  absl::Status Tamper(const std::string& sql) {
    auto database = Database::Open(Path(), {});
    return database.ok() ? database->Execute(sql) : database.status();
  }

  std::filesystem::path directory_;
  std::unique_ptr<StateStore> store_;
};

TEST_F(StateStoreTest, CreatesReplacesAndArchivesWithRisingRevisions) {
  ASSERT_TRUE(Put(Flag("a"), R"({"n":1})", 0).ok());
  ASSERT_TRUE(Put(Flag("a"), R"({"n":2})", 1).ok());
  ASSERT_TRUE(Put(Flag("a"), R"({"n":3})", 2, /*is_archived=*/true).ok());
  Open();
  const auto document = store_->Find(Flag("a"));
  ASSERT_TRUE(document.ok() && document->has_value());
  EXPECT_EQ((*document)->body, R"({"n":3})");
  EXPECT_EQ((*document)->revision, 3);
  EXPECT_EQ((*document)->created_ms, 1000);
  EXPECT_TRUE((*document)->is_archived);
}

TEST_F(StateStoreTest, RefusesAnotherRevisionThanTheOneThatIsThere) {
  ASSERT_TRUE(Put(Flag("a"), "{}", 0).ok());
  EXPECT_EQ(Put(Flag("a"), "{}", 0).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Put(Flag("a"), "{}", 2).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Put(Flag("b"), "{}", 1).code(), absl::StatusCode::kNotFound);
}

TEST_F(StateStoreTest, AChangeHappensAsAWholeOrNotAtAll) {
  ASSERT_TRUE(Put(Flag("a"), R"("old")", 0).ok());
  Change change = By("ann");
  change.writes.push_back({.name = Flag("a"), .id = "id_a", .body = R"("new")", .revision = 1});
  change.writes.push_back({.name = Flag("b"), .id = "id_b", .body = R"("b")", .revision = 7});
  EXPECT_FALSE(store_->Commit(change).ok());
  EXPECT_EQ(Body(Flag("a")), R"("old")");
  EXPECT_EQ(Body(Flag("b")), "");
  const auto audit = store_->ListAudit({}, 10);
  ASSERT_TRUE(audit.ok());
  EXPECT_EQ(audit->size(), 1u);
}

TEST_F(StateStoreTest, AKilledWriterLeavesWholeChangesOnly) {
  // The child commits pairs until it is killed; each pair must be there with both halves or with none.
  int started[2];
  ASSERT_EQ(pipe(started), 0);
  store_.reset();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = StateStore::Open(Path());
    if (!store.ok()) _exit(1);
    for (int i = 0;; ++i) {
      Change change = By("child");
      for (const char* half : {"left", "right"}) {
        const std::string key = half + std::to_string(i);
        change.writes.push_back({.name = Flag(key), .id = key, .body = "{}"});
      }
      if (!(*store)->Commit(change).ok()) _exit(1);
      if (i == 20 && write(started[1], "x", 1) != 1) _exit(1);
    }
  }
  char byte = 0;
  ASSERT_EQ(read(started[0], &byte, 1), 1);
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  close(started[0]);
  close(started[1]);
  Open();
  const auto documents = store_->List(Flag(""), "", 1'000'000, false);
  ASSERT_TRUE(documents.ok());
  EXPECT_GE(documents->size(), 42u);
  EXPECT_EQ(documents->size() % 2, 0u);
  for (const Document& document : *documents) {
    const std::string& key = document.name.key;
    const std::string other = key.starts_with("left") ? "right" + key.substr(4) : "left" + key.substr(5);
    EXPECT_EQ(Body(Flag(other)), "{}") << key;
  }
  EXPECT_TRUE(store_->VerifyAudit().ok()) << store_->VerifyAudit();
}

TEST_F(StateStoreTest, ListsInPagesByKeyAndKeepsProjectsApart) {
  for (const char* key : {"c", "a", "b"}) ASSERT_TRUE(Put(Flag(key), "{}", 0).ok());
  Change other = By("bob");
  other.writes.push_back({.name = {"bank", "", "flag", "d"}, .id = "other", .body = "{}"});
  ASSERT_TRUE(store_->Commit(other).ok());
  const auto keys = [&](std::string_view after, size_t limit) {
    std::vector<std::string> list;
    const auto documents = store_->List(Flag(""), after, limit, false);
    EXPECT_TRUE(documents.ok());
    for (const Document& document : *documents) list.push_back(document.name.key);
    return list;
  };
  EXPECT_THAT(keys("", 2), ElementsAre("a", "b"));
  EXPECT_THAT(keys("b", 2), ElementsAre("c"));
}

TEST_F(StateStoreTest, AViewHoldsTheProjectAndOneEnvironmentAndTheRevisionOfTheStore) {
  ASSERT_TRUE(Put(Flag("a"), "{}", 0).ok());
  ASSERT_TRUE(Put({"shop", "prod", "flag_configuration", "a"}, "{}", 0).ok());
  ASSERT_TRUE(Put({"shop", "test", "flag_configuration", "a"}, "{}", 0).ok());
  ASSERT_TRUE(Put(Flag("gone"), "{}", 0, /*is_archived=*/true).ok());
  const auto one = store_->LoadProject("shop", "prod");
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->revision, 4);
  EXPECT_EQ(one->documents.size(), 2u);
  const auto all = store_->LoadProject("shop", "");
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->documents.size(), 3u);
}

TEST_F(StateStoreTest, TheAuditTellsWhoChangedWhatFromWhatToWhat) {
  ASSERT_TRUE(Put(Flag("a"), R"({"n":1})", 0).ok());
  ASSERT_TRUE(Put(Flag("a"), R"({"n":2})", 1).ok());
  const auto audit = store_->ListAudit({}, 10);
  ASSERT_TRUE(audit.ok());
  ASSERT_EQ(audit->size(), 2u);
  const AuditEntry& entry = audit->front();
  EXPECT_EQ(entry.number, 2);
  EXPECT_EQ(entry.actor, "ann");
  EXPECT_EQ(entry.address, "127.0.0.1");
  EXPECT_EQ(entry.action, "replace");
  EXPECT_EQ(entry.subject, Flag("a"));
  EXPECT_EQ(entry.before, R"({"n":1})");
  EXPECT_EQ(entry.after, R"({"n":2})");
  EXPECT_TRUE(store_->VerifyAudit().ok());
}

TEST_F(StateStoreTest, TheAuditCannotBeChangedThroughTheDatabase) {
  ASSERT_TRUE(Put(Flag("a"), "{}", 0).ok());
  EXPECT_THAT(std::string(Tamper("UPDATE audit SET actor='eve'").message()), HasSubstr("append-only"));
  EXPECT_THAT(std::string(Tamper("DELETE FROM audit").message()), HasSubstr("append-only"));
}

TEST_F(StateStoreTest, VerifyingTheAuditNamesTheEntryThatWasAltered) {
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(Put(Flag(key), "{}", 0).ok());
  ASSERT_TRUE(Tamper("DROP TRIGGER audit_no_update; UPDATE audit SET after='{\"x\":1}' WHERE number=2").ok());
  const absl::Status status = store_->VerifyAudit();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(std::string(status.message()), "audit entry 2 has been altered");
}

TEST_F(StateStoreTest, VerifyingTheAuditNamesTheEntryThatIsMissing) {
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(Put(Flag(key), "{}", 0).ok());
  ASSERT_TRUE(Tamper("DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE number=2").ok());
  EXPECT_EQ(std::string(store_->VerifyAudit().message()), "audit entry 2 is missing");
}

TEST_F(StateStoreTest, ARevokedCredentialStaysKnownAndOnlyItsEnvironmentCanRevokeIt) {
  Credential key;
  key.id = "key_1";
  key.kind = "sdk";
  key.secret_hash[0] = 7;
  key.environment = "env_1";
  key.scope = "server";
  key.created_ms = 5;
  ASSERT_TRUE(store_->AddCredential(By("ann"), key).ok());
  auto revoked = store_->RevokeCredential(By("ann", 50), "sdk", "env_2", "key_1");
  ASSERT_TRUE(revoked.ok());
  EXPECT_FALSE(*revoked);
  revoked = store_->RevokeCredential(By("ann", 50), "sdk", "env_1", "key_1");
  ASSERT_TRUE(revoked.ok());
  EXPECT_TRUE(*revoked);
  const auto found = store_->FindCredential("key_1");
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->revoked_ms, 50);
  EXPECT_EQ((*found)->secret_hash, key.secret_hash);
}

TEST_F(StateStoreTest, ACredentialIsExchangedOnce) {
  Credential setup;
  setup.id = "setup_1";
  setup.kind = "setup";
  ASSERT_TRUE(store_->AddCredential(By("system"), setup).ok());
  Credential token;
  token.kind = "api";
  token.id = "tok_1";
  auto exchanged = store_->ExchangeCredential(By("setup"), "setup_1", token);
  ASSERT_TRUE(exchanged.ok());
  EXPECT_TRUE(*exchanged);
  token.id = "tok_2";
  exchanged = store_->ExchangeCredential(By("setup"), "setup_1", token);
  ASSERT_TRUE(exchanged.ok());
  EXPECT_FALSE(*exchanged);
  const auto second = store_->FindCredential("tok_2");
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(second->has_value());
}

TEST_F(StateStoreTest, LastUseIsWrittenAtMostOnceAMinute) {
  Credential key;
  key.id = "key_1";
  key.kind = "sdk";
  ASSERT_TRUE(store_->AddCredential(By("ann"), key).ok());
  for (const int64_t now_ms : {100'000, 130'000, 170'000}) ASSERT_TRUE(store_->TouchCredential("key_1", now_ms).ok());
  const auto found = store_->FindCredential("key_1");
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->last_used_ms, 170'000);
  ASSERT_TRUE(store_->TouchCredential("key_1", 200'000).ok());
  EXPECT_EQ((*store_->FindCredential("key_1"))->last_used_ms, 170'000);
}

Publish PublishOf(int64_t version, int64_t state_revision) {
  Publish publish;
  publish.environment = "env_1";
  publish.epoch = 1;
  publish.version = version;
  publish.state_revision = state_revision;
  publish.digest[0] = static_cast<uint8_t>(version);
  return publish;
}

TEST_F(StateStoreTest, PublishedVersionsNeverGoBackAndNeverComeFromAnOlderState) {
  const auto add = [&](Publish publish) { return store_->AddPublish(By("ann"), std::span(&publish, 1)); };
  ASSERT_TRUE(add(PublishOf(1, 10)).ok());
  EXPECT_EQ(add(PublishOf(1, 11)).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(add(PublishOf(2, 9)).code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(add(PublishOf(2, 10)).ok());
  Open();
  const auto live = store_->LivePublish("env_1", Audience::kServer);
  ASSERT_TRUE(live.ok() && live->has_value());
  EXPECT_EQ((*live)->version, 2);
  const auto other = store_->LivePublish("env_1", Audience::kClient);
  ASSERT_TRUE(other.ok());
  EXPECT_FALSE(other->has_value());
  const auto earlier = store_->FindPublish("env_1", Audience::kServer, PublishOf(1, 10).digest);
  ASSERT_TRUE(earlier.ok() && earlier->has_value());
  EXPECT_EQ((*earlier)->version, 1);
}

TEST_F(StateStoreTest, RingsMoveFromWhereTheyAreAndEndOnce) {
  Rings rings;
  rings.environment = "env_1";
  rings.version = 2;
  rings.stable_version = 1;
  rings.bake_ms = 1000;
  const Publish first = PublishOf(1, 10);
  const Publish second = PublishOf(2, 11);
  ASSERT_TRUE(store_->AddPublish(By("ann"), std::span(&first, 1)).ok());
  ASSERT_TRUE(store_->AddPublish(By("ann"), std::span(&second, 1), &rings).ok());
  Open();
  ASSERT_EQ(store_->ListRingsUnderWay()->size(), 1u);
  rings.ring = 1;
  ASSERT_TRUE(store_->MoveRings(By("system"), 0, rings).ok());
  EXPECT_EQ(store_->MoveRings(By("system"), 0, rings).code(), absl::StatusCode::kAborted);
  Open();
  EXPECT_EQ((*store_->FindRings("env_1"))->ring, 1);
  EXPECT_EQ((*store_->FindRings("env_1"))->bake_ms, 1000);
  EXPECT_EQ((*store_->FindPublish("env_1", Audience::kServer, 1))->state_revision, 10);
  EXPECT_FALSE(store_->FindPublish("env_1", Audience::kServer, 3)->has_value());
  // A withdrawal may come from an older state.
  rings.state = RingState::kHalted;
  rings.withdrawn_as = 3;
  rings.reason = "refused";
  const Publish third = PublishOf(3, 10);
  ASSERT_TRUE(store_->AddPublish(By("system"), std::span(&third, 1), &rings).ok());
  EXPECT_TRUE(store_->ListRingsUnderWay()->empty());
  EXPECT_EQ((*store_->FindRings("env_1"))->reason, "refused");
  rings.state = RingState::kComplete;
  EXPECT_EQ(store_->MoveRings(By("ann"), 1, rings).code(), absl::StatusCode::kAborted);
  EXPECT_FALSE(store_->FindRings("env_2")->has_value());
  EXPECT_EQ(store_->ListAudit({}, 1)->front().action, "halt_rings");
  EXPECT_TRUE(store_->VerifyAudit().ok());
}

TEST_F(StateStoreTest, NumbersRiseByOneAndOverRestarts) {
  const std::string names[] = {"head/a", "head/b"};
  EXPECT_THAT(*store_->NextNumbers(names), ElementsAre(1, 1));
  EXPECT_THAT(*store_->NextNumbers(std::span(names, 1)), ElementsAre(2));
  Open();
  EXPECT_THAT(*store_->NextNumbers(names), ElementsAre(3, 2));
}

TEST_F(StateStoreTest, ASettingKeepsItsFirstValue) {
  EXPECT_EQ(*store_->KeepSetting("salt", "one"), "one");
  Open();
  EXPECT_EQ(*store_->KeepSetting("salt", "two"), "one");
  EXPECT_EQ(**store_->Setting("salt"), "one");
  EXPECT_FALSE(store_->Setting("other")->has_value());
}

TEST_F(StateStoreTest, RefusesAFileOfANewerProgram) {
  store_.reset();
  ASSERT_TRUE(Tamper("PRAGMA user_version=99").ok());
  EXPECT_EQ(StateStore::Open(Path()).status().code(), absl::StatusCode::kUnimplemented);
}

TEST_F(StateStoreTest, AStoreOfAnyEarlierVersionIsBroughtUpToDate) {
  ASSERT_TRUE(Put(Flag("checkout"), "{}", 0).ok());
  const Publish first = PublishOf(1, 10);
  ASSERT_TRUE(store_->AddPublish(By("ann"), std::span(&first, 1)).ok());
  // What each version but the first has added, newest first.
  const std::vector<std::string> undo = {
      "DROP TABLE screenshot;",
      "DROP TABLE code_scan; DROP TABLE code_reference; DROP TABLE share;",
      "DROP TABLE change_request; DROP TABLE remark;",
      "DROP TABLE member_list;",
      "DROP TABLE keyed_request;",
      "ALTER TABLE credential DROP COLUMN scopes; ALTER TABLE credential DROP COLUMN expires_ms; "
      "ALTER TABLE credential DROP COLUMN replaced_by;",
      "DROP TABLE rings;",
      "DROP TABLE account; DROP TABLE ticket; DROP TABLE recovery_code; DROP TABLE session; DROP TABLE token_terms;"};
  std::string sql;
  for (size_t i = 0; i < undo.size(); ++i) {
    sql += undo[i];
    SCOPED_TRACE(sql);
    const std::string version = "PRAGMA user_version=" + std::to_string(undo.size() - i);
    store_.reset();
    ASSERT_TRUE(Tamper(sql + version).ok());
    Open();
    EXPECT_EQ(Body(Flag("checkout")), "{}");
    EXPECT_TRUE(store_->ListRingsUnderWay()->empty());
    EXPECT_TRUE(store_->ListChangeRequests("shop", "prod", std::nullopt, 0, 10)->empty());
    EXPECT_EQ((*store_->LivePublish("env_1", Audience::kServer))->version, 1);
    const auto account = store_->FindAccount("mem_1");
    ASSERT_TRUE(account.ok()) << account.status();
    EXPECT_FALSE(account->has_value());
    EXPECT_EQ(*store_->FindMemberList({"shop", "staff", "include"}), "");
  }
}

TEST_F(StateStoreTest, AMemberListIsWrittenWithItsDocumentOrNotAtAll) {
  const DocumentName segment{"shop", "", "segment", "staff"};
  const MemberListName list{"shop", "staff", "include"};
  const auto write = [&](const std::string& text, int64_t revision) {
    Change change = By("ann");
    change.writes.push_back({.name = segment, .id = "seg_1", .body = "{}", .revision = revision});
    change.member_lists.push_back({.name = list, .text = text});
    return store_->Commit(change).status();
  };
  ASSERT_TRUE(write("a\nb\n", 0).ok());
  EXPECT_EQ(write("x\n", 7).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(*store_->FindMemberList(list), "a\nb\n");
  EXPECT_EQ(*store_->FindMemberList({"shop", "staff", "exclude"}), "");
  ASSERT_TRUE(write("c\n", 1).ok());
  Open();
  EXPECT_EQ(*store_->FindMemberList(list), "c\n");
  ASSERT_TRUE(write("", 2).ok());
  EXPECT_EQ(*store_->FindMemberList(list), "");
}

TEST_F(StateStoreTest, PeopleChangeTogetherWithDocumentsOrNotAtAll) {
  Change change = By("ann");
  change.people.accounts = {{.member = "mem_1", .email = "ann@example.com"}};
  change.people.tickets = {{.id = "tkt_1", .member = "mem_1", .purpose = "invite", .expires_ms = 5000}};
  change.people.sessions = {
      {.id = "ses_1", .principal = "mem_1", .created_ms = 1, .used_ms = 1, .address = "", .agent = ""}};
  ASSERT_TRUE(store_->Commit(change).ok());
  EXPECT_EQ((*store_->FindAccountByEmail("ann@example.com"))->member, "mem_1");

  Change refused = By("ann");
  refused.people.end_sessions_of = {"mem_1"};
  refused.people.accounts = {{.member = "mem_2", .email = "ann@example.com"}};  // taken
  EXPECT_EQ(store_->Commit(refused).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE((*store_->FindSession("ses_1")).has_value());
  EXPECT_FALSE((*store_->FindAccount("mem_2")).has_value());

  Change taken_away = By("ann");
  taken_away.people.end_sessions_of = {"mem_1"};
  taken_away.people.void_tickets_of = {"mem_1"};
  ASSERT_TRUE(store_->Commit(taken_away).ok());
  EXPECT_FALSE((*store_->FindSession("ses_1")).has_value());
  EXPECT_FALSE((*store_->FindTicket("tkt_1")).has_value());
}

TEST_F(StateStoreTest, AChangeRequestIsWrittenWithItsDocumentsOrNotAtAll) {
  const auto request = [](const std::string& id, ChangeRequestState state, int64_t publish_at_ms) {
    return ChangeRequest{.id = id,
                         .project = "shop",
                         .environment = "prod",
                         .state = state,
                         .actor = "ann",
                         .document = "{}",
                         .publish_at_ms = publish_at_ms};
  };
  Change change = By("ann");
  change.change_requests = {{.request = request("chg_1", ChangeRequestState::kApproved, 5000), .revision = 0},
                            {.request = request("chg_2", ChangeRequestState::kOpen, 0), .revision = 0}};
  change.remarks = {{.change_request = "chg_1", .revision = 1, .actor = "ben", .person = "ben", .text = "one"},
                    {.change_request = "chg_1", .revision = 1, .actor = "ben", .person = "ben", .text = "two"}};
  ASSERT_TRUE(store_->Commit(change).ok());
  EXPECT_EQ((*store_->ListRemarks("chg_1", 1, 10))[0].text, "two");
  EXPECT_EQ((*store_->ListChangeRequests("shop", "prod", std::nullopt, 0, 1))[0].id, "chg_2");
  EXPECT_TRUE(store_->DueChangeRequests(4999, 0)->empty());
  ASSERT_EQ(store_->DueChangeRequests(5000, 0)->size(), 1u);

  // Another revision: neither the document nor the state is written.
  Change stale = By("ann", 6000);
  stale.writes.push_back({.name = Flag("checkout"), .id = "flg_1", .body = "{}"});
  stale.change_requests = {{.request = request("chg_1", ChangeRequestState::kApplied, 0), .revision = 7}};
  EXPECT_EQ(store_->Commit(stale).status().code(), absl::StatusCode::kAborted);
  EXPECT_FALSE(store_->Find(Flag("checkout"))->has_value());

  stale.change_requests[0].revision = 1;
  stale.change_requests[0].request.applied_ms = 6000;
  ASSERT_TRUE(store_->Commit(stale).ok());
  Open();
  const auto applied = store_->FindChangeRequest("chg_1");
  EXPECT_EQ((*applied)->revision, 2);
  EXPECT_EQ((*applied)->created_ms, 1000);
  EXPECT_EQ((*applied)->state_revision, 1) << "of the store, behind the document";
  EXPECT_TRUE(store_->DueChangeRequests(9000, 6000)->empty()) << "it is being published";
  EXPECT_EQ(store_->DueChangeRequests(9000, 6001)->size(), 1u) << "nobody publishes it any more";
}

TEST_F(StateStoreTest, RevisionsOfADocumentAreReadFromTheAudit) {
  ASSERT_TRUE(Put(Flag("checkout"), "1", 0).ok());
  ASSERT_TRUE(Put(Flag("other"), "9", 0).ok());
  ASSERT_TRUE(Put(Flag("checkout"), "2", 1).ok());
  ASSERT_TRUE(Put(Flag("checkout"), "2", 2, true).ok());
  const auto all = store_->ListRevisions(Flag("checkout"), 0, 10);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[0].revision, 3);
  EXPECT_EQ((*all)[0].action, "archive");
  EXPECT_EQ((*all)[2].before, "");
  const auto second = store_->ListRevisions(Flag("checkout"), 3, 1);
  ASSERT_EQ(second->size(), 1u);
  EXPECT_EQ((*second)[0].after, "2");
  EXPECT_EQ((*second)[0].before, "1");
}

}  // namespace
}  // namespace expt::storage
