// Shares, dashboards and code references as the service keeps them.
#include "control-plane/service/share.h"

#include <gmock/gmock.h>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Shares : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("page");
    Value(Create(Kind::kExperiment, {{"key", "test"},
                                     {"flag", "page"},
                                     {"weights", {{"off", 500'000}, {"on", 500'000}}},
                                     {"control", "off"}}));
  }
  static json Request() {
    return {{"kind", "experiment"}, {"environment", "prod"}, {"key", "test"}, {"expires", "2030-04-01T00:00:00Z"}};
  }
  json Share(const json& body, const json& frozen = nullptr) {
    return Value(service_->CreateShare(Caller(), Value(service_->ReadShareRequest(Caller(), "shop", body)), frozen));
  }
  int Opened(const std::string& token) { return StatusOf(service_->OpenShare(Caller(), token)); }
};

TEST_F(Shares, ATokenOpensOneThingUntilItsEnd) {
  const json made = Share(Request());
  const std::string token = made["token"];
  EXPECT_GE(token.size(), 43u + 1 + made["id"].get<std::string>().size());
  const OpenedShare opened = Value(service_->OpenShare(Caller(), token));
  EXPECT_EQ(opened.request.where.key, "test");
  EXPECT_EQ(opened.request.where.environment, "prod");
  EXPECT_FALSE(opened.request.is_frozen);
  EXPECT_EQ(Opened(token.substr(0, token.size() - 1)), 404);
  EXPECT_EQ(Opened(made["id"].get<std::string>() + "."), 404);
  EXPECT_EQ(Opened(""), 404);
  now_ = Time(std::chrono::milliseconds(opened.request.expires_ms));
  EXPECT_EQ(Opened(token), 404);
}

TEST_F(Shares, ARevokedOneOpensNothing) {
  const json made = Share(Request());
  EXPECT_EQ(StatusOf(service_->RevokeShare(Caller(), "bank", made["id"].get<std::string>())), 404);
  EXPECT_EQ(Opened(made["token"]), 200);
  Value(service_->RevokeShare(Caller(), "shop", made["id"].get<std::string>()));
  Value(service_->RevokeShare(Caller(), "shop", made["id"].get<std::string>()));
  EXPECT_EQ(Opened(made["token"]), 404);
  const Page page = Value(service_->ListShares("shop", {}));
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_FALSE(page.items[0]["revoked"].is_null());
  EXPECT_THAT(page.ToJson().dump(), Not(HasSubstr(made["token"].get<std::string>())));
  const auto audit = state_->ListAudit({.subject = {.kind = "share"}}, 10);
  ASSERT_EQ(audit->size(), 2u);
  EXPECT_EQ((*audit)[0].action, "revoke_share");
  EXPECT_EQ((*audit)[1].action, "create_share");
  EXPECT_THAT((*audit)[1].after, Not(HasSubstr(made["token"].get<std::string>().substr(30))));
}

TEST_F(Shares, AFrozenOneKeepsWhatItHad) {
  json body = Request();
  body["frozen"] = true;
  const json made = Share(body, {{"results", 7}});
  EXPECT_EQ(Value(service_->OpenShare(Caller(), made["token"].get<std::string>())).frozen, (json{{"results", 7}}));
  Open();
  EXPECT_EQ(Value(service_->OpenShare(Caller(), made["token"].get<std::string>())).frozen, (json{{"results", 7}}));
}

TEST_F(Shares, EveryProblemIsSaidAtOnce) {
  const auto problems = [&](const json& body) { return ProblemsOf(service_->ReadShareRequest(Caller(), "shop", body)); };
  EXPECT_THAT(problems({{"kind", "experiment"}, {"key", "test"}, {"colour", 1}}),
              ElementsAre("/environment: expected a value, found none", "/expires: expected a time, found none",
                          "/colour: unknown field"));
  json body = Request();
  body["expires"] = "2040-01-01T00:00:00Z";
  EXPECT_THAT(problems(body), ElementsAre("/expires: expected a time within the next 366 days"));
  body = Request();
  body["key"] = "lost";
  EXPECT_THAT(problems(body), ElementsAre("/key: unknown experiment \"lost\""));
  EXPECT_THAT(problems({{"kind", "dashboard"}, {"key", "lost"}, {"expires", "2030-04-01T00:00:00Z"}}),
              ElementsAre("/key: unknown dashboard \"lost\""));
}

