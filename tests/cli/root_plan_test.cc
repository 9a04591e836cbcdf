#include "control-plane/cli/root_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control-plane/cli/root_report.h"
#include "control-plane/publish/key_file.h"
#include "src/host/signed_file.h"

namespace expt::cli {
namespace {

using host::SecretKey;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::RoleKind;

const Time kNow{std::chrono::milliseconds(1'900'000'000'000)};
constexpr auto kYear = std::chrono::days(365);

class Plan : public testing::Test {
 protected:
  // Two of a, b, c sign Roots; one head and one snapshot key for env_1 and env_2.
  wire::RootModel First() {
    RootPlan plan;
    for (const SecretKey& key : root_) EXPECT_TRUE(plan.AddKey(RoleKind::kRoot, "", key.public_key()).ok());
    EXPECT_TRUE(plan.SetThreshold(RoleKind::kRoot, "", 2).ok());
    for (const char* environment : {"env_1", "env_2"}) EXPECT_TRUE(plan.AddEnvironment(environment).ok());
    EXPECT_TRUE(plan.AddKey(RoleKind::kHead, "", head_.public_key()).ok());
    EXPECT_TRUE(plan.AddKey(RoleKind::kSnapshot, "", snapshot_.public_key()).ok());
    const absl::StatusOr<wire::RootModel> root = plan.Finish(kNow, kYear);
    EXPECT_TRUE(root.ok()) << root.status();
    return *root;
  }
  static RootFile Signed(const wire::RootModel& root, std::initializer_list<SecretKey> keys) {
    return {"root.exs", host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(root), std::vector(keys)), root};
  }

  const SecretKey root_[3] = {SecretKey::Generate(), SecretKey::Generate(), SecretKey::Generate()};
  const SecretKey head_ = SecretKey::Generate();
  const SecretKey snapshot_ = SecretKey::Generate();
};

TEST_F(Plan, ARevokedKeyIsGoneEverywhereAndCannotComeBack) {
  RootPlan plan(First());
  const SecretKey fresh = SecretKey::Generate();
  ASSERT_TRUE(plan.Revoke(snapshot_.public_key()).ok());
  EXPECT_FALSE(plan.Finish(kNow, kYear).ok()) << "a role without keys";
  EXPECT_THAT(std::string(plan.AddKey(RoleKind::kSnapshot, "", snapshot_.public_key()).message()), HasSubstr("revoked"));
  ASSERT_TRUE(plan.AddKey(RoleKind::kSnapshot, "", fresh.public_key()).ok());
  ASSERT_TRUE(plan.RaiseEpoch("env_2").ok());
  const absl::StatusOr<wire::RootModel> next = plan.Finish(kNow, kYear);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->root_version, 2);
  EXPECT_EQ(next->Epoch("env_1"), 1);
  EXPECT_EQ(next->Epoch("env_2"), 2);
  EXPECT_EQ(next->public_keys.size(), 5u);
  EXPECT_EQ(next->revoked_key_hashes.size(), 1u);
  for (const char* environment : {"env_1", "env_2"}) {
    const wire::Role* role = next->FindRole(RoleKind::kSnapshot, environment);
    ASSERT_EQ(role->keys.size(), 1u);
    EXPECT_EQ(next->public_keys[role->keys[0]], fresh.public_key());
  }
}

TEST_F(Plan, KeysOfOneEnvironmentLeaveTheOthersAlone) {
  RootPlan plan(First());
  const SecretKey fresh = SecretKey::Generate();
  ASSERT_TRUE(plan.AddKey(RoleKind::kHead, "env_1", fresh.public_key()).ok());
  ASSERT_TRUE(plan.RemoveKey(RoleKind::kHead, "env_1", head_.public_key()).ok());
  ASSERT_TRUE(plan.RemoveEnvironment("env_2").ok());
  ASSERT_TRUE(plan.AddEnvironment("env_3").ok());
  const absl::StatusOr<wire::RootModel> next = plan.Finish(kNow, kYear);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->FindRole(RoleKind::kHead, "env_2"), nullptr);
  EXPECT_EQ(next->FindRole(RoleKind::kHead, "env_3")->keys, next->FindRole(RoleKind::kHead, "env_1")->keys);
  EXPECT_EQ(next->Epoch("env_3"), 1);
  EXPECT_FALSE(plan.RaiseEpoch("env_2").ok());
  EXPECT_FALSE(plan.AddEnvironment("env_3").ok());
  EXPECT_FALSE(plan.RemoveKey(RoleKind::kHead, "", head_.public_key()).ok());
}

TEST_F(Plan, AThresholdAboveTheKeysIsRefused) {
  RootPlan plan(First());
  ASSERT_TRUE(plan.SetThreshold(RoleKind::kHead, "", 2).ok());
  EXPECT_FALSE(plan.Finish(kNow, kYear).ok());
}

TEST_F(Plan, SignaturesAreCollectedOneAfterTheOther) {
  const RootFile before = Signed(First(), {root_[0], root_[1]});
  EXPECT_THAT(ReportOf({before}, kNow).problems, IsEmpty());
  RootPlan plan(before.root);
  ASSERT_TRUE(plan.RemoveKey(RoleKind::kRoot, "", root_[0].public_key()).ok());
  RootFile next = Signed(*plan.Finish(kNow, kYear), {root_[1]});
  EXPECT_THAT(ReportOf({before, next}, kNow).problems,
              ElementsAre(HasSubstr("signed by 1 of its own root keys, expected 2"),
                          HasSubstr("signed by 1 of the previous root keys, expected 2")));
  next.bytes = *AddSignature(next.bytes, wire::PayloadType::kRoot, root_[0]);
  EXPECT_THAT(ReportOf({before, next}, kNow).problems, ElementsAre(HasSubstr("of its own root keys")))
      << "a key that was dropped signs for the old Root only";
  next.bytes = *AddSignature(next.bytes, wire::PayloadType::kRoot, root_[2]);
  next.bytes = *AddSignature(next.bytes, wire::PayloadType::kRoot, root_[2]);
  EXPECT_EQ(wire::ParseEnvelope(next.bytes, wire::PayloadType::kRoot)->signatures.size(), 3u);
  EXPECT_THAT(ReportOf({before, next}, kNow).problems, IsEmpty());
  EXPECT_THAT(ReportOf({before, next}, kNow + 2 * kYear).problems, ElementsAre(HasSubstr("has ended")));
  EXPECT_THAT(ReportOf({next, before}, kNow).problems, Contains(HasSubstr("expected version 3, got 1")));
}

TEST(PublicKeyFile, TakesEitherKindAndNoKeyOfSmallOrder) {
  const SecretKey key = SecretKey::Generate();
  EXPECT_EQ(*publish::ParsePublicKeyFile(publish::FormatKeyFile(key)), key.public_key());
  EXPECT_EQ(*publish::ParsePublicKeyFile(publish::FormatPublicKeyFile(key.public_key())), key.public_key());
  EXPECT_FALSE(publish::ParseKeyFile(publish::FormatPublicKeyFile(key.public_key())).ok());
  wire::PublicKey not_canonical;
  not_canonical.fill(0xff);
  for (const wire::PublicKey& bad : {wire::PublicKey{}, wire::PublicKey{1}, not_canonical}) {
    EXPECT_THAT(std::string(publish::ParsePublicKeyFile(publish::FormatPublicKeyFile(bad)).status().message()),
                HasSubstr("small order"));
  }
}

}  // namespace
}  // namespace expt::cli
