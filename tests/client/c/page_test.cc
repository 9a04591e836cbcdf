// Runs the functions of docs/c.md.
#include <gtest/gtest.h>

#include "tests/client/c/signed_definitions.h"
#include "tests/client/control_plane.h"

extern "C" {
expt_code shop(const char* url, const char* key);
void describe(expt_context* user, const char* id, int64_t age);
expt_error_code look(const expt_client* client, const expt_context* user, const char* flag);
int64_t page_size(const void* file, size_t size, const expt_root* root, const expt_context* user, int64_t now_ms);
bool is_all_delivered(expt_client* client);
void complain(const expt_client* client);
}

namespace expt::test {
namespace {

TEST(CPage, FirstLinesTalkToAServer) {
  ControlPlane plane;
  plane.Publish({.version = 1, .page_size = 50});
  testing::internal::CaptureStdout();
  EXPECT_EQ(shop(plane.url().c_str(), plane.key().c_str()), EXPT_OK);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "the new checkout\n50 items a page\n");
  EXPECT_FALSE(plane.stored().empty());
  testing::internal::CaptureStderr();
  EXPECT_EQ(shop("ftp://flags.example.com", ""), EXPT_INVALID_ARGUMENT);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("url"), std::string::npos);
}

TEST(CPage, DecisionsAndHealthOfAClient) {
  ControlPlane plane;
  plane.Publish({.version = 1, .page_size = 50});
  const std::string url = plane.url();
  const std::string key = plane.key();
  auto options = Sized<expt_client_options>();
  options.url = In(url);
  options.key = In(key);
  expt_client* opened = nullptr;
  ASSERT_EQ(expt_client_open(&options, &opened, nullptr), EXPT_OK);
  const CClient client(opened);
  ASSERT_EQ(expt_client_ready(opened, 10'000), EXPT_OK);
  const CContext user(expt_context_new());
  describe(user.get(), "user-42", 31);
  EXPECT_TRUE(expt_context_is_valid(user.get()));
  testing::internal::CaptureStdout();
  EXPECT_EQ(look(opened, user.get(), "page-size"), EXPT_ERROR_NONE);
  EXPECT_EQ(look(opened, user.get(), "checkout-test"), EXPT_ERROR_NONE);
  EXPECT_EQ(look(opened, user.get(), "nobody"), EXPT_ERROR_FLAG_NOT_FOUND);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "50\nreason STATIC\nreason SPLIT\nexperiment checkout-test\nreason ERROR\n");
  EXPECT_TRUE(is_all_delivered(opened));
  expt_client_track(opened, expt_str(""), user.get(), nullptr);
  testing::internal::CaptureStderr();
  complain(opened);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "dropped 1: invalid\n");
}

TEST(CPage, SnapshotsWithoutAClient) {
  const SignedDefinitions files = Sign(nlohmann::json::parse(R"({"flags": [
      {"key": "page-size", "type": "integer", "variants": [{"key": "s", "value": 50}], "default_serve": {"variant": "s"}},
      {"key": "other", "type": "integer", "variants": [{"key": "s", "value": 50}], "default_serve": {"variant": "s"}},
      {"key": "broken", "type": "boolean", "required_features": ["x"], "variants": [{"key": "on", "value": true}],
       "default_serve": {"variant": "on"}}]})"));
  const CRoot root = LoadRoot(files.root);
  const CContext user(expt_context_new());
  testing::internal::CaptureStderr();
  EXPECT_EQ(page_size(files.snapshot.data(), files.snapshot.size(), root.get(), user.get(), 0), 50);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("flag \"broken\""), std::string::npos);
  testing::internal::CaptureStderr();
  EXPECT_EQ(page_size("something else", 14, root.get(), user.get(), 0), 20);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "step 2: BAD_ENVELOPE\n");
}

}  // namespace
}  // namespace expt::test
