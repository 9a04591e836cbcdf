// How long one evaluation takes while nothing changes, and while snapshots are swapped a thousand times a second.
//
//   swap_storm [THREADS]      default 32; prints one line per phase, and the ratio
//
// Each thread decides W2 by handle through the slot that a client reads, and counts it as a client does. A time is of a
// run of 16 evaluations, so that reading the clock is little of it; it is given per evaluation.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "expt/evaluate.h"
#include "src/client/installed.h"
#include "src/client/snapshot_slot.h"
#include "tests/bench/workload.h"

namespace expt::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kRun = 16;
constexpr std::chrono::seconds kPhase{3};
constexpr std::chrono::milliseconds kSwapInterval{1};
constexpr size_t kMostSamples = 400'000;  // of one thread

struct Percentiles {
  double p50 = 0, p99 = 0, p999 = 0;  // ns
  size_t evaluations = 0;
};

void Evaluating(const client::SnapshotSlot& slot, const std::atomic<bool>& is_over, std::vector<float>& samples) {
  const FlagHandle handle(kFlag);
  const std::vector<Context> contexts = Contexts();
  size_t next = 0;
  samples.reserve(kMostSamples);
  while (!is_over) {
    const auto start = Steady::now();
    for (int i = 0; i < kRun; ++i) {
      const client::SnapshotSlot::Reader reader(slot);
      const Decision decision = Evaluate(reader.installed().snapshot, handle, contexts[next], {.now = kNow});
      reader.Count(decision);
      if (++next == contexts.size()) next = 0;
    }
    const std::chrono::duration<float, std::nano> time = Steady::now() - start;
    if (samples.size() < kMostSamples) samples.push_back(time.count() / kRun);
  }
}

Percentiles Phase(client::SnapshotSlot& slot, int threads,
                  const std::vector<std::shared_ptr<const client::Installed>>& swaps) {
  std::atomic<bool> is_over{false};
  std::vector<std::vector<float>> samples(static_cast<size_t>(threads));
  std::vector<std::thread> running;
  for (auto& of_thread : samples) running.emplace_back([&] { Evaluating(slot, is_over, of_thread); });
  const auto start = Steady::now();
  client::EvaluationTally tally;
  for (int tick = 1; Steady::now() < start + kPhase; ++tick) {
    std::this_thread::sleep_until(start + tick * kSwapInterval);
    if (!swaps.empty()) slot.Install(swaps[static_cast<size_t>(tick) % swaps.size()]);
    if (tick % 500 == 0) slot.Collect(tally);
  }
  is_over = true;
  for (std::thread& thread : running) thread.join();
  std::vector<float> all;
  for (const auto& of_thread : samples) all.insert(all.end(), of_thread.begin(), of_thread.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) { return all[static_cast<size_t>(share * static_cast<double>(all.size() - 1))]; };
  return {.p50 = at(0.5), .p99 = at(0.99), .p999 = at(0.999), .evaluations = all.size() * kRun};
}

void Print(const char* what, const Percentiles& of) {
  std::printf("%-18s p50 %6.1f ns   p99 %6.1f ns   p99.9 %8.1f ns   %zu evaluations timed\n", what, of.p50, of.p99,
              of.p999, of.evaluations);
}

int Main(int threads) {
  std::vector<std::shared_ptr<const client::Installed>> swaps;
  for (int i = 0; i < 8; ++i) swaps.push_back(client::MakeInstalled(SnapshotOf(Shape::kCoverage)));
  client::SnapshotSlot slot;
  slot.Install(swaps[0]);
  std::printf("%d threads, %u processors\n", threads, std::thread::hardware_concurrency());
  const Percentiles quiet = Phase(slot, threads, {});
  Print("no swaps", quiet);
  const Percentiles storm = Phase(slot, threads, swaps);
  Print("1,000 swaps/s", storm);
  std::printf("%-18s p50 %6.2f      p99 %6.2f\n", "ratio", storm.p50 / quiet.p50, storm.p99 / quiet.p99);
  return 0;
}

}  // namespace
}  // namespace expt::bench

int main(int argc, char** argv) { return expt::bench::Main(argc > 1 ? std::max(1, std::atoi(argv[1])) : 32); }
