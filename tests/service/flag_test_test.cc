// Flag tests decide with the engine that clients run, and say what they found.
#include <gmock/gmock.h>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FlagTests : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    MakeFlag("page");
    Value(Configure("page", {{"enabled", true},
                             {"rules",
                              {{{"id", "swiss"},
                                {"condition", {{"attribute", "country"}, {"operator", "in"}, {"operands", {"CH"}}}},
                                {"serve", {{"variant", "on"}}}},
                               {{"id", "summer"},
                                {"condition",
                                 {{"attribute", "$now"},
                                  {"operator", "time_after"},
                                  {"operands", {"2031-06-01T00:00:00Z"}}}},
                                {"serve", {{"variant", "on"}}}}}}}));
    Value(Create(Kind::kContext,
                 {{"key", "ann"}, {"attributes", {{"targeting_key", "u-1"}, {"country", "CH"}, {"age", 31}}}}));
  }
  void Make(const std::string& key, json more) {
    more["key"] = key;
    more["flag"] = more.value("flag", "page");
    Value(Create(Kind::kFlagTest, more));
  }
  std::vector<std::string> Failures(const std::string& environment = "prod") {
    const auto assembly = Value(service_->Assemble(Caller(), "shop", environment));
    std::vector<std::string> failures;
    for (const FlagTestRun& run : Value(service_->RunTests(Caller(), assembly))) {
      if (!run.is_passed) failures.push_back(run.text);
    }
    return failures;
  }
};

TEST_F(FlagTests, PassOrSayWhatTheyFound) {
  Make("ann", {{"context", "ann"}, {"expect", {{"variant", "on"}, {"reason", "TARGETING_MATCH"}, {"rule", "swiss"}}}});
  Make("bob", {{"attributes", {{"country", "DE"}}}, {"expect", {{"variant", nullptr}}}});
  Make("june", {{"attributes", json::object()}, {"at", "2031-06-02T00:00:00Z"}, {"expect", {{"variant", "on"}}}});
  EXPECT_THAT(Failures(), IsEmpty());
  Value(Configure("page", {{"enabled", true}, {"off_variant", "off"}, {"default_serve", {{"variant", "off"}}}}));
  EXPECT_THAT(Failures(),
              ElementsAre("test \"ann\": flag \"page\": expected variant \"on\" (TARGETING_MATCH, rule \"swiss\"), found "
                          "variant \"off\" (STATIC)",
                          "test \"bob\": flag \"page\": expected the default of the caller, found variant \"off\" "
                          "(STATIC)",
                          "test \"june\": flag \"page\": expected variant \"on\", found variant \"off\" (STATIC)"));
}

TEST_F(FlagTests, AreOfOneEnvironmentOrOfAll) {
  MakeEnvironment("test");
  Make("here", {{"context", "ann"}, {"environment", "prod"}, {"expect", {{"variant", "off"}}}});
  EXPECT_EQ(Failures("prod").size(), 1u);
  EXPECT_THAT(Failures("test"), IsEmpty());
  Make("everywhere", {{"context", "ann"}, {"expect", {{"variant", "off"}}}});
  EXPECT_EQ(Failures("prod").size(), 2u);
  EXPECT_EQ(Failures("test").size(), 1u);
}

TEST_F(FlagTests, EveryProblemIsSaidAtOnce) {
  EXPECT_THAT(ProblemsOf(Create(Kind::kFlagTest, {{"key", "t"},
                                                  {"flag", "lost"},
                                                  {"context", "ann"},
                                                  {"environment", "moon"},
                                                  {"attributes", {{"$now", 1}, {"nested", {{"a", 1}}}, {"tags", {1}}}},
                                                  {"expect", {{"colour", 1}}}})),
              ElementsAre("/attributes/$now: expected a name of 1 to 256 bytes that does not begin with \"$\"",
                          "/attributes/nested: expected a string, a number, true, false or a list of strings, found an "
                          "object",
                          "/attributes/tags: expected a string, a number, true, false or a list of strings, found an "
                          "array",
                          "/context: expected either \"context\" or \"attributes\", found both",
                          "/expect/variant: expected a variant or null, found none", "/expect/colour: unknown field",
                          "/flag: unknown flag \"lost\"", "/environment: unknown environment \"moon\""));
  EXPECT_THAT(ProblemsOf(Create(Kind::kFlagTest, {{"key", "t"}, {"flag", "page"}, {"expect", {{"variant", "blue"}}}})),
              ElementsAre("/context: expected either \"context\" or \"attributes\", found neither",
                          "/expect/variant: flag \"page\" has no variant \"blue\""));
}

TEST_F(FlagTests, WhatTheyNameStays) {
  Make("ann", {{"context", "ann"}, {"expect", {{"variant", "on"}}}});
  EXPECT_EQ(service_->Archive(Caller(), Kind::kContext, In("ann"), std::nullopt).fault().detail,
            "context \"ann\" is used by flag test \"ann\"");
  EXPECT_EQ(service_->Archive(Caller(), Kind::kFlag, In("page"), std::nullopt).fault().detail,
            "flag \"page\" is used by flag test \"ann\"");
}

}  // namespace
}  // namespace expt::service
