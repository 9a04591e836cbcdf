// Evaluation: pure, total, deterministic.
//
//   expt::Decision d = expt::Evaluate(snapshot, "page-size", user, {.now = now});
//   int64_t size = d.ValueOr<int64_t>(20);
//
// Nothing here throws, blocks, logs, allocates on the common path, or reads a clock.
#ifndef EXPT_EVALUATE_H_
#define EXPT_EVALUATE_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "expt/context.h"
#include "expt/decision.h"
#include "expt/snapshot.h"

namespace expt {
inline namespace v1 {

struct EvaluateInput {
  Time now{};  // experiment periods are decided with it
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

// The decision and every step that led to it: rules, conditions, operands, hash inputs, buckets, ranges.
// Attribute values appear in it: treat it like the context.
struct Explanation {
  std::string json;  // one object
  std::string text;  // lines for people
};
// The same code path as Evaluate, recording. Allocates.
Explanation Explain(const Snapshot& snapshot, FlagRef flag, const Context& context, const EvaluateInput& input);

}  // namespace v1
}  // namespace expt

#endif  // EXPT_EVALUATE_H_
