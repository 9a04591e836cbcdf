#include "control-plane/ingest/ingest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <thread>

#include "tests/ingest/batches.h"

namespace expt::ingest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int64_t kNow = 1'900'000'000'000;
const Sender kServer{.environment = "env_a", .is_server_key = true, .key_id = "k1"};
const Sender kBrowser{.environment = "env_a", .is_server_key = false, .key_id = "k2"};

class IngestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("expt-ingest-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(directory_);
    Open(Patient());
  }
  void TearDown() override {
    ingest_.reset();
    std::filesystem::remove_all(directory_);
  }
  // Takes everything in, however slow the disk is.
  static IngestOptions Patient() { return {.admission = {.max_wait = std::chrono::hours(1)}}; }
  void Open(IngestOptions options) {
    ingest_.reset();
    absl::StatusOr<std::unique_ptr<Ingest>> ingest = Ingest::Open(directory_, options);
    ASSERT_TRUE(ingest.ok()) << ingest.status();
    ingest_ = *std::move(ingest);
  }
  wire::BatchReply Sent(const Sender& sender, const std::vector<wire::Event>& events) {
    absl::StatusOr<wire::BatchReply> reply = Send(*ingest_, sender, BatchOf(events, HeaderOf(kNow)), kNow);
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? *reply : wire::BatchReply();
  }
  std::map<std::string, int64_t> Outcomes(const std::string& environment = "env_a") {
    std::map<std::string, int64_t> counts;
    const absl::StatusOr<AccountingReport> report = ingest_->Accounting(environment);
    EXPECT_TRUE(report.ok()) << report.status();
    for (const AccountingReport::Received& row : report->received) counts[row.outcome] += row.count;
    return counts;
  }

  std::filesystem::path directory_;
  std::unique_ptr<Ingest> ingest_;
};

constexpr auto kStored = wire::AckResult::kStored;
constexpr auto kDuplicate = wire::AckResult::kDuplicate;
constexpr auto kRejected = wire::AckResult::kRejected;

TEST_F(IngestTest, EveryEventOfABatchHasItsOwnAnswer) {
  const wire::Event good = ExposureOf("a", kNow, "u1", "on");
  wire::Event changed = good;
  std::get<wire::ExposureEvent>(changed.body).variant = "off";
  wire::Event imported = ExposureOf("b", kNow, "u2", "on");
  std::get<wire::ExposureEvent>(imported.body).origin = wire::Origin::kImported;
  const wire::BatchReply reply = Sent(
      kBrowser, {good, good, changed, imported, MetricOf("c", kNow, "", "m"), MetricOf("d", kNow, "u1", "m", 1.5)});
  EXPECT_THAT(reply.results, ElementsAre(kStored, kDuplicate, kRejected, kRejected, kRejected, kStored));
  ASSERT_THAT(reply.rejections, SizeIs(3));
  EXPECT_EQ(reply.rejections[0].index, 2u);
  EXPECT_EQ(reply.rejections[0].code, "ID_CONFLICT");
  EXPECT_EQ(reply.rejections[1].index, 3u);
  EXPECT_EQ(reply.rejections[1].code, "IMPORTED_NOT_ALLOWED");
  EXPECT_EQ(reply.rejections[2].index, 4u);
  EXPECT_EQ(reply.received_at_ms, kNow);
  EXPECT_EQ(Outcomes(),
            (std::map<std::string, int64_t>{{"conflict", 1}, {"duplicate", 1}, {"rejected", 2}, {"stored", 2}}));
  EXPECT_EQ(Outcomes("env_b").size(), 0u);
}

TEST_F(IngestTest, ImportedExposuresAreStoredUnderAServerKey) {
  wire::Event imported = ExposureOf("b", kNow, "u2", "on");
  std::get<wire::ExposureEvent>(imported.body).origin = wire::Origin::kImported;
  EXPECT_THAT(Sent(kServer, {imported}).results, ElementsAre(kStored));
}

TEST_F(IngestTest, ASecondImportUnderOtherSequenceNumbersIsADuplicate) {
  wire::Event event = MetricOf("order-17", kNow, "u1", "order", 20);
  event.sequence = 1;
  EXPECT_THAT(Sent(kServer, {event}).results, ElementsAre(kStored));
  event.sequence = 800;
  event.monotonic_ms = 12'345;
  EXPECT_THAT(Sent(kServer, {event}).results, ElementsAre(kDuplicate));
}

