// The tour of include/expt/expt.h, run as it stands there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "expt/expt.h"
#include "tests/client/control_plane.h"

namespace {

using namespace std::chrono_literals;

int checkouts_shown = 0;
void ShowNewCheckout() { ++checkouts_shown; }

// The tour keeps a value that it does not use.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-variable"
absl::Status Tour(const std::string& url, const std::string& key){
#include "tour.inc"
}
#pragma GCC diagnostic pop

TEST(Tour, DecidesAndReportsAsItSays) {
  expt::test::ControlPlane plane;
  plane.Publish({.version = 1});
  testing::internal::CaptureStdout();
  const absl::Status status = Tour(plane.url(), plane.key());
  const std::string printed = testing::internal::GetCapturedStdout();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(checkouts_shown, 1);
  EXPECT_THAT(printed, testing::HasSubstr("page-size"));
  int purchases = 0;
  int exposures = 0;
  for (const expt::wire::Event& event : plane.stored()) {
    if (const auto* metric = std::get_if<expt::wire::MetricEvent>(&event.body)) {
      ++purchases;
      EXPECT_EQ(metric->name, "purchase");
      EXPECT_EQ(metric->value, 19.90);
    }
    if (std::holds_alternative<expt::wire::ExposureEvent>(event.body)) ++exposures;
  }
  EXPECT_EQ(purchases, 1);
  EXPECT_EQ(exposures, 1);
}

TEST(Tour, ReturnsTheErrorOfWrongOptions) {
  EXPECT_EQ(Tour("http://flags.example.com", "key").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
