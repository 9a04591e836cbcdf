#include "control-plane/http/router.h"

#include <gtest/gtest.h>

namespace expt::http {
namespace {

Match FindIn(const Router& router, std::string_view method, std::string_view path) {
  return router.Find(method, *ParseTarget(path));
}

TEST(Router, FindsTheTemplateAndItsParameters) {
  Router router;
  ASSERT_TRUE(router.Add({.method = "GET", .path = "/projects/{project}/flags/{key}"}).ok());
  const Match match = FindIn(router, "GET", "/projects/shop/flags/a%20b");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(Find(match.path_parameters, "project"), "shop");
  EXPECT_EQ(Find(match.path_parameters, "key"), "a b");
  EXPECT_EQ(FindIn(router, "GET", "/projects/shop/flags").allowed, "");
  EXPECT_EQ(FindIn(router, "GET", "/projects/shop/flags/a/b").allowed, "");
}

TEST(Router, LiteralsWinOverParametersInAnyOrder) {
  for (const bool literal_first : {true, false}) {
    Router router;
    for (const bool literal : {literal_first, !literal_first}) {
      ASSERT_TRUE(router.Add({.method = "GET", .path = literal ? "/keys/mine" : "/keys/{key}"}).ok());
    }
    EXPECT_EQ(FindIn(router, "GET", "/keys/mine").route->path, "/keys/mine");
    EXPECT_EQ(FindIn(router, "GET", "/keys/other").route->path, "/keys/{key}");
  }
}

TEST(Router, SaysWhichMethodsAPathHas) {
  Router router;
  ASSERT_TRUE(router.Add({.method = "GET", .path = "/a/{x}"}).ok());
  ASSERT_TRUE(router.Add({.method = "PUT", .path = "/a/{y}"}).ok());
  EXPECT_EQ(FindIn(router, "DELETE", "/a/1").route, nullptr);
  EXPECT_EQ(FindIn(router, "DELETE", "/a/1").allowed, "GET, HEAD, PUT");
  EXPECT_EQ(FindIn(router, "HEAD", "/a/1").route->method, "GET");
  EXPECT_EQ(Find(FindIn(router, "PUT", "/a/1").path_parameters, "y"), "1");
  EXPECT_EQ(FindIn(router, "get", "/a/1").route, nullptr);
}

TEST(Router, TheFallbackTakesWhatNoRouteHasButForTheNamedFolders) {
  Router router;
  ASSERT_TRUE(router.Add({.method = "GET", .path = "/api/a"}).ok());
  EXPECT_EQ(FindIn(router, "GET", "/b/c").allowed, "");
  router.SetFallback([](Request, Responder) {}, {"api"});
  EXPECT_NE(FindIn(router, "GET", "/").route, nullptr);
  EXPECT_NE(FindIn(router, "HEAD", "/b/c").route, nullptr);
  EXPECT_EQ(FindIn(router, "POST", "/b/c").route, nullptr);
  EXPECT_EQ(FindIn(router, "POST", "/b/c").allowed, "GET, HEAD");
  EXPECT_EQ(FindIn(router, "GET", "/api").allowed, "");
  EXPECT_EQ(FindIn(router, "GET", "/api/b").allowed, "");
  EXPECT_EQ(FindIn(router, "GET", "/api/a").route->path, "/api/a");
}

TEST(Router, RefusesASecondRouteOfTheSameForm) {
  Router router;
  ASSERT_TRUE(router.Add({.method = "GET", .path = "/a/{x}"}).ok());
  EXPECT_EQ(router.Add({.method = "GET", .path = "/a/{y}"}).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(router.Add({.method = "GET", .path = "/a//b"}).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace expt::http
