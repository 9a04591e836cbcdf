// Steps 14 to 18 of the acceptance order: what is on trial, and what becomes of it when the process ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "expt/client.h"
#include "tests/client/control_plane.h"
#include "tests/client/lone_loader.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using Condition = ClientStatus::Condition;
using Source = ClientStatus::Source;
using test::Eventually;
using test::HttpAnswer;
using test::HttpCall;
using test::LoneLoader;
namespace fs = std::filesystem;

class CrashGuard : public testing::Test {
 protected:
  CrashGuard() : directory_(fs::path(testing::TempDir()) / "expt_crash_guard") { fs::remove_all(directory_); }
  ~CrashGuard() override { fs::remove_all(directory_); }

  ClientOptions Options() const {
    ClientOptions options = plane_.options();
    options.data_directory = directory_.string();
    options.clock = clock_;
    return options;
  }
  // Makes `version` the last known good one.
  void Trust(int64_t version) {
    plane_.Publish({.version = version});
    LoneLoader process(Options());
    ASSERT_TRUE(process.ComesTo(version));
    digests_[version] = process.loader().verdict()->digest;
    process.loader().Close();
  }
  // Starts, takes `version` from the network, and ends without a word.
  void CrashWith(int64_t version) {
    LoneLoader process(Options());
    ASSERT_TRUE(process.ComesTo(version)) << process.Status().last_error;
  }
  // Files of the directory, while no process runs.
  void SetGuard(const client::SavedGuard& guard) {
    ASSERT_TRUE((*client::Store::Open(directory_))->SaveGuard(guard).ok());
  }
  client::SavedGuard Guard() { return *(*client::Store::Open(directory_))->LoadGuard(); }
  // Of what Trust() published.
  Digest DigestOf(int64_t version) { return digests_.at(version); }
  client::SavedGuard::Suspect Suspect(int64_t version) {
    return {.digest = DigestOf(version),
            .starts = 3,
            .until_ms = (clock_->Now() + 23h).time_since_epoch().count()};
  }
  void TakeServerAway() {
    plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 503, .headers = {}, .body = ""}; });
  }

  test::ControlPlane plane_;
  const fs::path directory_;
  std::map<int64_t, Digest> digests_;
  const std::shared_ptr<test::ShiftedClock> clock_ = std::make_shared<test::ShiftedClock>();
};

TEST_F(CrashGuard, ASnapshotIsTheLastKnownGoodOneAfterAMinuteAndNotBefore) {
  plane_.Publish({.version = 1});
  LoneLoader process(Options());
  ASSERT_TRUE(process.ComesTo(1));
  EXPECT_EQ(process.loader().verdict()->step, client::kInstalledStep);
  EXPECT_TRUE(fs::exists(directory_ / "guard")) << "written before the swap";
  clock_->Shift(59s);
  process.loader().Step();
  EXPECT_FALSE(fs::exists(directory_ / "current.lkg"));
  EXPECT_FALSE(process.loader().verdict()->is_ack());
  clock_->Shift(1s);
  process.loader().Step();
  EXPECT_TRUE(fs::exists(directory_ / "current.lkg"));
  EXPECT_TRUE(process.loader().verdict()->is_ack());
  EXPECT_EQ(process.Status().source, Source::kNetwork);
}

TEST_F(CrashGuard, AClientThatIsClosedHasBeenHealthy) {
  plane_.Publish({.version = 1});
  for (int start = 0; start < 8; ++start) {
    absl::StatusOr<Client> client = Client::Open(Options());
    ASSERT_TRUE(client.ok());
    ASSERT_TRUE(client->Ready(10s));
    ASSERT_TRUE(client->Close(2s).ok());
    EXPECT_TRUE(fs::exists(directory_ / "current.lkg"));
    EXPECT_EQ(client->Status().conditions, std::vector<Condition>());
  }
}

TEST_F(CrashGuard, WithoutADirectoryATrialEndsToo) {
  plane_.Publish({.version = 1});
  ClientOptions options = Options();
  options.data_directory.clear();
  LoneLoader process(options);
  ASSERT_TRUE(process.ComesTo(1));
  clock_->Shift(60s);
  process.loader().Step();
  EXPECT_TRUE(process.loader().verdict()->is_ack());
}

TEST_F(CrashGuard, ASnapshotThatWasOnTrialAtThreeStartsIsLeftOut) {
  Trust(1);
  plane_.Publish({.version = 2});
  for (int crash = 0; crash < 3; ++crash) CrashWith(2);

  LoneLoader process(Options());
  EXPECT_EQ(process.version(), 1);
  EXPECT_EQ(process.Status().source, Source::kSaved);
  ASSERT_TRUE(process.StepUntil([&] { return process.Is(Condition::kSafeMode); }));
  EXPECT_EQ(process.version(), 1);
  EXPECT_EQ(process.Status().quarantined, process.loader().verdict()->digest);
  ASSERT_TRUE(process.Status().last_load_error.has_value());
  EXPECT_EQ(process.Status().last_load_error->step, 16);
  EXPECT_EQ(process.Status().last_load_error->code, LoadCode::kUnhealthy);
  EXPECT_EQ(process.Count(LoadCode::kUnhealthy), 1u) << "once, however often the head names it";
  EXPECT_TRUE(process.loader().verdict()->is_nack());
  EXPECT_EQ(process.loader().verdict()->code, LoadCode::kUnhealthy);

  plane_.Publish({.version = 3});
  ASSERT_TRUE(process.ComesTo(3)) << "the next version heals";
  EXPECT_FALSE(process.Is(Condition::kSafeMode));
}

