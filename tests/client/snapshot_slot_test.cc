#include "src/client/snapshot_slot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <thread>
#include <vector>

namespace expt::client {
namespace {

std::shared_ptr<const Installed> Named(const std::string& name) {
  auto installed = std::make_shared<Installed>();
  installed->unit_types.push_back(name);
  return installed;
}

const std::string& NameOf(const SnapshotSlot& slot) {
  static thread_local std::string name;
  const SnapshotSlot::Reader reader(slot);
  name = reader.installed().unit_types.at(0);
  return name;
}

TEST(SnapshotSlot, GivesTheNewestOfSeveralSlotsToOneThread) {
  SnapshotSlot a;
  SnapshotSlot b;
  a.Install(Named("a1"));
  b.Install(Named("b1"));
  EXPECT_EQ(NameOf(a), "a1");
  EXPECT_EQ(NameOf(b), "b1");
  a.Install(Named("a2"));
  EXPECT_EQ(NameOf(a), "a2");
  EXPECT_EQ(NameOf(b), "b1");
}

TEST(SnapshotSlot, ANestedReaderSeesTheNewSnapshotAndTheOuterKeepsItsOwn) {
  SnapshotSlot slot;
  slot.Install(Named("old"));
  const SnapshotSlot::Reader outer(slot);
  slot.Install(Named("new"));
  EXPECT_EQ(NameOf(slot), "new");
  EXPECT_EQ(outer.installed().unit_types.at(0), "old");
}

TEST(SnapshotSlot, LetsGoOfAnOldSnapshotAlthoughAThreadThatReadItIsIdle) {
  SnapshotSlot slot;
  std::shared_ptr<const Installed> first = Named("first");
  const std::weak_ptr<const Installed> watched = first;
  slot.Install(std::move(first));
  std::mutex mutex;
  std::condition_variable changed;
  bool has_read = false;
  bool may_end = false;
  std::thread idle([&] {
    NameOf(slot);
    std::unique_lock lock(mutex);
    has_read = true;
    changed.notify_all();
    changed.wait(lock, [&] { return may_end; });
    EXPECT_EQ(NameOf(slot), "second");
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return has_read; });
  }
  slot.Install(Named("second"));
  EvaluationTally tally;
  slot.Collect(tally);
  EXPECT_TRUE(watched.expired());
  {
    const std::lock_guard guard(mutex);
    may_end = true;
    changed.notify_all();
  }
  idle.join();
}

TEST(SnapshotSlot, LetsGoOfEverythingWhenItEndsAndAnswersAThreadThatReadAnother) {
  std::weak_ptr<const Installed> watched;
  {
    SnapshotSlot slot;
    std::shared_ptr<const Installed> only = Named("only");
    watched = only;
    slot.Install(std::move(only));
    EXPECT_EQ(NameOf(slot), "only");
  }
  EXPECT_TRUE(watched.expired());
  for (int i = 0; i < 100; ++i) {
    SnapshotSlot slot;
    slot.Install(Named(std::to_string(i)));
    EXPECT_EQ(NameOf(slot), std::to_string(i));
  }
}

TEST(SnapshotSlot, ReadersNeverSeeAnOlderOrADestroyedSnapshotUnderSwaps) {
  SnapshotSlot slot;
  slot.Install(Named("0"));
  std::atomic<bool> is_done{false};
  std::atomic<int> started{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&] {
      int last = 0;
      bool is_first = true;
      while (is_first || !is_done.load()) {
        const int seen = std::stoi(NameOf(slot));
        EXPECT_GE(seen, last);
        last = seen;
        if (is_first) ++started;
        is_first = false;
      }
    });
  }
  while (started.load() < 8) std::this_thread::yield();
  EvaluationTally tally;
  for (int i = 1; i <= 2'000; ++i) {
    slot.Install(Named(std::to_string(i)));
    slot.Collect(tally);
  }
  is_done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(NameOf(slot), "2000");
}

Decision DecisionOf(std::string_view flag, std::string_view variant) {
  Decision decision;
  decision.flag = flag;
  decision.variant = variant;
  decision.reason = Reason::kSplit;
  return decision;
}

TEST(SnapshotSlot, CountsEveryDecisionOnceAcrossThreadsSwapsAndFullTables) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20'000;
  std::vector<std::string> flags;
  for (int i = 0; i < 500; ++i) flags.push_back("flag-" + std::to_string(i));
  SnapshotSlot slot;
  slot.Install(Named("0"));
  std::vector<std::thread> threads;
  std::atomic<int> running{kThreads};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        const SnapshotSlot::Reader reader(slot);
        reader.Count(DecisionOf(flags[static_cast<size_t>(i) % flags.size()], "on"));
      }
      --running;
    });
  }
  EvaluationTally tally;
  int swaps = 0;
  while (running.load() > 0) {
    slot.Collect(tally);
    slot.Install(Named(std::to_string(++swaps)));
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  slot.Collect(tally);
  uint64_t total = 0;
  for (const auto& [key, count] : tally) {
    EXPECT_EQ(count, uint64_t{kThreads} * kRounds / flags.size()) << std::get<1>(key);
    total += count;
  }
  EXPECT_EQ(total, uint64_t{kThreads} * kRounds);
  EXPECT_EQ(tally.size(), flags.size());
}

}  // namespace
}  // namespace expt::client
