// The whole way over HTTP: setup, definitions, publish, download, decide, report, count, results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "expt/evaluate.h"
#include "expt/snapshot.h"
#include "src/core/head.h"
#include "src/wire/event_codec.h"
#include "src/wire/sdk_key.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kShop = kProject;
const std::string kProduction = kEnvironment;

Time Now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string Hex(const Digest& digest) {
  std::string text;
  for (const uint8_t byte : digest) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", byte);
    text += digits;
  }
  return text;
}

std::string Gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(const std::string& plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
  return out;
}

std::string BatchOf(const std::vector<wire::Event>& events) {
  std::vector<std::string> encoded;
  for (const wire::Event& event : events) encoded.push_back(wire::EncodeEvent(event));
  const std::vector<std::string_view> views(encoded.begin(), encoded.end());
  wire::BatchHeader header;
  header.batch_id[0] = 1;
  header.instance_id[0] = 1;
  header.sdk = "test";
  header.sdk_version = "1";
  header.sent_at_ms = Now().time_since_epoch().count();
  header.first_sequence = 1;
  header.last_sequence = events.size();
  return wire::EncodeBatch(header, views);
}

wire::Event ExposureOf(const std::string& experiment_id, const Exposure& exposure, const std::string& unit) {
  wire::Event event;
  event.event_id = "exposure-" + unit;
  event.time_ms = Now().time_since_epoch().count();
  event.body = wire::ExposureEvent{.experiment = experiment_id,
                                   .phase = exposure.phase,
                                   .variant = std::string(exposure.variant),
                                   .flag = "checkout",
                                   .rule = "test",
                                   .snapshot_version = 1,
                                   .unit_type = "targeting_key",
                                   .unit_id = unit,
                                   .origin = wire::Origin::kEngine,
                                   .attributes = {},
                                   .is_holdout = false};
  return event;
}

wire::Event PurchaseOf(const std::string& unit, double value) {
  wire::Event event;
  event.event_id = "purchase-" + unit;
  event.time_ms = Now().time_since_epoch().count();
  event.body =
      wire::MetricEvent{.name = "order_placed", .value = value, .properties = {}, .units = {{"targeting_key", unit}}};
  return event;
}

