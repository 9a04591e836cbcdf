// W1 to W5: one decision.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "tests/bench/measure.h"
#include "tests/bench/workload.h"

namespace expt::bench {
namespace {

template <typename Ask>
void Run(benchmark::State& state, Shape shape, Ask ask) {
  const Snapshot snapshot = SnapshotOf(shape);
  const std::vector<Context> contexts = Contexts();
  if (const std::string defect = Defect(shape, snapshot, contexts); !defect.empty()) return Fail(state, defect);
  size_t next = 0;
  Allocations allocations(state, 0);
  for (auto _ : state) {
    const Decision decision = ask(snapshot, contexts[next]);
    benchmark::DoNotOptimize(decision.value);
    benchmark::DoNotOptimize(decision.exposure_count);
    if (++next == contexts.size()) next = 0;
  }
}

void ByHandle(benchmark::State& state, Shape shape) {
  const FlagHandle handle(kFlag);
  Run(state, shape, [&](const Snapshot& snapshot, const Context& context) {
    return Evaluate(snapshot, handle, context, {.now = kNow});
  });
}

void ByKey(benchmark::State& state, Shape shape) {
  const std::string key = kFlag;
  Run(state, shape, [&](const Snapshot& snapshot, const Context& context) {
    return Evaluate(snapshot, key, context, {.now = kNow});
  });
}

// The context is made for the call, from strings that the program holds.
void FreshContext(benchmark::State& state, Shape shape) {
  const Snapshot snapshot = SnapshotOf(shape);
  const std::vector<User> users = Users();
  if (const std::string defect = Defect(shape, snapshot, Contexts()); !defect.empty()) return Fail(state, defect);
  const FlagHandle handle(kFlag);
  size_t next = 0;
  Allocations allocations(state, 1);
  for (auto _ : state) {
    const Context context = users[next].MakeContext();
    const Decision decision = Evaluate(snapshot, handle, context, {.now = kNow});
    benchmark::DoNotOptimize(decision.value);
    if (++next == users.size()) next = 0;
  }
}

const int registered = [] {
  for (const Shape shape :
       {Shape::kPlain, Shape::kCoverage, Shape::kRules, Shape::kExperiment, Shape::kRegex}) {
    const std::string name(ShapeName(shape));
    benchmark::RegisterBenchmark((name + "/handle").c_str(), ByHandle, shape);
    benchmark::RegisterBenchmark((name + "/key").c_str(), ByKey, shape);
  }
  benchmark::RegisterBenchmark("W2/fresh_context", FreshContext, Shape::kCoverage);
  return 0;
}();

}  // namespace
}  // namespace expt::bench
