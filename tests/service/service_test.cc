#include "control-plane/service/service.h"

#include <gmock/gmock.h>

#include <fstream>

#include "src/host/crypto.h"
#include "src/wire/sdk_key.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ServiceTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
  }

  json Boolean(const std::string& key) {
    return {{"key", key},
            {"type", "boolean"},
            {"variants", {{{"key", "off"}, {"value", false}}, {{"key", "on"}, {"value", true}}}}};
  }
};

TEST_F(ServiceTest, AProjectBeginsWithTheTargetingKey) {
  const Versioned attribute = Value(service_->Get(Kind::kAttribute, In("targeting_key")));
  EXPECT_EQ(attribute.body["type"], "string");
  EXPECT_EQ(attribute.body["unit_type"], true);
  EXPECT_EQ(StatusOf(service_->Archive(Caller(), Kind::kAttribute, In("targeting_key"), std::nullopt)), 409);
}

TEST_F(ServiceTest, AnEnvironmentTellsItsIdAndItsRoot) {
  const Versioned environment = Value(service_->GetEnvironment("shop", "prod"));
  EXPECT_THAT(environment.body["id"].get<std::string>(), StartsWith("env_"));
  EXPECT_EQ(environment.body["epoch"], 1);
  EXPECT_EQ(environment.body["root_version"], signing_->root_version());
  EXPECT_EQ(environment.body["published_version"], nullptr);
  EXPECT_EQ(StatusOf(service_->GetEnvironment("shop", "lost")), 404);
  EXPECT_EQ(StatusOf(service_->CreateEnvironment(Caller(), "lost", {{"key", "prod"}})), 404);
  EXPECT_EQ(StatusOf(service_->CreateEnvironment(Caller(), "shop", {{"key", "prod"}})), 409);
  EXPECT_EQ(StatusOf(service_->CreateProject(Caller(), {{"key", "shop"}})), 409);
}

TEST_F(ServiceTest, ADocumentComesBackAsItWasWritten) {
  const Versioned made = Value(Create(Kind::kFlag, Boolean("checkout")));
  EXPECT_EQ(made.revision, 1);
  EXPECT_THAT(made.body["id"].get<std::string>(), StartsWith("flg_"));
  const json wanted = Boolean("checkout");
  for (const auto& [name, value] : wanted.items()) EXPECT_EQ(made.body[name], value) << name;
  EXPECT_EQ(StatusOf(Create(Kind::kFlag, Boolean("checkout"))), 409);
  EXPECT_EQ(StatusOf(service_->Get(Kind::kFlag, In("lost"))), 404);
  EXPECT_EQ(StatusOf(service_->Get(Kind::kFlag, {.project = "lost", .key = "checkout"})), 404);
}

TEST_F(ServiceTest, OnlyTheRevisionThatWasReadIsReplaced) {
  json flag = Value(Create(Kind::kFlag, Boolean("checkout"))).body;
  flag["description"] = "new";
  EXPECT_EQ(StatusOf(Replace(Kind::kFlag, "checkout", flag, 2)), 412);
  EXPECT_EQ(Value(Replace(Kind::kFlag, "checkout", flag, 1)).revision, 2);
  EXPECT_EQ(StatusOf(Replace(Kind::kFlag, "checkout", flag, 1)), 412);
  EXPECT_EQ(Value(Replace(Kind::kFlag, "checkout", flag)).revision, 3);
  EXPECT_EQ(Value(service_->Get(Kind::kFlag, In("checkout"))).body["description"], "new");
}

TEST_F(ServiceTest, KeysAndTypesCannotBeChanged) {
  Value(Create(Kind::kFlag, Boolean("checkout")));
  EXPECT_THAT(ProblemsOf(Replace(Kind::kFlag, "checkout", Boolean("other"))),
              ElementsAre("/key: a key cannot be changed"));
  json flag = Boolean("checkout");
  flag["type"] = "json";
  EXPECT_THAT(ProblemsOf(Replace(Kind::kFlag, "checkout", flag)),
              ElementsAre("/type: the type of a flag cannot be changed"));
  Value(Create(Kind::kAttribute, {{"key", "org"}, {"type", "string"}, {"unit_type", true}}));
  EXPECT_THAT(ProblemsOf(Replace(Kind::kAttribute, "org", {{"type", "integer"}})),
              ElementsAre("/type: the type of an attribute cannot be changed",
                          "/unit_type: an attribute stays a unit type, because units are bucketed by it"));
}

