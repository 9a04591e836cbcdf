// Age: what is served goes on, unless the program wants something else of what is very old.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "expt/client.h"
#include "expt/testing.h"
#include "tests/client/control_plane.h"
#include "tests/client/forking.h"
#include "tests/client/lone_loader.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using State = ClientStatus::State;
using Stale = Overlay::Stale;
using test::ControlPlane;
using test::Eventually;
using test::HttpAnswer;
using test::HttpCall;
using test::LoneLoader;
namespace fs = std::filesystem;

const Context kUser("user-42", {{"country", "CH"}});

class Aging : public ::testing::Test {
 protected:
  Aging() : directory_(fs::path(::testing::TempDir()) / "expt_aging") {
    fs::remove_all(directory_);
    plane_.Publish({.version = 1, .page_size = 10});
  }
  ~Aging() override { fs::remove_all(directory_); }

  ClientOptions Options(Stale on_very_stale) const {
    ClientOptions options = plane_.options();
    options.clock = clock_;
    options.on_very_stale = on_very_stale;
    return options;
  }
  Client OpenReady(ClientOptions options) {
    absl::StatusOr<Client> client = Client::Open(std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    EXPECT_TRUE(client->Ready(10s)) << client->Status().last_error;
    return *std::move(client);
  }
  void TakeServerAway() {
    plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 503, .headers = {}, .body = ""}; });
  }
  // Options of a program whose data directory remembers version 1, and which cannot reach the server any more.
  ClientOptions RememberedOptions(Stale on_very_stale) {
    ClientOptions options = Options(on_very_stale);
    options.data_directory = directory_.string();
    LoneLoader process(options);
    EXPECT_TRUE(process.ComesTo(1));
    process.loader().Close();
    TakeServerAway();
    return options;
  }
  // A look that was under way is over, and another one came to nothing.
  void WaitForLook() { ASSERT_TRUE(plane_.WaitForCalls("/sdk/v1/head", 2)); }
  static bool ComesToReason(const Client& client, std::string_view flag, Reason reason) {
    return Eventually([&] { return client.Decide(flag, kUser, {.record = false}).view().reason == reason; });
  }

  ControlPlane plane_;
  const fs::path directory_;
  const std::shared_ptr<testing::FakeClock> clock_ = std::make_shared<testing::FakeClock>(
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
};

TEST_F(Aging, ByDefaultAVeryStaleSnapshotServesAsBefore) {
  const Client client = OpenReady(Options(Stale::kKeep));
  TakeServerAway();
  WaitForLook();
  clock_->Advance(25h);
  EXPECT_EQ(client.Status().state, State::kVeryStale);
  WaitForLook();
  EXPECT_EQ(client.Value("page-size", kUser, 0), 10);
  EXPECT_EQ(client.Decide("page-size", kUser).view().reason, Reason::kStatic);
}

TEST_F(Aging, DefaultsApplyAfterADayAndNotBefore) {
  const Client client = OpenReady(Options(Stale::kDefaults));
  TakeServerAway();
  WaitForLook();
  clock_->Advance(23h);
  WaitForLook();
  EXPECT_EQ(client.Status().state, State::kStale);
  EXPECT_EQ(client.Value("page-size", kUser, 0), 10);
  clock_->Advance(61min);
  ASSERT_TRUE(ComesToReason(client, "page-size", Reason::kStale));
  EXPECT_EQ(client.Status().state, State::kVeryStale);
  EXPECT_EQ(client.Value("page-size", kUser, 7), 7);
  EXPECT_EQ(client.Decide("page-size", kUser).view().error, ErrorCode::kNone) << "old, and nothing is wrong with it";
  EXPECT_EQ(client.Status().snapshot_version, 1);
  const int fetched = plane_.Calls("/sdk/v1/snapshots/");

  plane_.SetIntercept(nullptr);
  plane_.ChangeHead([](wire::HeadModel& head) { head.expires_at_ms += std::chrono::milliseconds(26h).count(); });
  ASSERT_TRUE(ComesToReason(client, "page-size", Reason::kStatic)) << client.Status().last_error;
  EXPECT_EQ(client.Value("page-size", kUser, 7), 10);
  EXPECT_EQ(client.Status().state, State::kFresh);
  EXPECT_EQ(plane_.Calls("/sdk/v1/snapshots/"), fetched) << "the rules were there all the time";
}

