// What every benchmark here reports beside time.
#ifndef EXPT_TESTS_BENCH_MEASURE_H_
#define EXPT_TESTS_BENCH_MEASURE_H_

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>

#include "tests/core/counting_new.h"

namespace expt::bench {

// Marks the benchmark as failed; the program then exits with 1.
void Fail(benchmark::State& state, const std::string& text);
bool has_failed();

// From its making to its end: calls of operator new per iteration, as the counter "allocations". The benchmark fails
// when there are more than `most`. Make it right before the loop.
class Allocations {
 public:
  Allocations(benchmark::State& state, double most) : state_(state), most_(most), before_(AllocationCount()) {}
  ~Allocations();
  Allocations(const Allocations&) = delete;
  Allocations& operator=(const Allocations&) = delete;

 private:
  benchmark::State& state_;
  const double most_;
  const size_t before_;
};

// Bytes of memory that the process takes now; what malloc keeps of freed memory is given back before.
size_t ResidentBytes();

}  // namespace expt::bench

#endif  // EXPT_TESTS_BENCH_MEASURE_H_
