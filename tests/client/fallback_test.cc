// The ladder below the network: last known good, the one before, bundle, the caller's default.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "expt/client.h"
#include "tests/client/control_plane.h"
#include "tests/client/lone_loader.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using Condition = ClientStatus::Condition;
using Source = ClientStatus::Source;
using test::Content;
using test::ControlPlane;
using test::HttpAnswer;
using test::HttpCall;
using test::LoneLoader;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Ladder : public testing::Test {
 protected:
  Ladder() : directory_(fs::path(testing::TempDir()) / "expt_ladder") { fs::remove_all(directory_); }
  ~Ladder() override { fs::remove_all(directory_); }

  ClientOptions Options(std::string bundle = {}) const {
    ClientOptions options = plane_.options();
    options.data_directory = directory_.string();
    options.bundle = std::move(bundle);
    return options;
  }
  std::string Bundle(const Content& content) const { return MakeBundle(plane_.Sign(content).file, plane_.roots()); }
  void Trust(int64_t version) {
    plane_.Publish({.version = version});
    LoneLoader process(Options());
    ASSERT_TRUE(process.ComesTo(version)) << process.Status().last_error;
    process.loader().Close();
  }
  void TakeServerAway() {
    plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 503, .headers = {}, .body = ""}; });
  }
  void Damage(const std::string& name) {
    std::fstream file(directory_ / name, std::ios::in | std::ios::out | std::ios::binary);
    ASSERT_TRUE(file.is_open());
    file.seekp(100);
    file.put('\x55');
    file.put('\xaa');
  }

  ControlPlane plane_;
  const fs::path directory_;
};

TEST_F(Ladder, IsClimbedDownOneRungAtATime) {
  Trust(2);
  Trust(3);
  TakeServerAway();
  const std::string bundle = Bundle({.version = 1});
  {
    LoneLoader process(Options(bundle));
    EXPECT_EQ(process.version(), 3);
    EXPECT_EQ(process.Status().source, Source::kSaved);
    EXPECT_THAT(process.Status().conditions, ElementsAre());
  }
  Damage("current.lkg");
  {
    LoneLoader process(Options(bundle));
    EXPECT_EQ(process.version(), 2);
    EXPECT_EQ(process.Status().source, Source::kPrevious);
    EXPECT_EQ(process.Count(LoadCode::kDigestMismatch), 1u);
    EXPECT_THAT(process.Status().conditions, ElementsAre(Condition::kRecovered));
  }
  Damage("previous.lkg");
  {
    LoneLoader process(Options(bundle));
    EXPECT_EQ(process.version(), 1);
    EXPECT_EQ(process.Status().source, Source::kBundle);
    EXPECT_THAT(process.Status().conditions, ElementsAre(Condition::kRecovered));
    EXPECT_TRUE(process.loader().installs() > 0);
  }
  LoneLoader process(Options());
  EXPECT_EQ(process.version(), 0);
  EXPECT_EQ(process.Status().source, Source::kNone);
  EXPECT_EQ(process.Status().state, ClientStatus::State::kNotReady);

  plane_.SetIntercept(nullptr);
  ASSERT_TRUE(process.ComesTo(3));
  EXPECT_EQ(process.Status().source, Source::kNetwork);
  EXPECT_THAT(process.Status().conditions, ElementsAre());
}

TEST_F(Ladder, ABundleServesAFirstStartWithoutNetworkAndWithoutDirectory) {
  TakeServerAway();
  ClientOptions options = Options(Bundle({.version = 7, .page_size = 70}));
  options.data_directory.clear();
  absl::StatusOr<Client> client = Client::Open(options);
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_EQ(client->Value("page-size", Context("u"), 0), 70);
  const ClientStatus status = client->Status();
  EXPECT_EQ(status.source, Source::kBundle);
  EXPECT_EQ(status.state, ClientStatus::State::kStale);
  EXPECT_THAT(status.conditions, ElementsAre()) << "nothing was lost";
}

TEST_F(Ladder, TheNetworkCannotGoBelowTheBundle) {
  plane_.Publish({.version = 6});
  LoneLoader process(Options(Bundle({.version = 7})));
  EXPECT_EQ(process.version(), 7);
  ASSERT_TRUE(process.StepUntil([&] { return process.Count(LoadCode::kRollback) > 0; }));
  EXPECT_EQ(process.version(), 7);
  plane_.Publish({.version = 8});
  EXPECT_TRUE(process.ComesTo(8));
}

TEST_F(Ladder, ABundleThatIsNewerThanTheDirectoryWins) {
  Trust(3);
  TakeServerAway();
  LoneLoader process(Options(Bundle({.version = 4})));
  EXPECT_EQ(process.version(), 4);
  EXPECT_EQ(process.Status().source, Source::kBundle);
}

