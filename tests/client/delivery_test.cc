// Events: each one arrives, once, or is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "expt/client.h"
#include "tests/client/control_plane.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::ControlPlane;
using test::Eventually;
using test::HttpAnswer;
using test::HttpCall;
using test::Upload;

const Context kUser("user-42", {{"country", "CH"}, {"plan", "pro"}, {"email", "a@b.c"}, {"company", "acme"}});

class Delivery : public testing::Test {
 protected:
  Delivery() { plane_.Publish({.version = 1}); }
  std::unique_ptr<Client> Open(ClientOptions options) {
    absl::StatusOr<Client> client = Client::Open(std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    auto opened = std::make_unique<Client>(*std::move(client));
    EXPECT_TRUE(opened->Ready(10s));
    return opened;
  }
  std::unique_ptr<Client> Open() { return Open(plane_.options()); }

  template <typename Body>
  std::vector<wire::Event> Stored() const {
    std::vector<wire::Event> events;
    for (const wire::Event& event : plane_.stored()) {
      if (std::holds_alternative<Body>(event.body)) events.push_back(event);
    }
    return events;
  }
  std::vector<std::string> MetricNames() const {
    std::vector<std::string> names;
    for (const wire::Event& event : Stored<wire::MetricEvent>()) {
      names.push_back(std::get<wire::MetricEvent>(event.body).name);
    }
    return names;
  }
  // Answers uploads with `answer` and everything else as usual.
  void AnswerUploads(std::function<std::optional<HttpAnswer>(const HttpCall&)> answer) {
    plane_.SetIntercept([answer](const HttpCall& call) -> std::optional<HttpAnswer> {
      return call.target == "/sdk/v1/events" ? answer(call) : std::nullopt;
    });
  }

  ControlPlane plane_;
};

std::string Name(int i) { return "event-" + std::to_string(i); }

uint64_t DropsOf(const Client& client, DropReason reason, EventKind kind) {
  uint64_t count = 0;
  for (const ClientStatus::Drop& drop : client.Status().drops) {
    if (drop.reason == reason && drop.kind == kind) count += drop.count;
  }
  return count;
}

TEST_F(Delivery, AMetricEventArrivesWithAllItsParts) {
  const auto client = Open();
  const Property properties[] = {{"currency", "CHF"}, {"items", 3}, {"share", 0.5}, {"gift", true}};
  const Unit extra[] = {{"household", "h1"}};
  const Time when(std::chrono::milliseconds(1'700'000'000'123));
  ASSERT_TRUE(client
                  ->Track("purchase", kUser,
                          {.value = 19.90, .properties = properties, .time = when, .event_id = "my-id", .units = extra})
                  .accepted());
  const FlushReport report = client->Flush(10s);
  EXPECT_EQ(report.delivered, 1u);
  EXPECT_EQ(report.rejected, 0u);
  EXPECT_EQ(report.remaining, 0u);
  const auto stored = Stored<wire::MetricEvent>();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].event_id, "my-id");
  EXPECT_EQ(stored[0].time_ms, 1'700'000'000'123);
  EXPECT_GT(stored[0].sequence, 0u);
  const auto& metric = std::get<wire::MetricEvent>(stored[0].body);
  EXPECT_EQ(metric.name, "purchase");
  EXPECT_EQ(metric.value, 19.90);
  ASSERT_EQ(metric.properties.size(), 4u);
  EXPECT_EQ(metric.properties[0].value.view().text(), "CHF");
  EXPECT_EQ(metric.properties[1].value.view().integer(), 3);
  std::map<std::string, std::string> units;
  for (const wire::EventUnit& unit : metric.units) units[unit.unit_type] = unit.unit_id;
  EXPECT_THAT(units, testing::UnorderedElementsAre(testing::Pair("targeting_key", "user-42"),
                                                   testing::Pair("company", "acme"), testing::Pair("household", "h1")));
}