TEST_F(CrashGuard, TwoCrashesAreForgivenByOneGoodRun) {
  Trust(1);
  plane_.Publish({.version = 2});
  CrashWith(2);
  CrashWith(2);
  Trust(3);  // a good run of another snapshot ends the row of bad starts
  plane_.Publish({.version = 4});
  CrashWith(4);
  CrashWith(4);
  LoneLoader process(Options());
  EXPECT_TRUE(process.ComesTo(4)) << process.Status().last_error;
}

TEST_F(CrashGuard, AQuarantineEndsAfterADay) {
  Trust(1);
  plane_.Publish({.version = 2});
  for (int crash = 0; crash < 3; ++crash) CrashWith(2);
  {
    LoneLoader process(Options());
    ASSERT_TRUE(process.StepUntil([&] { return process.Is(Condition::kSafeMode); }));
  }
  clock_->Shift(25h);
  plane_.ChangeHead([&](wire::HeadModel& head) { head.expires_at_ms += std::chrono::milliseconds(26h).count(); });
  LoneLoader process(Options());
  EXPECT_TRUE(process.ComesTo(2)) << process.Status().last_error;
}

TEST_F(CrashGuard, AtSixStartsNothingOfTheDirectoryServes) {
  Trust(1);
  Trust(2);
  plane_.Publish({.version = 3});
  for (int crash = 0; crash < 3; ++crash) CrashWith(3);
  TakeServerAway();
  for (int crash = 0; crash < 3; ++crash) {
    LoneLoader process(Options());
    EXPECT_EQ(process.version(), 2) << "the last known good one, itself on trial now";
  }
  {
    LoneLoader process(Options());
    EXPECT_EQ(process.version(), 0);
    EXPECT_EQ(process.Status().source, Source::kNone);
    plane_.SetIntercept(nullptr);
    plane_.Publish({.version = 4});
    ASSERT_TRUE(process.ComesTo(4)) << "the network still serves";
    process.loader().Close();
  }
  LoneLoader next(Options());
  EXPECT_EQ(next.version(), 4) << "and a good run ends the alarm";
}

TEST_F(CrashGuard, WithNothingElseToServeASuspectServesUntilTheSixthStart) {
  plane_.Publish({.version = 1});
  for (int crash = 0; crash < 6; ++crash) CrashWith(1);
  LoneLoader process(Options());
  ASSERT_TRUE(process.StepUntil([&] { return process.Is(Condition::kSafeMode); }));
  EXPECT_EQ(process.version(), 0);
}

TEST_F(CrashGuard, ASuspectOfTheDirectoryServesWhenNoOtherRungDoes) {
  Trust(1);
  SetGuard({.on_trial = {}, .starts_in_a_row = 3, .suspects = {Suspect(1)}});
  TakeServerAway();
  for (int crash = 0; crash < 3; ++crash) {
    LoneLoader process(Options());
    EXPECT_EQ(process.version(), 1) << "up to the sixth start";
    EXPECT_EQ(process.Status().source, Source::kSaved);
    EXPECT_FALSE(process.Is(Condition::kSafeMode)) << "it is not left out";
  }
  LoneLoader process(Options());
  EXPECT_EQ(process.version(), 0);
}

TEST_F(CrashGuard, ASuspectOfTheDirectoryIsLeftOutWhereAnotherRungServes) {
  Trust(1);
  Trust(2);
  SetGuard({.on_trial = {}, .starts_in_a_row = 0, .suspects = {Suspect(2)}});
  TakeServerAway();
  LoneLoader process(Options());
  EXPECT_EQ(process.version(), 1);
  EXPECT_EQ(process.Status().source, Source::kPrevious);
  EXPECT_EQ(process.Status().quarantined, DigestOf(2));
}

TEST_F(CrashGuard, ASuspectOfTheDirectoryThatServesWellIsTrustedAgain) {
  Trust(1);
  SetGuard({.on_trial = {}, .starts_in_a_row = 0, .suspects = {Suspect(1)}});
  TakeServerAway();
  {
    LoneLoader process(Options());
    ASSERT_EQ(process.version(), 1);
    clock_->Shift(60s);
    process.loader().Step();
  }
  EXPECT_EQ(Guard().suspects.size(), 0u);
}

TEST_F(CrashGuard, ADirectoryThatBecomesUnwritableIsShownAndRefusesNothing) {
  Trust(1);
  LoneLoader process(Options());
  ASSERT_TRUE(process.ComesTo(1));
  fs::remove_all(directory_);
  plane_.Publish({.version = 2});
  ASSERT_TRUE(process.ComesTo(2)) << process.Status().last_error;
  EXPECT_EQ(process.Count(LoadCode::kPendingNotSaved), 1u);
  EXPECT_TRUE(process.Is(Condition::kCacheUnavailable));
  EXPECT_EQ(process.Status().last_load_error->code, LoadCode::kPendingNotSaved);
  EXPECT_FALSE(process.loader().verdict()->is_nack());
  process.loader().Close();
  EXPECT_GE(process.Count(LoadCode::kLkgNotSaved), 1u);
  EXPECT_TRUE(process.loader().verdict()->is_ack()) << "local trouble is no refusal";
}

TEST_F(CrashGuard, ADamagedGuardFileIsNoReasonNotToStart) {
  Trust(1);
  std::ofstream(directory_ / "guard") << "EXL1 nonsense";
  LoneLoader process(Options());
  EXPECT_EQ(process.version(), 1);
  EXPECT_TRUE(fs::exists(directory_ / "guard.corrupt"));
}

}  // namespace
}  // namespace expt
