// The program examples/transport, run against a server.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "tests/client/control_plane.h"

namespace {

TEST(TransportExample, CarriesAClientAndItsSinkTakesTheEvents) {
  expt::test::ControlPlane plane;
  plane.Publish({.version = 1, .page_size = 50});
  FILE* pipe = popen((EXPT_TRANSPORT " " + plane.url() + " " + plane.key() + " 2>&1").c_str(), "r");
  std::string output;
  char bytes[256];
  while (fgets(bytes, sizeof bytes, pipe) != nullptr) output += bytes;
  EXPECT_EQ(WEXITSTATUS(pclose(pipe)), 0);
  EXPECT_EQ(output, "page-size: 50\nexposure: exp_checkout\nevent: purchase\nrequests: root, head, snapshot\n");
  EXPECT_TRUE(plane.stored().empty());
}

}  // namespace