TEST_F(Shares, ADashboardHasBlocks) {
  Value(Create(Kind::kDashboard, {{"key", "weekly"},
                                  {"blocks",
                                   {{{"type", "text"}, {"text", "Hello"}},
                                    {{"type", "results"}, {"environment", "prod"}, {"experiment", "test"}}}}}));
  EXPECT_THAT(ProblemsOf(Create(Kind::kDashboard, {{"key", "bad"},
                                                   {"blocks",
                                                    {{{"type", "map"}},
                                                     {{"type", "text"}},
                                                     {{"type", "results"}, {"environment", "prod"}, {"text", "x"}},
                                                     {{"type", "results"},
                                                      {"environment", "moon"},
                                                      {"experiment", "test"}}}}})),
              ElementsAre("/blocks/0/type: expected \"results\" or \"text\", found \"map\"",
                          "/blocks/1/text: expected a value, found none",
                          "/blocks/2/experiment: expected a value, found none", "/blocks/2/text: unknown field",
                          "/blocks/3/environment: unknown environment \"moon\""));
  EXPECT_THAT(ProblemsOf(Create(Kind::kDashboard, {{"key", "bad"},
                                                   {"blocks",
                                                    {{{"type", "results"},
                                                      {"environment", "prod"},
                                                      {"experiment", "lost"}}}}})),
              ElementsAre("/blocks/0/experiment: unknown experiment \"lost\" in environment \"prod\""));
}

TEST_F(Shares, AScanReplacesTheOneBeforeOfItsBranch) {
  const auto scan = [&](const std::string& branch, const json& references) {
    return Value(service_->ReplaceCodeReferences(
        Caller(), "shop",
        {{"repository", "acme/shop"}, {"branch", branch}, {"commit", "abc"}, {"references", references}}));
  };
  const json page = {{"flag", "page"}, {"path", "src/a.cc"}, {"line", 7}, {"text", "if (flags.page())"}};
  const json gone = {{"flag", "gone"}, {"path", "src/b.cc"}, {"line", 1}};
  EXPECT_EQ(scan("main", json::array({page, gone}))["unknown_flags"], json::array({"gone"}));
  scan("next", json::array({page}));
  EXPECT_EQ(Value(service_->ListCodeReferences(In("page")))["items"].size(), 2u);
  const json scans = Value(service_->ListCodeScans("shop"))["items"];
  ASSERT_EQ(scans.size(), 2u);
  EXPECT_EQ(scans[0]["flags"], 2);
  scan("main", json::array({gone}));
  const json items = Value(service_->ListCodeReferences(In("page")))["items"];
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0]["branch"], "next");
  EXPECT_EQ(items[0]["line"], 7);
  scan("main", json::array());
  scan("next", json::array());
  EXPECT_THAT(Value(service_->ListCodeScans("shop"))["items"], IsEmpty());
  EXPECT_THAT(ProblemsOf(service_->ReplaceCodeReferences(
                  Caller(), "shop", {{"branch", ""}, {"references", {{{"flag", "a b"}, {"path", "x"}, {"line", 0}}}}})),
              ElementsAre("/repository: expected a value, found none", "/branch: expected a text, found an empty string",
                          "/references/0/flag: expected 1 to 128 characters of A-Z a-z 0-9 . _ -, found \"a b\"",
                          "/references/0/line: expected an integer in [1, 2147483647], found 0"));
  EXPECT_EQ(StatusOf(service_->ListCodeReferences(In("lost"))), 404);
}

}  // namespace
}  // namespace expt::service
