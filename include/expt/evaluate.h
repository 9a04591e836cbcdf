// Evaluation: pure, total, deterministic.
//
//   expt::Decision d = expt::Evaluate(snapshot, "page-size", user, {.now = now});
//   int64_t size = d.ValueOr<int64_t>(20);
//
// Nothing here throws, blocks, logs, allocates on the common path, or reads a clock.
#ifndef EXPT_EVALUATE_H_
#define EXPT_EVALUATE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expt/context.h"
#include "expt/decision.h"
#include "expt/snapshot.h"

namespace expt {
inline namespace v1 {

// A variant that a unit was given before; a sticky exposure of origin kEngine says what to keep. A view.
struct Assignment {
  std::string_view experiment_id;
  uint32_t phase = 0;
  std::string_view bucket_by;  // the attribute that holds the unit id
  std::string_view unit_id;
  std::string_view variant;  // key
};

// Variants that units were given before, as data for an evaluation. An assignment counts while its experiment is sticky
// and running in that phase and still gives the variant to anybody; it then replaces coverage, allocation and split.
//
// It knows no snapshot: an assignment of another experiment or of an earlier phase may stand in it, and is as none.
// Thread-safe while nobody calls Set().
class StickyAssignments {
 public:
  // Replaces what was set for the same experiment, phase and unit.
  void Set(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by, std::string_view unit_id,
           std::string_view variant);

  // The variant key; empty when there is none. Allocates nothing.
  std::string_view Find(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                        std::string_view unit_id) const;

  size_t size() const { return rows_.size(); }

  // In the order of their first Set(); valid until the next one.
  Assignment row(size_t index) const {
    const Row& row = rows_[index];
    return {row.experiment_id, row.phase, row.bucket_by, row.unit_id, row.variant};
  }

 private:
  struct Row {
    uint64_t hash;  // of the four
    std::string experiment_id;
    std::string bucket_by;
    std::string unit_id;
    std::string variant;
    uint32_t phase;
  };
  size_t Place(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by, std::string_view unit_id,
               uint64_t hash) const;
  void Grow();

  std::vector<Row> rows_;
  // Open addressing from hash to row + 1, 0 where no row is; a power of two, at most half full.
  std::vector<uint32_t> places_;
};

struct EvaluateInput {
  Time now{};  // ramps, time conditions, and the periods of experiments and holdouts are decided with it
  const StickyAssignments* sticky = nullptr;
};

// A flag key whose look-up is remembered between evaluations. It survives new snapshots and the removal of the
// flag. Thread-safe; share one per flag.
class FlagHandle {
 public:
  explicit FlagHandle(std::string_view key);
  FlagHandle(const FlagHandle& other);
  FlagHandle& operator=(const FlagHandle&) = delete;

  std::string_view key() const { return key_; }

 private:
  friend class FlagRef;
  std::string key_;
  uint64_t hash_;
  mutable std::atomic<uint64_t> cached_{0};  // where the flag stood last: index + 1; checked at each use
};

// Names a flag for one call: by key or by handle.
class FlagRef {
 public:
  FlagRef(std::string_view key) : key_(key) {}                                // NOLINT: implicit by intent
  FlagRef(const char* key) : key_(key) {}                                     // NOLINT
  FlagRef(const std::string& key) : key_(key) {}                              // NOLINT
  FlagRef(const FlagHandle& handle) : key_(handle.key_), handle_(&handle) {}  // NOLINT

  std::string_view key() const { return key_; }
  // The handle's remembered word and its hash; null without a handle.
  std::atomic<uint64_t>* cached() const { return handle_ ? &handle_->cached_ : nullptr; }
  uint64_t hash() const { return handle_ ? handle_->hash_ : 0; }

 private:
  std::string_view key_;
  const FlagHandle* handle_ = nullptr;
};

// Decides `flag` for `context`. The decision is a view into `snapshot` (and into `context` nowhere).
Decision Evaluate(const Snapshot& snapshot, FlagRef flag, const Context& context, const EvaluateInput& input);

// The same, and TYPE_MISMATCH unless the flag is of type `expected`. An integer flag satisfies kDouble.
Decision Evaluate(const Snapshot& snapshot, FlagRef flag, const Context& context, const EvaluateInput& input,
                  ValueType expected);

// Decides every flag, in the snapshot's order, and calls use(decision) for each; segments are decided once for all.
// A decision is valid during its call, a copy as long as the snapshot.
template <typename Use>
void EvaluateAll(const Snapshot& snapshot, const Context& context, const EvaluateInput& input, Use use);

// An attribute of many units: row i of each column belongs to unit i.
struct Column {
  std::string_view name;  // "targeting_key" holds the default unit ids
  std::span<const ValueView> values;
};

// Decides one flag for `rows` units and calls use(row, decision) for each, as Evaluate() would with a context of each
// row's attributes in the order of the columns. A row beyond the end of a column lacks that attribute.
// Strings are viewed, not copied. Allocates once for all rows.
template <typename Use>
void EvaluateMany(const Snapshot& snapshot, FlagRef flag, std::span<const Column> columns, size_t rows,
                  const EvaluateInput& input, Use use);

// The decision and every step that led to it: rules, conditions, operands, hash inputs, buckets, ranges.
// Attribute values appear in it: treat it like the context.
struct Explanation {
  std::string json;  // one object
  std::string text;  // lines for people
};
// The same code path as Evaluate, recording. Allocates.
Explanation Explain(const Snapshot& snapshot, FlagRef flag, const Context& context, const EvaluateInput& input);

// Implementation of the templates.

namespace internal {

using UseDecision = void (*)(void* use, size_t index, const Decision& decision);
void EvaluateAll(const Snapshot& snapshot, const Context& context, const EvaluateInput& input, void* use,
                 UseDecision call);
void EvaluateMany(const Snapshot& snapshot, FlagRef flag, std::span<const Column> columns, size_t rows,
                  const EvaluateInput& input, void* use, UseDecision call);

}  // namespace internal

template <typename Use>
void EvaluateAll(const Snapshot& snapshot, const Context& context, const EvaluateInput& input, Use use) {
  internal::EvaluateAll(snapshot, context, input, &use,
                        [](void* to, size_t, const Decision& decision) { (*static_cast<Use*>(to))(decision); });
}

template <typename Use>
void EvaluateMany(const Snapshot& snapshot, FlagRef flag, std::span<const Column> columns, size_t rows,
                  const EvaluateInput& input, Use use) {
  internal::EvaluateMany(snapshot, flag, columns, rows, input, &use,
                         [](void* to, size_t row, const Decision& decision) { (*static_cast<Use*>(to))(row, decision); });
}

}  // namespace v1
}  // namespace expt

#endif  // EXPT_EVALUATE_H_
