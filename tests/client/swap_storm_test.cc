// Evaluations while snapshots are swapped a thousand times a second: each is of one published version. Version, value
// and variant of every flag say the same number, so a decision that mixed two versions would show it.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "expt/evaluate.h"
#include "src/client/installed.h"
#include "src/client/snapshot_slot.h"
#include "src/core/engine.h"
#include "src/model/builder.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

constexpr int kThreads = 32;
constexpr int kSwaps = 1'000;
constexpr int64_t kDistinct = 64;  // snapshots, installed in turn

// Flags a and b say the version; c asks whether a serves its only variant, which is called as the version is.
std::shared_ptr<const Installed> Version(int64_t version) {
  using model::Index;
  model::Builder b;
  model::Snapshot& s = b.snapshot();
  s.project = b.Copy("storm");
  s.environment = b.Copy("env_storm");
  s.audience = Audience::kServer;
  s.epoch = 1;
  s.version = version;
  b.SetMemberListSalt("storm");
  const std::string name = std::to_string(version);
  for (const char* key : {"a", "b", "c"}) {
    model::Flag flag;
    flag.key = b.String(key);
    flag.type = ValueType::kInteger;
    flag.is_enabled = true;
    flag.visibility = model::Visibility::kServer;
    flag.variant_keys = {b.String(name)};
    flag.variant_values = {b.IntegerValue(version)};
    flag.default_serve = b.ServeVariant(0);
    if (key[0] == 'c') {
      flag.prerequisites.push_back({.flag = 0, .variants = {0}});
    }
    s.flags.push_back(std::move(flag));
  }
  absl::StatusOr<Snapshot> snapshot = core::Load(b.Take(), Digest{});
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return MakeInstalled(*std::move(snapshot));
}

// What one thread saw wrong; empty when nothing.
class Reader {
 public:
  explicit Reader(const SnapshotSlot& slot) : slot_(slot) {}

  void Look() {
    const int64_t before = last_;
    {
      const SnapshotSlot::Reader reader(slot_);
      const Decision a = Evaluate(reader.installed().snapshot, handle_, user_, {.now = Time()});
      const Decision b = Evaluate(reader.installed().snapshot, "b", user_, {.now = Time()});
      reader.Count(a);
      Check(a);
      Check(b);
      if (a.snapshot_version != b.snapshot_version) Say("two decisions of one view differ in version");
      last_ = a.snapshot_version;
    }
    Pinned();
    if (last_ != before) ++swaps_;
  }

  int swaps() const { return swaps_; }
  int64_t evaluations() const { return evaluations_; }
  const std::string& wrong() const { return wrong_; }

 private:
  // A pinned view answers alike however often it is asked.
  void Pinned() {
    const std::shared_ptr<const Installed> pinned = slot_.Current();
    const Decision first = Evaluate(pinned->snapshot, "a", user_, {.now = Time()});
    for (const char* key : {"b", "c", "a"}) {
      const Decision again = Evaluate(pinned->snapshot, key, user_, {.now = Time()});
      Check(again);
      if (again.snapshot_version != first.snapshot_version) Say("a pinned view changed its version");
    }
  }

  void Check(const Decision& decision) {
    ++evaluations_;
    const int64_t version = decision.snapshot_version;
    if (version < 1 || version > kDistinct) return Say("a version that was never published");
    if (decision.value.integer() != version) return Say("a value of another version");
    if (decision.variant != std::to_string(version)) return Say("a variant of another version");
    if (decision.reason != Reason::kStatic && decision.reason != Reason::kDefault) return Say("another reason");
  }

  void Say(std::string what) { wrong_ = std::move(what); }

  const SnapshotSlot& slot_;
  const FlagHandle handle_{"a"};
  const Context user_{"u1"};
  int64_t last_ = 0;
  int swaps_ = 0;
  int64_t evaluations_ = 0;
  std::string wrong_;
};

TEST(SwapStorm, EveryEvaluationIsOfOnePublishedVersion) {
  std::vector<std::shared_ptr<const Installed>> versions;
  for (int64_t version = 1; version <= kDistinct; ++version) versions.push_back(Version(version));
  SnapshotSlot slot;
  slot.Install(versions[0]);
  std::atomic<int> ready{0};
  std::atomic<bool> is_over{false};
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    readers.push_back(std::make_unique<Reader>(slot));
    threads.emplace_back([&, reader = readers.back().get()] {
      reader->Look();
      ++ready;
      while (!is_over) {
        reader->Look();
        std::this_thread::yield();  // so that all take turns, however few processors there are
      }
    });
  }
  while (ready < kThreads) std::this_thread::yield();
  EvaluationTally tally;
  const auto start = std::chrono::steady_clock::now();
  for (int swap = 1; swap <= kSwaps; ++swap) {
    slot.Install(versions[static_cast<size_t>(swap) % versions.size()]);
    if (swap % 100 == 0) slot.Collect(tally);
    std::this_thread::sleep_until(start + milliseconds(swap));
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  slot.Collect(tally);

  int64_t evaluations = 0;
  int seen = 0;
  for (const auto& reader : readers) {
    EXPECT_EQ(reader->wrong(), "");
    evaluations += reader->evaluations();
    seen += reader->swaps();
  }
  EXPECT_GT(seen, 0) << "the threads saw swaps";
  for (const auto& [key, count] : tally) {
    const auto& [version, flag, variant, rule, reason] = key;
    EXPECT_EQ(variant, std::to_string(version)) << "counted under the version that decided";
  }
  std::printf("%d threads, %d swaps, %lld evaluations, %d changes seen\n", kThreads, kSwaps,
              static_cast<long long>(evaluations), seen);
}

}  // namespace
}  // namespace expt::client
