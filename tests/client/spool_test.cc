// Events on disk: what was written comes back, what cannot be written or read is told apart and counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>

#include "src/client/spool.h"
#include "tests/client/faulty_files.h"

namespace expt::client {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const Time kNow{std::chrono::milliseconds(1'800'000'000'000)};

EncodedEvent Event(uint64_t sequence, size_t size = 20) {
  return {.sequence = sequence,
          .kind = EventKind::kMetric,
          .experiment = {},
          .variant = {},
          .bytes = std::to_string(sequence) + std::string(size, '.')};
}

EncodedEvent ExposureEvent(uint64_t sequence) {
  EncodedEvent event = Event(sequence);
  event.kind = EventKind::kExposure;
  event.experiment = "exp_1";
  event.variant = "control";
  return event;
}

std::vector<EncodedEvent> Events(uint64_t first, uint64_t count, size_t size = 20) {
  std::vector<EncodedEvent> events;
  for (uint64_t i = 0; i < count; ++i) events.push_back(Event(first + i, size));
  return events;
}

std::vector<uint64_t> SequencesOf(const SpoolLane::Taken& taken) {
  std::vector<uint64_t> sequences;
  for (const EncodedEvent& event : taken.events) sequences.push_back(event.sequence);
  return sequences;
}

class SpoolTest : public testing::Test {
 protected:
  SpoolTest() : directory_(fs::path(testing::TempDir()) / "expt_spool") { fs::remove_all(directory_); }
  ~SpoolTest() override { fs::remove_all(directory_); }

