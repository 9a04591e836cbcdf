// The workloads of docs/performance.md as models and contexts. Everything is derived from constants, so that two runs
// measure the same.
#ifndef EXPT_TESTS_BENCH_WORKLOAD_H_
#define EXPT_TESTS_BENCH_WORKLOAD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expt/context.h"
#include "expt/evaluate.h"
#include "expt/snapshot.h"
#include "src/model/snapshot.h"

namespace expt::bench {

enum class Shape : uint8_t {
  kPlain,       // W1: boolean, no rules
  kCoverage,    // W2: country in ten values and plan = pro, then half of the units
  kRules,       // W3: ten rules of three conditions (string, number, semver); the last matches, then half of the units
  kExperiment,  // W4: W2's condition, three weighted variants, JSON payload, an exposure
  kRegex,       // W5: one regular expression
};
std::string_view ShapeName(Shape shape);  // "W1", ...

// `count` flags, "flag-0" on, of `shapes` in turn; no two share a constant, a salt or a condition.
model::Snapshot ModelOf(const std::vector<Shape>& shapes, int count);

// One flag of that shape; its key is "flag-0".
Snapshot SnapshotOf(Shape shape);
inline constexpr char kFlag[] = "flag-0";

// Within every experiment's run.
inline constexpr Time kNow{std::chrono::milliseconds(1'700'000'000'000)};

// A program's user: a targeting key and ten attributes.
struct User {
  std::string id;
  std::string country;
  std::string plan;
  std::string email;
  std::string app_version;
  std::string os;
  std::string language;
  int64_t age;
  double spent;
  bool is_staff;

  Context MakeContext() const;
};

inline constexpr size_t kUsers = 1'000;

// Of all users the condition of W2 and of W3's last rule holds, and the regular expression of W5 for half.
std::vector<User> Users();
std::vector<Context> Contexts();

// What `shape` must yield for at least one user of each kind; empty when the engine decides so, else what it said.
// A workload that is broken would be fast.
std::string Defect(Shape shape, const Snapshot& snapshot, const std::vector<Context>& contexts);

}  // namespace expt::bench

#endif  // EXPT_TESTS_BENCH_WORKLOAD_H_
