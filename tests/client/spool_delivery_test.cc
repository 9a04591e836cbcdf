// Events with a spool: what was accepted survives outages, restarts, kills and disks that fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "src/client/core.h"
#include "tests/client/control_plane.h"
#include "tests/client/faulty_files.h"
#include "tests/client/forking.h"

namespace expt::client {
namespace {

using namespace std::chrono_literals;
using test::ControlPlane;
using test::Eventually;
using test::HttpAnswer;
using test::HttpCall;
namespace fs = std::filesystem;

const Context kUser("user-42", {{"country", "CH"}});

class SpoolDelivery : public testing::Test {
 protected:
  SpoolDelivery() : directory_(fs::path(testing::TempDir()) / "expt_spool_delivery") {
    fs::remove_all(directory_);
    plane_.Publish({.version = 1});
  }
  ~SpoolDelivery() override { fs::remove_all(directory_); }

  ClientOptions Options() const {
    ClientOptions options = plane_.options();
    options.data_directory = directory_.string();
    options.spool.interval = 5ms;
    return options;
  }
  // Closed when it is given up, as by a Client: the background thread has a share of its own and uses `files_`.
  std::shared_ptr<Core> Open(ClientOptions options) {
    absl::StatusOr<std::shared_ptr<Core>> core = Core::Open(std::move(options), &files_);
    EXPECT_TRUE(core.ok()) << core.status();
    if (!core.ok()) return nullptr;
    return {core->get(), [core = *core](Core*) { core->Close(2s).IgnoreError(); }};
  }
  std::shared_ptr<Core> Open() { return Open(Options()); }

  void Track(Core& core, int first, int count) {
    for (int i = first; i < first + count; ++i) {
      ASSERT_TRUE(core.Track("event-" + std::to_string(i), kUser, {}).accepted());
    }
  }
  // Answers uploads with `status` while it is not 0.
  void SetUploadStatus(int status) {
    upload_status_ = status;
    plane_.SetIntercept([this](const HttpCall& call) -> std::optional<HttpAnswer> {
      if (call.target != "/sdk/v1/events" || upload_status_ == 0) return std::nullopt;
      return HttpAnswer{.status = upload_status_, .headers = {}, .body = ""};
    });
  }
  std::vector<std::string> StoredNames() const {
    std::vector<std::string> names;
    for (const wire::Event& event : plane_.stored()) {
      if (const auto* metric = std::get_if<wire::MetricEvent>(&event.body)) names.push_back(metric->name);
    }
    return names;
  }
  static std::vector<std::string> Names(int first, int count) {
    std::vector<std::string> names;
    for (int i = first; i < first + count; ++i) names.push_back("event-" + std::to_string(i));
    return names;
  }
  int SpoolFiles() const {
    int count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory_ / "spool")) {
      if (entry.path().extension() == ".events") ++count;
    }
    return count;
  }

  const fs::path directory_;
  std::atomic<int> upload_status_{0};
  ControlPlane plane_;
  test::FaultyFiles files_;
};

