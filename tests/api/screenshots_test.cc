// Pictures of what the units of an experiment see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kTest = std::string(kEnvironment) + "/experiments/test";
const std::string kPng = std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
const std::string kJpeg = "\xff\xd8\xff\xe0 a jpeg";

class Screenshots : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    exptd_.MakeCheckout();
    const json test = {{"key", "test"},
                       {"flag", "checkout"},
                       {"weights", {{"off", 500'000}, {"on", 500'000}}},
                       {"control", "off"},
                       {"metrics", json::array()}};
    const Reply made = exptd_.Post(std::string(kEnvironment) + "/experiments", test);
    ASSERT_EQ(made.status, 201) << made.body;
  }

  Reply Add(const std::string& bytes, const std::string& query = "", const std::string& type = "image/png") {
    return exptd_.SendTo("POST", kTest + "/screenshots" + query, {.body = bytes, .content_type = type});
  }

  RunningDaemon exptd_;
};

TEST_F(Screenshots, AreListedReadAndRemoved) {
  const Reply added = Add(kPng, "?variant=on&caption=The%20new%20page");
  ASSERT_EQ(added.status, 200) << added.body;
  ASSERT_EQ(Add(kJpeg, "", "image/jpeg").status, 200);
  const json listed = exptd_.Get(kTest).Json()["screenshots"];
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0]["variant"], "on");
  EXPECT_EQ(listed[0]["caption"], "The new page");
  EXPECT_EQ(listed[0]["media_type"], "image/png");
  EXPECT_EQ(listed[0]["size_bytes"], kPng.size());
  EXPECT_TRUE(listed[1]["variant"].is_null());

  const std::string path = kTest + "/screenshots/" + listed[0]["id"].get<std::string>();
  const Reply picture = exptd_.Get(path);
  EXPECT_EQ(picture.status, 200);
  EXPECT_EQ(picture.body, kPng);
  EXPECT_EQ(picture.Header("content-type"), "image/png");
  EXPECT_EQ(picture.Header("x-content-type-options"), "nosniff");
  EXPECT_EQ(exptd_.Get(path, {.headers = {"If-None-Match: " + picture.Header("etag")}}).status, 304);

  // What a PUT says of them is not listened to.
  json document = exptd_.Get(kTest).Json();
  document["screenshots"] = json::array();
  ASSERT_EQ(exptd_.Put(kTest, document).status, 200);
  EXPECT_EQ(exptd_.Get(kTest).Json()["screenshots"], listed);
  exptd_.Restart();
  EXPECT_EQ(exptd_.Get(path).body, kPng);

  EXPECT_EQ(exptd_.Delete(path).status, 200);
  EXPECT_EQ(exptd_.Get(path).status, 404);
  EXPECT_EQ(exptd_.Delete(path).status, 404);
  EXPECT_EQ(exptd_.Get(kTest).Json()["screenshots"].size(), 1u);
  EXPECT_EQ(exptd_.Get("/api/v1/audit?action=attach").Json()["items"].size(), 2u);
  EXPECT_EQ(exptd_.Get("/api/v1/audit?action=detach").Json()["items"].size(), 1u);
}

TEST_F(Screenshots, ThatAreNoneAreRefused) {
  const Reply wrong = Add("<svg onload=alert(1)>", "?variant=purple");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("expected a PNG or JPEG picture"));
  EXPECT_THAT(wrong.body, HasSubstr("has no variant \\\"purple\\\""));
  EXPECT_EQ(Add(kPng, "", "image/svg+xml").status, 415);
  EXPECT_EQ(Add(kPng + std::string(1u << 20, 'x')).status, 413);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(Add(kPng).status, 200);
  const Reply eleventh = Add(kPng);
  EXPECT_EQ(eleventh.status, 409);
  EXPECT_THAT(eleventh.body, HasSubstr("has 10 screenshots"));
  EXPECT_EQ(exptd_.Get(kTest + "/screenshots/shot_absent").status, 404);
}

}  // namespace
}  // namespace expt::testing
