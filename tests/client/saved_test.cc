// What survives a restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>

#include "expt/client.h"
#include "tests/client/control_plane.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::ControlPlane;
using test::Eventually;
using test::HttpAnswer;
using test::HttpCall;
namespace fs = std::filesystem;

const Context kUser("user-42", {{"country", "CH"}});

class LastKnownGood : public testing::Test {
 protected:
  LastKnownGood() : directory_(fs::path(testing::TempDir()) / "expt_last_known_good" / "deep") {
    fs::remove_all(directory_.parent_path());
  }
  ~LastKnownGood() override { fs::remove_all(directory_.parent_path()); }

  ClientOptions Options() const {
    ClientOptions options = plane_.options();
    options.data_directory = directory_.string();
    return options;
  }
  std::unique_ptr<Client> Open() {
    absl::StatusOr<Client> client = Client::Open(Options());
    EXPECT_TRUE(client.ok()) << client.status();
    return client.ok() ? std::make_unique<Client>(*std::move(client)) : nullptr;
  }
  // Runs a client until it has saved `version`.
  void Save(int64_t version, int64_t page_size) {
    plane_.Publish({.version = version, .page_size = page_size});
    const auto client = Open();
    ASSERT_TRUE(Eventually([&] { return client->Status().snapshot_version == version; }));
    ASSERT_TRUE(client->Close(2s).ok());
    EXPECT_EQ(client->Status().last_error, "");
  }
  void TakeServerAway() {
    plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 503, .headers = {}, .body = ""}; });
  }
  void Damage(const std::string& name) {
    ASSERT_TRUE(fs::exists(directory_ / name));
    std::fstream file(directory_ / name, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.put('\x55');
    file.put('\xaa');
  }

  ControlPlane plane_;
  fs::path directory_;
};

TEST_F(LastKnownGood, ServesWithoutAServer) {
  Save(3, 30);
  TakeServerAway();
  const auto client = Open();
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_EQ(client->Value("page-size", kUser, 0), 30);
  EXPECT_EQ(client->Status().snapshot_version, 3);
  EXPECT_EQ(client->Status().state, ClientStatus::State::kStale) << "no head was verified in this process";
}

TEST_F(LastKnownGood, IsPrivateToItsOwner) {
  Save(1, 10);
  EXPECT_EQ(fs::status(directory_).permissions() & fs::perms::all, fs::perms::owner_all);
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
    ++files;
    const fs::perms wanted =
        entry.is_directory() ? fs::perms::owner_all : fs::perms::owner_read | fs::perms::owner_write;
    EXPECT_EQ(entry.status().permissions() & fs::perms::all, wanted) << entry.path();
  }
  EXPECT_GE(files, 3);
}

TEST_F(LastKnownGood, ADamagedFileIsKeptAsideAndThePreviousOneServes) {
  Save(1, 10);
  Save(2, 20);
  Damage("current.lkg");
  TakeServerAway();
  const auto client = Open();
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_EQ(client->Value("page-size", kUser, 0), 10);
  EXPECT_TRUE(fs::exists(directory_ / "current.lkg.corrupt"));
  EXPECT_FALSE(fs::exists(directory_ / "current.lkg"));
  EXPECT_THAT(client->Status().last_error, testing::HasSubstr("checksum"));
}

TEST_F(LastKnownGood, AFileThatIsWholeButNotSignedByATrustedKeyIsNotServed) {
  Save(1, 10);
  // Another control plane's directory, moved here: checksums hold, signatures do not.
  const fs::path mine = directory_;
  ControlPlane stranger;
  stranger.Publish({.version = 9, .page_size = 90});
  ClientOptions options = stranger.options();
  options.data_directory = (mine.parent_path() / "stranger").string();
  {
    absl::StatusOr<Client> client = Client::Open(options);
    ASSERT_TRUE(client.ok());
    ASSERT_TRUE(client->Ready(10s));
    ASSERT_TRUE(Eventually([&] { return fs::exists(fs::path(options.data_directory) / "state"); }));
    ASSERT_TRUE(client->Close(2s).ok());
  }
  fs::copy_file(fs::path(options.data_directory) / "current.lkg", mine / "current.lkg",
                fs::copy_options::overwrite_existing);
  TakeServerAway();
  const auto client = Open();
  EXPECT_TRUE(plane_.WaitForCalls("/sdk/v1/", 1));
  EXPECT_FALSE(client->Ready(1ms));
  EXPECT_EQ(client->Value("page-size", kUser, -1), -1);
}

