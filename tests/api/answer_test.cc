#include "control-plane/api/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace expt::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

http::Request With(const std::string& name, const std::string& value) {
  http::Request request;
  request.method = "GET";
  request.headers = {{name, value}};
  return request;
}

TEST(Answer, CanonicalCodesBecomeStatuses) {
  const std::string text = "table \"secret\"";
  EXPECT_EQ(FaultOf(absl::InvalidArgumentError(text)).status, 400);
  EXPECT_EQ(FaultOf(absl::NotFoundError(text)).status, 404);
  EXPECT_EQ(FaultOf(absl::AlreadyExistsError(text)).status, 409);
  EXPECT_EQ(FaultOf(absl::FailedPreconditionError(text)).status, 409);
  EXPECT_EQ(FaultOf(absl::AbortedError(text)).status, 409);
  EXPECT_EQ(FaultOf(absl::ResourceExhaustedError(text)).status, 429);
  EXPECT_EQ(FaultOf(absl::UnavailableError(text)).status, 503);
  for (const absl::Status& status : {absl::InternalError(text), absl::DataLossError(text), absl::UnknownError(text)}) {
    EXPECT_EQ(FaultOf(status).status, 500);
  }
  for (const absl::Status& status : {absl::InternalError(text), absl::DataLossError(text), absl::UnavailableError(text),
                                     absl::ResourceExhaustedError(text)}) {
    const http::Response response = FaultResponse({}, FaultOf(status));
    EXPECT_THAT(response.body, Not(HasSubstr("secret"))) << status;
  }
}

TEST(Answer, TooMuchAndNotNowSayWhenToRetryAndNotAllAtOnce) {
  for (const int status : {429, 503}) {
    std::set<std::string> waits;
    for (int i = 0; i < 200; ++i) {
      const http::Response response = FaultResponse({}, {.status = status, .detail = "later"});
      ASSERT_TRUE(http::Find(response.headers, "Retry-After").has_value());
      waits.insert(std::string(*http::Find(response.headers, "Retry-After")));
    }
    EXPECT_GT(waits.size(), 1u);
    EXPECT_FALSE(waits.contains("0"));
  }
  EXPECT_FALSE(http::Find(FaultResponse({}, {.status = 409}).headers, "Retry-After").has_value());
}

TEST(Answer, ProblemsKeepTheirPointersAndAreJsonWhateverIsInThem) {
  const http::Response response = FaultResponse({}, {.status = 422,
                                                     .title = "document is not valid",
                                                     .detail = "flag \"\xff\"",
                                                     .errors = {{"/a~1b", "bad \"x\"\n"}}});
  const nlohmann::json problem = nlohmann::json::parse(response.body);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(problem["errors"][0]["pointer"], "/a~1b");
  EXPECT_EQ(problem["errors"][0]["text"], "bad \"x\"\n");
}

TEST(Answer, IfMatchTakesOneStrongTagOfOurs) {
  EXPECT_EQ(**IfMatch(With("if-match", "\"12\"")), 12);
  EXPECT_FALSE((*IfMatch(With("if-match", "*"))).has_value());
  EXPECT_FALSE((*IfMatch(With("accept", "x"))).has_value());
  for (const char* text : {"12", "\"\"", "\"", "\"a\"", "\"1\",\"2\"", "W/\"1\"", "\"99999999999999999999\"", ""}) {
    EXPECT_FALSE(IfMatch(With("if-match", text)).ok()) << text;
  }
}

TEST(Answer, IfNoneMatchComparesWeakly) {
  EXPECT_TRUE(IsNoneMatchHit(With("if-none-match", "\"a\""), "\"a\""));
  EXPECT_TRUE(IsNoneMatchHit(With("if-none-match", "\"b\" , W/\"a\""), "\"a\""));
  EXPECT_TRUE(IsNoneMatchHit(With("if-none-match", "*"), "\"a\""));
  EXPECT_FALSE(IsNoneMatchHit(With("if-none-match", "\"ab\""), "\"a\""));
  EXPECT_FALSE(IsNoneMatchHit(With("accept", "x"), "\"a\""));
}

}  // namespace
}  // namespace expt::api
