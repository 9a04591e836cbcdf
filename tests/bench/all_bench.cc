// W6: every flag of a snapshot of 1,000 for one context; and one flag for 1,000 units.
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

// Runs work(snapshot, context) with one user after the other.
template <typename Work>
void Run(benchmark::State& state, double most_allocations, Work work) {
  const Snapshot snapshot = Mixed();
  if (!snapshot.is_ready()) return Fail(state, "the snapshot has broken flags");
  const std::vector<Context> contexts = Contexts();
  size_t next = 0;
  Allocations allocations(state, most_allocations);
  for (auto _ : state) {
    work(snapshot, contexts[next]);
    if (++next == contexts.size()) next = 0;
  }
}

void Decisions(benchmark::State& state) {
  Run(state, 4, [](const Snapshot& snapshot, const Context& context) {
    EvaluateAll(snapshot, context, {.now = kNow}, [](const Decision& decision) {
      benchmark::DoNotOptimize(decision.value);
      benchmark::DoNotOptimize(decision.exposure_count);
    });
  });
}
BENCHMARK(Decisions)->Name("W6/decisions")->Unit(benchmark::kMicrosecond);

void Json(benchmark::State& state) {
  std::string text;
  Run(state, 1e6, [&](const Snapshot& snapshot, const Context& context) {
    text.clear();
    EvaluateAll(snapshot, context, {.now = kNow}, [&](const Decision& decision) { AppendJson(text, decision); });
    benchmark::DoNotOptimize(text.data());
  });
  state.counters["json_bytes"] = static_cast<double>(text.size());
}
BENCHMARK(Json)->Name("W6/json")->Unit(benchmark::kMicrosecond);

// Without what EvaluateAll() shares between flags.
void EachByHandle(benchmark::State& state) {
  std::vector<FlagHandle> handles;
  for (int i = 0; i < kFlags; ++i) handles.emplace_back("flag-" + std::to_string(i));
  Run(state, 0, [&](const Snapshot& snapshot, const Context& context) {
    for (const FlagHandle& handle : handles) {
      const Decision decision = Evaluate(snapshot, handle, context, {.now = kNow});
      benchmark::DoNotOptimize(decision.value);
    }
  });
}
BENCHMARK(EachByHandle)->Name("W6/each_by_handle")->Unit(benchmark::kMicrosecond);

// W2's flag for all users at once, from columns of a table.
void ManyUnits(benchmark::State& state) {
  const Snapshot snapshot = SnapshotOf(Shape::kCoverage);
  const std::vector<User> users = Users();
  std::vector<ValueView> ids, countries, plans;
  for (const User& user : users) {
    ids.emplace_back(user.id);
    countries.emplace_back(user.country);
    plans.emplace_back(user.plan);
  }
  const Column columns[] = {{kTargetingKey, ids}, {"country", countries}, {"plan", plans}};
  const FlagHandle handle(kFlag);
  Allocations allocations(state, 8);  // for all rows
  for (auto _ : state) {
    size_t on = 0;
    EvaluateMany(snapshot, handle, columns, users.size(), {.now = kNow},
                 [&](size_t, const Decision& decision) { on += decision.ValueOr(false) ? 1 : 0; });
    benchmark::DoNotOptimize(on);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(users.size()));
}
BENCHMARK(ManyUnits)->Name("many/W2_for_1000_units")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace expt::bench