TEST_F(Delivery, AnExposureOfAnAssignmentMadeBeforeSaysSo) {
  const auto client = Open();
  for (const std::string variant : {"control", "treatment"}) {
    StickyAssignments sticky;
    sticky.Set("exp_checkout", 1, kTargetingKey, "user-42", variant);
    const OwnedDecision decision = client->Decide("checkout-test", kUser, {.sticky = &sticky});
    EXPECT_EQ(decision.view().variant, variant);
    const OwnedDecision silent = client->Decide("checkout-test", kUser, {.record = false, .sticky = &sticky});
    EXPECT_EQ(ToJson(silent.view()), ToJson(decision.view()));
    for (const OwnedDecision& one : client->All(kUser, &sticky)) {
      if (one.view().flag != "checkout-test") continue;
      EXPECT_EQ(ToJson(one.view()), ToJson(decision.view()));
    }
    EXPECT_THAT(client->Explain("checkout-test", kUser, &sticky).text, testing::HasSubstr("assigned before"));
  }
  EXPECT_EQ(client->Flush(10s).delivered, 2u);
  const auto stored = Stored<wire::ExposureEvent>();
  ASSERT_EQ(stored.size(), 2u);
  for (const auto& event : stored) {
    EXPECT_EQ(std::get<wire::ExposureEvent>(event.body).origin, wire::Origin::kSticky);
  }
}

TEST_F(Delivery, AnExposureArrivesWithItsExperimentAndAnalyticsAttributesOnly) {
  const auto client = Open();
  const std::string variant = client->Variant("checkout-test", kUser, "none");
  EXPECT_THAT(variant, testing::AnyOf("control", "treatment"));
  EXPECT_EQ(client->Flush(10s).delivered, 1u);
  const auto stored = Stored<wire::ExposureEvent>();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].event_id.size(), 16u);
  const auto& exposure = std::get<wire::ExposureEvent>(stored[0].body);
  EXPECT_EQ(exposure.experiment, "exp_checkout");
  EXPECT_EQ(exposure.phase, 1u);
  EXPECT_EQ(exposure.variant, variant);
  EXPECT_EQ(exposure.flag, "checkout-test");
  EXPECT_EQ(exposure.rule, "test");
  EXPECT_EQ(exposure.snapshot_version, 1);
  EXPECT_EQ(exposure.unit_type, "targeting_key");
  EXPECT_EQ(exposure.unit_id, "user-42");
  EXPECT_EQ(exposure.origin, wire::Origin::kEngine);
  ASSERT_EQ(exposure.attributes.size(), 1u) << "only what the schema calls analytics";
  EXPECT_EQ(exposure.attributes[0].name, "plan");
  EXPECT_EQ(exposure.attributes[0].value.view().text(), "pro");
}

TEST_F(Delivery, TheSameExposureIsSentOnceAndAnotherUnitsIsNot) {
  const auto client = Open();
  for (int i = 0; i < 100; ++i) client->Variant("checkout-test", kUser, "none");
  client->Variant("checkout-test", Context("user-43"), "none");
  EXPECT_EQ(client->Flush(10s).delivered, 2u);
  EXPECT_EQ(client->Status().exposures_suppressed, 99u);
  EXPECT_EQ(Stored<wire::ExposureEvent>().size(), 2u);
}

TEST_F(Delivery, AChangeOfVariantIsNeverSuppressed) {
  const auto client = Open();
  std::set<std::string> seen;
  int64_t version = 1;
  for (int i = 0; seen.size() < 2; ++i) {
    ASSERT_LT(i, 64) << "64 salts gave the same variant";
    seen.insert(client->Variant("checkout-test", kUser, "none"));
    plane_.Publish({.version = ++version, .salt = "salt-" + std::to_string(i)});
    ASSERT_TRUE(Eventually([&] { return client->Status().snapshot_version == version; }));
  }
  client->Flush(10s);
  std::vector<std::string> variants;
  for (const wire::Event& event : Stored<wire::ExposureEvent>()) {
    variants.push_back(std::get<wire::ExposureEvent>(event.body).variant);
  }
  EXPECT_THAT(variants, testing::UnorderedElementsAre("control", "treatment"));
}