TEST_F(LastKnownGood, WithAllFilesDamagedTheServerStillServes) {
  Save(1, 10);
  Save(2, 20);
  for (const char* name : {"current.lkg", "previous.lkg", "state"}) Damage(name);
  const auto client = Open();
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_EQ(client->Value("page-size", kUser, 0), 20);
  EXPECT_TRUE(Eventually([&] { return client->Status().last_error.empty(); })) << client->Status().last_error;
}

TEST_F(LastKnownGood, TheFloorSurvivesARestart) {
  Save(5, 50);
  plane_.Publish({.version = 4, .page_size = 40});
  const auto client = Open();
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_TRUE(Eventually([&] {
    const auto error = client->Status().last_load_error;
    return error.has_value() && error->code == LoadCode::kRollback;
  }));
  EXPECT_EQ(client->Value("page-size", kUser, 0), 50);
}

TEST_F(LastKnownGood, TheFloorHoldsAlthoughTheNewestFileIsLost) {
  Save(4, 40);
  Save(5, 50);
  Damage("current.lkg");
  const auto old = plane_.Sign({.version = 4, .page_size = 41});
  plane_.Publish(old);
  const auto client = Open();
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_EQ(client->Value("page-size", kUser, 0), 40) << "the previous file";
  EXPECT_TRUE(Eventually([&] {
    const auto error = client->Status().last_load_error;
    return error.has_value() && error->code == LoadCode::kRollback;
  })) << client->Status().last_error;
  EXPECT_EQ(client->Value("page-size", kUser, 0), 40);
}

TEST_F(LastKnownGood, EmergencyOffHoldsAcrossARestart) {
  plane_.Publish({.version = 1});
  {
    const auto client = Open();
    ASSERT_TRUE(client->Ready(10s));
    EXPECT_TRUE(client->Enabled("sticky-button", kUser));
    plane_.ChangeHead([](wire::HeadModel& head) { head.emergency_off = {"sticky-button"}; });
    ASSERT_TRUE(Eventually([&] { return !client->Enabled("sticky-button", kUser); }));
    ASSERT_TRUE(client->Close(2s).ok());
  }
  TakeServerAway();
  const auto client = Open();
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_TRUE(Eventually([&] { return !client->Enabled("sticky-button", kUser); }));
}

TEST_F(LastKnownGood, RootsOfARotationAreKept) {
  plane_.Publish({.version = 1});
  plane_.RotateRoot();
  Save(2, 20);
  TakeServerAway();
  const auto client = Open();
  ASSERT_TRUE(client->Ready(10s)) << client->Status().last_error;
  EXPECT_EQ(client->Value("page-size", kUser, 0), 20);
}

TEST_F(LastKnownGood, TheDirectoryHasOneUserAtATime) {
  plane_.Publish({.version = 1});
  auto first = Open();
  const absl::Status second = Client::Open(Options()).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), testing::HasSubstr(std::to_string(getpid())));
  first.reset();
  EXPECT_NE(Open(), nullptr);
}

TEST_F(LastKnownGood, ADirectoryThatCannotBeUsedCostsOnlyTheCache) {
  plane_.Publish({.version = 1, .page_size = 10});
  fs::create_directories(directory_.parent_path());
  std::ofstream(directory_) << "a file where the directory should be";
  const auto client = Open();
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_EQ(client->Value("page-size", kUser, 0), 10);
  const ClientStatus status = client->Status();
  ASSERT_TRUE(status.last_load_error.has_value());
  EXPECT_EQ(status.last_load_error->code, LoadCode::kLkgNotSaved);
  EXPECT_THAT(status.last_error, testing::HasSubstr("data_directory"));
}

}  // namespace
}  // namespace expt
