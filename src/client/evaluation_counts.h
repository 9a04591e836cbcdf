// How often one thread got which decision: counted by that thread alone, read by the background thread.
//
// Invariants:
//   1. Only the owning thread writes keys and counts; a cell's key is written before its count becomes nonzero
//      (release) and never again.
//   2. Only one reader at a time looks; it reads the count first (acquire), then the key.
//   3. Keys view the snapshot that decided; who holds a table holds that snapshot.
#ifndef EXPT_SRC_CLIENT_EVALUATION_COUNTS_H_
#define EXPT_SRC_CLIENT_EVALUATION_COUNTS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "expt/decision.h"

namespace expt::client {

class EvaluationCounts {
 public:
  // `cells` is a power of two.
  explicit EvaluationCounts(size_t cells);

  // Counts `decision`; false when the table is full, and then nothing is counted. Owning thread.
  bool Add(const Decision& decision) {
    size_t at = Hash(decision) & mask_;
    while (true) {
      Cell& cell = cells_[at];
      const uint64_t count = cell.count.load(std::memory_order_relaxed);
      if (count == 0) return Claim(cell, decision);
      if (cell.flag.data() == decision.flag.data() && cell.variant.data() == decision.variant.data() &&
          cell.rule.data() == decision.rule.data() && cell.reason == decision.reason) {
        cell.count.store(count + 1, std::memory_order_release);
        return true;
      }
      at = (at + 1) & mask_;
    }
  }

  size_t cells() const { return mask_ + 1; }

  // Calls use(flag, variant, rule, reason, count) for what was counted since the last call. The reader.
  template <typename Use>
  void Collect(Use use) {
    for (size_t i = 0; i <= mask_; ++i) {
      Cell& cell = cells_[i];
      const uint64_t count = cell.count.load(std::memory_order_acquire);
      if (count == cell.collected) continue;
      use(cell.flag, cell.variant, cell.rule, cell.reason, count - cell.collected);
      cell.collected = count;
    }
  }

 private:
  struct Cell {
    std::atomic<uint64_t> count{0};
    uint64_t collected = 0;  // the reader's
    std::string_view flag;
    std::string_view variant;
    std::string_view rule;
    Reason reason = Reason::kError;
  };

  // Texts of one snapshot are stored once, so their addresses tell them apart.
  static size_t Hash(const Decision& decision) {
    const auto word = [](const char* at) { return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(at)); };
    uint64_t hash = word(decision.flag.data()) * 0x9e3779b97f4a7c15;
    hash = (hash ^ word(decision.variant.data())) * 0x9e3779b97f4a7c15;
    hash = (hash ^ word(decision.rule.data()) ^ static_cast<uint64_t>(decision.reason)) * 0x9e3779b97f4a7c15;
    return static_cast<size_t>(hash >> 32);
  }

  bool Claim(Cell& cell, const Decision& decision) {
    if (used_ * 4 >= cells() * 3) return false;
    ++used_;
    cell.flag = decision.flag;
    cell.variant = decision.variant;
    cell.rule = decision.rule;
    cell.reason = decision.reason;
    cell.count.store(1, std::memory_order_release);
    return true;
  }

  size_t mask_;
  size_t used_ = 0;  // the owner's
  std::unique_ptr<Cell[]> cells_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_EVALUATION_COUNTS_H_