TEST_F(IngestTest, AnUnreadableEventCostsOnlyItself) {
  const std::string good = wire::EncodeEvent(ExposureOf("a", kNow, "u1", "on"));
  const std::string broken = good.substr(0, good.size() - 3);
  const std::vector<std::string_view> events = {broken, good};
  const absl::StatusOr<wire::BatchReply> reply =
      Send(*ingest_, kBrowser, wire::EncodeBatch(HeaderOf(kNow), events), kNow);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->results, ElementsAre(kRejected, kStored));
  ASSERT_THAT(reply->rejections, SizeIs(1));
  EXPECT_EQ(reply->rejections[0].code, "EVENT_INVALID");
  const auto quarantine = ingest_->Quarantine("env_a", 10);
  ASSERT_TRUE(quarantine.ok());
  ASSERT_THAT(*quarantine, SizeIs(1));
  EXPECT_EQ((*quarantine)[0].bytes, broken);
  EXPECT_EQ((*quarantine)[0].sender, "test 1");
  EXPECT_EQ((*quarantine)[0].first_seen, Time(std::chrono::milliseconds(kNow)));
}

TEST_F(IngestTest, WhatIsNoBatchIsRefusedAsAWholeAndKept) {
  EXPECT_EQ(Send(*ingest_, kBrowser, "<html>", kNow).status().code(), absl::StatusCode::kInvalidArgument);
  const std::string large(wire::kMaxBatchFileBytes + 1, '\n');
  EXPECT_EQ(Send(*ingest_, kBrowser, large, kNow).status().code(), absl::StatusCode::kOutOfRange);
  const auto quarantine = ingest_->Quarantine("env_a", 10);
  ASSERT_TRUE(quarantine.ok());
  EXPECT_THAT(*quarantine, SizeIs(2));
  EXPECT_EQ(Outcomes(), (std::map<std::string, int64_t>{{"rejected", 2}}));
  EXPECT_EQ(ingest_->refused_batches(BatchRefusal::kUnreadable), 1u);
  EXPECT_EQ(ingest_->refused_batches(BatchRefusal::kTooLarge), 1u);
}

TEST_F(IngestTest, AnEmptyBatchIsAnsweredEmpty) { EXPECT_THAT(Sent(kBrowser, {}).results, SizeIs(0)); }

TEST_F(IngestTest, EventsOfAClockThatIsFarOffAreStoredAndCountedApart) {
  const absl::StatusOr<wire::BatchReply> reply =
      Send(*ingest_, kBrowser, BatchOf({ExposureOf("a", kNow, "u1", "on")}, HeaderOf(kNow + 3'600'000)), kNow);
  ASSERT_TRUE(reply.ok());
  EXPECT_THAT(reply->results, ElementsAre(kStored));
  EXPECT_EQ(Outcomes(), (std::map<std::string, int64_t>{{"stored_time_suspect", 1}}));
}

TEST_F(IngestTest, WhatClientsDroppedIsReportedByReasonAndVariant) {
  wire::BatchHeader header = HeaderOf(kNow);
  header.instance_id[0] = 7;
  header.drops = {{DropReason::kBufferFull, EventKind::kExposure, "exp_1", "on", 4}};
  ASSERT_TRUE(Send(*ingest_, kBrowser, BatchOf({}, header), kNow).ok());
  header.drops[0].count = 6;
  ASSERT_TRUE(Send(*ingest_, kBrowser, BatchOf({}, header), kNow).ok());
  const absl::StatusOr<AccountingReport> report = ingest_->Accounting("env_a");
  ASSERT_TRUE(report.ok());
  ASSERT_THAT(report->dropped, SizeIs(1));
  EXPECT_EQ(report->dropped[0].reason, "buffer_full");
  EXPECT_EQ(report->dropped[0].kind, "exposure");
  EXPECT_EQ(report->dropped[0].variant, "on");
  EXPECT_EQ(report->dropped[0].count, 6);
}

// A UUIDv7 in binary.
std::string IdMadeAt(int64_t time_ms) {
  std::string id(16, '\x11');
  for (int i = 0; i < 6; ++i) id[static_cast<size_t>(i)] = static_cast<char>(time_ms >> (40 - 8 * i));
  id[6] = '\x71';
  id[8] = '\x91';
  return id;
}

constexpr int64_t kDayMs = 86'400'000;

TEST_F(IngestTest, AnEventWhoseIdIsOlderThanTheDedupeWindowIsExpired) {
  const int64_t old = kNow - 31 * kDayMs;
  const wire::BatchReply reply =
      Sent(kServer, {MetricOf(IdMadeAt(old), old, "u1", "m"), MetricOf(IdMadeAt(kNow - kDayMs), old, "u1", "m"),
                     MetricOf("order-17", old, "u1", "m")});
  EXPECT_THAT(reply.results, ElementsAre(kRejected, kStored, kStored));
  ASSERT_THAT(reply.rejections, SizeIs(1));
  EXPECT_EQ(reply.rejections[0].code, "EVENT_EXPIRED");
  EXPECT_THAT(reply.rejections[0].text, HasSubstr("event id"));
  EXPECT_EQ(Outcomes(), (std::map<std::string, int64_t>{{"expired", 1}, {"stored", 2}}));
  EXPECT_THAT(*ingest_->Quarantine("env_a", 10), SizeIs(0));
}

