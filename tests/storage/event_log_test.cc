#include "control-plane/storage/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <map>

#include "control-plane/storage/event_day.h"
#include "control-plane/storage/event_reader.h"
#include "tests/storage/faulty_disk.h"

namespace expt::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int64_t kDayMs = 86'400'000;
constexpr int64_t kNoon = 22'000 * kDayMs + kDayMs / 2;

struct Reply {
  absl::Status status;
  std::vector<EventOutcome> outcomes;
};

// A batch whose events say what `bodies` holds; the id of each is its text before the colon.
EventAppend BatchOf(const std::vector<std::string>& bodies, int64_t received_ms = kNoon) {
  EventAppend append;
  append.environment = "env_a";
  append.received_ms = received_ms;
  append.sender = "test 1";
  append.instance = "i1";
  auto body = std::make_shared<std::string>();
  for (const std::string& text : bodies) *body += text;
  append.body = body;
  size_t offset = 0;
  for (const std::string& text : bodies) {
    EventEntry entry;
    entry.event_id = text.substr(0, text.find(':'));
    entry.body_hash = std::hash<std::string>()(text);
    entry.kind = 1;
    entry.time_ms = received_ms - 10;
    entry.corrected_ms = received_ms - 5;
    entry.experiment = "exp_1";
    entry.variant = "on";
    entry.bytes = std::string_view(*body).substr(offset, text.size());
    offset += text.size();
    append.entries.push_back(entry);
  }
  return append;
}

Reply Send(EventLog& log, EventAppend append) {
  std::promise<Reply> promise;
  std::future<Reply> reply = promise.get_future();
  append.done = [&](const absl::Status& status, const std::vector<EventOutcome>& outcomes) {
    promise.set_value({status, outcomes});
  };
  if (absl::Status status = log.Append(std::move(append)); !status.ok()) return {status, {}};
  return reply.get();
}

class EventLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("expt-event-log-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<EventLog> Open(EventLogOptions options = {}) {
    absl::StatusOr<std::unique_ptr<EventLog>> log = EventLog::Open(directory_, options);
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }
  std::vector<std::string> Bodies() {
    std::vector<std::string> bodies;
    int64_t last = 0;
    const auto scanned = EventReader(directory_).Scan(0, INT64_MAX, INT64_MAX, [&](const LoggedEvent& event) {
      EXPECT_GT(event.seq, last);
      last = event.seq;
      bodies.emplace_back(event.bytes);
      return absl::OkStatus();
    });
    EXPECT_TRUE(scanned.ok()) << scanned.status();
    return bodies;
  }
  int64_t Count(EventOutcome outcome) {
    const auto rows = EventReader(directory_).Accounting("");
    EXPECT_TRUE(rows.ok()) << rows.status();
    int64_t count = 0;
    for (const AccountingRow& row : *rows) count += row.outcome == outcome ? row.count : 0;
    return count;
  }

  std::filesystem::path directory_;
};

constexpr EventOutcome kStored = EventOutcome::kStored;
constexpr EventOutcome kDuplicate = EventOutcome::kDuplicate;
constexpr EventOutcome kConflict = EventOutcome::kConflict;