  SpoolLane::Settings Settings(uint8_t instance = 1) {
    SpoolLane::Settings settings;
    settings.files = &files_;
    settings.instance_id.fill(instance);
    settings.max_age = 14 * 24h;
    settings.drops = &drops_;
    return settings;
  }
  std::unique_ptr<SpoolLane> Open(const SpoolLane::Settings& settings, Time now = kNow) {
    absl::StatusOr<std::unique_ptr<SpoolLane>> lane = SpoolLane::Open(settings, Lane(), now);
    EXPECT_TRUE(lane.ok()) << lane.status();
    return lane.ok() ? *std::move(lane) : nullptr;
  }
  std::unique_ptr<SpoolLane> Open(uint8_t instance = 1) { return Open(Settings(instance)); }
  void Append(SpoolLane& lane, const std::vector<EncodedEvent>& events, Time now = kNow) {
    absl::Status status;
    EXPECT_EQ(lane.Append(events, now, status), events.size());
    EXPECT_TRUE(status.ok()) << status;
  }
  // Takes and acknowledges everything.
  static std::vector<uint64_t> DrainAll(SpoolLane& lane) {
    std::vector<uint64_t> all;
    while (lane.unread() != 0) {
      const SpoolLane::Taken taken = lane.Take(500, 1u << 20);
      if (taken.events.empty()) break;
      for (const uint64_t sequence : SequencesOf(taken)) all.push_back(sequence);
      lane.Acknowledge();
    }
    return all;
  }
  std::string Lane() const { return (directory_ / "0").string(); }
  std::vector<std::string> Names(std::string_view extension) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(Lane())) {
      if (entry.path().extension() == extension) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string ReadFile(const std::string& name) const {
    std::ifstream file(fs::path(Lane()) / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void WriteFile(const std::string& name, const std::string& bytes) const {
    std::ofstream(fs::path(Lane()) / name, std::ios::binary | std::ios::trunc) << bytes;
  }
  uint64_t Dropped(DropReason reason) const {
    uint64_t count = 0;
    for (const wire::DropCount& drop : drops_.List()) {
      if (drop.reason == reason) count += drop.count;
    }
    return count;
  }

  const fs::path directory_;
  test::FaultyFiles files_;
  DropCounts drops_;
};

std::vector<uint64_t> Range(uint64_t first, uint64_t count) {
  std::vector<uint64_t> range;
  for (uint64_t i = 0; i < count; ++i) range.push_back(first + i);
  return range;
}

TEST_F(SpoolTest, WhatWasWrittenComesBackInOrderWithItsInstance) {
  {
    const auto lane = Open(7);
    Append(*lane, {ExposureEvent(1)});
    Append(*lane, Events(2, 9));
    EXPECT_EQ(lane->events(), 10u);
  }
  const auto lane = Open(8);
  EXPECT_EQ(lane->events(), 10u);
  EXPECT_EQ(lane->unread_own(), 0u);
  const SpoolLane::Taken taken = lane->Take(500, 1u << 20);
  EXPECT_FALSE(taken.is_own);
  EXPECT_EQ(taken.instance_id[0], 7);
  EXPECT_EQ(SequencesOf(taken), Range(1, 10));
  EXPECT_EQ(taken.events[0].experiment, "exp_1");
  EXPECT_EQ(taken.events[0].variant, "control");
  EXPECT_EQ(taken.events[3].bytes, Event(4).bytes);
}

TEST_F(SpoolTest, ABatchKeepsItsBoundsAndGoesOnWhereTheLastEnded) {
  const auto lane = Open();
  Append(*lane, Events(1, 10, 100));
  EXPECT_EQ(SequencesOf(lane->Take(3, 1u << 20)), Range(1, 3));
  EXPECT_EQ(SequencesOf(lane->Take(500, 250)), Range(4, 2));
  EXPECT_EQ(SequencesOf(lane->Take(500, 1)), Range(6, 1)) << "at least one";
  EXPECT_EQ(SequencesOf(lane->Take(500, 1u << 20)), Range(7, 4));
  EXPECT_TRUE(lane->Take(500, 1u << 20).events.empty());
}

TEST_F(SpoolTest, OnlyWhatIsNotAcknowledgedComesBack) {
  {
    const auto lane = Open();
    Append(*lane, Events(1, 30));
    lane->Take(10, 1u << 20);
    lane->Acknowledge();
    lane->Take(5, 1u << 20);  // in hand when the process ends
    EXPECT_EQ(lane->events(), 20u);
  }
  EXPECT_EQ(DrainAll(*Open()), Range(11, 20));
  EXPECT_EQ(Open()->events(), 0u);
}

TEST_F(SpoolTest, FilesEndAtTheirSizeAndGoWhenAcknowledged) {
  const auto lane = Open();
  Append(*lane, Events(1, 3'000, 1'000));
  EXPECT_EQ(Names(".events").size(), 3u);
  for (const std::string& name : Names(".events")) {
    EXPECT_LT(fs::file_size(fs::path(Lane()) / name), 2 * kSpoolFileSize);
  }
  EXPECT_EQ(DrainAll(*lane), Range(1, 3'000));
  EXPECT_EQ(Names(".events").size(), 1u);
  lane->Tidy();
  EXPECT_EQ(Names(".events").size(), 0u);
  Append(*lane, Events(3'001, 2));
  EXPECT_EQ(DrainAll(*lane), Range(3'001, 2)) << "after Tidy() it goes on";
}

TEST_F(SpoolTest, EveryAppendIsSynced) {
  const auto lane = Open();
  for (int i = 1; i <= 5; ++i) Append(*lane, Events(i, 1));
  EXPECT_EQ(files_.syncs, 5);
}

TEST_F(SpoolTest, ATornTailIsKeptAsideAndTheRestCounts) {
  {
    const auto lane = Open();
    Append(*lane, Events(1, 9));
  }
  const std::string name = Names(".events").at(0);
  const std::string whole = ReadFile(name);
  WriteFile(name, whole.substr(0, whole.size() - 3));
  const auto lane = Open(2);
  EXPECT_EQ(lane->TakeWarnings().size(), 1u);
  EXPECT_EQ(Names(".corrupt").size(), 1u);
  EXPECT_EQ(ReadFile(name + ".corrupt").size(), (whole.size() - kSpoolHeaderSize) / 9 - 3);
  EXPECT_EQ(DrainAll(*lane), Range(1, 8));
}

TEST_F(SpoolTest, EveryCutAndEveryFlippedByteLeavesWhatIsBeforeIt) {
  {
    const auto lane = Open();
    Append(*lane, Events(1, 4));
  }
  const std::string name = Names(".events").at(0);
  const std::string whole = ReadFile(name);
  const size_t record = (whole.size() - kSpoolHeaderSize) / 4;
  for (size_t at = 0; at < whole.size(); ++at) {
    const size_t good = at < kSpoolHeaderSize ? 0 : (at - kSpoolHeaderSize) / record;
    for (const bool is_cut : {true, false}) {
      fs::remove_all(Lane());
      fs::create_directories(Lane());
      std::string bytes = whole;
      if (is_cut) {
        bytes.resize(at);
      } else {
        bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
      }
      WriteFile(name, bytes);
      ASSERT_EQ(DrainAll(*Open()), Range(1, good)) << "at " << at << (is_cut ? " cut" : " flipped");
    }
  }
}

TEST_F(SpoolTest, ZeroesBehindTheEndAreNoRecords) {
  {
    const auto lane = Open();
    Append(*lane, Events(1, 2));
  }
  const std::string name = Names(".events").at(0);
  WriteFile(name, ReadFile(name) + std::string(4096, '\0'));
  EXPECT_EQ(DrainAll(*Open()), Range(1, 2));
}

TEST_F(SpoolTest, FewDamagedFilesAreKept) {
  fs::create_directories(Lane());
  for (int i = 1; i <= 9; ++i) WriteFile("000000000000000" + std::to_string(i) + ".events", "not a spool file");
  EXPECT_EQ(Open()->events(), 0u);
  Open();
  EXPECT_EQ(Names(".corrupt").size(), kMaxAside);
  EXPECT_EQ(Names(".corrupt").back(), "0000000000000009.events.corrupt");
}

TEST_F(SpoolTest, AFullSpoolDropsItsOldestFileAndCountsByArm) {
  SpoolLane::Settings settings = Settings();
  settings.max_bytes = 3u << 20;
  const auto lane = Open(settings);
  Append(*lane, {ExposureEvent(1)});
  Append(*lane, Events(2, 5'000, 1'000));
  EXPECT_LE(fs::file_size(fs::path(Lane()) / Names(".events").at(0)), 2 * kSpoolFileSize);
  const uint64_t dropped = Dropped(DropReason::kSpoolFull);
  EXPECT_GT(dropped, 0u);
  EXPECT_EQ(lane->events() + dropped, 5'001u);
  EXPECT_EQ(lane->lost_own(), dropped);
  const std::vector<uint64_t> left = DrainAll(*lane);
  EXPECT_EQ(left, Range(5'002 - left.size(), left.size())) << "the newest are left";
  bool is_arm_named = false;
  for (const wire::DropCount& drop : drops_.List()) {
    is_arm_named = is_arm_named || (drop.experiment == "exp_1" && drop.variant == "control" && drop.count == 1);
  }
  EXPECT_TRUE(is_arm_named);
}

TEST_F(SpoolTest, WhatIsInHandWhenItsFileIsDroppedIsNotCountedAsLost) {
  SpoolLane::Settings settings = Settings();
  settings.max_bytes = 2u << 20;
  const auto lane = Open(settings);
  Append(*lane, Events(1, 100, 1'000));
  const SpoolLane::Taken taken = lane->Take(60, 1u << 20);
  Append(*lane, Events(101, 2'500, 1'000));
  const uint64_t dropped = Dropped(DropReason::kSpoolFull);
  lane->Acknowledge();
  EXPECT_EQ(taken.events.size() + dropped + DrainAll(*lane).size(), 2'600u);
}

TEST_F(SpoolTest, OldEventsAreDroppedAndCountedAtTheStart) {
  {
    const auto lane = Open();
    Append(*lane, Events(1, 5), kNow - 15 * 24h);
    Append(*lane, Events(6, 5), kNow - 13 * 24h);
  }
  const auto lane = Open();
  EXPECT_EQ(Dropped(DropReason::kExpired), 5u);
  EXPECT_EQ(DrainAll(*lane), Range(6, 5));
}

TEST_F(SpoolTest, AFullDiskRefusesAndTheFileIsNotWrittenAgain) {
  const auto lane = Open();
  Append(*lane, Events(1, 5));
  files_.room = 30;  // a part of a record
  absl::Status status;
  EXPECT_EQ(lane->Append(Events(6, 5), kNow, status), 0u);
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(lane->events(), 5u);
  EXPECT_EQ(lane->Append(Events(6, 5), kNow, status), 0u);
  files_.room = 1u << 20;
  Append(*lane, Events(6, 5));
  EXPECT_EQ(Names(".events").size(), 2u);
  EXPECT_EQ(DrainAll(*lane), Range(1, 10));
}

TEST_F(SpoolTest, AfterAFailedSyncTheEventsAreTheCallersAndTheFileIsNeverWrittenAgain) {
  const auto lane = Open();
  Append(*lane, Events(1, 5));
  files_.is_sync_failing = true;
  absl::Status status;
  EXPECT_EQ(lane->Append(Events(6, 5), kNow, status), 0u);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(lane->events(), 5u);
  files_.is_sync_failing = false;
  lane->Take(2, 1u << 20);
  lane->Acknowledge();  // progress is not written into it either
  Append(*lane, Events(6, 5));
  EXPECT_EQ(DrainAll(*lane), Range(3, 8));
  EXPECT_EQ(files_.appends_after_failed_sync, 0);
}

TEST_F(SpoolTest, AFileWhoseNameIsNotSafeHoldsNothing) {
  const auto lane = Open();
  files_.is_directory_sync_failing = true;
  absl::Status status;
  EXPECT_EQ(lane->Append(Events(1, 5), kNow, status), 0u);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(Names(".events").size(), 0u);
}

TEST_F(SpoolTest, ADiskThatDoesNotReadKeepsTheEventsForLater) {
  const auto lane = Open();
  Append(*lane, Events(1, 5));
  files_.is_read_failing = true;
  EXPECT_TRUE(lane->Take(500, 1u << 20).events.empty());
  EXPECT_EQ(lane->unread(), 5u);
  files_.is_read_failing = false;
  EXPECT_EQ(DrainAll(*lane), Range(1, 5));
}

TEST_F(SpoolTest, RejectedEventsAreKeptForALookUpToALimit) {
  const auto lane = Open();
  for (int i = 0; i < 3'000; ++i) lane->KeepRejected("EVENT_INVALID", Event(i, 1'000));
  ASSERT_EQ(Names(".rejected").size(), 1u);
  const std::string bytes = ReadFile(Names(".rejected").at(0));
  EXPECT_LE(bytes.size(), kMaxRejected);
  EXPECT_GT(bytes.size(), kMaxRejected - 2'000);
  EXPECT_THAT(bytes, testing::HasSubstr("EVENT_INVALID"));
  const auto record = ReadSpoolRecord(std::string_view(bytes).substr(kSpoolHeaderSize));
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->type, SpoolRecordType::kRejection);
}

TEST_F(SpoolTest, OneProcessAtATimeUsesALane) {
  const auto lane = Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(SpoolLane::Open(Settings(), Lane(), kNow).status()));
}

TEST_F(SpoolTest, EachClientTakesALaneAndWhatIsLeftBehindIsAdopted) {
  const auto steady = std::chrono::steady_clock::now();
  Spool first(Settings(1), directory_.string());
  first.Step(kNow, steady);
  ASSERT_TRUE(first.is_writable(steady));
  {
    Spool second(Settings(2), directory_.string());
    second.Step(kNow, steady);
    ASSERT_TRUE(second.is_writable(steady));
    EXPECT_EQ(second.Append(Events(1, 3), kNow, steady), 3u);
  }
  EXPECT_EQ(first.Append(Events(1, 4), kNow, steady), 4u);
  EXPECT_EQ(first.events(), 4u);
  first.Step(kNow, steady + kAdoptInterval);
  EXPECT_EQ(first.events(), 7u);
  EXPECT_EQ(first.unread_own(), 4u);
  const SpoolLane::Taken left = first.Take(500, 1u << 20);
  EXPECT_EQ(left.instance_id[0], 2);
  EXPECT_EQ(SequencesOf(left), Range(1, 3));
  first.Acknowledge();
  const SpoolLane::Taken own = first.Take(500, 1u << 20);
  EXPECT_TRUE(own.is_own);
  EXPECT_EQ(SequencesOf(own), Range(1, 4));
  first.Acknowledge();
  EXPECT_EQ(first.events(), 0u);
  Spool third(Settings(3), directory_.string());
  third.Step(kNow, steady);
  EXPECT_TRUE(third.is_writable(steady)) << "the lane is free again";
  EXPECT_EQ(third.events(), 0u);
}

}  // namespace
}  // namespace expt::client