TEST_F(IngestTest, AWrongClockIsNoReasonToExpireWhatIsSentAtOnce) {
  // The clock stands at 31 days ago, and at 1970: made and sent within a minute.
  for (const int64_t clock : {kNow - 31 * kDayMs, int64_t{60'000}}) {
    const absl::StatusOr<wire::BatchReply> reply =
        Send(*ingest_, kServer,
             BatchOf({MetricOf(IdMadeAt(clock - 1'000), clock - 1'000, "u1", "m")}, HeaderOf(clock)), kNow);
    ASSERT_TRUE(reply.ok());
    EXPECT_THAT(reply->results, ElementsAre(kStored));
  }
  // Made while the clock had not been set, sent afterwards.
  EXPECT_THAT(Sent(kServer, {MetricOf(IdMadeAt(5'000), 5'000, "u1", "m")}).results, ElementsAre(kStored));
}

TEST_F(IngestTest, LossesAreReportedByArmAndInTotal) {
  wire::Event refused = ExposureOf("c", kNow, "u3", "on");
  std::get<wire::ExposureEvent>(refused.body).origin = wire::Origin::kImported;
  wire::Event good = ExposureOf("a", kNow, "u1", "on");
  good.sequence = 1;
  wire::Event other = ExposureOf("b", kNow, "u2", "off");
  other.sequence = 9;
  wire::BatchHeader header = HeaderOf(kNow);
  header.instance_id[0] = 7;
  header.drops = {{DropReason::kBufferFull, EventKind::kExposure, "exp_1", "on", 4},
                  {DropReason::kRejected, EventKind::kExposure, "exp_1", "on", 1},
                  {DropReason::kInvalid, EventKind::kMetric, "", "", 2}};
  ASSERT_TRUE(Send(*ingest_, kBrowser, BatchOf({good, good, refused, other}, header), kNow).ok());
  const absl::StatusOr<AccountingReport> report = ingest_->Accounting("env_a");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->accepted, 4);
  EXPECT_THAT(report->arms,
              ElementsAre(AccountingReport::Arm{.experiment = "exp_1", .variant = "off", .accepted = 1, .stored = 1},
                          AccountingReport::Arm{.experiment = "exp_1",
                                                .variant = "on",
                                                .accepted = 3,
                                                .stored = 1,
                                                .duplicate = 1,
                                                .quarantined = 1,
                                                .dropped = 4}));
  EXPECT_EQ(report->known_lost(), 7);  // refused, four and two
  EXPECT_EQ(report->sequences,
            (storage::SequenceSums{.instances = 1, .sent = 9, .received = 2, .declared = 4, .unknown = 3}));
}

TEST_F(IngestTest, ManyCallersAtOnceStoreEachEventOnceAndEveryoneIsAnswered) {
  constexpr int kCallers = 8;
  constexpr int kBatches = 20;
  std::atomic<int> stored = 0;
  std::atomic<int> duplicates = 0;
  std::vector<std::thread> callers;
  for (int c = 0; c < kCallers; ++c) {
    callers.emplace_back([&, c] {
      for (int b = 0; b < kBatches; ++b) {
        // Every batch is sent by two callers.
        std::vector<wire::Event> events;
        for (int i = 0; i < 10; ++i) {
          events.push_back(MetricOf(std::to_string(c / 2) + "/" + std::to_string(b) + "/" + std::to_string(i), kNow,
                                    "u" + std::to_string(i), "m", 1));
        }
        for (const wire::AckResult result : Sent(kServer, events).results) {
          (result == kStored ? stored : duplicates).fetch_add(1);
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(stored, kCallers * kBatches * 10 / 2);
  EXPECT_EQ(duplicates, kCallers * kBatches * 10 / 2);
}

// Keeps the writer of the log inside an acknowledgement until it is destroyed.
class BusyWriter {
 public:
  explicit BusyWriter(Ingest& ingest) {
    std::promise<void> entered;
    ingest.Accept(kServer, BatchOf({}, HeaderOf(kNow)), Time(std::chrono::milliseconds(kNow)),
                  [&entered, release = release_.get_future().share()](const absl::StatusOr<std::string>&) {
                    entered.set_value();
                    release.wait();
                  });
    entered.get_future().wait();
  }
  ~BusyWriter() { release_.set_value(); }

 private:
  std::promise<void> release_;
};

TEST_F(IngestTest, WhileTheLogIsBehindExposuresAreTakenAndTheRestIsAskedForAgain) {
  IngestOptions options;
  options.admission.max_wait = std::chrono::milliseconds(0);
  Open(options);
  std::future<absl::StatusOr<std::string>> reply;
  std::promise<absl::StatusOr<std::string>> promise;
  reply = promise.get_future();
  {
    const BusyWriter busy(*ingest_);
    const Time now{std::chrono::milliseconds(kNow)};
    EXPECT_TRUE(absl::IsUnavailable(ingest_->Admit(kBrowser, now)));
    wire::Event conflicting = ExposureOf("b", kNow, "u3", "off");
    ingest_->Accept(kBrowser,
                    BatchOf({MetricOf("a", kNow, "u1", "m"), ExposureOf("b", kNow, "u1", "on"),
                             ExposureOf("c", kNow, "", "on"), MetricOf("d", kNow, "u1", "m"), conflicting},
                            HeaderOf(kNow)),
                    now, [&promise](absl::StatusOr<std::string> bytes) { promise.set_value(std::move(bytes)); });
  }
  const absl::StatusOr<std::string> bytes = reply.get();
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const absl::StatusOr<wire::BatchReply> decoded = wire::DecodeReply(*bytes);
  ASSERT_TRUE(decoded.ok());
  constexpr auto kRetry = wire::AckResult::kRetry;
  // An event that cannot be read is no exposure as far as anybody knows.
  EXPECT_THAT(decoded->results, ElementsAre(kRetry, kStored, kRetry, kRetry, kRejected));
  ASSERT_THAT(decoded->rejections, SizeIs(1));
  EXPECT_EQ(decoded->rejections[0].index, 4u);
  EXPECT_EQ(ingest_->shed_events(), 3u);
  EXPECT_EQ(ingest_->answered(storage::EventOutcome::kStored), 1u);
  EXPECT_EQ(Outcomes(), (std::map<std::string, int64_t>{{"conflict", 1}, {"stored", 1}}));
}

TEST_F(IngestTest, AKeyThatSendsTooFastIsRefusedBeforeItsBodyIsRead) {
  IngestOptions options;
  options.admission = {.key_events_per_second = 1, .key_burst_events = 2, .max_wait = std::chrono::hours(1)};
  Open(options);
  const Time now{std::chrono::milliseconds(kNow)};
  EXPECT_TRUE(ingest_->Admit(kBrowser, now).ok());
  Sent(kBrowser, {MetricOf("a", kNow, "u1", "m"), MetricOf("b", kNow, "u1", "m"), MetricOf("c", kNow, "u1", "m")});
  EXPECT_TRUE(absl::IsResourceExhausted(ingest_->Admit(kBrowser, now)));
  EXPECT_TRUE(ingest_->Admit(kServer, now).ok());
  EXPECT_TRUE(ingest_->Admit(kBrowser, now + std::chrono::seconds(2)).ok());
  EXPECT_EQ(ingest_->refused_batches(BatchRefusal::kKeyTooFast), 1u);
}

TEST_F(IngestTest, AFullQueueIsEverybodysAndNotThisKeys) {
  IngestOptions options;
  options.log.max_queued_batches = 1;
  Open(options);
  std::promise<absl::StatusOr<std::string>> promise;
  {
    const BusyWriter busy(*ingest_);
    const Time now{std::chrono::milliseconds(kNow)};
    ingest_->Accept(kServer, BatchOf({}, HeaderOf(kNow)), now,
                    [&promise](absl::StatusOr<std::string> bytes) { promise.set_value(std::move(bytes)); });
    EXPECT_TRUE(absl::IsUnavailable(Send(*ingest_, kServer, BatchOf({}, HeaderOf(kNow)), kNow).status()));
  }
  EXPECT_TRUE(promise.get_future().get().ok());
  EXPECT_EQ(ingest_->refused_batches(BatchRefusal::kTooFarBehind), 1u);
}

TEST_F(IngestTest, AfterCloseABatchIsRefused) {
  ingest_->Close();
  EXPECT_EQ(Send(*ingest_, kServer, BatchOf({}, HeaderOf(kNow)), kNow).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(IngestTest, WithTheDiskFullEveryoneIsAskedToComeBack) {
  IngestOptions options;
  options.log.disk_reserve_bytes = INT64_MAX;
  Open(options);
  EXPECT_EQ(Send(*ingest_, kServer, BatchOf({ExposureOf("a", kNow, "u1", "on")}, HeaderOf(kNow)), kNow).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(Outcomes().size(), 0u);
  EXPECT_EQ(ingest_->refused_batches(BatchRefusal::kDisk), 1u);
}

}  // namespace
}  // namespace expt::ingest
