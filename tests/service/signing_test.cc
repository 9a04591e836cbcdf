#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "control-plane/publish/key_file.h"
#include "control-plane/publish/signing_keys.h"
#include "src/host/signed_file.h"
#include "tests/service/installation.h"

namespace expt::publish {
namespace {

using ::testing::HasSubstr;

TEST(KeyFile, ComesBackAsItWasWritten) {
  const host::SecretKey key = host::SecretKey::Generate();
  const auto read = ParseKeyFile(FormatKeyFile(key));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->seed(), key.seed());
}

TEST(KeyFile, SaysWhatIsWrongWithoutQuotingIt) {
  const host::SecretKey key = host::SecretKey::Generate();
  const std::string good = FormatKeyFile(key);
  const auto change = [&](const char* name, const json& value) {
    json document = json::parse(good);
    document[name] = value;
    return std::string(ParseKeyFile(document.dump()).status().message());
  };
  const json other = json::parse(FormatKeyFile(host::SecretKey::Generate()));
  EXPECT_EQ(std::string(ParseKeyFile("x").status().message()), "key file: expected a JSON object");
  EXPECT_EQ(change("format", "expt-key/2"), "key file: expected format \"expt-key/1\"");
  EXPECT_EQ(change("seed", "AAAA"), "key file: seed: expected 32 bytes in base64");
  EXPECT_EQ(change("seed", 7), "key file: expected a string \"seed\"");
  EXPECT_EQ(change("public_key", other["public_key"]), "key file: the public key is not that of the seed");
  EXPECT_EQ(change("key_id", other["key_id"]), "key file: the key id is not that of the public key");
}

class Signing : public Installation {
 protected:
  std::string Root(int64_t version) { return *signing_->RootFile(version); }
};

TEST_F(Signing, EachNewEnvironmentMakesARootThatFollowsTheOneBefore) {
  EXPECT_EQ(signing_->root_version(), 1);
  MakeShop();
  MakeEnvironment("test");
  ASSERT_EQ(signing_->root_version(), 3);
  for (int64_t version = 2; version <= 3; ++version) {
    const auto before = host::OpenRootFile(Root(version - 1));
    ASSERT_TRUE(before.ok());
    EXPECT_TRUE(host::OpenSignedFile(Root(version), *before, {.type = wire::PayloadType::kRoot}).ok());
    const auto after = host::OpenRootFile(Root(version));
    ASSERT_TRUE(after.ok()) << after.status();
    EXPECT_EQ(after->root_version, version);
  }
  EXPECT_EQ(signing_->Epoch(ProdId()), 1);
  EXPECT_EQ(signing_->Epoch("env_lost"), 0);
  EXPECT_EQ(signing_->RootFile(4).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(Signing, ARestartKeepsRootAndKeys) {
  MakeShop();
  const auto public_key = signing_->SnapshotKeys(ProdId()).front().public_key();
  const std::string root = Root(2);
  Open();
  EXPECT_EQ(signing_->root_version(), 2);
  EXPECT_EQ(Root(2), root);
  EXPECT_EQ(signing_->SnapshotKeys(ProdId()).front().public_key(), public_key);
}

TEST_F(Signing, ARestartTakesInAnEnvironmentThatACrashLeftOut) {
  MakeShop();
  ASSERT_TRUE(service_->CreateEnvironment(Caller(), "shop", {{"key", "late"}}).ok());
  const std::string id = service_->FindEnvironment("shop", "late")->id;
  EXPECT_EQ(signing_->Epoch(id), 0);
  Open();
  EXPECT_EQ(signing_->Epoch(id), 1);
}

TEST_F(Signing, ARootThatWillExpireIsRenewed) {
  MakeShop();
  now_ += std::chrono::days(300);
  Open();
  EXPECT_EQ(signing_->root_version(), 3);
  EXPECT_GT(signing_->root()->expires_at_ms, (now_ + std::chrono::days(300)).time_since_epoch().count());
}

// An operator's own Root and keys, as `expt keygen` makes them.
class OperatorKeys : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    store_ = std::make_unique<storage::KeyStore>(*storage::KeyStore::Open(directory_ / "operator"));
    root_.root_version = 1;
    root_.issued_at_ms = now_.time_since_epoch().count();
    root_.expires_at_ms = (now_ + std::chrono::days(365)).time_since_epoch().count();
    root_.public_keys = {root_key_.public_key(), head_key_.public_key(), snapshot_key_.public_key()};
    root_.roles = {{wire::RoleKind::kRoot, "", 1, {0}},
                   {wire::RoleKind::kHead, "env_1", 1, {1}},
                   {wire::RoleKind::kSnapshot, "env_1", 1, {2}}};
    root_.epochs = {{"env_1", 1}};
    Write("head.key", FormatKeyFile(head_key_), 0600);
    Write("snapshot.key", FormatKeyFile(snapshot_key_), 0600);
    WriteRoot(root_key_);
  }

  void Write(const std::string& name, const std::string& bytes, mode_t mode) {
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
    ASSERT_EQ(chmod((directory_ / name).c_str(), mode), 0);
  }
  void WriteRoot(const host::SecretKey& key) {
    Write("root.exs", host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(root_), std::span(&key, 1)),
          0644);
  }
  absl::StatusOr<std::unique_ptr<SigningKeys>> OpenThem() {
    return SigningKeys::OpenFiles(*store_,
                                  {.root = directory_ / "root.exs",
                                   .head_keys = {directory_ / "head.key"},
                                   .snapshot_keys = {directory_ / "snapshot.key"}},
                                  now_);
  }
  std::string Refusal() { return std::string(OpenThem().status().message()); }