TEST_F(ServiceTest, VariantsInUseStayAndKeepTheirOrder) {
  Value(Create(Kind::kFlag, Boolean("checkout")));
  MakeEnvironment("test");
  Value(service_->ReplaceConfiguration(Caller(), {"shop", "test", "checkout"}, {{"off_variant", "off"}}, std::nullopt));
  json flag = Boolean("checkout");
  flag["variants"] = {{{"key", "on"}, {"value", true}}, {{"key", "off"}, {"value", false}}};
  EXPECT_THAT(ProblemsOf(Replace(Kind::kFlag, "checkout", flag)),
              ElementsAre("/variants: variants keep their order, because splits follow it; add new ones at the end"));
  flag["variants"] = {{{"key", "on"}, {"value", true}}};
  EXPECT_THAT(ProblemsOf(Replace(Kind::kFlag, "checkout", flag)),
              ElementsAre("/variants: variant \"off\" is still served or compared"));
  flag["variants"] = {{{"key", "off"}, {"value", false}}, {{"key", "maybe"}, {"value", true}}};
  Value(Replace(Kind::kFlag, "checkout", flag));
}

TEST_F(ServiceTest, ListsComeInPages) {
  for (const char* key : {"a", "b", "c"}) Value(Create(Kind::kFlag, Boolean(key)));
  const Page first = Value(service_->List(Kind::kFlag, In(), {.limit = 2}));
  ASSERT_EQ(first.items.size(), 2u);
  ASSERT_EQ(first.next_cursor, "b");
  const Page second = Value(service_->List(Kind::kFlag, In(), {.limit = 2, .cursor = *first.next_cursor}));
  ASSERT_EQ(second.items.size(), 1u);
  EXPECT_EQ(second.items[0]["key"], "c");
  EXPECT_EQ(second.ToJson()["next_cursor"], nullptr);
}

TEST_F(ServiceTest, AnArchivedDocumentCanBeReadButNotChangedOrMadeAgain) {
  Value(Create(Kind::kFlag, Boolean("old")));
  Value(Configure("old", {{"enabled", true}}));
  EXPECT_EQ(Value(service_->Archive(Caller(), Kind::kFlag, In("old"), 1)).body["archived"], true);
  EXPECT_EQ(Value(service_->Get(Kind::kFlag, In("old"))).body["archived"], true);
  EXPECT_EQ(StatusOf(Replace(Kind::kFlag, "old", Boolean("old"))), 409);
  EXPECT_EQ(StatusOf(Configure("old", {{"enabled", true}})), 409);
  EXPECT_EQ(StatusOf(Create(Kind::kFlag, Boolean("old"))), 409);
  EXPECT_TRUE(Value(service_->List(Kind::kFlag, In(), {})).items.empty());
  EXPECT_EQ(Value(service_->List(Kind::kFlag, In(), {.archived = true})).items.size(), 1u);
}

TEST_F(ServiceTest, WhatIsUsedCannotBeArchived) {
  Value(Create(Kind::kFlag, Boolean("checkout")));
  Value(Create(Kind::kAttribute, {{"key", "org"}, {"type", "string"}, {"unit_type", true}}));
  Value(Create(Kind::kSegment, {{"key", "staff"}, {"include", {{{"bucket_by", "org"}, {"unit_ids", {"o1"}}}}}}));
  Value(Configure(
      "checkout",
      {{"rules",
        {{{"condition", {{"operator", "in_segment"}, {"operands", {"staff"}}}}, {"serve", {{"variant", "on"}}}}}}}));
  const auto archive = [&](Kind kind, const std::string& key) {
    const auto archived = service_->Archive(Caller(), kind, In(key), std::nullopt);
    return archived.ok() ? std::string() : archived.fault().detail;
  };
  EXPECT_EQ(archive(Kind::kSegment, "staff"), "segment \"staff\" is used by flag \"checkout\" in environment \"prod\"");
  EXPECT_EQ(archive(Kind::kAttribute, "org"), "attribute \"org\" is used by segment \"staff\"");
  EXPECT_EQ(archive(Kind::kFlag, "checkout"), "");
  EXPECT_EQ(archive(Kind::kSegment, "staff"), "");
  EXPECT_EQ(archive(Kind::kAttribute, "org"), "");
}

TEST_F(ServiceTest, AConfigurationBeginsDisabledWithRevision0) {
  Value(Create(Kind::kFlag, Boolean("checkout")));
  const Versioned first = Value(service_->GetConfiguration(In("checkout")));
  EXPECT_EQ(first.revision, 0);
  EXPECT_EQ(first.body["enabled"], false);
  EXPECT_EQ(StatusOf(service_->ReplaceConfiguration(Caller(), In("checkout"), {{"enabled", true}}, 1)), 412);
  const Versioned second = Value(service_->ReplaceConfiguration(Caller(), In("checkout"), {{"enabled", true}}, 0));
  EXPECT_EQ(second.revision, 1);
  EXPECT_EQ(second.body["enabled"], true);
  EXPECT_EQ(second.body["rules"], json::array());
  // What was read can be sent back.
  EXPECT_EQ(Value(service_->ReplaceConfiguration(Caller(), In("checkout"), second.body, 1)).revision, 2);
}

