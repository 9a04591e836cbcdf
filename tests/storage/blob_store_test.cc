#include "control-plane/storage/blob_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace expt::storage {
namespace {

using ::testing::ElementsAre;

class BlobStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("expt-blobs-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  BlobStore Open() {
    auto store = BlobStore::Open(directory_);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  std::filesystem::path directory_;
  const std::string a_ = std::string(64, 'a');
  const std::string b_ = std::string(64, 'b');
};

TEST_F(BlobStoreTest, WhatIsPutComesBack) {
  BlobStore store = Open();
  const std::string bytes("\0\xff binary", 10);
  ASSERT_TRUE(store.Put(b_, bytes).ok());
  ASSERT_TRUE(store.Put(a_, "").ok());
  EXPECT_EQ(*Open().Get(b_), bytes);
  EXPECT_THAT(*store.List(), ElementsAre(a_, b_));
}

TEST_F(BlobStoreTest, ANameNeverChangesItsContent) {
  BlobStore store = Open();
  ASSERT_TRUE(store.Put(a_, "one").ok());
  EXPECT_TRUE(store.Put(a_, "one").ok());
  EXPECT_EQ(store.Put(a_, "two").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(*store.Get(a_), "one");
}

TEST_F(BlobStoreTest, OnlyDigestsAreNames) {
  BlobStore store = Open();
  for (const std::string& name :
       {std::string("../state.db"), std::string(64, 'A'), std::string(63, 'a'), std::string(65, 'a'), std::string()}) {
    EXPECT_EQ(store.Get(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(store.Put(name, "x").code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(store.Remove(name).code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST_F(BlobStoreTest, RemovingIsIdempotent) {
  BlobStore store = Open();
  ASSERT_TRUE(store.Put(a_, "one").ok());
  EXPECT_TRUE(store.Remove(a_).ok());
  EXPECT_TRUE(store.Remove(a_).ok());
  EXPECT_EQ(store.Get(a_).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(BlobStoreTest, OpeningRemovesWhatAKilledWriterLeftHalfWritten) {
  (void)Open();
  std::ofstream(directory_ / ".tmp-1-0") << "half";
  EXPECT_TRUE(Open().List()->empty());
  EXPECT_FALSE(std::filesystem::exists(directory_ / ".tmp-1-0"));
}

}  // namespace
}  // namespace expt::storage
