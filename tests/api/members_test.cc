// Uploaded members of segments over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr char kStaff[] = "/api/v1/projects/shop/segments/staff/members/include";

Sending Csv(const std::string& text) { return {.body = text, .content_type = "text/csv; charset=utf-8"}; }

class SegmentMembers : public ::testing::Test {
 protected:
  void SetUp() override {
    exptd_.MakeShop();
    ASSERT_EQ(exptd_.Post(std::string(kProject) + "/segments", {{"key", "staff"}}).status, 201);
  }
  RunningDaemon exptd_;
};

TEST_F(SegmentMembers, WhatIsUploadedIsDownloaded) {
  EXPECT_EQ(exptd_.Get(kStaff).status, 404);
  const Reply put = exptd_.SendTo("PUT", kStaff, Csv("id,name\r\n\"u,1\",Ann\r\n=1+1,Bob\r\n"));
  EXPECT_EQ(put.status, 422);
  EXPECT_EQ(put.Json()["errors"][0]["text"], "line 1: expected 1 field, found 2");
  const Reply taken =
      exptd_.SendTo("PUT", std::string(kStaff) + "?column=id", Csv("id,name\r\n\"u,1\",Ann\r\n=1+1,Bob\r\n"));
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(taken.Json()["uploaded"]["include"]["count"], 2);
  EXPECT_EQ(taken.Header("etag"), "\"2\"");
  const Reply file = exptd_.Get(kStaff);
  EXPECT_EQ(file.body, "targeting_key\r\n'=1+1\r\n\"u,1\"\r\n");
  EXPECT_EQ(file.Header("content-type"), "text/csv");
  EXPECT_EQ(file.Header("content-disposition"), "attachment; filename=\"staff-include.csv\"");
  EXPECT_EQ(file.Header("x-content-type-options"), "nosniff");
  // The downloaded file says the same.
  const Reply again = exptd_.SendTo("PUT", kStaff, Csv(file.body));
  EXPECT_EQ(again.Header("etag"), "\"2\"");
}

TEST_F(SegmentMembers, SingleMembersNeedNoFile) {
  const Reply added = exptd_.Post(kStaff, {{"add", {"a", "b"}}});
  ASSERT_EQ(added.status, 200) << added.body;
  Sending stale{.headers = {"If-Match: \"1\""}};
  EXPECT_EQ(exptd_.Post(kStaff, {{"remove", {"a"}}}, stale).status, 412);
  stale.headers = {"If-Match: " + added.Header("etag")};
  EXPECT_EQ(exptd_.Post(kStaff, {{"remove", {"a"}}}, stale).Json()["uploaded"]["include"]["count"], 1);
  EXPECT_EQ(exptd_.Get(std::string(kProject) + "/segments/staff").Json()["uploaded"]["include"]["count"], 1);
  EXPECT_EQ(exptd_.Delete(kStaff).status, 200);
  EXPECT_EQ(exptd_.Get(kStaff).status, 404);
}

TEST_F(SegmentMembers, TheBodyIsLimitedAndOfOneType) {
  EXPECT_EQ(exptd_.SendTo("PUT", kStaff, Csv(std::string((16u << 20) + 1, 'a'))).status, 413);
  EXPECT_EQ(exptd_.Put(kStaff, {{"add", {"a"}}}).status, 415);
  EXPECT_EQ(exptd_.SendTo("PUT", std::string(kStaff) + "?mode=both", Csv("a\n")).status, 400);
  const Reply unknown = exptd_.SendTo("PUT", std::string(kProject) + "/segments/staff/members/other", Csv("a\n"));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("uploaded \\\"other\\\""));
  EXPECT_EQ(exptd_.SendTo("PUT", std::string(kProject) + "/segments/lost/members/include", Csv("a\n")).status, 404);
}

}  // namespace
}  // namespace expt::testing