  const host::SecretKey root_key_ = host::SecretKey::Generate();
  const host::SecretKey head_key_ = host::SecretKey::Generate();
  const host::SecretKey snapshot_key_ = host::SecretKey::Generate();
  wire::RootModel root_;
  std::unique_ptr<storage::KeyStore> store_;
};

TEST_F(OperatorKeys, AreTakenAndSignNoRoot) {
  auto keys = OpenThem();
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ((*keys)->root_version(), 1);
  EXPECT_EQ((*keys)->Epoch("env_1"), 1);
  const std::string wanted[] = {"env_1", "env_2"};
  EXPECT_TRUE((*keys)->AdoptEnvironments(std::span(wanted, 1), now_).ok());
  EXPECT_THAT(std::string((*keys)->AdoptEnvironments(wanted, now_).message()),
              HasSubstr("environment \"env_2\" is not named"));
}

TEST_F(OperatorKeys, TheNextRootMustBeSignedByTheOneBefore) {
  ASSERT_TRUE(OpenThem().ok());
  root_.root_version = 2;
  const host::SecretKey stranger = host::SecretKey::Generate();
  root_.public_keys[0] = stranger.public_key();
  WriteRoot(stranger);
  EXPECT_EQ(Refusal(), "root: is not signed by the keys of version 1");
  root_.public_keys[0] = root_key_.public_key();
  WriteRoot(root_key_);
  ASSERT_TRUE(OpenThem().ok());
  EXPECT_EQ(store_->newest_root(), 2);
  root_.issued_at_ms += 1;
  WriteRoot(root_key_);
  EXPECT_EQ(Refusal(), "root: another Root of version 2 is in use");
  root_.root_version = 4;
  WriteRoot(root_key_);
  EXPECT_THAT(Refusal(), HasSubstr("expected version 3, got 4"));
}

TEST_F(OperatorKeys, MustBeNamedByTheRoot) {
  Write("head.key", FormatKeyFile(host::SecretKey::Generate()), 0600);
  EXPECT_EQ(Refusal(), "root: environment \"env_1\": the head keys at hand may not sign for it");
  Write("head.key", FormatKeyFile(head_key_), 0600);
  const wire::PublicKey key = snapshot_key_.public_key();
  root_.revoked_key_hashes = {host::Sha256({reinterpret_cast<const char*>(key.data()), key.size()})};
  WriteRoot(root_key_);
  EXPECT_EQ(Refusal(), "root: environment \"env_1\": the snapshot keys at hand may not sign for it");
}

TEST_F(OperatorKeys, AreRefusedWhenOthersMayReadThemOrTheRootHasExpired) {
  Write("head.key", FormatKeyFile(head_key_), 0644);
  EXPECT_EQ(OpenThem().status().code(), absl::StatusCode::kPermissionDenied);
  Write("head.key", FormatKeyFile(head_key_), 0600);
  now_ += std::chrono::days(366);
  EXPECT_EQ(Refusal(), "root: has expired");
}

TEST_F(OperatorKeys, ADataDirectoryOfAnOperatorIsNotOpenedWithDev) {
  ASSERT_TRUE(OpenThem().ok());
  EXPECT_EQ(SigningKeys::OpenDev(*store_, {}, now_).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace expt::publish
