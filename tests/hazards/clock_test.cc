// Clocks that step: no value changes, nothing stops, and the age goes by monotonic time.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "expt/testing.h"
#include "tests/client/control_plane.h"

namespace {

using namespace std::chrono_literals;
using expt::Client;
using expt::Context;
using expt::test::ControlPlane;
using expt::test::Eventually;
using expt::testing::FakeClock;

constexpr std::chrono::hours kDay{24};
constexpr std::chrono::hours kTenYears{24 * 3652};

TEST(ClockSteps, ChangeNoValueAndStopNothing) {
  ControlPlane plane;
  plane.Publish({.version = 1});
  const auto clock = std::make_shared<FakeClock>(
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
  expt::ClientOptions options = plane.options();
  options.clock = clock;
  options.first_send_spread = 0ms;
  absl::StatusOr<Client> client = Client::Open(options);
  ASSERT_TRUE(client.ok());
  ASSERT_TRUE(client->Ready(10s));
  const Context user("u1", {{"country", "CH"}});
  const std::string variant = client->Variant("checkout-test", user, "");
  int tracked = 0;
  for (const std::chrono::milliseconds step :
       {std::chrono::milliseconds(kDay), std::chrono::milliseconds(-2 * kDay), std::chrono::milliseconds(kTenYears),
        std::chrono::milliseconds(-2 * kTenYears)}) {
    clock->StepWall(step);
    EXPECT_TRUE(client->Enabled("new-checkout", user));
    EXPECT_EQ(client->Variant("checkout-test", user, "", {.record = false}), variant);
    EXPECT_LT(client->Status().age, 15min);
    ASSERT_TRUE(client->Track("stepped", user).accepted());
    ++tracked;
    EXPECT_EQ(client->Flush(10s).remaining, 0u);
  }
  int stored = 0;
  for (const expt::wire::Event& event : plane.stored()) stored += event.kind() == expt::EventKind::kMetric ? 1 : 0;
  EXPECT_EQ(stored, tracked);
  clock->SetWall(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
  plane.Publish({.version = 2, .page_size = 60});
  EXPECT_TRUE(Eventually([&] { return client->Value("page-size", user, 0) == 60; })) << "goes on after all";
}

TEST(ClockSteps, AgeIsWhatPassedAndNotWhatTheWallClockSays) {
  ControlPlane plane;
  plane.Publish({.version = 1});
  const auto clock = std::make_shared<FakeClock>(
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
  expt::ClientOptions options = plane.options();
  options.clock = clock;
  options.poll_interval = 1h;
  absl::StatusOr<Client> client = Client::Open(options);
  ASSERT_TRUE(client.ok());
  ASSERT_TRUE(client->Ready(10s));
  clock->StepWall(kTenYears);
  EXPECT_EQ(client->Status().state, expt::ClientStatus::State::kFresh);
  clock->Advance(16min);
  EXPECT_EQ(client->Status().state, expt::ClientStatus::State::kStale);
  clock->Advance(kDay);
  EXPECT_EQ(client->Status().state, expt::ClientStatus::State::kVeryStale);
  EXPECT_TRUE(client->Enabled("new-checkout", Context("u1", {{"country", "CH"}})));
}

}  // namespace