TEST_F(EventLogTest, AnAcknowledgedEventIsReadBackWithEverythingItCarried) {
  auto log = Open();
  EventAppend append = BatchOf({"a:1"});
  append.entries[0].is_time_suspect = true;
  append.entries[0].is_trusted = true;
  EXPECT_THAT(Send(*log, append).outcomes, ElementsAre(EventOutcome::kStoredTimeSuspect));
  int seen = 0;
  ASSERT_TRUE(EventReader(directory_)
                  .Scan(0, INT64_MAX, 10,
                        [&](const LoggedEvent& event) {
                          ++seen;
                          EXPECT_EQ(event.seq, SeqOf(22'000, 1));
                          EXPECT_EQ(event.environment, "env_a");
                          EXPECT_EQ(event.event_id, "a");
                          EXPECT_EQ(event.kind, 1);
                          EXPECT_TRUE(event.is_time_suspect);
                          EXPECT_TRUE(event.is_trusted);
                          EXPECT_EQ(event.received_ms, kNoon);
                          EXPECT_EQ(event.time_ms, kNoon - 10);
                          EXPECT_EQ(event.corrected_ms, kNoon - 5);
                          EXPECT_EQ(event.bytes, "a:1");
                          return absl::OkStatus();
                        })
                  .ok());
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(log->durable_seq(), SeqOf(22'000, 1));
  EXPECT_EQ(*EventReader(directory_).LastSeq(), SeqOf(22'000, 1));
}

TEST_F(EventLogTest, TheSameEventIsStoredOnceWithinABatchAcrossBatchesDaysAndRestarts) {
  {
    auto log = Open();
    EXPECT_THAT(Send(*log, BatchOf({"a:1", "b:1", "a:1"})).outcomes, ElementsAre(kStored, kStored, kDuplicate));
    EXPECT_THAT(Send(*log, BatchOf({"b:1", "c:1"})).outcomes, ElementsAre(kDuplicate, kStored));
    EXPECT_THAT(Send(*log, BatchOf({"a:1", "d:1"}, kNoon + kDayMs)).outcomes, ElementsAre(kDuplicate, kStored));
  }
  auto log = Open();
  EXPECT_THAT(Send(*log, BatchOf({"a:1", "d:1", "e:1"}, kNoon + 2 * kDayMs)).outcomes,
              ElementsAre(kDuplicate, kDuplicate, kStored));
  EXPECT_THAT(Bodies(), ElementsAre("a:1", "b:1", "c:1", "d:1", "e:1"));
  EXPECT_EQ(Count(kStored), 5);
  EXPECT_EQ(Count(kDuplicate), 5);
}

TEST_F(EventLogTest, TheSameIdInAnotherEnvironmentIsAnotherEvent) {
  auto log = Open();
  EventAppend other = BatchOf({"a:2"});
  other.environment = "env_b";
  EXPECT_THAT(Send(*log, BatchOf({"a:1"})).outcomes, ElementsAre(kStored));
  EXPECT_THAT(Send(*log, other).outcomes, ElementsAre(kStored));
}

TEST_F(EventLogTest, AnotherBodyUnderAStoredIdGoesToQuarantineWithItsBytes) {
  auto log = Open();
  EXPECT_THAT(Send(*log, BatchOf({"a:1", "a:2"})).outcomes, ElementsAre(kStored, kConflict));
  EXPECT_THAT(Send(*log, BatchOf({"a:2"}, kNoon + kDayMs)).outcomes, ElementsAre(kConflict));
  const auto rows = EventReader(directory_).Quarantine("env_a", 10);
  ASSERT_TRUE(rows.ok());
  ASSERT_THAT(*rows, SizeIs(2));  // one for each day
  EXPECT_EQ((*rows)[0].code, "ID_CONFLICT");
  EXPECT_EQ((*rows)[0].bytes, "a:2");
  EXPECT_EQ((*rows)[0].sender, "test 1");
  EXPECT_EQ(Count(kConflict), 2);
  EXPECT_THAT(Bodies(), ElementsAre("a:1"));
}

TEST_F(EventLogTest, ARefusedEventIsCountedAndKeptInQuarantineCutToItsLimit) {
  auto log = Open();
  EventAppend append = BatchOf({"a:" + std::string(40'000, 'x'), "b:1"});
  append.entries[0].refusal_code = "EVENT_INVALID";
  append.entries[0].refusal_text = "event 0: no";
  EXPECT_THAT(Send(*log, append).outcomes, ElementsAre(EventOutcome::kRejected, kStored));
  EXPECT_THAT(Send(*log, append).outcomes, ElementsAre(EventOutcome::kRejected, kDuplicate));
  const auto rows = EventReader(directory_).Quarantine("env_a", 10);
  ASSERT_TRUE(rows.ok());
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ((*rows)[0].count, 2);
  EXPECT_EQ((*rows)[0].bytes.size(), kMaxQuarantineBytes);
  EXPECT_EQ((*rows)[0].text, "event 0: no");
  EXPECT_EQ(Count(EventOutcome::kRejected), 2);
}

TEST_F(EventLogTest, QuarantineAndAccountingStopGrowingAtTheirLimits) {
  EventLogOptions options;
  options.max_quarantine_rows = 2;
  options.max_accounting_rows = 3;
  auto log = Open(options);
  for (int i = 0; i < 10; ++i) {
    EventAppend append = BatchOf({"a" + std::to_string(i) + ":1", "b" + std::to_string(i) + ":1"});
    append.entries[0].refusal_code = "EVENT_INVALID";
    append.entries[1].experiment = "exp_" + std::to_string(i);
    Send(*log, append);
  }
  const auto quarantine = EventReader(directory_).Quarantine("env_a", 100);
  ASSERT_TRUE(quarantine.ok());
  EXPECT_THAT(*quarantine, SizeIs(3));
  int64_t quarantined = 0;
  for (const QuarantineRow& row : *quarantine) quarantined += row.count;
  EXPECT_EQ(quarantined, 10);
  const auto accounting = EventReader(directory_).Accounting("env_a");
  ASSERT_TRUE(accounting.ok());
  EXPECT_LE(accounting->size(), 4u);
  EXPECT_EQ(Count(kStored), 10);
}

TEST_F(EventLogTest, AccountingKeepsExperimentsAndVariantsApart) {
  auto log = Open();
  EventAppend append = BatchOf({"a:1", "b:1", "c:1"});
  append.entries[1].variant = "off";
  Send(*log, append);
  const auto rows = EventReader(directory_).Accounting("env_a");
  ASSERT_TRUE(rows.ok());
  EXPECT_THAT(*rows, ElementsAre(AccountingRow{"env_a", 1, kStored, "exp_1", "off", 1},
                                 AccountingRow{"env_a", 1, kStored, "exp_1", "on", 2}));
  EXPECT_THAT(*EventReader(directory_).Accounting("env_b"), SizeIs(0));
}

TEST_F(EventLogTest, DeclaredDropsAreTotalsOfAClientNotIncrements) {
  auto log = Open();
  for (int64_t count : {3, 5, 5}) {
    EventAppend append = BatchOf({});
    append.drops = {{1, 1, "exp_1", "on", count}};
    Send(*log, append);
  }
  EventAppend other = BatchOf({}, kNoon + kDayMs);
  other.instance = "i2";
  other.drops = {{1, 1, "exp_1", "on", 7}};
  Send(*log, other);
  const auto rows = EventReader(directory_).DeclaredDrops("env_a");
  ASSERT_TRUE(rows.ok());
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ((*rows)[0].drop.count, 12);
}

// Events with those sequence numbers of an instance.
EventAppend SequenceOf(const std::string& instance, const std::vector<uint64_t>& numbers, int64_t received_ms = kNoon) {
  std::vector<std::string> bodies;
  for (const uint64_t number : numbers) bodies.push_back(instance + std::to_string(number) + ":");
  EventAppend append = BatchOf(bodies, received_ms);
  append.instance = instance;
  for (size_t i = 0; i < numbers.size(); ++i) append.entries[i].sequence = numbers[i];
  return append;
}

constexpr uint8_t kBufferFull = 1;
constexpr uint8_t kRejectedDrop = 3;

TEST_F(EventLogTest, NumbersThatAreMissingInASequenceAreLostUntilTheyCome) {
  auto log = Open();
  const auto sums = [&] { return *EventReader(directory_).Sequences("env_a", std::vector{kBufferFull}); };
  EXPECT_EQ(sums(), SequenceSums());
  Send(*log, SequenceOf("i1", {1, 2, 6, 3}));
  EXPECT_EQ(sums(), (SequenceSums{.instances = 1, .sent = 6, .received = 4, .declared = 0, .unknown = 2}));
  Send(*log, SequenceOf("i1", {6, 2}));  // sent again
  EXPECT_EQ(sums(), (SequenceSums{.instances = 1, .sent = 6, .received = 4, .declared = 0, .unknown = 2}));
  // Another start of the program is another instance: its numbers begin anew.
  Send(*log, SequenceOf("i2", {1, 3}));
  EXPECT_EQ(sums(), (SequenceSums{.instances = 2, .sent = 9, .received = 6, .declared = 0, .unknown = 3}));
  // A spool is sent two days later, over a restart of the server, and closes the gaps of its instance.
  log.reset();
  log = Open();
  Send(*log, SequenceOf("i1", {5, 4}, kNoon + 2 * kDayMs));
  EXPECT_EQ(sums(), (SequenceSums{.instances = 2, .sent = 9, .received = 8, .declared = 0, .unknown = 1}));
  Send(*log, SequenceOf("i2", {2}, kNoon + 2 * kDayMs));
  EXPECT_EQ(sums(), (SequenceSums{.instances = 2, .sent = 9, .received = 9, .declared = 0, .unknown = 0}));
  EXPECT_EQ(*EventReader(directory_).Sequences("env_b", {}), SequenceSums());
}

TEST_F(EventLogTest, DeclaredDropsExplainMissingNumbersOfTheirInstanceOnly) {
  auto log = Open();
  EventAppend append = SequenceOf("i1", {1, 2, 6});
  append.drops = {{kBufferFull, 2, "exp_1", "on", 2}, {kRejectedDrop, 1, "exp_1", "on", 50}};
  Send(*log, append);
  Send(*log, SequenceOf("i2", {1, 4}));
  EXPECT_EQ(*EventReader(directory_).Sequences("env_a", std::vector{kBufferFull}),
            (SequenceSums{.instances = 2, .sent = 10, .received = 5, .declared = 2, .unknown = 3}));
}

TEST_F(EventLogTest, SequencesStayFewRowsAndStopGrowingAtTheirLimit) {
  EventLogOptions options;
  options.max_sequence_rows = 3;
  auto log = Open(options);
  for (uint64_t number = 1; number < 40; ++number) Send(*log, SequenceOf("i1", {number}));
  Send(*log, SequenceOf("i2", {1, 5, 9}));  // two of its rows are left
  Send(*log, SequenceOf("i3", {7}));
  const absl::StatusOr<SequenceSums> sums = EventReader(directory_).Sequences("env_a", {});
  ASSERT_TRUE(sums.ok()) << sums.status();
  EXPECT_EQ(*sums, (SequenceSums{.instances = 2, .sent = 44, .received = 41, .declared = 0, .unknown = 3}));
}

TEST_F(EventLogTest, AnInventedSequenceNumberCannotDrownWhatOthersLost) {
  auto log = Open();
  Send(*log, SequenceOf("i1", {1, uint64_t{1} << 50, UINT64_MAX}));
  Send(*log, SequenceOf("i2", {2}));
  const absl::StatusOr<SequenceSums> sums = EventReader(directory_).Sequences("env_a", {});
  ASSERT_TRUE(sums.ok()) << sums.status();
  EXPECT_EQ(sums->unknown, kMaxUnknownLoss + 1);
  EXPECT_EQ(sums->sent, sums->received + sums->declared + sums->unknown);
}

TEST_F(EventLogTest, AnIdThatIsOlderThanTheWindowIsExpired) {
  auto log = Open();
  EventAppend append = BatchOf({"a:1", "b:1", "c:1"});
  append.entries[0].made_ms = kNoon - 30 * kDayMs;
  append.entries[1].made_ms = kNoon - 29 * kDayMs;
  EXPECT_THAT(Send(*log, append).outcomes, ElementsAre(EventOutcome::kExpired, kStored, kStored));
  EXPECT_EQ(Count(EventOutcome::kExpired), 1);
  EXPECT_THAT(Bodies(), ElementsAre("b:1", "c:1"));
  EXPECT_EQ(*EventReader(directory_).Accepted("env_a"), 3);
}

TEST_F(EventLogTest, CountersAddUpAndWhatDoesNotIsNamed) {
  auto log = Open();
  EventAppend append = BatchOf({"a:1", "b:1", "a:1", "a:2", "c:1"});
  append.entries[4].refusal_code = "EVENT_INVALID";
  Send(*log, append);
  Send(*log, BatchOf({"d:1"}, kNoon + kDayMs));
  log.reset();
  const EventReader reader(directory_);
  EXPECT_EQ(*reader.Accepted("env_a"), 6);
  EXPECT_EQ(*reader.Accepted("env_b"), 0);
  ASSERT_TRUE(reader.CheckAccounting().ok());
  EXPECT_THAT(*reader.CheckAccounting(), SizeIs(0));

  const std::string first = directory_ / EventDayName{22'000, 0}.FileName();
  {
    auto database = Database::Open(first, {});
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(database->Execute("UPDATE accounting SET count = count + 1 WHERE outcome = 3").ok());
  }
  ASSERT_THAT(*reader.CheckAccounting(), SizeIs(1));
  EXPECT_EQ((*reader.CheckAccounting())[0].environment, "env_a");
  EXPECT_EQ((*reader.CheckAccounting())[0].text,
            "event log: \"events-20300327.db\": environment \"env_a\": outcomes: expected 5, found 6");
  {
    auto database = Database::Open(first, {});
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(database->Execute("UPDATE accounting SET count = count - 1 WHERE outcome = 3").ok());
    ASSERT_TRUE(database->Execute("DELETE FROM event WHERE event_id = CAST('b' AS BLOB)").ok());
  }
  ASSERT_THAT(*reader.CheckAccounting(), SizeIs(1));
  EXPECT_EQ((*reader.CheckAccounting())[0].text,
            "event log: \"events-20300327.db\": stored events: expected 2, found 1");
}

TEST_F(EventLogTest, AFileOfAnEarlierVersionGoesOnWithItsCounters) {
  auto log = Open();
  Send(*log, BatchOf({"a:1", "a:1"}));
  log.reset();
  {
    auto database = Database::Open(directory_ / EventDayName{22'000, 0}.FileName(), {});
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(database->Execute("DROP TABLE accepted; DROP TABLE sequence").ok());
  }
  const EventReader reader(directory_);
  EXPECT_EQ(*reader.Accepted("env_a"), 2);
  EXPECT_THAT(*reader.CheckAccounting(), SizeIs(0));
  EXPECT_EQ(reader.Sequences("env_a", {})->instances, 0);
  log = Open();
  Send(*log, BatchOf({"b:1"}));
  EXPECT_EQ(*reader.Accepted("env_a"), 3);
  EXPECT_THAT(*reader.CheckAccounting(), SizeIs(0));
}

TEST_F(EventLogTest, EventsOlderThanTheWindowAreForgotten) {
  EventLogOptions options;
  options.dedupe_days = 3;
  auto log = Open(options);
  EXPECT_THAT(Send(*log, BatchOf({"a:1"})).outcomes, ElementsAre(kStored));
  EXPECT_THAT(Send(*log, BatchOf({"a:1"}, kNoon + 2 * kDayMs)).outcomes, ElementsAre(kDuplicate));
  EXPECT_THAT(Send(*log, BatchOf({"a:1"}, kNoon + 3 * kDayMs)).outcomes, ElementsAre(kStored));
}

TEST_F(EventLogTest, OlderFilesAreAskedOnDiskWhenMemoryIsShort) {
  EventLogOptions options;
  options.max_fingerprints = 2;
  {
    auto log = Open(options);
    EXPECT_THAT(Send(*log, BatchOf({"a:1", "b:1"})).outcomes, ElementsAre(kStored, kStored));
    EXPECT_THAT(Send(*log, BatchOf({"c:1", "d:1"}, kNoon + kDayMs)).outcomes, ElementsAre(kStored, kStored));
    EXPECT_THAT(Send(*log, BatchOf({"a:1", "b:2"}, kNoon + kDayMs)).outcomes, ElementsAre(kDuplicate, kConflict));
  }
  auto log = Open(options);
  EXPECT_THAT(Send(*log, BatchOf({"a:1", "c:1", "e:1"}, kNoon + 2 * kDayMs)).outcomes,
              ElementsAre(kDuplicate, kDuplicate, kStored));
}

TEST_F(EventLogTest, AClockThatStepsBackDoesNotReopenAnEarlierDay) {
  auto log = Open();
  Send(*log, BatchOf({"a:1"}, kNoon + kDayMs));
  Send(*log, BatchOf({"b:1"}, kNoon));
  EXPECT_THAT(Bodies(), ElementsAre("a:1", "b:1"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / EventDayName{22'000, 0}.FileName()));
}

TEST_F(EventLogTest, ADirectoryHasOneWriter) {
  auto log = Open();
  EXPECT_EQ(EventLog::Open(directory_, {}).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(EventLogTest, AFullQueueAsksTheSenderToSlowDownAndNothingOfItIsStored) {
  EventLogOptions options;
  options.max_queued_batches = 1;
  auto log = Open(options);
  // The writer waits inside the first acknowledgement, so the queue fills behind it.
  std::promise<void> release;
  std::promise<void> entered;
  EventAppend first = BatchOf({"a:1"});
  first.done = [&](const absl::Status&, const std::vector<EventOutcome>&) {
    entered.set_value();
    release.get_future().wait();
  };
  ASSERT_TRUE(log->Append(first).ok());
  entered.get_future().wait();
  EventAppend second = BatchOf({"b:1"});
  second.done = [](const absl::Status&, const std::vector<EventOutcome>&) {};
  ASSERT_TRUE(log->Append(second).ok());
  EventAppend third = BatchOf({"c:1"});
  bool is_called = false;
  third.done = [&](const absl::Status&, const std::vector<EventOutcome>&) { is_called = true; };
  EXPECT_EQ(log->Append(third).code(), absl::StatusCode::kResourceExhausted);
  release.set_value();
  log->Close();
  EXPECT_FALSE(is_called);
  EXPECT_THAT(Bodies(), ElementsAre("a:1", "b:1"));
  EXPECT_EQ(log->Append(third).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(EventLogTest, BelowTheDiskReserveEverythingIsRefusedBeforeTheAcknowledgement) {
  EventLogOptions options;
  options.disk_reserve_bytes = INT64_MAX;
  auto log = Open(options);
  const Reply reply = Send(*log, BatchOf({"a:1"}));
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Bodies(), SizeIs(0));
}

TEST_F(EventLogTest, AFullDiskRefusesAndLaterTheSameFileGoesOn) {
  FaultyDisk disk;
  auto log = Open();
  EXPECT_THAT(Send(*log, BatchOf({"a:1"})).outcomes, ElementsAre(kStored));
  FaultyDisk::is_full = true;
  EXPECT_EQ(Send(*log, BatchOf({"b:1"})).status.code(), absl::StatusCode::kUnavailable);
  FaultyDisk::is_full = false;
  EXPECT_THAT(Send(*log, BatchOf({"b:1", "a:1"})).outcomes, ElementsAre(kStored, kDuplicate));
  EXPECT_THAT(Bodies(), ElementsAre("a:1", "b:1"));
  EXPECT_EQ(Count(kStored), 2);
  EXPECT_EQ(Count(kDuplicate), 1);
  log.reset();
  const auto names = ListEventDays(directory_);
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, ElementsAre(EventDayName{22'000, 0}));
}

TEST_F(EventLogTest, AfterAFailedSyncTheFileIsNeverWrittenAgainAndNothingIsLostOrDoubled) {
  FaultyDisk disk;
  const std::string first_file = directory_ / EventDayName{22'000, 0}.FileName();
  std::filesystem::file_time_type written;
  {
    auto log = Open();
    EXPECT_THAT(Send(*log, BatchOf({"a:1"})).outcomes, ElementsAre(kStored));
    FaultyDisk::fails_sync = true;
    EXPECT_EQ(Send(*log, BatchOf({"b:1", "x:1"})).status.code(), absl::StatusCode::kUnavailable);
    // Still failing: the next part cannot be begun either.
    EXPECT_EQ(Send(*log, BatchOf({"b:1"})).status.code(), absl::StatusCode::kUnavailable);
    FaultyDisk::fails_sync = false;
    written = std::filesystem::last_write_time(first_file);
    EXPECT_THAT(Send(*log, BatchOf({"b:1", "a:1", "c:1"})).outcomes, ElementsAre(kStored, kDuplicate, kStored));
    EXPECT_THAT(Bodies(), ElementsAre("a:1", "b:1", "c:1"));
  }
  EXPECT_EQ(std::filesystem::last_write_time(first_file), written);
  // The refused batch is in the failed file's write-ahead log, whole and with a valid checksum; it must not count, not
  // even as a first sending of what comes again.
  auto log = Open();
  EXPECT_THAT(Bodies(), ElementsAre("a:1", "b:1", "c:1"));
  EXPECT_THAT(Send(*log, BatchOf({"a:1", "b:1", "c:1", "x:1"})).outcomes,
              ElementsAre(kDuplicate, kDuplicate, kDuplicate, kStored));
  EXPECT_THAT(Bodies(), ElementsAre("a:1", "b:1", "c:1", "x:1"));
  EXPECT_EQ(Count(kStored), 4);
  EXPECT_EQ(Count(kDuplicate), 4);
  EXPECT_EQ(*EventReader(directory_).Accepted("env_a"), 8);
  EXPECT_THAT(*EventReader(directory_).CheckAccounting(), SizeIs(0));
  EXPECT_EQ(std::filesystem::last_write_time(first_file), written);
}

TEST_F(EventLogTest, ReadingGoesOnFromASequenceAndStopsAtALimit) {
  auto log = Open();
  Send(*log, BatchOf({"a:1", "b:1", "c:1"}));
  Send(*log, BatchOf({"d:1", "e:1"}, kNoon + kDayMs));
  std::vector<std::string> seen;
  const auto collect = [&](const LoggedEvent& event) {
    seen.emplace_back(event.bytes);
    return absl::OkStatus();
  };
  const EventReader reader(directory_);
  absl::StatusOr<int64_t> last = reader.Scan(0, INT64_MAX, 2, collect);
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(*last, SeqOf(22'000, 2));
  last = reader.Scan(*last, INT64_MAX, 2, collect);
  EXPECT_EQ(*last, SeqOf(22'001, 1));
  last = reader.Scan(*last, INT64_MAX, 2, collect);
  EXPECT_EQ(*last, SeqOf(22'001, 2));
  EXPECT_EQ(*reader.Scan(*last, INT64_MAX, 2, collect), *last);
  EXPECT_THAT(seen, ElementsAre("a:1", "b:1", "c:1", "d:1", "e:1"));
  seen.clear();
  EXPECT_EQ(*reader.Scan(SeqOf(22'000, 1), SeqOf(22'001, 1), 100, collect), SeqOf(22'001, 1));
  EXPECT_THAT(seen, ElementsAre("b:1", "c:1", "d:1"));
}

TEST(EventDayName, FileNamesSayDayAndPartAndNothingElseIsTaken) {
  EXPECT_EQ((EventDayName{DayOf(1'893'974'400'000), 0}.FileName()), "events-20300107.db");
  EXPECT_EQ((EventDayName{0, 3}.FileName()), "events-19700101-3.db");
  EXPECT_EQ(EventDayName::Parse("events-20300107-2.db"), (EventDayName{DayOf(1'893'974'400'000), 2}));
  for (const char* name : {"events-20301307.db", "events-2030010.db", "events-20300107-0.db", "events-20300107-x.db",
                           "events-20300107.db-wal", "state.db", "events-20300107-256.db"}) {
    EXPECT_EQ(EventDayName::Parse(name), std::nullopt) << name;
  }
  EXPECT_EQ(DayOf(-1), -1);
}

}  // namespace
}  // namespace expt::storage
