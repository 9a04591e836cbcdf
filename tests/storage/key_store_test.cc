#include "control-plane/storage/key_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace expt::storage {
namespace {

class KeyStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("expt-keys-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  KeyStore Open() {
    auto store = KeyStore::Open(directory_);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  mode_t Mode(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(stat((directory_ / name).c_str(), &status), 0) << name;
    return status.st_mode & 0777;
  }

  std::filesystem::path directory_;
};

TEST_F(KeyStoreTest, SecretsAreForTheOwnerOnly) {
  KeyStore store = Open();
  ASSERT_TRUE(store.AddSecret("snapshot", "seed").ok());
  EXPECT_EQ(*Open().ReadSecret("snapshot"), "seed");
  EXPECT_EQ(Mode("snapshot.key"), 0600u);
  EXPECT_EQ(Mode(""), 0700u);
}

TEST_F(KeyStoreTest, ASecretThatOthersMayReadIsRefused) {
  KeyStore store = Open();
  ASSERT_TRUE(store.AddSecret("head", "seed").ok());
  ASSERT_EQ(chmod((directory_ / "head.key").c_str(), 0640), 0);
  EXPECT_EQ(store.ReadSecret("head").status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
  EXPECT_EQ(KeyStore::Open(directory_).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(KeyStoreTest, ASecretIsNeverReplaced) {
  KeyStore store = Open();
  ASSERT_TRUE(store.AddSecret("head", "one").ok());
  EXPECT_EQ(store.AddSecret("head", "two").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(*store.ReadSecret("head"), "one");
  EXPECT_EQ(store.ReadSecret("../head").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store.ReadSecret("root").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(KeyStoreTest, RootsAreKeptWithoutGaps) {
  KeyStore store = Open();
  EXPECT_EQ(store.newest_root(), 0);
  ASSERT_TRUE(store.AddRoot(3, "three").ok());
  EXPECT_EQ(store.AddRoot(5, "five").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(store.AddRoot(3, "again").code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(store.AddRoot(4, "four").ok());
  EXPECT_EQ(Open().newest_root(), 4);
  EXPECT_EQ(*store.ReadRoot(3), "three");
  EXPECT_EQ(store.ReadRoot(2).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace expt::storage
