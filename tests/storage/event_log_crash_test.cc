// Kills a writer process at random points, again and again, and then checks what every acknowledgement promised.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "control-plane/storage/event_log.h"
#include "control-plane/storage/event_reader.h"

namespace expt::storage {
namespace {

constexpr int kKills = 30;
constexpr int kEventsPerBatch = 7;
constexpr int kThreads = 3;
constexpr int64_t kStart = int64_t{22'000} * 86'400'000;

// Batch `number`, the same whenever it is made: six events and a refused one. Received times pass midnight.
EventAppend BatchOf(int number) {
  EventAppend append;
  append.environment = "env";
  append.received_ms = kStart + int64_t{number} * 600'000;
  append.instance = "i";
  auto body = std::make_shared<std::string>("batch " + std::to_string(number));
  append.body = body;
  for (int i = 0; i < kEventsPerBatch; ++i) {
    EventEntry entry;
    entry.event_id = std::to_string(number) + "/" + std::to_string(i);
    entry.body_hash = static_cast<uint64_t>(number * 100 + i);
    entry.kind = 1;
    if (i == 0) entry.sequence = static_cast<uint64_t>(number) + 1;
    entry.experiment = "exp_" + std::to_string(number % 3);
    entry.variant = "v" + std::to_string(i % 2);
    entry.bytes = *body;
    if (i == kEventsPerBatch - 1) entry.refusal_code = "EVENT_INVALID";
    append.entries.push_back(entry);
  }
  return append;
}

// Sends batches from `first` on, several callers at once, and tells `descriptor` each acknowledged number. Each batch
// is sent twice, as by a client that missed the answer. Never returns.
[[noreturn]] void WriteForever(const std::string& directory, int first, int descriptor) {
  absl::StatusOr<std::unique_ptr<EventLog>> log = EventLog::Open(directory, {});
  if (!log.ok()) _exit(3);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int number = first + t;; number += kThreads) {
        for (int attempt = 0; attempt < 2; ++attempt) {
          EventAppend append = BatchOf(number);
          append.done = [descriptor, number](const absl::Status& status, const std::vector<EventOutcome>&) {
            if (!status.ok()) _exit(4);
            if (write(descriptor, &number, sizeof number) != sizeof number) _exit(5);
          };
          while (!(*log)->Append(append).ok()) std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  _exit(6);
}

TEST(EventLogCrash, AKilledWriterLosesNothingItAcknowledgedDoublesNothingAndKeepsItsCounters) {
  const std::string directory =
      std::filesystem::temp_directory_path() / ("expt-event-log-crash-" + std::to_string(getpid()));
  std::filesystem::remove_all(directory);
  std::mt19937 random(20300107);
  std::set<int> acknowledged;
  int first = 0;
  for (int kill_count = 0; kill_count < kKills; ++kill_count) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      WriteForever(directory, first, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    // The moment of the kill: after a random number of acknowledgements and a random wait on top.
    const int wanted = static_cast<int>(random() % 60);
    const auto wait = std::chrono::microseconds(random() % 3000);
    int number = 0;
    int seen = 0;
    while (seen < wanted && read(pipe_ends[0], &number, sizeof number) == sizeof number) {
      acknowledged.insert(number);
      ++seen;
    }
    std::this_thread::sleep_for(wait);
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &number, sizeof number) == sizeof number) acknowledged.insert(number);
    close(pipe_ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
    // The next writer sends again what may or may not have been stored.
    while (acknowledged.contains(first)) ++first;
  }
  ASSERT_GT(acknowledged.size(), 100u);

  // Opening once more recovers the last kill's file as a restart would.
  ASSERT_TRUE(EventLog::Open(directory, {}).ok());
  const EventReader reader(directory);
  std::map<std::string, int> stored;
  std::map<std::pair<std::string, std::string>, int64_t> rows;
  const auto scanned = reader.Scan(0, INT64_MAX, INT64_MAX, [&](const LoggedEvent& event) {
    const std::string id(event.event_id);
    ++stored[id];
    const size_t slash = id.find('/');
    ++rows[{"exp_" + std::to_string(std::stoi(id.substr(0, slash)) % 3),
            "v" + std::to_string(std::stoi(id.substr(slash + 1)) % 2)}];
    return absl::OkStatus();
  });
  ASSERT_TRUE(scanned.ok()) << scanned.status();
  int lost = 0;
  for (int number : acknowledged) {
    for (int i = 0; i + 1 < kEventsPerBatch; ++i) {
      lost += stored.contains(std::to_string(number) + "/" + std::to_string(i)) ? 0 : 1;
    }
  }
  EXPECT_EQ(lost, 0);
  int doubled = 0;
  for (const auto& [id, count] : stored) doubled += count > 1 ? 1 : 0;
  EXPECT_EQ(doubled, 0);

  const auto accounting = reader.Accounting("env");
  ASSERT_TRUE(accounting.ok());
  std::map<std::pair<std::string, std::string>, int64_t> counted;
  int64_t rejected = 0;
  int64_t received = 0;
  for (const AccountingRow& row : *accounting) {
    if (row.outcome == EventOutcome::kStored) counted[{row.experiment, row.variant}] += row.count;
    if (row.outcome == EventOutcome::kRejected) rejected += row.count;
    received += row.count;
  }
  EXPECT_EQ(counted, rows);
  // Every batch came in whole: one refused event in seven received.
  EXPECT_EQ(received, rejected * kEventsPerBatch);
  EXPECT_EQ(*reader.Accepted("env"), received);
  const auto faults = reader.CheckAccounting();
  ASSERT_TRUE(faults.ok()) << faults.status();
  for (const AccountingFault& fault : *faults) ADD_FAILURE() << fault.text;
  // Sequences rise with the batches: what was acknowledged has come, with nothing before it missing that was stored.
  const auto sequences = reader.Sequences("env", {});
  ASSERT_TRUE(sequences.ok()) << sequences.status();
  EXPECT_EQ(sequences->received * (kEventsPerBatch - 1), static_cast<int64_t>(stored.size()));
  const auto quarantine = reader.Quarantine("env", INT64_MAX);
  ASSERT_TRUE(quarantine.ok());
  int64_t quarantined = 0;
  for (const QuarantineRow& row : *quarantine) quarantined += row.count;
  EXPECT_EQ(quarantined, rejected);
  std::printf("%d kills, %zu batches acknowledged, %zu events stored\n", kKills, acknowledged.size(), stored.size());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace expt::storage
