#include "control-plane/http/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace expt::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, WritesTheTextFormat) {
  Metrics metrics;
  metrics.Declare("requests_total", Metrics::Type::kCounter, "requests");
  metrics.Declare("seconds", Metrics::Type::kHistogram, "time");
  metrics.DeclareRead("connections", Metrics::Type::kGauge, "open", [] { return 3.0; });
  metrics.Count("requests_total", {{"route", "/a\"b\\\n"}, {"status", "200"}});
  metrics.Count("requests_total", {{"route", "/a\"b\\\n"}, {"status", "200"}}, 2);
  metrics.Observe("seconds", {}, 0.003);
  metrics.Observe("seconds", {}, 100);
  metrics.DeclareRead("events_total", Metrics::Type::kCounter, "events", {{"outcome", "a"}}, [] { return 1.0; });
  metrics.DeclareRead("events_total", Metrics::Type::kCounter, "events", {{"outcome", "b"}}, [] { return 2.0; });
  metrics.Count("unknown", {});
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("requests_total{route=\"/a\\\"b\\\\\\n\",status=\"200\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("connections 3\n"));
  EXPECT_THAT(text, HasSubstr("counter\nevents_total{outcome=\"a\"} 1\nevents_total{outcome=\"b\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"10\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("seconds_sum 100.003\nseconds_count 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("unknown")));
}

}  // namespace
}  // namespace expt::http