TEST_F(SpoolDelivery, WhatIsDeliveredLeavesNoFiles) {
  const auto core = Open();
  Track(*core, 0, 1'234);
  const FlushReport report = core->Flush(10s);
  EXPECT_EQ(report.delivered, 1'234u);
  EXPECT_EQ(report.remaining, 0u);
  EXPECT_TRUE(core->Close(10s).ok());
  EXPECT_EQ(SpoolFiles(), 0);
  EXPECT_THAT(StoredNames(), testing::UnorderedElementsAreArray(Names(0, 1'234)));
  EXPECT_EQ(core->Status().events_spooled, 0u);
}

TEST_F(SpoolDelivery, CloseLeavesOnDiskWhatTheServerDoesNotTakeAndTheNextClientSendsIt) {
  SetUploadStatus(503);
  std::string instance;
  {
    const auto core = Open();
    Track(*core, 0, 700);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(core->Close(60s).ok()) << "what is on disk is not lost";
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s) << "one attempt is enough";
    const ClientStatus status = core->Status();
    EXPECT_EQ(status.events_spooled, 700u);
    EXPECT_EQ(status.events_accepted, 700u);
    for (const ClientStatus::Drop& drop : status.drops) EXPECT_NE(drop.kind, EventKind::kMetric);
  }
  EXPECT_TRUE(StoredNames().empty());
  const int failed = plane_.Calls("/sdk/v1/events");
  EXPECT_GE(failed, 1);
  SetUploadStatus(0);
  const auto core = Open();
  EXPECT_TRUE(Eventually([&] { return core->Status().events_delivered == 700; }));
  EXPECT_THAT(StoredNames(), testing::UnorderedElementsAreArray(Names(0, 700)));
  Track(*core, 700, 1);
  EXPECT_EQ(core->Flush(10s).remaining, 0u);
  // The events of the first client are sent under its instance id, so that its sequence has no gap.
  std::map<std::array<uint8_t, 16>, std::set<uint64_t>> sequences;
  for (const test::Upload& upload : plane_.uploads()) {
    for (const wire::Event& event : upload.events) sequences[upload.header.instance_id].insert(event.sequence);
  }
  ASSERT_EQ(sequences.size(), 2u);
  for (const auto& [id, seen] : sequences) EXPECT_EQ(seen.size(), *seen.rbegin()) << "1, 2, 3 ... without a gap";
}

TEST_F(SpoolDelivery, EventsKeepTheirIdsAcrossARestart) {
  // The server stores the events, and the client never hears of it.
  plane_.SetSpoil([] { return true; });
  {
    const auto core = Open();
    Track(*core, 0, 50);
    EXPECT_TRUE(core->Close(10s).ok());
    EXPECT_EQ(core->Status().events_spooled, 50u);
  }
  EXPECT_EQ(StoredNames().size(), 50u);
  plane_.SetSpoil([] { return false; });
  const auto core = Open();
  EXPECT_TRUE(Eventually([&] { return core->Status().events_duplicate == 50; }));
  EXPECT_EQ(StoredNames().size(), 50u);
}

TEST_F(SpoolDelivery, AnOutageHoldsFarMoreThanTheBufferAndAllOfItArrivesOnce) {
  SetUploadStatus(500);
  ClientOptions options = Options();
  options.buffer_events = 500;
  const auto core = Open(options);
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "event-" + std::to_string(i);
    while (!core->Track(name, kUser, {}).accepted()) core->WaitForRoom(1, 1s);
  }
  EXPECT_TRUE(Eventually([&] { return core->Status().events_spooled == 20'000; }));
  SetUploadStatus(0);
  EXPECT_EQ(core->Flush(60s).remaining, 0u);
  const std::vector<std::string> names = StoredNames();
  EXPECT_EQ(names.size(), 20'000u);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 20'000u);
}

TEST_F(SpoolDelivery, AFullDiskMeansMemoryAndAnErrorAndLosesNothing) {
  SetUploadStatus(503);
  const auto core = Open();
  Track(*core, 0, 10);
  EXPECT_TRUE(Eventually([&] { return core->Status().events_spooled == 10; }));
  files_.room = 40;
  Track(*core, 10, 10);
  EXPECT_TRUE(Eventually([&] {
    return core->Status().last_error.find("spool: cannot write: no space left on device") != std::string::npos;
  })) << core->Status().last_error;
  EXPECT_EQ(core->Status().events_spooled, 10u);
  Track(*core, 20, 10);
  SetUploadStatus(0);
  EXPECT_EQ(core->Flush(10s).remaining, 0u);
  EXPECT_THAT(StoredNames(), testing::UnorderedElementsAreArray(Names(0, 30)));
}

TEST_F(SpoolDelivery, AFailedSyncSendsTheEventsFromMemory) {
  files_.is_sync_failing = true;
  const auto core = Open();
  Track(*core, 0, 20);
  EXPECT_EQ(core->Flush(10s).remaining, 0u);
  EXPECT_THAT(StoredNames(), testing::UnorderedElementsAreArray(Names(0, 20)));
  EXPECT_THAT(core->Status().last_error, testing::HasSubstr("spool: cannot write: input/output error"));
  EXPECT_EQ(files_.appends_after_failed_sync, 0);
}

TEST_F(SpoolDelivery, ACloseThatCannotWriteCountsWhatItLoses) {
  SetUploadStatus(503);
  files_.is_read_only = true;
  const auto core = Open();
  Track(*core, 0, 20);
  EXPECT_TRUE(absl::IsDeadlineExceeded(core->Close(100ms)));
  uint64_t dropped = 0;
  for (const ClientStatus::Drop& drop : core->Status().drops) {
    if (drop.kind == EventKind::kMetric && drop.reason == DropReason::kClosed) dropped += drop.count;
  }
  EXPECT_EQ(dropped, 20u);
}

TEST_F(SpoolDelivery, ARejectedEventIsKeptBesideTheSpoolAndTheOthersArrive) {
  plane_.SetJudge([](const wire::Event& event) -> std::optional<wire::AckResult> {
    const auto* metric = std::get_if<wire::MetricEvent>(&event.body);
    if (metric != nullptr && metric->name == "event-3") return wire::AckResult::kRejected;
    return std::nullopt;
  });
  const auto core = Open();
  Track(*core, 0, 10);
  const FlushReport report = core->Flush(10s);
  EXPECT_EQ(report.delivered, 9u);
  EXPECT_EQ(report.rejected, 1u);
  EXPECT_EQ(report.remaining, 0u);
  int kept = 0;
  for (const auto& entry : fs::directory_iterator(directory_ / "spool" / "0")) {
    if (entry.path().extension() == ".rejected") ++kept;
  }
  EXPECT_EQ(kept, 1);
}

TEST_F(SpoolDelivery, ARefusedKeyKeepsTheSpoolAndIsTriedAgainRarely) {
  SetUploadStatus(401);
  {
    const auto core = Open();
    Track(*core, 0, 5);
    EXPECT_TRUE(Eventually([&] { return core->Status().events_spooled == 5; }));
    EXPECT_TRUE(core->Close(10s).ok());
  }
  SetUploadStatus(0);
  const auto core = Open();
  EXPECT_TRUE(Eventually([&] { return core->Status().events_delivered == 5; }));
}

TEST_F(SpoolDelivery, DurabilityMemoryWritesNothing) {
  ClientOptions options = Options();
  options.spool.durability = SpoolOptions::Durability::kMemory;
  const auto core = Open(options);
  Track(*core, 0, 5);
  EXPECT_EQ(core->Flush(10s).delivered, 5u);
  EXPECT_FALSE(fs::exists(directory_ / "spool"));
}

TEST_F(SpoolDelivery, TheFirstSendWaitsButAFlushDoesNot) {
  ClientOptions options = Options();
  options.first_send_spread = std::chrono::hours(24);  // shorter than a minute once in 1,440 runs
  const auto core = Open(options);
  Track(*core, 0, 5);
  EXPECT_TRUE(Eventually([&] { return core->Status().events_spooled == 5; }));
  EXPECT_EQ(plane_.Calls("/sdk/v1/events"), 0);
  EXPECT_EQ(core->Flush(10s).delivered, 5u);
}

TEST_F(SpoolDelivery, WhileTheServerHangsEventsStillReachTheDisk) {
  std::promise<void> release;
  plane_.SetHold(release.get_future().share());
  ClientOptions options = Options();
  options.buffer_events = 100;
  const auto core = Open(options);
  Track(*core, 0, 1);
  ASSERT_TRUE(Eventually([&] { return plane_.held() > 0; }));
  for (int i = 1; i < 1'000; ++i) {
    const std::string name = "event-" + std::to_string(i);
    while (!core->Track(name, kUser, {}).accepted()) ASSERT_TRUE(core->WaitForRoom(1, 10s));
  }
  EXPECT_TRUE(Eventually([&] { return core->Status().events_spooled == 1'000; }));
  release.set_value();
  EXPECT_EQ(core->Flush(10s).remaining, 0u);
}

TEST_F(SpoolDelivery, AKilledProcessLosesAtMostWhatWasNotYetWritten) {
  if (!test::kCanFork) GTEST_SKIP() << test::kWhyNotForked;
  SetUploadStatus(503);
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const ClientOptions options = Options();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    absl::StatusOr<std::shared_ptr<Core>> core = Core::Open(options);
    if (!core.ok()) _exit(1);
    for (int i = 0; i < 300; ++i) (*core)->Track("event-" + std::to_string(i), kUser, {});
    while ((*core)->Status().events_spooled < 300) usleep(1'000);
    if (write(pipe_ends[1], "x", 1) != 1) _exit(1);
    while (true) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(pipe_ends[0], &byte, 1), 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  SetUploadStatus(0);
  const auto core = Open();
  EXPECT_TRUE(Eventually([&] { return core->Status().events_delivered == 300; }));
  EXPECT_THAT(StoredNames(), testing::UnorderedElementsAreArray(Names(0, 300)));
}

}  // namespace
}  // namespace expt::client
