// W8 and events: what a client adds to an evaluation.
#include <benchmark/benchmark.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "expt/client.h"
#include "src/client/snapshot_slot.h"
#include "src/core/engine.h"
#include "tests/bench/measure.h"
#include "tests/bench/workload.h"
#include "tests/client/control_plane.h"

namespace expt::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSwapInterval{10};

// Installs a new snapshot of the same rules every ten milliseconds as long as it lives.
class Swapping {
 public:
  explicit Swapping(client::SnapshotSlot& slot) : slot_(slot), thread_([this] { Run(); }) {}
  ~Swapping() {
    is_over_ = true;
    thread_.join();
  }

 private:
  void Run() {
    const Snapshot snapshots[] = {SnapshotOf(Shape::kCoverage), SnapshotOf(Shape::kCoverage)};
    for (size_t i = 0; !is_over_; ++i) {
      slot_.Install(client::MakeInstalled(snapshots[i % 2]));
      std::this_thread::sleep_for(kSwapInterval);
    }
  }

  client::SnapshotSlot& slot_;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

// W2 through the slot that a client reads, counted as a client counts. Threads share slot and handle; the CPU time is
// that of the threads, so that two threads cost twice as much in all when they do not hinder each other.
void Swapped(benchmark::State& state) {
  static std::unique_ptr<client::SnapshotSlot> slot;
  static std::unique_ptr<Swapping> swapping;
  static const FlagHandle handle(kFlag);
  if (state.thread_index() == 0) {
    slot = std::make_unique<client::SnapshotSlot>();
    slot->Install(client::MakeInstalled(SnapshotOf(Shape::kCoverage)));
    if (state.range(0) != 0) swapping = std::make_unique<Swapping>(*slot);
  }
  const std::vector<Context> contexts = Contexts();
  size_t next = 0;
  for (auto _ : state) {
    const client::SnapshotSlot::Reader reader(*slot);
    const Decision decision = Evaluate(reader.installed().snapshot, handle, contexts[next], {.now = kNow});
    reader.Count(decision);
    benchmark::DoNotOptimize(decision.value);
    if (++next == contexts.size()) next = 0;
  }
  if (state.thread_index() == 0) {
    swapping.reset();
    slot.reset();
  }
}
BENCHMARK(Swapped)->Name("W8/no_swap")->Arg(0)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK(Swapped)->Name("W8/swap_every_10_ms")->Arg(1)->Threads(1)->Threads(2)->UseRealTime();

// A client of a control plane on this machine, with room for every event of a run and none sent meanwhile.
class Connected {
 public:
  Connected() {
    plane_.Publish({.version = 1});
    ClientOptions options = plane_.options();
    options.poll_interval = std::chrono::hours(1);
    options.flush_interval = std::chrono::hours(1);
    options.buffer_events = 4'000'000;
    options.buffer_bytes = size_t{1} << 30;
    options.exposure_dedupe_entries = 1'000'000;
    absl::StatusOr<Client> client = Client::Open(options);
    if (!client.ok() || !client->Ready(std::chrono::seconds(10))) return;
    client_.emplace(*std::move(client));
  }
  const Client* client() const { return client_.has_value() ? &*client_ : nullptr; }

 private:
  test::ControlPlane plane_;
  std::optional<Client> client_;
};

// The flag of an experiment of everybody, half and half.
constexpr char kExperimentFlag[] = "checkout-test";

// As many as one thread remembers without asking the table that all threads share.
constexpr size_t kFewUnits = 64;
constexpr int64_t kNewUnits = 100'000;

std::vector<Context> Units(size_t count) {
  static size_t made = 0;
  std::vector<Context> contexts;
  for (size_t i = 0; i < count; ++i) contexts.emplace_back("unit-" + std::to_string(made++));
  return contexts;
}

// What the next two are compared with: the same decision from a pinned snapshot, which reports nothing.
void EventsOff(benchmark::State& state) {
  const Connected connected;
  if (connected.client() == nullptr) return Fail(state, "cannot open a client");
  const Snapshot snapshot = connected.client()->Pin();
  const FlagHandle handle(kExperimentFlag);
  const std::vector<Context> contexts = Units(kFewUnits);
  size_t next = 0;
  Allocations allocations(state, 0);
  for (auto _ : state) {
    const Decision decision = Evaluate(snapshot, handle, contexts[next], {.now = kNow});
    benchmark::DoNotOptimize(std::string(decision.variant));
    if (++next == contexts.size()) next = 0;
  }
}
BENCHMARK(EventsOff)->Name("events/off");

void ExposureSeen(benchmark::State& state) {
  const Connected connected;
  if (connected.client() == nullptr) return Fail(state, "cannot open a client");
  const FlagHandle handle(kExperimentFlag);
  const std::vector<Context> contexts = Units(kFewUnits);
  for (const Context& context : contexts) (void)connected.client()->Variant(handle, context, "");
  size_t next = 0;
  Allocations allocations(state, 0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(connected.client()->Variant(handle, contexts[next], ""));
    if (++next == contexts.size()) next = 0;
  }
}
BENCHMARK(ExposureSeen)->Name("events/seen");

void ExposureNew(benchmark::State& state) {
  const Connected connected;
  if (connected.client() == nullptr) return Fail(state, "cannot open a client");
  const FlagHandle handle(kExperimentFlag);
  const std::vector<Context> contexts = Units(kNewUnits);
  size_t next = 0;
  {
    Allocations allocations(state, 1);
    for (auto _ : state) benchmark::DoNotOptimize(connected.client()->Variant(handle, contexts[next++], ""));
  }
  const ClientStatus status = connected.client()->Status();
  if (status.events_accepted != next) {
    Fail(state, "accepted " + std::to_string(status.events_accepted) + " of " + std::to_string(next) + " exposures");
  }
}
BENCHMARK(ExposureNew)->Name("events/new")->Iterations(kNewUnits);

}  // namespace
}  // namespace expt::bench