TEST_F(Delivery, DecidingWithoutRecordingReportsNothingUntilExposed) {
  const auto client = Open();
  const OwnedDecision decision = client->Decide("checkout-test", kUser, {.record = false});
  ASSERT_EQ(decision.view().exposures().size(), 1u);
  EXPECT_GE(client->All(kUser).size(), 8u);
  EXPECT_NE(client->Explain("checkout-test", kUser).text, "");
  EXPECT_EQ(client->Flush(10s).delivered, 0u);
  EXPECT_EQ(Stored<wire::ExposureEvent>().size(), 0u);
  EXPECT_TRUE(client->Expose(decision.view(), kUser).accepted());
  EXPECT_EQ(client->Flush(10s).delivered, 1u);
  EXPECT_EQ(Stored<wire::ExposureEvent>().size(), 1u);
}

TEST_F(Delivery, AnAssignmentMadeElsewhereIsMarkedImported) {
  const auto client = Open();
  const Time when(std::chrono::milliseconds(1'600'000'000'000));
  EXPECT_TRUE(client->Expose("checkout-test", "treatment", kUser, {.time = when, .event_id = "old-1"}).accepted());
  EXPECT_EQ(client->Expose("no-such-test", "treatment", kUser).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Expose("checkout-test", "no-such-variant", kUser).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Expose("checkout-test", "treatment", Context()).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Flush(10s).delivered, 1u);
  const auto stored = Stored<wire::ExposureEvent>();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].event_id, "old-1");
  EXPECT_EQ(stored[0].time_ms, 1'600'000'000'000);
  const auto& exposure = std::get<wire::ExposureEvent>(stored[0].body);
  EXPECT_EQ(exposure.origin, wire::Origin::kImported);
  EXPECT_EQ(exposure.experiment, "exp_checkout");
  EXPECT_EQ(exposure.flag, "checkout-test");
  EXPECT_EQ(exposure.phase, 1u);
  EXPECT_EQ(exposure.snapshot_version, 0);
  EXPECT_EQ(DropsOf(*client, DropReason::kInvalid, EventKind::kExposure), 3u);
}

TEST_F(Delivery, AnIdentityArrives) {
  const auto client = Open();
  EXPECT_TRUE(client->Identify(kUser, "device", "d-1").accepted());
  EXPECT_EQ(client->Identify(Context(), "device", "d-1").dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Flush(10s).delivered, 1u);
  const auto stored = Stored<wire::IdentifyEvent>();
  ASSERT_EQ(stored.size(), 1u);
  const auto& identify = std::get<wire::IdentifyEvent>(stored[0].body);
  EXPECT_EQ(identify.first.unit_id, "user-42");
  EXPECT_EQ(identify.second.unit_type, "device");
}

TEST_F(Delivery, WhatIsInvalidIsRefusedAndCounted) {
  const auto client = Open();
  const std::vector<Property> many(kMaxEventProperties + 1, Property{"p", 1});
  const std::string long_text(257, 'x');
  const Property too_long[] = {{"p", ValueView(long_text)}};
  const std::string long_name(129, 'n');
  const std::string long_id(65, 'i');
  EXPECT_EQ(client->Track("", kUser).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Track(long_name, kUser).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Track("n", kUser, {.value = std::numeric_limits<double>::infinity()}).dropped,
            DropReason::kInvalid);
  EXPECT_EQ(client->Track("n", kUser, {.properties = many}).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Track("n", kUser, {.properties = too_long}).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Track("n", kUser, {.event_id = long_id}).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Track("n", Context()).dropped, DropReason::kInvalid);
  const Unit no_id[] = {{"household", ""}};
  EXPECT_EQ(client->Track("n", kUser, {.units = no_id}).dropped, DropReason::kInvalid);
  EXPECT_EQ(client->Track("n", Context(std::string(257, 'u'))).dropped, DropReason::kInvalid);
  EXPECT_EQ(DropsOf(*client, DropReason::kInvalid, EventKind::kMetric), 9u);
  EXPECT_EQ(client->Status().events_accepted, 0u);
}

