// Every class of refusal, as a caller meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "src/wire/event_codec.h"
#include "tests/api/raw_socket.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kShop = kProject;
const std::string kProduction = kEnvironment;

// One server for all tests of this file: none of them changes what another one reads.
class FaultsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    exptd = new RunningDaemon();
    exptd->MakeShop();
    exptd->MakeCheckout();
    server_key = exptd->MakeSdkKey("server");
    client_key = exptd->MakeSdkKey("client");
  }
  static void TearDownTestSuite() {
    delete exptd;
    exptd = nullptr;
  }

  static Reply PostText(const std::string& path, const std::string& body) {
    return exptd->SendTo("POST", path, {.body = body, .content_type = "application/json"});
  }
  static Reply PostEvents(const std::string& body, std::vector<std::string> headers = {}) {
    return exptd->SendTo(
        "POST", "/sdk/v1/events",
        {.bearer = server_key, .headers = std::move(headers), .body = body, .content_type = "application/x-protobuf"});
  }

  static RunningDaemon* exptd;
  static std::string server_key;
  static std::string client_key;
};
RunningDaemon* FaultsTest::exptd = nullptr;
std::string FaultsTest::server_key;
std::string FaultsTest::client_key;

TEST_F(FaultsTest, JsonThatIsNotStrictIs400) {
  const std::string deep(40, '[');
  for (const std::string& body :
       {std::string("{"), std::string("{} {}"), std::string("{\"key\":\"a\",\"key\":\"b\"}"),
        deep + std::string(40, ']'), std::string("{\"key\":NaN}"), std::string("{\"key\":1e400}"),
        std::string("{\"key\":\"\\ud800\"}"), std::string("{\"key\":\"\xff\"}"),
        std::string("{\"key\":123456789012345678901234567890}"), std::string("{'key':1}"), std::string("[1,]"),
        std::string("nul"), std::string("{\"a\":\"\x01\"}")}) {
    const Reply reply = PostText("/api/v1/projects", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_FALSE(reply.Json()["detail"].get<std::string>().empty()) << body;
  }
}

TEST_F(FaultsTest, DocumentsThatAreNotValidAre422WithEveryProblem) {
  const Reply reply = exptd->Post(
      kShop + "/flags", {{"key", "not a key"}, {"type", "colour"}, {"variants", json::array()}, {"extra", 1}});
  EXPECT_EQ(reply.status, 422);
  const json errors = reply.Json()["errors"];
  std::vector<std::string> pointers;
  for (const json& error : errors) pointers.push_back(error["pointer"]);
  EXPECT_THAT(pointers, ::testing::UnorderedElementsAre("/key", "/type", "/variants", "/extra"));
  EXPECT_EQ(exptd->Post("/api/v1/projects", json::array()).status, 422);
  EXPECT_EQ(exptd->Post(kProduction + "/publish", {{"coment", "typo"}}).status, 422);
  EXPECT_EQ(exptd->Post(kProduction + "/keys", {{"kind", "admin"}}).status, 422);
}

TEST_F(FaultsTest, FieldsThatTheServerSetsCannotBeWritten) {
  for (const char* field : {"role", "project_id", "created_by", "secret_hash"}) {
    json body = {{"key", "p2"}};
    body[field] = "x";
    EXPECT_EQ(exptd->Post("/api/v1/projects", body).status, 422) << field;
  }
}

TEST_F(FaultsTest, UnknownPlacesAre404) {
  EXPECT_EQ(exptd->Get("/api/v1/projects/none").status, 404);
  EXPECT_EQ(exptd->Get(kShop + "/environments/none").status, 404);
  EXPECT_EQ(exptd->Get(kShop + "/flags/none").status, 404);
  EXPECT_EQ(exptd->Get(kShop + "/environments/none/experiments").status, 404);
  EXPECT_EQ(exptd->Post("/api/v1/projects/none/flags", json::object()).status, 404);
  EXPECT_EQ(exptd->Put(kProduction + "/flags/none", json::object()).status, 404);
  EXPECT_EQ(exptd->Post(kShop + "/environments/none/publish", json::object()).status, 404);
  EXPECT_EQ(exptd->Get(kProduction + "/results/none").status, 404);
  EXPECT_EQ(exptd->Get(kShop + "/environments/none/events/accounting").status, 404);
  EXPECT_EQ(exptd->Delete(kProduction + "/keys/none").status, 404);
  EXPECT_EQ(exptd->Get(kProduction + "/snapshot").status, 404);  // nothing is published
  for (const char* version : {"0", "999", "-1", "01", "x", "99999999999999999999"}) {
    EXPECT_EQ(exptd->Get(std::string("/sdk/v1/root/") + version).status, 404) << version;
  }
  EXPECT_EQ(exptd->Get("/sdk/v1/snapshots/" + std::string(64, 'a'), {.bearer = server_key}).status, 404);
  EXPECT_EQ(exptd->Get("/sdk/v1/snapshots/state.db", {.bearer = server_key}).status, 404);
  EXPECT_EQ(Send("GET", exptd->url() + "/api/v2/projects", {}).status, 404);
}

TEST_F(FaultsTest, WrongMethodsAre405WithAllow) {
  const Reply reply = Send("DELETE", exptd->url() + "/api/v1/projects", {.bearer = exptd->token()});
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.Header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(Send("PATCH", exptd->url() + kShop + "/flags/checkout", {.bearer = exptd->token()}).status, 405);
}

TEST_F(FaultsTest, ASecondDocumentOfOneKeyIs409) {
  EXPECT_EQ(exptd->Post("/api/v1/projects", {{"key", "shop"}}).status, 409);
  EXPECT_EQ(exptd->Post(kShop + "/environments", {{"key", "production"}}).status, 409);
  EXPECT_EQ(exptd->Post(kShop + "/layers", {{"key", "x"}}).status, 404);  // layers belong to environments
  EXPECT_EQ(exptd->Delete(kShop + "/attributes/targeting_key").status, 409);
}

TEST_F(FaultsTest, StaleRevisionsAre412) {
  const Reply flag = exptd->Get(kShop + "/flags/checkout");
  EXPECT_EQ(flag.Header("etag"), "\"1\"");
  EXPECT_EQ(exptd->Put(kShop + "/flags/checkout", flag.Json(), {.headers = {"If-Match: \"7\""}}).status, 412);
  EXPECT_EQ(exptd->Delete(kShop + "/flags/checkout", {.headers = {"If-Match: \"7\""}}).status, 412);
  EXPECT_EQ(exptd->Put(kProduction + "/flags/checkout", json::object(), {.headers = {"If-Match: \"0\""}}).status, 412);
  for (const char* value : {"7", "W/\"1\"", "\"1\", \"2\"", "\"x\"", "\"-1\""}) {
    EXPECT_EQ(
        exptd->Put(kShop + "/flags/checkout", flag.Json(), {.headers = {std::string("If-Match: ") + value}}).status,
        400)
        << value;
  }
  EXPECT_EQ(exptd->Get(kShop + "/flags/checkout", {.headers = {"If-None-Match: \"0\", W/\"1\""}}).status, 304);
  EXPECT_EQ(exptd->Get(kShop + "/flags/checkout", {.headers = {"If-None-Match: \"2\""}}).status, 200);
}

TEST_F(FaultsTest, QueriesAreChecked) {
  for (const char* query :
       {"limit=0", "limit=1001", "limit=x", "limit=-1", "limit=1&limit=2", "archived=yes", "colour=red"}) {
    EXPECT_EQ(exptd->Get(kShop + "/flags?" + query).status, 400) << query;
  }
  EXPECT_EQ(exptd->Get("/api/v1/audit?cursor=x").status, 400);
  EXPECT_EQ(exptd->Get(kProduction + "/snapshot?audience=everybody").status, 400);
  for (const char* query : {"alpha=0", "alpha=1", "alpha=nan", "alpha=0.05x", "mode=both"}) {
    EXPECT_EQ(exptd->Get(kProduction + "/results/x?" + query).status, 400) << query;
  }
}

TEST_F(FaultsTest, BodiesOverTheLimitOrOfAnotherTypeAreRefused) {
  EXPECT_EQ(PostText("/api/v1/projects", "\"" + std::string(2u << 20, 'a') + "\"").status, 413);
  EXPECT_EQ(exptd->SendTo("POST", "/api/v1/projects", {.body = "{}", .content_type = "text/plain"}).status, 415);
  EXPECT_EQ(exptd->SendTo("POST", "/api/v1/projects", {.body = "{}"}).status, 415);
  EXPECT_EQ(exptd
                ->SendTo("POST", "/api/v1/projects",
                         {.headers = {"Content-Encoding: gzip"}, .body = "{}", .content_type = "application/json"})
                .status,
            415);
}

TEST_F(FaultsTest, EventBodiesAreInflatedWithinBounds) {
  EXPECT_EQ(PostEvents("not protobuf \xff\xff\xff").status, 400);
  EXPECT_EQ(PostEvents("x", {"Content-Encoding: gzip"}).status, 400);
  EXPECT_EQ(PostEvents("x", {"Content-Encoding: br"}).status, 415);
  EXPECT_EQ(PostEvents("x", {"Content-Encoding: gzip, zstd"}).status, 415);
  EXPECT_EQ(PostEvents("x", {"Content-Encoding: gzip", "Content-Encoding: zstd"}).status, 400);
  EXPECT_EQ(PostEvents(std::string(wire::kMaxBatchFileBytes + 1, 'x')).status, 413);
  const std::string zeros(64u << 20, '\0');
  std::string bomb(ZSTD_compressBound(zeros.size()), '\0');
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), zeros.data(), zeros.size(), 3));
  EXPECT_EQ(PostEvents(bomb, {"Content-Encoding: zstd"}).status, 413);
  EXPECT_EQ(PostEvents(std::string(3u << 20, 'x')).status, 413);
  EXPECT_EQ(
      exptd->SendTo("POST", "/sdk/v1/events", {.bearer = server_key, .body = "{}", .content_type = "application/json"})
          .status,
      415);
  EXPECT_EQ(exptd->Get("/readyz").status, 200);
}

