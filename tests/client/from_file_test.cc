// Clients that decide with a file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "expt/client.h"
#include "tests/client/control_plane.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::ControlPlane;
using testing::HasSubstr;
namespace fs = std::filesystem;

class FromFile : public testing::Test {
 protected:
  FromFile() : directory_(fs::path(testing::TempDir()) / "expt_from_file") {
    fs::create_directories(directory_);
    files_.snapshot = Write("snapshot.exs1", plane_.Sign({.version = 5, .page_size = 70}).file);
    files_.root = Write("root.exs1", plane_.root_file());
  }
  ~FromFile() override { fs::remove_all(directory_); }
  std::string Write(const char* name, const std::string& bytes) const {
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
    return directory_ / name;
  }

  ControlPlane plane_;
  const fs::path directory_;
  SnapshotFiles files_;
};

TEST_F(FromFile, DecidesAtOnceAndForgetsEvents) {
  absl::StatusOr<Client> client = Client::FromFile(files_);
  ASSERT_TRUE(client.ok()) << client.status();
  const Context user("u1", {{"country", "CH"}});
  EXPECT_TRUE(client->Ready(0ms));
  EXPECT_EQ(client->Value("page-size", user, 0), 70);
  EXPECT_TRUE(client->Enabled("new-checkout", user));
  const ClientStatus status = client->Status();
  EXPECT_EQ(status.state, ClientStatus::State::kFresh);
  EXPECT_EQ(status.environment, test::kEnvironment);
  EXPECT_EQ(status.snapshot_version, 5);
  EXPECT_TRUE(client->Track("visit", user).accepted());
  EXPECT_EQ(client->Flush(1s).remaining, 0u);
  EXPECT_TRUE(client->Close(1s).ok());
  EXPECT_EQ(plane_.Calls("/"), 0);
}

TEST_F(FromFile, VerifiesTheFileLikeAnyOther) {
  files_.environment = "env_other";
  EXPECT_EQ(LoadErrorOf(Client::FromFile(files_).status())->code, LoadCode::kWrongEnvironment);
  files_.environment = test::kEnvironment;
  EXPECT_TRUE(Client::FromFile(files_).ok());
  std::string forged = plane_.Sign({.version = 6}).file;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  Write("snapshot.exs1", forged);
  EXPECT_EQ(LoadErrorOf(Client::FromFile(files_).status())->code, LoadCode::kBadSignature);
  Write("root.exs1", ControlPlane().root_file());
  EXPECT_EQ(LoadErrorOf(Client::FromFile(files_).status())->code, LoadCode::kUnknownKey);
}

TEST_F(FromFile, NamesAFileThatCannotBeRead) {
  files_.snapshot = directory_ / "none.exs1";
  const absl::Status status = Client::FromFile(files_).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("none.exs1"));
}

}  // namespace
}  // namespace expt
