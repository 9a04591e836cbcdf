#include "control-plane/http/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace expt::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Target, DecodesOnce) {
  const auto target = ParseTarget("/a%20b/%2525?x=1%2B1&y=a+b&z");
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_THAT(target->segments, ElementsAre("a b", "%25"));
  EXPECT_THAT(target->query, ElementsAre(Pair("x", "1+1"), Pair("y", "a b"), Pair("z", "")));
  EXPECT_THAT(ParseTarget("/")->segments, IsEmpty());
}

TEST(Target, RefusesWhatCouldBeReadInTwoWays) {
  for (const char* text :
       {"/a//b", "/a/",  "/a/./b", "/a/../b", "/%2e%2e/b", "/a%2fb",     "/a%5cb",     "/a\\b",    "/a%00b", "/a%0ab",
        "/a%",   "/a%2", "/a%zz",  "/%ff",    "/%c0%af",   "/%ed%a0%80", "/a?x=1&x=2", "/a?x=%ff", "/a#b",   "a"}) {
    EXPECT_FALSE(ParseTarget(text).ok()) << text;
  }
}

TEST(Target, KnowsUtf8) {
  EXPECT_TRUE(IsUtf8("z\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* text :
       {"\x80", "\xc3", "\xc1\x81", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

}  // namespace
}  // namespace expt::http