TEST_F(Delivery, TenThousandEventsFromFourThreadsArriveOnceEach) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2'500;
  const auto client = Open();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        while (!client->Track(Name(t * kEach + i), kUser).accepted()) client->WaitForRoom(1, 1s);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(client->Flush(60s).remaining, 0u);
  const std::vector<std::string> names = MetricNames();
  const std::set<std::string> distinct(names.begin(), names.end());
  EXPECT_EQ(names.size(), size_t{kThreads} * kEach);
  EXPECT_EQ(distinct.size(), names.size());
  const ClientStatus status = client->Status();
  EXPECT_EQ(status.events_delivered, uint64_t{kThreads} * kEach);
  EXPECT_EQ(status.events_duplicate, 0u);
  EXPECT_EQ(status.events_accepted, uint64_t{kThreads} * kEach);
  std::set<uint64_t> sequences;
  for (const Upload& upload : plane_.uploads()) {
    EXPECT_LE(upload.events.size(), 500u);
    for (const wire::Event& event : upload.events) {
      EXPECT_TRUE(sequences.insert(event.sequence).second);
      EXPECT_LE(upload.header.first_sequence, event.sequence);
      EXPECT_GE(upload.header.last_sequence, event.sequence);
    }
  }
  EXPECT_EQ(plane_.connections(), 1) << "one connection for everything";
}

TEST_F(Delivery, TheBatchSaysWhoSends) {
  const auto client = Open();
  client->Track("one", kUser);
  client->Flush(10s);
  client->Track("two", kUser);
  client->Flush(10s);
  const std::vector<Upload> uploads = plane_.uploads();
  ASSERT_GE(uploads.size(), 2u);
  EXPECT_EQ(uploads[0].header.sdk, "cpp");
  EXPECT_NE(uploads[0].header.sdk_version, "");
  EXPECT_EQ(uploads[0].header.instance_id, uploads[1].header.instance_id);
  EXPECT_NE(uploads[0].header.batch_id, uploads[1].header.batch_id);
  EXPECT_GT(uploads[0].header.sent_at_ms, 0);
}