TEST(Story, FromSetupToResults) {
  RunningDaemon exptd;
  exptd.MakeShop();

  // Definitions.
  const json environment = exptd.Get(kProduction).Json();
  EXPECT_EQ(environment["epoch"], 1);
  EXPECT_EQ(environment["published_version"], nullptr);
  ASSERT_EQ(exptd.Post(kShop + "/attributes", {{"key", "country"}, {"type", "string"}, {"analytics", true}}).status,
            201);
  ASSERT_EQ(exptd
                .Post(kShop + "/segments",
                      {{"key", "staff"},
                       {"name", "Staff"},
                       {"condition", {{"attribute", "country"}, {"operator", "equals"}, {"operands", {"HQ"}}}},
                       {"include", {{{"bucket_by", "targeting_key"}, {"unit_ids", {"boss"}}}}}})
                .status,
            201);
  ASSERT_EQ(exptd
                .Post(kShop + "/metrics", {{"key", "purchase"},
                                           {"name", "Purchase"},
                                           {"kind", "proportion"},
                                           {"numerator", {{"event", "order_placed"}}}})
                .status,
            201);
  ASSERT_EQ(exptd
                .Post(kShop + "/metrics",
                      {{"key", "revenue"},
                       {"kind", "mean"},
                       {"numerator", {{"event", "order_placed"}, {"value", "value"}, {"aggregation", "sum"}}}})
                .status,
            201);
  const Reply flag =
      exptd.Post(kShop + "/flags",
                 {{"key", "checkout"},
                  {"type", "string"},
                  {"visibility", "client"},
                  {"variants", {{{"key", "control"}, {"value", "old"}}, {{"key", "treatment"}, {"value", "new"}}}}});
  ASSERT_EQ(flag.status, 201) << flag.body;
  EXPECT_EQ(flag.Header("etag"), "\"1\"");
  EXPECT_EQ(flag.Header("location"), kShop + "/flags/checkout");
  const Reply draft = exptd.Post(
      kProduction + "/experiments",
      {{"key", "checkout-test"},
       {"flag", "checkout"},
       {"weights", {{"control", 500000}, {"treatment", 500000}}},
       {"control", "control"},
       {"metrics", {{{"metric", "purchase"}, {"role", "success"}}, {{"metric", "revenue"}, {"role", "secondary"}}}}});
  ASSERT_EQ(draft.status, 201) << draft.body;
  EXPECT_EQ(exptd.Get(kProduction + "/results/checkout-test").status, 409);  // not started
  const Reply configuration = exptd.Put(kProduction + "/flags/checkout",
                                        {{"enabled", true},
                                         {"off_variant", "control"},
                                         {"rules",
                                          {{{"id", "staff"},
                                            {"condition", {{"operator", "in_segment"}, {"operands", {"staff"}}}},
                                            {"serve", {{"variant", "treatment"}}}},
                                           {{"id", "test"}, {"serve", {{"experiment", "checkout-test"}}}}}},
                                         {"default_serve", {{"variant", "control"}}}});
  ASSERT_EQ(configuration.status, 200) << configuration.body;
  json running = draft.Json();
  running["status"] = "running";
  const Reply started = exptd.Put(kProduction + "/experiments/checkout-test", running,
                                  {.headers = {"If-Match: " + draft.Header("etag")}});
  ASSERT_EQ(started.status, 200) << started.body;
  EXPECT_EQ(started.Json()["phase"], 1);
  const std::string experiment_id = started.Json()["id"];

  // Publish.
  std::string server_text;
  const std::string server_key = exptd.MakeSdkKey("server", &server_text);
  const std::string client_key = exptd.MakeSdkKey("client");
  EXPECT_EQ(exptd.Get("/sdk/v1/head", {.bearer = server_key}).status, 404);  // nothing published
  const Reply published = exptd.Post(kProduction + "/publish", {{"comment", "first"}});
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(published.Json()["version"], 1);
  EXPECT_EQ(published.Json()["flags"], 1);
  EXPECT_EQ(exptd.Get(kProduction).Json()["published_version"], 1);

  // Download and verify, as an SDK does it: Root by the pin of the key, Head, snapshot by digest.
  const auto key = wire::ParseSdkKey(server_text);
  ASSERT_TRUE(key.ok()) << key.status();
  const Reply root_file = exptd.Get("/sdk/v1/root/" + std::to_string(key->root_version), {.bearer = "none"});
  ASSERT_EQ(root_file.status, 200);
  EXPECT_THAT(root_file.Header("cache-control"), HasSubstr("immutable"));
  const auto root = Root::Parse(root_file.body, key->root_digest);
  ASSERT_TRUE(root.ok()) << root.status();
  const Reply head_file = exptd.Get("/sdk/v1/head", {.bearer = server_key});
  ASSERT_EQ(head_file.status, 200);
  EXPECT_EQ(head_file.Header("cache-control"), "private, no-cache, no-transform");
  const auto head = core::OpenHead(head_file.body, *root, key->environment, Audience::kServer, {}, Now());
  ASSERT_TRUE(head.ok()) << head.status();
  const std::string digest = Hex(head->head.stable.digest);
  EXPECT_EQ(digest, published.Json()["digest"]);
  EXPECT_EQ(exptd.Get("/sdk/v1/head", {.bearer = server_key, .headers = {"If-None-Match: " + head_file.Header("etag")}})
                .status,
            304);
  const Reply snapshot_file = exptd.Get("/sdk/v1/snapshots/" + digest, {.bearer = server_key});
  ASSERT_EQ(snapshot_file.status, 200);
  EXPECT_EQ(snapshot_file.Header("cache-control"), "private, max-age=31536000, immutable, no-transform");
  EXPECT_EQ(snapshot_file.Header("content-encoding"), "");
  const auto snapshot = Snapshot::Parse(
      snapshot_file.body, {.root = *root, .environment = key->environment, .audience = Audience::kServer, .floor = {}});
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(exptd.Get(kProduction + "/snapshot?audience=server").body, snapshot_file.body);
  EXPECT_EQ(exptd.Get(kProduction + "/root").body, root_file.body);
  const Reply client_file =
      exptd.Get("/sdk/v1/snapshots/" + published.Json()["client_digest"].get<std::string>(), {.bearer = client_key});
  ASSERT_EQ(client_file.status, 200);
  EXPECT_THAT(client_file.Header("cache-control"), HasSubstr("public"));
  EXPECT_TRUE(
      Snapshot::Parse(client_file.body,
                      {.root = *root, .environment = key->environment, .audience = Audience::kClient, .floor = {}})
          .ok());
  // A client key never reads full rules, nor a server key what is for clients.
  EXPECT_EQ(exptd.Get("/sdk/v1/snapshots/" + digest, {.bearer = client_key}).status, 404);

  // Decide and report: every unit of treatment buys, every fourth of control.
  EXPECT_EQ(Evaluate(*snapshot, "checkout", Context("boss"), {.now = Now()}).rule, "staff");
  std::vector<wire::Event> events;
  int64_t units[2] = {0, 0};
  for (int i = 0; i < 200; ++i) {
    const std::string unit = "unit-" + std::to_string(i);
    const Decision decision = Evaluate(*snapshot, "checkout", Context(unit), {.now = Now()});
    ASSERT_EQ(decision.exposures().size(), 1u);
    const Exposure& exposure = decision.exposures()[0];
    EXPECT_EQ(exposure.experiment_id, experiment_id);
    const bool is_treatment = exposure.variant == "treatment";
    events.push_back(ExposureOf(experiment_id, exposure, unit));
    if (is_treatment || units[0] % 4 == 0) events.push_back(PurchaseOf(unit, 10));
    ++units[is_treatment ? 1 : 0];
  }
  const std::string batch = BatchOf(events);
  const auto post = [&](const std::string& body, const std::string& encoding) {
    Sending sending{.bearer = server_key, .body = body, .content_type = "application/x-protobuf"};
    if (!encoding.empty()) sending.headers = {"Content-Encoding: " + encoding};
    return exptd.SendTo("POST", "/sdk/v1/events", sending);
  };
  const Reply stored = post(Gzip(batch), "gzip");
  ASSERT_EQ(stored.status, 200) << stored.body;
  const auto acks = wire::DecodeReply(stored.body);
  ASSERT_TRUE(acks.ok()) << acks.status();
  ASSERT_EQ(acks->results.size(), events.size());
  EXPECT_THAT(acks->results, ::testing::Each(wire::AckResult::kStored));
  for (const auto& [body, encoding] : {std::pair{Zstd(batch), "zstd"}, std::pair{batch, ""}}) {
    const Reply again = post(body, encoding);
    ASSERT_EQ(again.status, 200) << again.body;
    EXPECT_THAT(wire::DecodeReply(again.body)->results, ::testing::Each(wire::AckResult::kDuplicate));
  }

  // Count.
  const json accounting = exptd.Get(kProduction + "/events/accounting").Json();
  EXPECT_EQ(accounting["totals"]["stored"], events.size());
  EXPECT_EQ(accounting["totals"]["duplicate"], 2 * events.size());
  EXPECT_EQ(accounting["totals"]["rejected"], 0);

  // Results.
  const Reply results_reply = exptd.Get(kProduction + "/results/checkout-test");
  ASSERT_EQ(results_reply.status, 200) << results_reply.body;
  const json results = results_reply.Json();
  EXPECT_EQ(results["experiment_id"], experiment_id);
  EXPECT_EQ(results["phase"], 1);
  EXPECT_EQ(results["mode"], "any_time");
  EXPECT_EQ(results["exposures"]["units"], 200);
  ASSERT_EQ(results["metrics"].size(), 2u);
  EXPECT_EQ(results["metrics"][0]["metric"], "purchase");
  EXPECT_EQ(results["metrics"][0]["variants"][0]["n"], units[0]);
  EXPECT_EQ(results["metrics"][0]["variants"][1]["n"], units[1]);
  EXPECT_EQ(results["metrics"][0]["variants"][1]["mean"], 1.0);
  EXPECT_NEAR(results["metrics"][1]["variants"][1]["sum"].get<double>(), 10.0 * static_cast<double>(units[1]), 1e-6);
  EXPECT_EQ(results["metrics"][0]["comparisons"][0]["treatment"], "treatment");
  EXPECT_GT(results["metrics"][0]["comparisons"][0]["effect"]["estimate"], 0.5);
  const json fixed = exptd.Get(kProduction + "/results/checkout-test?mode=fixed&alpha=0.01&metric=revenue").Json();
  EXPECT_EQ(fixed["mode"], "fixed");
  EXPECT_EQ(fixed["alpha"], 0.01);
  ASSERT_EQ(fixed["metrics"].size(), 1u);
  EXPECT_EQ(fixed["metrics"][0]["metric"], "revenue");
  // What control was like is the baseline of a plan.
  const json estimate = exptd.Post(kProduction + "/experiments/checkout-test/estimate",
                                   {{"metrics", {{{"metric", "purchase"}, {"mde", 0.5}},
                                                 {{"metric", "revenue"}, {"mde", 0.5}}}}})
                            .Json();
  EXPECT_EQ(estimate["metrics"][0]["baseline"]["experiment"], "checkout-test");
  EXPECT_EQ(estimate["metrics"][0]["baseline"]["mean"], results["metrics"][0]["variants"][0]["mean"]);
  EXPECT_EQ(estimate["metrics"][1]["baseline"]["variance"], results["metrics"][1]["variants"][0]["variance"]);
  EXPECT_GT(estimate["total_units"], 200);
  EXPECT_EQ(results["losses"]["alarm"], false);
  ASSERT_EQ(results["losses"]["variants"].size(), 2u);
  EXPECT_EQ(results["losses"]["variants"][1]["stored"], units[1]);
  EXPECT_EQ(results["losses"]["variants"][1]["dropped"], 0);

  // Everything survives a restart.
  exptd.Restart();
  EXPECT_FALSE(exptd.daemon().setup_token().has_value());
  EXPECT_EQ(exptd.Get(kProduction + "/snapshot").body, snapshot_file.body);
  EXPECT_EQ(exptd.Get(kProduction + "/events/accounting").Json(), accounting);
  const auto newer =
      core::OpenHead(exptd.Get("/sdk/v1/head", {.bearer = server_key}).body, *root, key->environment, Audience::kServer,
                     {.epoch = head->head.epoch, .head_number = head->head.head_number, .digest = {}}, Now());
  ASSERT_TRUE(newer.ok()) << newer.status();
  EXPECT_GT(newer->head.head_number, head->head.head_number);
}

