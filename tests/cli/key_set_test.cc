#include "control-plane/cli/key_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "src/host/signed_file.h"

namespace expt::cli {
namespace {

const Time kNow{std::chrono::milliseconds(1'900'000'000'000)};

TEST(KeySet, RootIsSignedByItsKeyAndNamesTheEnvironments) {
  const absl::StatusOr<KeySet> keys = MakeKeySet({"env_a", "env_b"}, kNow, std::chrono::days(365));
  ASSERT_TRUE(keys.ok()) << keys.status();
  const absl::StatusOr<Root> root = Root::Parse(keys->root);
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->version(), 1);
  EXPECT_THAT(root->environments(), testing::UnorderedElementsAre("env_a", "env_b"));
  const absl::StatusOr<wire::RootModel> model = host::OpenRootFile(keys->root);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->expires_at_ms - model->issued_at_ms, int64_t{365} * 86'400'000);
  EXPECT_EQ(model->Epoch("env_b"), 1);
}

TEST(KeySet, WhatItsKeysSignIsTrustedAndNothingElse) {
  const absl::StatusOr<KeySet> keys = MakeKeySet({"env_a"}, kNow, std::chrono::days(365));
  ASSERT_TRUE(keys.ok()) << keys.status();
  const absl::StatusOr<wire::RootModel> root = host::OpenRootFile(keys->root);
  ASSERT_TRUE(root.ok()) << root.status();
  const auto opened = [&root](const host::SecretKey& key) {
    const std::string file = host::MakeSignedFile(wire::PayloadType::kSnapshot, "plain", std::span(&key, 1));
    wire::VerifyRequest request;
    request.environment = "env_a";
    return host::OpenSignedFile(file, *root, request).ok();
  };
  EXPECT_TRUE(opened(keys->snapshot_key));
  EXPECT_FALSE(opened(keys->head_key));
  EXPECT_FALSE(opened(keys->root_keys[0]));
  EXPECT_FALSE(opened(host::SecretKey::Generate()));
}

TEST(KeySet, TwoOfThreeRootKeysAreNeededUnlessSaidOtherwise) {
  const absl::StatusOr<KeySet> keys = MakeKeySet({"env_a"}, kNow, std::chrono::days(1));
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->root_keys.size(), 3u);
  const absl::StatusOr<wire::RootModel> root = host::OpenRootFile(keys->root);
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->FindRole(wire::RoleKind::kRoot, "")->threshold, 2u);
  const std::string plain = wire::EncodeRoot(*root);
  const auto opens = [&](size_t count) {
    const std::string file =
        host::MakeSignedFile(wire::PayloadType::kRoot, plain, std::span(keys->root_keys).first(count));
    return host::OpenRootFile(file).ok();
  };
  EXPECT_FALSE(opens(1));
  EXPECT_TRUE(opens(2));
  EXPECT_FALSE(MakeKeySet({}, kNow, std::chrono::days(1), {.count = 2, .threshold = 3}).ok());
}

TEST(KeySet, EnvironmentsMustBeDistinct) {
  EXPECT_TRUE(MakeKeySet({}, kNow, std::chrono::days(1)).ok()) << "the next Root may name some";
  EXPECT_FALSE(MakeKeySet({""}, kNow, std::chrono::days(1)).ok());
  EXPECT_EQ(MakeKeySet({"a", "a"}, kNow, std::chrono::days(1)).status().message(),
            "environments: \"a\" is given twice");
}

}  // namespace
}  // namespace expt::cli