TEST_F(Delivery, AFailedUploadIsSentAgainWithTheSameIds) {
  std::atomic<int> failures{0};
  const std::vector<HttpAnswer> troubles = {
      {.status = 500, .headers = {}, .body = ""},
      {.status = 503, .headers = {}, .body = ""},
      {.status = 429, .headers = {{"Retry-After", "0"}}, .body = ""},
      {.status = 408, .headers = {}, .body = ""},
      {.status = 404, .headers = {}, .body = ""},
      {.status = 200, .headers = {}, .body = "<html>captive portal</html>"},
      {.status = 200, .headers = {}, .body = ""},
      {.status = 200, .headers = {}, .body = std::string(1'000, 'x'), .is_cut = true},
  };
  AnswerUploads([&](const HttpCall&) -> std::optional<HttpAnswer> {
    const auto at = static_cast<size_t>(failures.load());
    if (at >= troubles.size()) return std::nullopt;
    ++failures;
    return troubles[at];
  });
  const auto client = Open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(client->Track(Name(i), kUser).accepted());
  const FlushReport report = client->Flush(20s);
  EXPECT_EQ(report.delivered, 10u);
  EXPECT_EQ(report.remaining, 0u);
  EXPECT_EQ(failures.load(), static_cast<int>(troubles.size()));
  EXPECT_EQ(MetricNames().size(), 10u);
  EXPECT_TRUE(Eventually([&] { return client->Status().last_error.empty(); })) << client->Status().last_error;
}

TEST_F(Delivery, AnAnswerThatIsLostAfterStoringMakesDuplicatesNotDoubles) {
  // The server stores the batch, and the client never hears of it.
  std::atomic<int> losses{3};
  plane_.SetSpoil([&] { return losses.fetch_sub(1) > 0; });
  const auto client = Open();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(client->Track(Name(i), kUser).accepted());
  const FlushReport report = client->Flush(10s);
  EXPECT_EQ(report.delivered, 50u);
  EXPECT_EQ(report.remaining, 0u);
  EXPECT_EQ(client->Status().events_duplicate + client->Status().events_delivered, 50u);
  EXPECT_GT(client->Status().events_duplicate, 0u);
  EXPECT_EQ(MetricNames().size(), 50u);
}

TEST_F(Delivery, EachEventOfABatchGetsItsOwnVerdict) {
  std::atomic<int> retries{0};
  plane_.SetJudge([&](const wire::Event& event) -> std::optional<wire::AckResult> {
    const auto* metric = std::get_if<wire::MetricEvent>(&event.body);
    if (metric == nullptr) return std::nullopt;
    if (metric->name == "bad") return wire::AckResult::kRejected;
    if (metric->name == "later" && ++retries <= 3) return wire::AckResult::kRetry;
    return std::nullopt;
  });
  const auto client = Open();
  for (const char* name : {"good", "bad", "later", "good", "bad"}) ASSERT_TRUE(client->Track(name, kUser).accepted());
  const FlushReport report = client->Flush(10s);
  EXPECT_EQ(report.delivered, 3u);
  EXPECT_EQ(report.rejected, 2u);
  EXPECT_EQ(report.remaining, 0u);
  EXPECT_THAT(MetricNames(), testing::UnorderedElementsAre("good", "good", "later"));
  EXPECT_EQ(client->Status().events_rejected, 2u);
  EXPECT_EQ(DropsOf(*client, DropReason::kRejected, EventKind::kMetric), 2u);
  EXPECT_EQ(retries.load(), 4);
}

TEST_F(Delivery, APoisonEventIsFoundByHalvingAndTheOthersArrive) {
  for (const int status : {400, 413, 422}) {
    SCOPED_TRACE(status);
    ControlPlane plane;
    plane.Publish({.version = 1});
    // Any batch with a poison event is refused as a whole.
    std::atomic<int> refused{0};
    ClientOptions options = plane.options();
    options.flush_interval = 10s;  // all in one batch
    plane.SetIntercept([&refused, status](const HttpCall& call) -> std::optional<HttpAnswer> {
      if (call.target != "/sdk/v1/events") return std::nullopt;
      const std::string plain = test::Decompress(call.body);
      if (plain.find("poison") == std::string::npos) return std::nullopt;
      ++refused;
      return HttpAnswer{.status = status, .headers = {}, .body = ""};
    });
    const auto client = Open(options);
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(client->Track(i == 77 ? "poison" : Name(i), kUser).accepted());
    const FlushReport report = client->Flush(20s);
    EXPECT_EQ(report.delivered, 199u);
    EXPECT_EQ(report.rejected, 1u);
    EXPECT_EQ(report.remaining, 0u);
    EXPECT_LE(refused.load(), 1 + 8) << "log2 of 200, rounded up, and the first";
    EXPECT_EQ(DropsOf(*client, DropReason::kRejected, EventKind::kMetric), 1u);
  }
}

TEST_F(Delivery, ARefusedKeyKeepsEverythingUntilItIsAccepted) {
  std::atomic<bool> is_refused{true};
  AnswerUploads([&](const HttpCall&) -> std::optional<HttpAnswer> {
    if (!is_refused) return std::nullopt;
    return HttpAnswer{.status = 401, .headers = {}, .body = ""};
  });
  const auto client = Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client->Track(Name(i), kUser).accepted());
  const FlushReport early = client->Flush(300ms);
  EXPECT_EQ(early.delivered, 0u);
  EXPECT_EQ(early.remaining, 5u);
  EXPECT_THAT(client->Status().last_error, testing::HasSubstr("401"));
  is_refused = false;
  EXPECT_EQ(client->Flush(10s).remaining, 0u);
  EXPECT_EQ(MetricNames().size(), 5u);
}

TEST_F(Delivery, AFullBufferDropsTheLeastImportantAndTellsTheServer) {
  std::atomic<bool> is_down{true};
  AnswerUploads([&](const HttpCall&) -> std::optional<HttpAnswer> {
    if (!is_down) return std::nullopt;
    return HttpAnswer{.status = 503, .headers = {}, .body = ""};
  });
  ClientOptions options = plane_.options();
  options.buffer_events = 20;
  options.batch_events = 10;
  options.flush_interval = 1ms;
  const auto client = Open(options);
  ASSERT_TRUE(client->Track("first", kUser).accepted());
  ASSERT_TRUE(plane_.WaitForCalls("/sdk/v1/events", 1));  // one is in hand, the buffer is empty
  int accepted = 1;
  for (int i = 0; i < 30; ++i) accepted += client->Track(Name(i), kUser).accepted() ? 1 : 0;
  EXPECT_EQ(accepted, 21);
  EXPECT_FALSE(client->WaitForRoom(1, 1ms));
  // Exposures push metric events out.
  for (int i = 0; i < 25; ++i) client->Variant("checkout-test", Context("unit-" + std::to_string(i)), "none");
  EXPECT_EQ(DropsOf(*client, DropReason::kBufferFull, EventKind::kMetric), 10u + 20u);
  EXPECT_EQ(DropsOf(*client, DropReason::kBufferFull, EventKind::kExposure), 5u);
  is_down = false;
  EXPECT_EQ(client->Flush(10s).remaining, 0u);
  EXPECT_EQ(Stored<wire::ExposureEvent>().size(), 20u);
  EXPECT_EQ(MetricNames().size(), 1u);
  // What was dropped is not remembered as seen.
  for (int i = 0; i < 25; ++i) client->Variant("checkout-test", Context("unit-" + std::to_string(i)), "none");
  EXPECT_EQ(client->Flush(10s).remaining, 0u);
  EXPECT_EQ(Stored<wire::ExposureEvent>().size(), 25u);
  // The drops of exposures name experiment and variant, and the server has heard of them.
  std::map<std::string, uint64_t> told;
  const std::vector<Upload> uploads = plane_.uploads();
  for (const wire::DropCount& drop : uploads.back().header.drops) {
    if (drop.kind == EventKind::kExposure) told[drop.experiment] += drop.count;
  }
  EXPECT_EQ(told["exp_checkout"], 5u);
  const ClientStatus status = client->Status();
  uint64_t dropped = 0;
  for (const ClientStatus::Drop& drop : status.drops) {
    if (drop.kind != EventKind::kSummary) dropped += drop.count;
  }
  EXPECT_EQ(dropped, 35u);
}

TEST_F(Delivery, CloseDeliversWhatIsBufferedAndASecondCloseDoesNothing) {
  auto client = Open();
  EXPECT_TRUE(client->Enabled("new-checkout", kUser));
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(client->Track(Name(i), kUser).accepted());
  EXPECT_TRUE(client->Close(20s).ok());
  EXPECT_EQ(MetricNames().size(), 1'000u);
  EXPECT_EQ(Stored<wire::SummaryEvent>().size(), 1u) << "the evaluation was counted, and the count arrived";
  EXPECT_EQ(client->Track("late", kUser).dropped, DropReason::kClosed);
  EXPECT_TRUE(client->Close(20s).ok());
  EXPECT_TRUE(client->Enabled("new-checkout", kUser)) << "decisions go on";
  EXPECT_EQ(DropsOf(*client, DropReason::kClosed, EventKind::kMetric), 1u);
}

TEST_F(Delivery, CloseKeepsItsDeadlineAndCountsWhatItLeaves) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  plane_.SetHold(released);  // the server takes uploads and does not answer
  auto client = Open();
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(client->Track(Name(i), kUser).accepted());
  ASSERT_TRUE(Eventually([&] { return plane_.held() > 0; }));
  const absl::Status status = client->Close(50ms);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(DropsOf(*client, DropReason::kClosed, EventKind::kMetric), 7u);
  release.set_value();
}

// Names of this process's threads.
int ClientThreads() {
  int count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    std::getline(file, name);
    if (name == "expt-client") ++count;
  }
  return count;
}