TEST(Story, UnitsThatMetTwoVariantsAreLeftOutOrCountedForTheFirst) {
  RunningDaemon exptd;
  exptd.MakeShop();
  exptd.MakeCheckout();
  ASSERT_EQ(exptd
                .Post(kShop + "/metrics",
                      {{"key", "buy"}, {"kind", "proportion"}, {"numerator", {{"event", "order_placed"}}}})
                .status,
            201);
  json test = exptd
                  .Post(kProduction + "/experiments", {{"key", "test"},
                                                       {"flag", "checkout"},
                                                       {"status", "running"},
                                                       {"start", "2020-01-01T00:00:00Z"},
                                                       {"weights", {{"off", 500'000}, {"on", 500'000}}},
                                                       {"control", "off"},
                                                       {"metrics", {{{"metric", "buy"}, {"role", "success"}}}}})
                  .Json();
  std::vector<wire::Event> events;
  for (int i = 0; i < 30; ++i) {
    const std::string unit = "unit-" + std::to_string(i);
    for (const std::string variant : {"off", "on"}) {
      if (i < 10 && variant == "on") continue;   // ten met control only,
      if (i >= 25 && variant == "off") continue;  // five treatment only, fifteen both
      Exposure exposure;
      exposure.phase = 1;
      exposure.variant = variant;
      wire::Event event = ExposureOf(test["id"], exposure, unit);
      event.event_id += variant;
      event.time_ms -= variant == "off" ? 1000 : 0;
      events.push_back(event);
    }
  }
  const Reply stored = exptd.SendTo("POST", "/sdk/v1/events",
                                    {.bearer = exptd.MakeSdkKey("server"),
                                     .body = BatchOf(events),
                                     .content_type = "application/x-protobuf"});
  ASSERT_EQ(stored.status, 200) << stored.body;
  const auto units = [&] {
    const json results = exptd.Get(kProduction + "/results/test").Json();
    EXPECT_EQ(results["exposures"]["units"], 30);
    std::vector<int64_t> counted;
    for (const json& variant : results["metrics"][0]["variants"]) counted.push_back(variant["n"]);
    return counted;
  };
  EXPECT_THAT(units(), ::testing::ElementsAre(10, 5));
  test["multi_exposure"] = "first";
  ASSERT_EQ(exptd.Put(kProduction + "/experiments/test", test).status, 200);
  EXPECT_THAT(units(), ::testing::ElementsAre(25, 5));
}

