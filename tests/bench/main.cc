// expt_bench: the workloads of docs/performance.md. Options are google-benchmark's; --benchmark_format=json and
// --benchmark_out give figures to programs.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <string>

#include "tests/bench/measure.h"

namespace expt::bench {
namespace {

bool failed = false;

}  // namespace

void Fail(benchmark::State& state, const std::string& text) {
  failed = true;
  state.SkipWithError(text.c_str());
}

bool has_failed() { return failed; }

Allocations::~Allocations() {
  const auto iterations = static_cast<double>(state_.iterations());
  if (iterations == 0) return;
  const double each = static_cast<double>(AllocationCount() - before_) / iterations;
  state_.counters["allocations"] = each;
  // The library's own bookkeeping at the end of the loop is no part of an iteration.
  if (std::floor(each) > most_) Fail(state_, "allocates " + std::to_string(each) + " times per iteration");
}

size_t ResidentBytes() {
  malloc_trim(0);
  size_t all = 0;
  size_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace expt::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("compiler", EXPT_BENCH_COMPILER);
  benchmark::AddCustomContext("flags", EXPT_BENCH_FLAGS);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return expt::bench::has_failed() ? 1 : 0;
}