TEST_F(FaultsTest, AClientKeyNeverWritesImportedAssignments) {
  wire::Event event;
  event.event_id = "imported-1";
  event.time_ms = 1'700'000'000'000;
  wire::ExposureEvent exposure;
  exposure.experiment = "exp_x";
  exposure.phase = 1;
  exposure.variant = "a";
  exposure.flag = "checkout";
  exposure.unit_type = "targeting_key";
  exposure.unit_id = "u";
  exposure.origin = wire::Origin::kImported;
  event.body = exposure;
  const std::string encoded = wire::EncodeEvent(event);
  wire::BatchHeader header;
  header.sdk = "test";
  header.sdk_version = "1";
  const std::string batch = wire::EncodeBatch(header, {encoded});
  for (const auto& [key, expected] :
       {std::pair{client_key, wire::AckResult::kRejected}, std::pair{server_key, wire::AckResult::kStored}}) {
    const Reply reply = exptd->SendTo("POST", "/sdk/v1/events",
                                      {.bearer = key, .body = batch, .content_type = "application/x-protobuf"});
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto decoded = wire::DecodeReply(reply.body);
    ASSERT_TRUE(decoded.ok());
    EXPECT_THAT(decoded->results, ::testing::ElementsAre(expected));
  }
  const json quarantine = exptd->Get(kProduction + "/events/quarantine").Json();
  ASSERT_EQ(quarantine["items"].size(), 3u);  // and two bodies that were no batch
  std::vector<std::string> codes;
  for (const json& item : quarantine["items"]) codes.push_back(item["code"]);
  EXPECT_THAT(codes, ::testing::Contains("IMPORTED_NOT_ALLOWED"));
}