TEST_F(Ladder, ABundleIsCheckedLikeAnyOtherSnapshot) {
  TakeServerAway();
  {
    LoneLoader process(Options(Bundle({.version = 1, .environment = "env_other"})));
    EXPECT_EQ(process.version(), 0);
    EXPECT_EQ(process.Count(LoadCode::kWrongEnvironment), 1u);
    EXPECT_THAT(process.Status().last_error, HasSubstr("bundle: "));
  }
  {
    const test::SignedSnapshot forged = plane_.Sign({.version = 1}, host::SecretKey::Generate());
    LoneLoader process(Options(MakeBundle(forged.file, plane_.roots())));
    EXPECT_EQ(process.version(), 0);
    EXPECT_EQ(process.Count(LoadCode::kUnknownKey), 1u);
  }
  {
    ControlPlane stranger;
    LoneLoader process(Options(MakeBundle(stranger.Sign({.version = 1}).file, stranger.roots())));
    EXPECT_EQ(process.version(), 0) << "its Roots do not begin with the pinned one";
    EXPECT_EQ(process.Count(LoadCode::kUnknownKey), 1u);
  }
  std::string damaged = Bundle({.version = 1});
  damaged[60] = static_cast<char>(damaged[60] ^ 1);
  EXPECT_THAT(std::string(Client::Open(Options(damaged)).status().message()), HasSubstr("bundle: "));
}

TEST_F(Ladder, ABundleBringsTheRootsOfARotation) {
  plane_.RotateRoot();
  TakeServerAway();
  LoneLoader process(Options(Bundle({.version = 2})));
  EXPECT_EQ(process.version(), 2) << process.Status().last_error;
}

TEST_F(Ladder, AfterTheEpochHasRisenOldFilesDoNotServeAndAreKept) {
  Trust(5);
  plane_.RotateRoot([](wire::RootModel& root) { root.epochs[0].epoch = 2; });
  {
    // Learns of the new Root, cannot get the new snapshot, crashes.
    const auto next = plane_.Sign({.version = 1, .epoch = 2});
    plane_.ChangeHead([&](wire::HeadModel& head) {
      head.epoch = 2;
      head.stable = next.ref;
    });
    LoneLoader process(Options());
    EXPECT_EQ(process.version(), 5);
    ASSERT_TRUE(process.StepUntil([&] { return plane_.Calls("/sdk/v1/snapshots/") >= 2; }));
    EXPECT_EQ(process.version(), 5) << "what serves stays";
  }
  {
    LoneLoader process(Options());
    EXPECT_EQ(process.version(), 0);
    EXPECT_GE(process.Count(LoadCode::kUnknownKey), 1u);
    EXPECT_TRUE(fs::exists(directory_ / "current.lkg"));
  }
  plane_.Publish({.version = 1, .epoch = 2});
  LoneLoader process(Options());
  EXPECT_TRUE(process.ComesTo(1)) << process.Status().last_error << ": a new epoch begins its own versions";
}

TEST_F(Ladder, ARootWhoseEpochFallsIsNotFollowed) {
  plane_.RotateRoot([](wire::RootModel& root) { root.epochs[0].epoch = 2; });
  plane_.ChangeHead([](wire::HeadModel& head) { head.epoch = 2; });
  plane_.Publish({.version = 1, .epoch = 2});
  LoneLoader process(Options());
  ASSERT_TRUE(process.ComesTo(1));
  plane_.RotateRoot();  // names epoch 1 again
  plane_.ChangeHead([](wire::HeadModel& head) { head.epoch = 1; });
  plane_.Publish({.version = 9, .epoch = 1});
  ASSERT_TRUE(process.StepUntil([&] { return process.Count(LoadCode::kRollback) > 0; }));
  EXPECT_EQ(process.version(), 1);
}

TEST_F(Ladder, UnderARootThatHasEndedNothingIsTaken) {
  const auto clock = std::make_shared<test::ShiftedClock>();
  ClientOptions options = Options();
  options.clock = clock;
  plane_.Publish({.version = 1});
  LoneLoader process(options);
  ASSERT_TRUE(process.ComesTo(1));
  clock->Shift(400 * 24h);
  const int64_t late = std::chrono::milliseconds(401 * 24h).count();
  const auto next = plane_.Sign({.version = 2});
  plane_.ServeSnapshot(next, next.file);
  plane_.ChangeHead([&](wire::HeadModel& head) {
    head.expires_at_ms += late;
    head.stable = next.ref;
  });
  ASSERT_TRUE(process.StepUntil([&] { return process.Count(LoadCode::kUnknownKey) > 0; }));
  EXPECT_EQ(process.version(), 1);
  EXPECT_THAT(process.Status().last_error, HasSubstr("root 1: it has ended"));
  plane_.RotateRoot([&](wire::RootModel& root) { root.expires_at_ms += late; });
  plane_.Publish(plane_.Sign({.version = 3}));
  plane_.ChangeHead([&](wire::HeadModel& head) { head.expires_at_ms += late; });
  EXPECT_TRUE(process.ComesTo(3)) << process.Status().last_error;
}

TEST_F(Ladder, AWalkOfMoreThan64RootsTakesTwoLooks) {
  for (int i = 0; i < 70; ++i) plane_.RotateRoot();
  Trust(1);
  TakeServerAway();
  EXPECT_EQ(LoneLoader(Options()).version(), 1) << "the long chain is read back";
}

}  // namespace
}  // namespace expt
