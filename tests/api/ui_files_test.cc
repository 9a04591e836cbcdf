#include "control-plane/api/ui_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace expt::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr ui::Asset kAssets[] = {
    {"/assets/index-1.js", "text/javascript; charset=utf-8", "let a = 1;", "zipped"},
    {"/favicon.svg", "image/svg+xml", "<svg/>", ""},
    {"/index.html", "text/html; charset=utf-8", "<meta content=\"__EXPT_NONCE__\"><style nonce=\"__EXPT_NONCE__\">",
     ""},
};

http::Response Get(const std::string& path, const std::string& encodings = "") {
  http::Request request{.method = "GET", .path = path};
  if (!encodings.empty()) request.headers.emplace_back("accept-encoding", encodings);
  return UiFile(kAssets, request);
}

std::string HeaderOf(const http::Response& response, std::string_view name) {
  return std::string(http::Find(response.headers, name).value_or(""));
}

TEST(UiFile, EveryPathThatIsNoFileIsThePage) {
  for (const char* path : {"/", "/index.html", "/p/shop/e/production/flags", "/favicon.ico"}) {
    const http::Response page = Get(path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8") << path;
    EXPECT_EQ(HeaderOf(page, "Cache-Control"), "no-store");
  }
}

TEST(UiFile, EachPageHasANonceOfItsOwnInItsPolicyAndItsText) {
  const http::Response page = Get("/");
  EXPECT_THAT(page.body, Not(HasSubstr("__EXPT_NONCE__")));
  const size_t begin = page.body.find("content=\"") + 9;
  const std::string nonce = page.body.substr(begin, page.body.find('"', begin) - begin);
  EXPECT_EQ(nonce.size(), 32u);
  EXPECT_THAT(page.body, HasSubstr("<style nonce=\"" + nonce + "\">"));
  EXPECT_EQ(HeaderOf(page, "Content-Security-Policy"), ContentSecurityPolicy(nonce));
  EXPECT_NE(Get("/").body, page.body);
}

TEST(UiFile, ThePolicyLetsNothingFromElsewhereIn) {
  const std::string policy = ContentSecurityPolicy("abc");
  EXPECT_THAT(policy, HasSubstr("default-src 'self';"));
  EXPECT_THAT(policy, HasSubstr("style-src 'self' 'nonce-abc';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(policy, Not(HasSubstr("http")));
}

TEST(UiFile, FilesWithADigestInTheirNameAreKeptAndAMissingOneIsNoPage) {
  EXPECT_THAT(HeaderOf(Get("/assets/index-1.js"), "Cache-Control"), HasSubstr("immutable"));
  EXPECT_THAT(HeaderOf(Get("/favicon.svg"), "Cache-Control"), Not(HasSubstr("immutable")));
  EXPECT_EQ(Get("/assets/index-0.js").status, 404);
  EXPECT_EQ(Get("/assets/index-0.js").content_type, "application/problem+json");
}

TEST(UiFile, OnlyWhoTakesGzipGetsIt) {
  for (const char* encodings : {"gzip", "br, GZIP;q=0.5", "deflate,gzip"}) {
    EXPECT_EQ(Get("/assets/index-1.js", encodings).body, "zipped") << encodings;
    EXPECT_EQ(HeaderOf(Get("/assets/index-1.js", encodings), "Content-Encoding"), "gzip") << encodings;
  }
  for (const char* encodings : {"", "br", "gzip;q=0", "gzip;q=0.0", "gzipped"}) {
    EXPECT_EQ(Get("/assets/index-1.js", encodings).body, "let a = 1;") << encodings;
    EXPECT_EQ(HeaderOf(Get("/assets/index-1.js", encodings), "Content-Encoding"), "") << encodings;
  }
  EXPECT_EQ(HeaderOf(Get("/assets/index-1.js"), "Vary"), "Accept-Encoding");
  EXPECT_EQ(Get("/favicon.svg", "gzip").body, "<svg/>");
}

}  // namespace
}  // namespace expt::api