TEST_F(FaultsTest, SdkRoutesAnswerBrowsersOfAnyOriginAndTheApiDoesNot) {
  const Reply preflight = Send("OPTIONS", exptd->url() + "/sdk/v1/events",
                               {.headers = {"Origin: https://shop.example", "Access-Control-Request-Method: POST"}});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.Header("access-control-allow-origin"), "*");
  EXPECT_THAT(preflight.Header("access-control-allow-headers"), HasSubstr("authorization"));
  const Reply api = Send("GET", exptd->url() + "/api/v1/projects",
                         {.bearer = exptd->token(), .headers = {"Origin: https://shop.example"}});
  EXPECT_EQ(api.Header("access-control-allow-origin"), "");
  EXPECT_EQ(api.Header("cache-control"), "no-store");
}

TEST_F(FaultsTest, ErrorsSayNothingAboutTheInside) {
  for (const Reply& reply : {exptd->Get("/api/v1/projects/none"), PostText("/api/v1/projects", "{"),
                             exptd->Get("/api/v1/projects", {.bearer = "x"})}) {
    for (const std::string& word :
         {exptd->directory(), std::string("SELECT"), std::string("sqlite"), std::string("0.1.0"), std::string(".cc")}) {
      EXPECT_THAT(reply.body, Not(HasSubstr(word)));
    }
    EXPECT_EQ(reply.Header("server"), "");
    EXPECT_EQ(reply.Header("x-content-type-options"), "nosniff");
  }
}

