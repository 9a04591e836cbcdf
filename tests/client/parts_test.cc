// The small parts of the client, each alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "src/client/crc32c.h"
#include "src/client/drop_counts.h"
#include "src/client/event_buffer.h"
#include "src/client/event_id.h"
#include "src/client/event_record.h"
#include "src/client/exposure_dedupe.h"
#include "src/client/retry.h"
#include "src/client/saved_file.h"
#include "src/client/url.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

TEST(Crc32c, MatchesTheCheckValueOfTheStandard) { EXPECT_EQ(Crc32c("123456789"), 0xe3069283u); }

TEST(EventIds, AreVersionSevenInTimeOrderAndDistinct) {
  EventIds ids;
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = ids.Make(Time(milliseconds(0x0123456789ab)));
    ASSERT_EQ(id.size(), 16u);
    EXPECT_EQ(id.substr(0, 6), std::string("\x01\x23\x45\x67\x89\xab"));
    EXPECT_EQ(static_cast<uint8_t>(id[6]) >> 4, 7);
    EXPECT_EQ(static_cast<uint8_t>(id[8]) >> 6, 2);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(RetryAfter, ReadsSecondsAndDatesAndCapsBoth) {
  const Time now(milliseconds(784111777000));  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(ParseRetryAfter("120", now), milliseconds(120'000));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:50:37 GMT", now), milliseconds(60'000));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:00:00 GMT", now), milliseconds(0));
  EXPECT_EQ(ParseRetryAfter("999999", now), kMaxRetryAfter);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999", now), kMaxRetryAfter);
  EXPECT_EQ(ParseRetryAfter("", now), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("soon", now), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("-5", now), std::nullopt);
}

TEST(Backoff, StaysBelowItsDoublingBoundAndHonoursTheServer) {
  Jitter jitter;
  Backoff backoff(milliseconds(100), milliseconds(1'000));
  milliseconds longest{0};
  for (int i = 0; i < 100; ++i) {
    const milliseconds wait = backoff.Next(std::nullopt, jitter);
    EXPECT_LE(wait, milliseconds(i == 0 ? 100 : i == 1 ? 200 : i == 2 ? 400 : i == 3 ? 800 : 1'000));
    longest = std::max(longest, wait);
  }
  EXPECT_GT(longest, milliseconds(500)) << "a hundred uniform draws all in the lower half";
  EXPECT_EQ(backoff.Next(milliseconds(7'777), jitter), milliseconds(7'777));
  backoff.Reset();
  EXPECT_LE(backoff.Next(std::nullopt, jitter), milliseconds(100));
}

TEST(Url, TakesHttpsAnywhereAndHttpToThisMachineOnly) {
  for (const char* url : {"https://flags.example.com", "https://flags.example.com:8443/path", "http://127.0.0.1:8080",
                          "http://localhost", "http://[::1]:80", "HTTP://127.1.2.3"}) {
    EXPECT_TRUE(CheckBaseUrl(url).ok()) << url;
  }
  for (const char* url :
       {"", "flags.example.com", "http://flags.example.com", "http://128.0.0.1", "http://127.0.0.1.example.com",
        "http://127.example.com", "file:///etc/passwd", "ftp://127.0.0.1", "https://user:pass@example.com",
        "https://example.com/?q=1", "https://example.com/#part", "http://localhost.example.com", "http://0.0.0.0"}) {
    EXPECT_EQ(CheckBaseUrl(url).code(), absl::StatusCode::kInvalidArgument) << url;
  }
  EXPECT_EQ(JoinUrl("https://a/b/", "/sdk"), "https://a/b/sdk");
}

Exposure ExposureOf(std::string_view variant) {
  Exposure exposure;
  exposure.experiment_id = "exp_1";
  exposure.variant = variant;
  exposure.bucket_by = "targeting_key";
  exposure.phase = 1;
  return exposure;
}

TEST(ExposureDedupe, SuppressesTheSameOnlyWithinItsTime) {
  ExposureDedupe dedupe(100, milliseconds(1'000));
  const ExposureKey key = dedupe.KeyOf(ExposureOf("control"), "u1");
  const Time start(milliseconds(1'000'000));
  EXPECT_TRUE(dedupe.Note(key, start).is_new);
  EXPECT_FALSE(dedupe.Note(key, start + milliseconds(999)).is_new);
  EXPECT_TRUE(dedupe.Note(key, start + milliseconds(1'000)).is_new);
  EXPECT_FALSE(dedupe.Note(key, start + milliseconds(1'001)).is_new);
  EXPECT_TRUE(dedupe.Note(key, start).is_new) << "the wall clock stepped back";
}

TEST(ExposureDedupe, TellsEveryPartOfTheKeyApart) {
  const ExposureDedupe dedupe(100, milliseconds(1'000));
  const Exposure base = ExposureOf("control");
  const ExposureKey key = dedupe.KeyOf(base, "u1");
  EXPECT_EQ(key, dedupe.KeyOf(base, "u1"));
  EXPECT_FALSE(key == dedupe.KeyOf(ExposureOf("treatment"), "u1"));
  EXPECT_FALSE(key == dedupe.KeyOf(base, "u2"));
  Exposure other = base;
  other.phase = 2;
  EXPECT_FALSE(key == dedupe.KeyOf(other, "u1"));
  other = base;
  other.is_holdout = true;
  EXPECT_FALSE(key == dedupe.KeyOf(other, "u1"));
  other = base;
  other.bucket_by = "company";
  EXPECT_FALSE(key == dedupe.KeyOf(other, "u1"));
  // The border between two texts counts.
  Exposure left = base;
  left.experiment_id = "exp_1c";
  left.variant = "ontrol";
  EXPECT_FALSE(key == dedupe.KeyOf(left, "u1"));
  const std::string long_id(10'000, 'x');
  EXPECT_FALSE(dedupe.KeyOf(base, long_id) == dedupe.KeyOf(base, long_id + "x"));
}

TEST(ExposureDedupe, ForgetsTheLeastRecentWhenFullAndWhatItIsTold) {
  ExposureDedupe dedupe(8, milliseconds(1'000'000));
  const Time now(milliseconds(1));
  std::vector<ExposureKey> keys;
  for (int i = 0; i < 9; ++i) keys.push_back(dedupe.KeyOf(ExposureOf("control"), "u" + std::to_string(i)));
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(dedupe.Note(keys[i], now).is_new);
  EXPECT_FALSE(dedupe.Note(keys[0], now).is_new);  // used again, so the second is the oldest
  EXPECT_TRUE(dedupe.Note(keys[8], now).is_new);
  EXPECT_FALSE(dedupe.Note(keys[0], now).is_new);
  EXPECT_TRUE(dedupe.Note(keys[1], now).is_new);
  dedupe.Forget(keys[0]);
  EXPECT_TRUE(dedupe.Note(keys[0], now).is_new);
}

TEST(RecentExposures, HoldWhatWasNotedWithinItsTimeAndMakeRoomForTheNext) {
  const ExposureDedupe dedupe(100, milliseconds(1'000));
  RecentExposures recent;
  const ExposureKey key = dedupe.KeyOf(ExposureOf("control"), "u1");
  EXPECT_FALSE(recent.Has(key, 5'000, 1'000));
  EXPECT_FALSE(recent.Has({}, 500, 1'000)) << "an empty place holds nothing, not even zeros";
  recent.Add(key, 5'000);
  EXPECT_TRUE(recent.Has(key, 5'999, 1'000));
  EXPECT_FALSE(recent.Has(key, 6'000, 1'000));
  EXPECT_FALSE(recent.Has(key, 4'999, 1'000));
  EXPECT_FALSE(recent.Has(dedupe.KeyOf(ExposureOf("treatment"), "u1"), 5'000, 1'000));
  recent.Add({.low = key.low, .high = key.high + 1}, 5'000);
  EXPECT_FALSE(recent.Has(key, 5'000, 1'000));
}

std::string MetricRecord(const std::string& name) {
  RecordWriter record;
  const Unit unit{"targeting_key", "u1"};
  PutMetric(record, {.kind = EventKind::kMetric, .time_ms = 1, .monotonic_ms = 2, .event_id = {}}, name, 1.5, {},
            std::span(&unit, 1));
  return std::string(record.bytes());
}

std::string ExposureRecord(std::string_view variant) {
  RecordWriter record;
  ExposureFields fields;
  fields.experiment = "exp_1";
  fields.variant = variant;
  fields.unit_type = "targeting_key";
  fields.unit_id = "u1";
  PutExposure(record, {.kind = EventKind::kExposure, .time_ms = 1, .monotonic_ms = 2, .event_id = {}}, fields);
  return std::string(record.bytes());
}

std::string SummaryRecord() {
  RecordWriter record;
  wire::SummaryEvent summary;
  summary.flag = "f";
  summary.count = 3;
  PutSummary(record, {.kind = EventKind::kSummary, .time_ms = 1, .monotonic_ms = 2, .event_id = {}}, summary);
  return std::string(record.bytes());
}

TEST(EventRecord, GivesBackEveryField) {
  RecordWriter record;
  const std::string long_text(3'000, 'y');
  const Property properties[] = {{"a", "text"}, {"b", 7}, {"c", 0.5}, {"d", true}, {"e", ValueView(long_text)}};
  const Unit units[] = {{"targeting_key", "u1"}, {"company", "acme"}};
  PutMetric(record, {.kind = EventKind::kMetric, .time_ms = -5, .monotonic_ms = 6, .event_id = "id"}, "purchase", 19.9,
            properties, units);
  const wire::Event event = ReadRecord(record.bytes());
  EXPECT_EQ(event.event_id, "id");
  EXPECT_EQ(event.time_ms, -5);
  EXPECT_EQ(event.monotonic_ms, 6u);
  const auto& metric = std::get<wire::MetricEvent>(event.body);
  EXPECT_EQ(metric.name, "purchase");
  EXPECT_EQ(metric.value, 19.9);
  ASSERT_EQ(metric.properties.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(metric.properties[i].name, properties[i].name);
    EXPECT_TRUE(metric.properties[i].value.view() == properties[i].value);
  }
  ASSERT_EQ(metric.units.size(), 2u);
  EXPECT_EQ(metric.units[1].unit_type, "company");
  EXPECT_EQ(metric.units[1].unit_id, "acme");
}

TEST(EventBuffer, DropsSummariesFirstThenMetricEventsThenRefusesExposures) {
  DropCounts drops;
  EventBuffer buffer(4, 1u << 20, 100, &drops);
  EXPECT_EQ(buffer.Push(EventKind::kSummary, SummaryRecord()).dropped, DropReason::kNone);
  EXPECT_EQ(buffer.Push(EventKind::kMetric, MetricRecord("m1")).dropped, DropReason::kNone);
  EXPECT_EQ(buffer.Push(EventKind::kMetric, MetricRecord("m2")).dropped, DropReason::kNone);
  EXPECT_EQ(buffer.Push(EventKind::kExposure, ExposureRecord("control")).dropped, DropReason::kNone);
  // Full. A summary finds nothing less important; a metric event pushes the summary out, an exposure the oldest metric.
  EXPECT_EQ(buffer.Push(EventKind::kSummary, SummaryRecord()).dropped, DropReason::kBufferFull);
  EXPECT_EQ(buffer.Push(EventKind::kMetric, MetricRecord("m3")).dropped, DropReason::kNone);
  EXPECT_EQ(buffer.Push(EventKind::kMetric, MetricRecord("m4")).dropped, DropReason::kBufferFull);
  EXPECT_EQ(buffer.Push(EventKind::kExposure, ExposureRecord("control")).dropped, DropReason::kNone);
  EXPECT_EQ(buffer.Push(EventKind::kExposure, ExposureRecord("control")).dropped, DropReason::kNone);
  EXPECT_EQ(buffer.Push(EventKind::kExposure, ExposureRecord("control")).dropped, DropReason::kNone);
  EXPECT_EQ(buffer.Push(EventKind::kExposure, ExposureRecord("treatment")).dropped, DropReason::kBufferFull);

  std::map<std::string, uint64_t> counted;
  for (const wire::DropCount& drop : drops.List()) {
    EXPECT_EQ(drop.reason, DropReason::kBufferFull);
    counted[std::to_string(static_cast<int>(drop.kind)) + drop.experiment + drop.variant] = drop.count;
  }
  EXPECT_THAT(counted, testing::UnorderedElementsAre(testing::Pair("4", 2), testing::Pair("2", 4),
                                                     testing::Pair("1exp_1treatment", 1)));
  EXPECT_EQ(buffer.accepted(), 7u);
  EXPECT_EQ(buffer.evicted(), 3u);
  EXPECT_EQ(buffer.last_sequence(), 11u) << "a refused event has a number too";
  std::vector<EventBuffer::Taken> taken;
  buffer.Take(100, 1u << 20, taken);
  ASSERT_EQ(taken.size(), 4u);
  for (const EventBuffer::Taken& event : taken) EXPECT_EQ(SubjectOf(event.record).kind, EventKind::kExposure);
}

TEST(EventBuffer, HoldsToItsBytesAndTakesInOrder) {
  DropCounts drops;
  const size_t size = MetricRecord("m").size() + 16;
  EventBuffer buffer(1'000, 10 * size, 100, &drops);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(buffer.Push(EventKind::kMetric, MetricRecord("m")).dropped, DropReason::kNone);
  EXPECT_EQ(buffer.Push(EventKind::kMetric, MetricRecord("m")).dropped, DropReason::kBufferFull);
  EXPECT_EQ(buffer.Push(EventKind::kMetric, MetricRecord("m")).dropped, DropReason::kBufferFull);
  std::vector<EventBuffer::Taken> taken;
  buffer.Take(3, 1u << 20, taken);
  ASSERT_EQ(taken.size(), 3u);
  EXPECT_EQ(taken[0].sequence, 1u);
  EXPECT_EQ(taken[2].sequence, 3u);
  EXPECT_EQ(buffer.oldest_sequence(), 4u);
  taken.clear();
  buffer.Take(100, 2 * MetricRecord("m").size(), taken);
  EXPECT_EQ(taken.size(), 2u);
  taken.clear();
  buffer.Take(100, 1, taken);
  EXPECT_EQ(taken.size(), 1u) << "one at least, so that a large event cannot stand in the way for ever";
}

TEST(EventBuffer, KeepsOrderAcrossManyChunks) {
  DropCounts drops;
  EventBuffer buffer(100'000, 64u << 20, 100, &drops);
  const std::string large(50'000, 'z');
  uint64_t expected = 0;
  std::vector<EventBuffer::Taken> taken;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 300; ++i) {
      const std::string name = i % 100 == 0 ? large : "event-" + std::to_string(i);
      ASSERT_EQ(buffer.Push(EventKind::kMetric, MetricRecord(name)).dropped, DropReason::kNone);
    }
    taken.clear();
    buffer.Take(round == 4 ? 100'000 : 200, 64u << 20, taken);
    for (const EventBuffer::Taken& event : taken) {
      EXPECT_EQ(event.sequence, ++expected);
      const size_t i = (event.sequence - 1) % 300;
      const std::string name = std::get<wire::MetricEvent>(ReadRecord(event.record).body).name;
      ASSERT_EQ(name, i % 100 == 0 ? large : "event-" + std::to_string(i));
    }
  }
  EXPECT_EQ(expected, 1'500u);
  EXPECT_EQ(buffer.count(), 0u);
}

TEST(EventBuffer, SaysWhenItIsClosedAndWhenThereIsRoom) {
  DropCounts drops;
  EventBuffer buffer(2, 1u << 20, 100, &drops);
  EXPECT_TRUE(buffer.WaitForRoom(2, milliseconds(0)));
  EXPECT_FALSE(buffer.WaitForRoom(3, milliseconds(0)));
  buffer.Push(EventKind::kMetric, MetricRecord("m"));
  EXPECT_FALSE(buffer.WaitForRoom(2, milliseconds(1)));
  EXPECT_TRUE(buffer.WaitForRoom(1, milliseconds(1)));
  buffer.Close();
  EXPECT_EQ(buffer.Push(EventKind::kMetric, MetricRecord("m")).dropped, DropReason::kClosed);
  EXPECT_FALSE(buffer.WaitForRoom(1, milliseconds(0)));
}

TEST(DropCounts, StopNamingExperimentsBeforeTheyFillTheMemory) {
  DropCounts drops;
  for (size_t i = 0; i < 2 * DropCounts::kMaxRows; ++i) {
    drops.Add(DropReason::kBufferFull, EventKind::kExposure, "exp_" + std::to_string(i), "control");
  }
  uint64_t total = 0;
  for (const wire::DropCount& drop : drops.List()) total += drop.count;
  EXPECT_EQ(total, 2 * DropCounts::kMaxRows);
  EXPECT_LE(drops.List().size(), DropCounts::kMaxRows + 1);
  EXPECT_LE(drops.List().size(), wire::kMaxDropCounts);
}

TEST(DropCounts, AlwaysFitIntoABatch) {
  DropCounts drops;
  for (size_t i = 0; i < 5'000; ++i) {
    const std::string name = std::to_string(i) + std::string(120, 'x');
    drops.Add(DropReason::kBufferFull, EventKind::kExposure, name, name);
  }
  wire::BatchHeader header;
  header.drops = drops.List();
  EXPECT_TRUE(wire::DecodeBatch(wire::EncodeBatch(header, {})).ok());
  EXPECT_LE(wire::EncodeBatch(header, {}).size(), wire::kMaxBatchFileBytes - wire::kMaxBatchBytes);
}

class SavedFile : public testing::Test {
 protected:
  SavedFile() : directory_(std::filesystem::path(testing::TempDir()) / "expt_saved_file_test") {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~SavedFile() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_;
};

TEST_F(SavedFile, GivesBackItsPartsAndIsReadableByItsOwnerOnly) {
  const std::string binary("\0\xff\x01", 3);
  const std::string_view parts[] = {"first", "", binary};
  ASSERT_TRUE(WriteSavedFile(directory_, "f", parts).ok());
  const auto read = ReadSavedFile(directory_, "f");
  ASSERT_TRUE(read.ok());
  EXPECT_THAT(*read, testing::ElementsAre("first", "", binary));
  EXPECT_EQ(std::filesystem::status(directory_ / "f").permissions() & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "f.tmp"));
  EXPECT_TRUE(absl::IsNotFound(ReadSavedFile(directory_, "none").status()));
}

TEST_F(SavedFile, FindsEveryDamagedByteAndEveryCut) {
  const std::string_view parts[] = {"some text", "more"};
  ASSERT_TRUE(WriteSavedFile(directory_, "f", parts).ok());
  std::ifstream in(directory_ / "f", std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto expect_damaged = [&](const std::string& bytes) {
    std::ofstream(directory_ / "f", std::ios::binary | std::ios::trunc) << bytes;
    EXPECT_TRUE(absl::IsDataLoss(ReadSavedFile(directory_, "f").status()));
  };
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    expect_damaged(bad);
    expect_damaged(good.substr(0, i));
  }
}

TEST_F(SavedFile, HasNothingBesidesItsParts) {
  const std::string_view parts[] = {"some text", "more"};
  std::string file = PackSavedFile(parts);
  file.resize(file.size() - sizeof(uint32_t));
  file[4] = 1;  // the count
  const uint32_t checksum = Crc32c(file);
  for (int i = 0; i < 4; ++i) file.push_back(static_cast<char>(checksum >> (8 * i) & 0xff));
  EXPECT_TRUE(absl::IsDataLoss(UnpackSavedFile(file, "f").status()));
}

}  // namespace
}  // namespace expt::client