TEST_F(Delivery, OneThreadPerClientAndNoneAfterClose) {
  EXPECT_EQ(ClientThreads(), 0);
  auto first = Open();
  EXPECT_EQ(ClientThreads(), 1);
  auto second = Open();
  EXPECT_EQ(ClientThreads(), 2);
  EXPECT_TRUE(first->Close(2s).ok());
  second.reset();
  EXPECT_TRUE(Eventually([] { return ClientThreads() == 0; }));
}

TEST_F(Delivery, AMovedClientGoesOnAndTheOverwrittenOneCloses) {
  absl::StatusOr<Client> opened = Client::Open(plane_.options());
  ASSERT_TRUE(opened.ok());
  Client client = *std::move(opened);
  ASSERT_TRUE(client.Ready(10s));
  Client other = std::move(client);
  ASSERT_TRUE(other.Track("moved", kUser).accepted());
  EXPECT_EQ(other.Flush(10s).delivered, 1u);
  absl::StatusOr<Client> replacement = Client::Open(plane_.options());
  ASSERT_TRUE(replacement.ok());
  ASSERT_TRUE(other.Track("before", kUser).accepted());
  other = *std::move(replacement);
  EXPECT_THAT(MetricNames(), testing::ElementsAre("moved", "before"));
  EXPECT_TRUE(other.Ready(10s));
  EXPECT_EQ(ClientThreads(), 1);
}

