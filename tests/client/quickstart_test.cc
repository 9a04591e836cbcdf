// The program examples/quickstart, run against a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "tests/client/control_plane.h"

namespace {

struct Finished {
  std::string output;
  int exit_code = -1;
};

Finished RunQuickstart(const std::string& arguments) {
  Finished run;
  FILE* pipe = popen((std::string(EXPT_QUICKSTART) + " " + arguments + " 2>&1").c_str(), "r");
  char bytes[256];
  while (fgets(bytes, sizeof bytes, pipe) != nullptr) run.output += bytes;
  run.exit_code = WEXITSTATUS(pclose(pipe));
  return run;
}

TEST(Quickstart, PrintsItsDecisionsAndReportsAPurchase) {
  expt::test::ControlPlane plane;
  plane.Publish({.version = 1, .page_size = 50});
  const Finished run = RunQuickstart(plane.url() + " " + plane.key());
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.output, testing::StartsWith("new-checkout: on\npage-size: 50\ncheckout-test: "));
  bool has_purchase = false;
  for (const expt::wire::Event& event : plane.stored()) {
    const auto* metric = std::get_if<expt::wire::MetricEvent>(&event.body);
    has_purchase |= metric != nullptr && metric->name == "purchase" && metric->value == 19.90;
  }
  EXPECT_TRUE(has_purchase);
}

TEST(Quickstart, SaysWhatIsWrongWithItsArguments) {
  EXPECT_EQ(RunQuickstart("").exit_code, 2);
  const Finished run = RunQuickstart("http://flags.example.com expt1.srv.env.k1.1.digest.secret-part");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, testing::HasSubstr("url"));
  EXPECT_THAT(run.output, testing::Not(testing::HasSubstr("secret-part")));
}

}  // namespace