TEST_F(FaultsTest, APublishedFileThatIsGoneIsA500ThatNamesNoFile) {
  RunningDaemon broken;
  broken.MakeShop();
  broken.MakeCheckout();
  ASSERT_EQ(broken.Post(kProduction + "/publish", json::object()).status, 200);
  ASSERT_EQ(broken.Get(kProduction + "/snapshot").status, 200);
  for (const auto& blob : std::filesystem::directory_iterator(broken.directory() + "/blobs")) {
    std::filesystem::remove(blob.path());
  }
  const Reply reply = broken.Get(kProduction + "/snapshot");
  EXPECT_EQ(reply.status, 500);
  EXPECT_FALSE(reply.Json().contains("detail")) << reply.body;
}

TEST_F(FaultsTest, ConflictsOfPublishAreTold) {
  RunningDaemon empty;
  empty.MakeShop();
  const Reply refused = empty.Post(kProduction + "/publish", json::object());
  EXPECT_EQ(refused.status, 422);  // no flag at all, and nobody said that this is meant
  EXPECT_FALSE(refused.Json()["errors"].empty());
  EXPECT_EQ(empty.Get(kProduction).Json()["published_version"], nullptr);
  const Reply meant = empty.Post(kProduction + "/publish", {{"allow_empty", true}});
  EXPECT_EQ(meant.status, 200) << meant.body;
  EXPECT_EQ(meant.Json()["flags"], 0);
}

TEST_F(FaultsTest, TheSetupTokenWorksOnce) {
  RunningDaemon fresh;
  const std::string token = *fresh.daemon().setup_token();
  EXPECT_EQ(fresh.Post("/api/v1/setup", {{"token", "wrong"}}).status, 401);
  EXPECT_EQ(fresh.Post("/api/v1/setup", {{"token", 7}}).status, 422);
  fresh.Setup();
  EXPECT_EQ(fresh.Post("/api/v1/setup", {{"token", token}}).status, 401);
}

Reply PostBatch(const RunningDaemon& exptd, const std::string& key, const std::vector<wire::Event>& events) {
  std::vector<std::string> encoded;
  for (const wire::Event& event : events) encoded.push_back(wire::EncodeEvent(event));
  wire::BatchHeader header;
  header.sdk = "test";
  const std::string batch =
      wire::EncodeBatch(header, std::vector<std::string_view>(encoded.begin(), encoded.end()));
  return exptd.SendTo("POST", "/sdk/v1/events",
                      {.bearer = key, .body = batch, .content_type = "application/x-protobuf"});
}

TEST(Limits, EventsPerKeyAre429AndAFullDiskIs503BothWithRetryAfterAndCounted) {
  DaemonOptions options;
  options.ingest.admission = {.key_events_per_second = 0.001, .key_burst_events = 1};
  options.ingest.log.disk_reserve_bytes = INT64_MAX;
  RunningDaemon exptd(options);
  exptd.MakeShop();
  const std::string key = exptd.MakeSdkKey("server");
  wire::Event event;
  event.event_id = "a";
  wire::MetricEvent metric;
  metric.name = "m";
  metric.units = {{"targeting_key", "u"}};
  event.body = metric;
  const Reply full = PostBatch(exptd, key, {event, event});
  EXPECT_EQ(full.status, 503);
  EXPECT_GE(std::stoi(full.Header("retry-after")), 1);
  const Reply fast = PostBatch(exptd, key, {event});
  EXPECT_EQ(fast.status, 429);
  EXPECT_GE(std::stoi(fast.Header("retry-after")), 1);
  const std::string metrics = exptd.Get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("exptd_event_batches_refused_total{reason=\"disk\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("exptd_event_batches_refused_total{reason=\"key_too_fast\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("exptd_events_total{outcome=\"stored\"} 0\n"));
}

TEST(Limits, RequestsPerKeyAndRefusalsPerAddressAre429) {
  DaemonOptions options;
  options.gate.sdk_key = {.per_second = 0.001, .burst = 3};
  options.gate.failures = {.per_second = 0.001, .burst = 2};
  RunningDaemon exptd(options);
  exptd.MakeShop();
  const std::string key = exptd.MakeSdkKey("server");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(exptd.Get("/sdk/v1/head", {.bearer = key}).status, 404);
  const Reply limited = exptd.Get("/sdk/v1/head", {.bearer = key});
  EXPECT_EQ(limited.status, 429);
  EXPECT_GE(std::stoi(limited.Header("retry-after")), 1);
  for (const int status : {401, 401, 429})
    EXPECT_EQ(exptd.Get("/sdk/v1/head", {.bearer = "guess.guess"}).status, status);
  // Who guesses locks nobody out.
  EXPECT_EQ(exptd.Get("/api/v1/projects").status, 200);
}

}  // namespace
}  // namespace expt::testing