TEST_F(Delivery, SummariesCountEveryEvaluation) {
  const auto client = Open();
  const FlagHandle handle("page-size");
  for (int i = 0; i < 30; ++i) client->Value(handle, kUser, 0);
  std::thread other([&] {
    for (int i = 0; i < 12; ++i) client->Value("page-size", kUser, 0);
    for (int i = 0; i < 5; ++i) client->Enabled("new-checkout", kUser);
  });
  other.join();
  client->Value("page-size", kUser, "text");  // another type
  client->Value("no-such-flag", kUser, 0);
  EXPECT_EQ(client->Flush(10s).delivered, 0u) << "summaries are not the caller's events";
  std::map<std::string, uint64_t> counts;
  for (const wire::Event& event : Stored<wire::SummaryEvent>()) {
    const auto& summary = std::get<wire::SummaryEvent>(event.body);
    EXPECT_EQ(summary.snapshot_version, 1);
    EXPECT_LE(summary.window_start_ms, summary.window_end_ms);
    counts[summary.flag + "|" + summary.variant + "|" + summary.rule + "|" + std::to_string(summary.reason)] +=
        summary.count;
  }
  EXPECT_EQ(counts["page-size|size||" + std::to_string(static_cast<int>(Reason::kStatic))], 42u);
  EXPECT_EQ(counts["new-checkout|on|swiss|" + std::to_string(static_cast<int>(Reason::kTargetingMatch))], 5u);
  EXPECT_EQ(counts["page-size|||" + std::to_string(static_cast<int>(Reason::kError))], 1u);
  EXPECT_EQ(client->Status().events_accepted, 0u);
}

}  // namespace
}  // namespace expt
