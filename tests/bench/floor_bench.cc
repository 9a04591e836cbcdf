// What any evaluator must do at least, measured beside it: find the flag, hash the unit.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/bucket.h"
#include "src/base/hash.h"
#include "tests/bench/measure.h"
#include "tests/bench/workload.h"

namespace expt::bench {
namespace {

struct Row {
  uint64_t hash = 0;
  std::string_view key;
  const bool* value = nullptr;
};

// Hashes the key, looks it up in an open table, reads through the pointer found.
void LookUp(benchmark::State& state) {
  constexpr size_t kSlots = 2'048;
  const bool on = true;
  std::vector<std::string> keys;
  for (int i = 0; i < 1'000; ++i) keys.push_back("flag-" + std::to_string(i));
  std::array<Row, kSlots> table;
  for (const std::string& key : keys) {
    const uint64_t hash = base::Xxh3(key);
    size_t slot = hash % kSlots;
    while (table[slot].value != nullptr) slot = (slot + 1) % kSlots;
    table[slot] = {hash, key, &on};
  }
  std::string key = kFlag;
  Allocations allocations(state, 0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(key);
    const uint64_t hash = base::Xxh3(key);
    size_t slot = hash % kSlots;
    while (table[slot].hash != hash || table[slot].key != key) slot = (slot + 1) % kSlots;
    benchmark::DoNotOptimize(*table[slot].value);
  }
}
BENCHMARK(LookUp)->Name("floor/look_up");

// Looks for two attributes among eleven by hash, compares one text and hashes salt and unit id.
void FindAndBucket(benchmark::State& state) {
  const std::vector<Context> contexts = Contexts();
  const uint64_t plan = base::Xxh3("plan");
  const uint64_t unit = base::Xxh3(kTargetingKey);
  const std::string salt(22, 's');
  size_t next = 0;
  Allocations allocations(state, 0);
  for (auto _ : state) {
    std::string_view id;
    bool is_pro = false;
    for (const Context::Entry& entry : contexts[next].entries()) {
      if (entry.hash == unit) id = entry.value.text();
      if (entry.hash == plan) is_pro = entry.value.text() == "pro";
    }
    benchmark::DoNotOptimize(is_pro && base::Bucket(salt, id) < 500'000);
    if (++next == contexts.size()) next = 0;
  }
}
BENCHMARK(FindAndBucket)->Name("floor/find_and_bucket");

void MakeContext(benchmark::State& state) {
  const std::vector<User> users = Users();
  size_t next = 0;
  Allocations allocations(state, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(users[next].MakeContext());
    if (++next == users.size()) next = 0;
  }
}
BENCHMARK(MakeContext)->Name("part/make_context");

}  // namespace
}  // namespace expt::bench
