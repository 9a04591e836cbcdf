// W6: every flag of a snapshot of 1,000 for one context.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "src/core/engine.h"
#include "tests/bench/measure.h"
#include "tests/bench/workload.h"

namespace expt::bench {
namespace {

constexpr int kFlags = 1'000;

Snapshot Mixed() {
  const absl::StatusOr<Snapshot> snapshot =
      core::Load(ModelOf({Shape::kPlain, Shape::kCoverage, Shape::kRules, Shape::kExperiment}, kFlags), Digest{});
  return snapshot.ok() && snapshot->warnings().empty() ? *snapshot : Snapshot();
}

template <typename Use>
void Run(benchmark::State& state, double most_allocations, Use use) {
  const Snapshot snapshot = Mixed();
  if (!snapshot.is_ready()) return Fail(state, "the snapshot has broken flags");
  const std::vector<Context> contexts = Contexts();
  std::vector<FlagHandle> handles;
  for (size_t i = 0; i < snapshot.flag_count(); ++i) handles.emplace_back(snapshot.flag(i).key);
  size_t next = 0;
  Allocations allocations(state, most_allocations);
  for (auto _ : state) {
    for (const FlagHandle& handle : handles) use(Evaluate(snapshot, handle, contexts[next], {.now = kNow}));
    if (++next == contexts.size()) next = 0;
  }
}

void EachByHandle(benchmark::State& state) {
  Run(state, 0, [](const Decision& decision) {
    benchmark::DoNotOptimize(decision.value);
    benchmark::DoNotOptimize(decision.exposure_count);
  });
}
BENCHMARK(EachByHandle)->Name("W6/each_by_handle")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace expt::bench