TEST_F(Aging, FailClosedServesTheOffVariantsOfTheFlagsThatAskForIt) {
  const Client client = OpenReady(Options(Stale::kFailClosed));
  EXPECT_TRUE(client.Enabled("payments", kUser));
  TakeServerAway();
  WaitForLook();
  clock_->Advance(25h);
  ASSERT_TRUE(ComesToReason(client, "payments", Reason::kStale));
  EXPECT_FALSE(client.Enabled("payments", kUser));
  EXPECT_EQ(client.Decide("payments", kUser).view().variant, "off");
  EXPECT_EQ(client.Value("page-size", kUser, 7), 10) << "not marked: decided as always";
  EXPECT_TRUE(client.Enabled("new-checkout", kUser));
}

TEST_F(Aging, TheEmergencyOffListHoldsWhateverTheAge) {
  plane_.ChangeHead([](wire::HeadModel& head) { head.emergency_off = {"sticky-button"}; });
  const Client client = OpenReady(Options(Stale::kDefaults));
  EXPECT_FALSE(client.Enabled("sticky-button", kUser));
  TakeServerAway();
  WaitForLook();
  clock_->Advance(25h);
  ASSERT_TRUE(ComesToReason(client, "page-size", Reason::kStale));
  EXPECT_EQ(client.Decide("sticky-button", kUser).view().reason, Reason::kDisabled);
}

TEST_F(Aging, AProgramThatStartsAgainDoesNotBecomeYounger) {
  const ClientOptions options = RememberedOptions(Stale::kDefaults);
  clock_->Advance(23h);
  {
    LoneLoader process(options);
    EXPECT_EQ(process.Status().state, State::kStale);
    EXPECT_GE(process.Status().age, 23h - 1min);
    EXPECT_EQ(process.stale(), Stale::kKeep);
  }
  clock_->Advance(2h);
  LoneLoader process(options);
  EXPECT_EQ(process.Status().state, State::kVeryStale);
  EXPECT_EQ(process.stale(), Stale::kDefaults) << "from the first decision on";
}

TEST_F(Aging, AWallClockThatWasSetBackMakesNothingOld) {
  const ClientOptions options = RememberedOptions(Stale::kDefaults);
  clock_->StepWall(-24h * 3652);
  LoneLoader process(options);
  EXPECT_EQ(process.version(), 1);
  EXPECT_LT(process.Status().age, 1min);
  EXPECT_EQ(process.stale(), Stale::kKeep);
}

TEST_F(Aging, ADecisionTellsTheAgeOfWhatDecided) {
  const Client client = OpenReady(Options(Stale::kKeep));
  TakeServerAway();
  WaitForLook();
  clock_->Advance(16min);
  const OwnedDecision decision = client.Decide("page-size", kUser);
  ASSERT_TRUE(decision.age().has_value());
  EXPECT_GE(*decision.age(), 16min);
  EXPECT_EQ(OwnedDecision(decision).age(), decision.age()) << "copies keep it";
  for (const OwnedDecision& one : client.All(kUser)) EXPECT_GE(one.age(), 16min);
  EXPECT_EQ(Evaluate(client.Pin(), "page-size", kUser, {.now = clock_->Now()}).Own().age(), std::nullopt)
      << "a snapshot by itself knows no age";
}

TEST_F(Aging, AForkedChildIsAsOldAsItsParent) {
  if (!test::kCanFork) GTEST_SKIP() << test::kWhyNotForked;
  const Client client = OpenReady(Options(Stale::kKeep));
  TakeServerAway();
  WaitForLook();
  clock_->Advance(25h);
  const pid_t child = fork();
  if (child == 0) _exit(client.Status().state == State::kVeryStale ? 0 : 1);
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace expt