TEST(Story, AGuardrailThatIsWorseRollsBack) {
  DaemonOptions options;
  options.guardrail_interval = std::chrono::milliseconds(50);
  RunningDaemon exptd(options);
  exptd.MakeShop();
  exptd.MakeCheckout();
  ASSERT_EQ(exptd
                .Post(kShop + "/metrics", {{"key", "errors"},
                                           {"kind", "proportion"},
                                           {"direction", "decrease"},
                                           {"numerator", {{"event", "order_placed"}}}})
                .status,
            201);
  const Reply made = exptd.Post(kProduction + "/flags/checkout/guarded-ramp",
                                {{"experiment", "ramp"},
                                 {"control", "off"},
                                 {"treatment", "on"},
                                 {"guardrails", {"errors"}},
                                 {"ramp", {{"points", {{{"time", "2020-01-01T00:00:00Z"}, {"ppm", 1'000'000}}}}}}});
  ASSERT_EQ(made.status, 200) << made.body;
  ASSERT_EQ(exptd.Post(kProduction + "/publish", json::object()).status, 200);
  const std::string server_key = exptd.MakeSdkKey("server");
  const auto send = [&](int first, int each_treatment) {
    std::vector<wire::Event> events;
    for (int i = first; i < first + 300; ++i) {
      const std::string unit = "unit-" + std::to_string(i);
      Exposure exposure;
      exposure.phase = 1;
      exposure.variant = i % 2 == 0 ? "off" : "on";
      wire::Event exposed = ExposureOf(made.Json()["experiment"]["id"], exposure, unit);
      wire::Event failed = PurchaseOf(unit, 1);
      failed.time_ms = exposed.time_ms + 1;
      events.push_back(exposed);
      if (i % (i % 2 == 0 ? 20 : each_treatment) < 2) events.push_back(failed);
    }
    std::string batch = BatchOf(events);
    const Reply stored = exptd.SendTo(
        "POST", "/sdk/v1/events",
        {.bearer = server_key, .body = std::move(batch), .content_type = "application/x-protobuf"});
    EXPECT_EQ(stored.status, 200) << stored.body;
  };
  const auto experiment = [&] { return exptd.Get(kProduction + "/experiments/ramp").Json(); };
  send(0, 20);  // both fail for one in ten
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(experiment()["status"], "running");
  send(300, 2);  // every treatment fails
  for (int i = 0; i < 3000 && experiment()["status"] != "stopped"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const json stopped = experiment();
  EXPECT_EQ(stopped["status"], "stopped");
  EXPECT_EQ(stopped["decision"]["reason"], "guardrail \"errors\" is worse with variant \"on\"");
  EXPECT_EQ(stopped["decision"]["actor"], "system");
  EXPECT_EQ(exptd.Get(kProduction + "/flags/checkout").Json()["rules"][0]["serve"], json({{"variant", "off"}}));
  for (int i = 0; i < 3000 && exptd.Get(kProduction).Json()["published_version"] != 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(exptd.Get(kProduction).Json()["published_version"], 2);
}

TEST(Story, ListsGoPageByPage) {
  RunningDaemon exptd;
  exptd.MakeShop();
  for (const char* key : {"a", "b", "c"}) {
    ASSERT_EQ(exptd
                  .Post(kShop + "/flags",
                        {{"key", key}, {"type", "boolean"}, {"variants", {{{"key", "on"}, {"value", true}}}}})
                  .status,
              201);
  }
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const json page = exptd.Get(kShop + "/flags?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor)).Json();
    for (const json& item : page["items"]) seen.push_back(item["key"]);
    cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
  } while (!cursor.empty());
  EXPECT_THAT(seen, ::testing::ElementsAre("a", "b", "c"));
  ASSERT_EQ(exptd.Delete(kShop + "/flags/b").status, 200);
  EXPECT_EQ(exptd.Get(kShop + "/flags").Json()["items"].size(), 2u);
  EXPECT_EQ(exptd.Get(kShop + "/flags?archived=true").Json()["items"][0]["key"], "b");
  EXPECT_EQ(exptd.Get(kShop + "/flags/b").Json()["archived"], true);
  EXPECT_EQ(exptd.Get("/api/v1/projects").Json()["items"].size(), 1u);
  EXPECT_EQ(exptd.Get(kShop + "/environments").Json()["items"][0]["key"], "production");
  EXPECT_EQ(exptd.Get(kShop + "/attributes").Json()["items"][0]["key"], "targeting_key");
  EXPECT_EQ(exptd.Get(kProduction + "/layers").Json()["items"].size(), 0u);
  const json audit = exptd.Get("/api/v1/audit?limit=1").Json();
  EXPECT_EQ(audit["items"][0]["action"], "archive");
  EXPECT_THAT(audit["items"][0]["actor"].get<std::string>(), HasSubstr("token tok_"));
  EXPECT_EQ(audit["items"][0]["address"], "127.0.0.1");
}

TEST(Story, EmergencyOffIsInTheNextHeadAtOnce) {
  RunningDaemon exptd;
  exptd.MakeShop();
  exptd.MakeCheckout();
  std::string text;
  const std::string key = exptd.MakeSdkKey("server", &text);
  ASSERT_EQ(exptd.Post(kProduction + "/publish", json::object()).status, 200);
  const auto parsed = wire::ParseSdkKey(text);
  const auto root = Root::Parse(exptd.Get("/sdk/v1/root/" + std::to_string(parsed->root_version)).body);
  ASSERT_TRUE(root.ok());
  const Reply list =
      exptd.Put(kProduction + "/emergency-off", {{"flags", {"checkout"}}}, {.headers = {"If-Match: \"0\""}});
  ASSERT_EQ(list.status, 200) << list.body;
  const auto head = core::OpenHead(exptd.Get("/sdk/v1/head", {.bearer = key}).body, *root, parsed->environment,
                                   Audience::kServer, {}, Now());
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_THAT(head->head.emergency_off, ::testing::ElementsAre("checkout"));
  EXPECT_EQ(
      exptd.Put(kProduction + "/emergency-off", {{"flags", {"checkout"}}}, {.headers = {"If-Match: \"0\""}}).status,
      412);
  EXPECT_EQ(exptd.Get(kProduction + "/emergency-off").Json()["flags"].size(), 1u);
}

TEST(Story, RevokedKeysStopAtOnce) {
  RunningDaemon exptd;
  exptd.MakeShop();
  exptd.MakeCheckout();
  const std::string key = exptd.MakeSdkKey("server");
  ASSERT_EQ(exptd.Post(kProduction + "/publish", json::object()).status, 200);
  EXPECT_EQ(exptd.Get("/sdk/v1/head", {.bearer = key}).status, 200);
  EXPECT_EQ(exptd.Delete(kProduction + "/keys/" + key.substr(0, key.find('.'))).status, 204);
  EXPECT_EQ(exptd.Get("/sdk/v1/head", {.bearer = key}).status, 401);
  const json keys = exptd.Get(kProduction + "/keys").Json();
  ASSERT_EQ(keys["items"].size(), 1u);
  EXPECT_NE(keys["items"][0]["revoked"], nullptr);
  EXPECT_FALSE(keys["items"][0].contains("key"));
}

}  // namespace
}  // namespace expt::testing