TEST_F(ServiceTest, SaltsAndRuleIdsAreMadeOnceAndKept) {
  Value(Create(Kind::kFlag, Boolean("checkout")));
  const json rule = {{"coverage", {{"ppm", 500'000}}},
                     {"serve", {{"split", {{"weights", {{"on", 500'000}, {"off", 500'000}}}}}}}};
  const json first = Value(Configure("checkout", {{"rules", {rule}}, {"default_serve", rule["serve"]}})).body;
  const std::string coverage = first["rules"][0]["coverage"]["salt"];
  const std::string split = first["rules"][0]["serve"]["split"]["salt"];
  const std::string fallback = first["default_serve"]["split"]["salt"];
  for (const std::string& salt : {coverage, split, fallback}) EXPECT_EQ(salt.size(), 22u);
  EXPECT_NE(coverage, split);
  EXPECT_NE(split, fallback);
  // The same rule, by id, without salts: no unit moves.
  json again = rule;
  again["id"] = first["rules"][0]["id"];
  again["coverage"]["ppm"] = 600'000;
  const json second = Value(Configure("checkout", {{"rules", {again}}, {"default_serve", rule["serve"]}})).body;
  EXPECT_EQ(second["rules"][0]["coverage"]["salt"], coverage);
  EXPECT_EQ(second["rules"][0]["serve"]["split"]["salt"], split);
  EXPECT_EQ(second["default_serve"]["split"]["salt"], fallback);
  // Another rule has other salts.
  const json third = Value(Configure("checkout", {{"rules", {rule}}})).body;
  EXPECT_NE(third["rules"][0]["coverage"]["salt"], coverage);
}

TEST_F(ServiceTest, AMetricsVersionRisesWhenItMeasuresSomethingElse) {
  json metric = {{"key", "buy"}, {"kind", "proportion"}, {"numerator", {{"event", "purchase"}}}};
  EXPECT_EQ(Value(Create(Kind::kMetric, metric)).body["version"], 1);
  metric["name"] = "Purchases";
  EXPECT_EQ(Value(Replace(Kind::kMetric, "buy", metric)).body["version"], 1);
  metric["numerator"]["event"] = "order";
  EXPECT_EQ(Value(Replace(Kind::kMetric, "buy", metric)).body["version"], 2);
  metric["version"] = 17;  // read-only
  EXPECT_EQ(Value(Replace(Kind::kMetric, "buy", metric)).body["version"], 2);
}

TEST_F(ServiceTest, TheSetupTokenWorksOnce) {
  const auto token = Value(service_->NewSetupToken(Caller()));
  ASSERT_TRUE(token.has_value());
  const auto newer = Value(service_->NewSetupToken(Caller()));
  ASSERT_TRUE(newer.has_value());
  EXPECT_EQ(StatusOf(service_->Setup(Caller(), *token)), 401);  // the earlier one is worthless
  const std::string api_token = Value(service_->Setup(Caller(), *newer))["api_token"];
  EXPECT_EQ(StatusOf(service_->Setup(Caller(), *newer)), 401);
  EXPECT_FALSE(Value(service_->NewSetupToken(Caller())).has_value());
  EXPECT_EQ(Value(service_->AuthenticateApi(Caller(), api_token)).role, "admin");
  EXPECT_EQ(StatusOf(service_->AuthenticateApi(Caller(), *newer)), 401);
  EXPECT_EQ(StatusOf(service_->AuthenticateApi(Caller(), api_token + "x")), 401);
  for (const char* wrong : {"", ".", "tok_", "x.y"})
    EXPECT_EQ(StatusOf(service_->AuthenticateApi(Caller(), wrong)), 401);
  Open();
  EXPECT_TRUE(service_->AuthenticateApi(Caller(), api_token).ok());
}

TEST_F(ServiceTest, SecretsAreNotInTheStore) {
  const auto token = Value(service_->NewSetupToken(Caller()));
  const std::string api_token = Value(service_->Setup(Caller(), *token))["api_token"];
  const json key = Value(service_->CreateSdkKey(Caller(), "shop", "prod", {{"kind", "server"}}));
  const auto sdk_key = wire::ParseSdkKey(key["key"].get<std::string>());
  ASSERT_TRUE(sdk_key.ok());
  Close();
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_EQ(bytes.find(api_token.substr(api_token.find('.') + 1)), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(sdk_key->secret), std::string::npos) << entry.path();
  }
}

TEST_F(ServiceTest, AnSdkKeyCarriesEnvironmentAudienceAndThePinOfTheRoot) {
  const json made = Value(service_->CreateSdkKey(Caller(), "shop", "prod", {{"kind", "client"}, {"name", "web"}}));
  const auto key = wire::ParseSdkKey(made["key"].get<std::string>());
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->audience, Audience::kClient);
  EXPECT_EQ(key->environment, ProdId());
  EXPECT_EQ(key->key_id, made["key_id"]);
  EXPECT_EQ(key->root_version, signing_->root_version());
  EXPECT_EQ(key->root_digest, host::Sha256(*signing_->RootFile(key->root_version)));
  const SdkPrincipal principal = Value(service_->AuthenticateSdk(Caller(), key->key_id + "." + key->secret));
  EXPECT_EQ(principal.environment, ProdId());
  EXPECT_EQ(principal.audience, Audience::kClient);
  EXPECT_EQ(StatusOf(service_->AuthenticateApi(Caller(), key->key_id + "." + key->secret)), 401);
  const Page keys = Value(service_->ListSdkKeys("shop", "prod", {}));
  ASSERT_EQ(keys.items.size(), 1u);
  EXPECT_EQ(keys.items[0]["name"], "web");
  EXPECT_FALSE(keys.items[0].contains("key"));
}

TEST_F(ServiceTest, ARevokedKeyIsRefusedAtOnce) {
  const json made = Value(service_->CreateSdkKey(Caller(), "shop", "prod", {{"kind", "server"}}));
  const auto key = wire::ParseSdkKey(made["key"].get<std::string>());
  ASSERT_TRUE(key.ok());
  MakeEnvironment("test");
  EXPECT_EQ(StatusOf(service_->RevokeSdkKey(Caller(), "shop", "test", key->key_id)), 404);
  EXPECT_TRUE(service_->AuthenticateSdk(Caller(), key->key_id + "." + key->secret).ok());
  EXPECT_EQ(StatusOf(service_->RevokeSdkKey(Caller(), "shop", "prod", key->key_id)), 200);
  EXPECT_EQ(StatusOf(service_->AuthenticateSdk(Caller(), key->key_id + "." + key->secret)), 401);
  EXPECT_EQ(StatusOf(service_->RevokeSdkKey(Caller(), "shop", "prod", key->key_id)), 200);
  EXPECT_EQ(StatusOf(service_->RevokeSdkKey(Caller(), "shop", "prod", "key_lost")), 404);
}

TEST_F(ServiceTest, AKeyNeedsARootThatNamesItsEnvironment) {
  ASSERT_TRUE(service_->CreateEnvironment(Caller(), "shop", {{"key", "new"}}).ok());
  const auto made = service_->CreateSdkKey(Caller(), "shop", "new", {{"kind", "server"}});
  ASSERT_EQ(StatusOf(made), 409);
  EXPECT_THAT(made.fault().detail, HasSubstr("is not in the Root yet"));
}

TEST_F(ServiceTest, EmergencyOffTakesKnownFlags) {
  Value(Create(Kind::kFlag, Boolean("checkout")));
  EXPECT_EQ(Value(service_->GetEmergencyOff("shop", "prod")).revision, 0);
  EXPECT_THAT(ProblemsOf(service_->ReplaceEmergencyOff(Caller(), "shop", "prod", {{"flags", {"lost"}}}, 0)),
              ElementsAre("/flags/0: unknown flag \"lost\""));
  const Versioned set = Value(service_->ReplaceEmergencyOff(Caller(), "shop", "prod", {{"flags", {"checkout"}}}, 0));
  EXPECT_EQ(set.revision, 1);
  EXPECT_EQ(set.body["flags"], json({"checkout"}));
}

TEST_F(ServiceTest, EveryChangeIsInTheAudit) {
  Value(Create(Kind::kFlag, Boolean("checkout")));
  Value(service_->CreateSdkKey(Caller(), "shop", "prod", {{"kind", "server"}, {"name", "backend"}}));
  const Page audit = Value(service_->ListAudit({}, {.limit = 2}, Rights::Everything()));
  ASSERT_EQ(audit.items.size(), 2u);
  EXPECT_EQ(audit.items[0]["action"], "create_key");
  EXPECT_EQ(audit.items[0]["after"]["name"], "backend");
  EXPECT_EQ(audit.items[1]["action"], "create");
  EXPECT_EQ(audit.items[1]["actor"], "token tok_test");
  EXPECT_EQ(audit.items[1]["address"], "127.0.0.1");
  EXPECT_EQ(audit.items[1]["after"]["key"], "checkout");
  const Page rest = Value(service_->ListAudit({}, {.cursor = *audit.next_cursor}, Rights::Everything()));
  EXPECT_EQ(rest.items[0]["number"], audit.items[1]["number"].get<int64_t>() - 1);
  EXPECT_EQ(StatusOf(service_->ListAudit({}, {.cursor = "x"}, Rights::Everything())), 400);
  EXPECT_TRUE(state_->VerifyAudit().ok());
}

}  // namespace
}  // namespace expt::service
