// What stands behind expt.Snapshot.
#ifndef EXPT_BINDINGS_PYTHON_SNAPSHOT_ENGINE_H_
#define EXPT_BINDINGS_PYTHON_SNAPSHOT_ENGINE_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "context_argument.h"
#include "expt/client.h"
#include "expt/evaluate.h"
#include "flag_index.h"

namespace expt::python {

inline Time Now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

// Decides as of now, unless At() said otherwise. Used with the GIL held.
class SnapshotEngine {
 public:
  explicit SnapshotEngine(Snapshot snapshot, std::optional<Time> now = std::nullopt)
      : snapshot_(std::move(snapshot)), now_(now) {}

  const Snapshot& snapshot() const { return snapshot_; }
  SnapshotEngine At(Time now) const { return SnapshotEngine(snapshot_, now, index_); }
  SnapshotEngine With(const Overlay& overlay) const { return SnapshotEngine(snapshot_.With(overlay), now_, index_); }

  // use(decision), of any type where `expected` is kMissing. A snapshot records nothing, whatever `options` say.
  template <typename Use>
  auto Ask(std::string_view flag, ContextArgument& context, ValueType expected, const DecideOptions& options, Use use) {
    const Context* given = context.given();
    if (given == nullptr) given = &context.For(Index().Find(flag));
    return use(Evaluate(snapshot_, flag, *given, Input(options.sticky), expected));
  }

  Explanation Explain(std::string_view flag, const Context& context, const StickyAssignments* sticky) const {
    return expt::Explain(snapshot_, flag, context, Input(sticky));
  }

  // use(decision) for every flag, in the snapshot's order.
  template <typename Use>
  void All(const Context& context, const StickyAssignments* sticky, Use use) const {
    EvaluateAll(snapshot_, context, Input(sticky), use);
  }

  EvaluateInput Input(const StickyAssignments* sticky) const {
    return {.now = now_ ? *now_ : Now(), .sticky = sticky};
  }

 private:
  SnapshotEngine(Snapshot snapshot, std::optional<Time> now, std::shared_ptr<FlagIndex> index)
      : snapshot_(std::move(snapshot)), now_(now), index_(std::move(index)) {}

  FlagIndex& Index() {
    if (index_ == nullptr) index_ = std::make_shared<FlagIndex>(snapshot_);
    return *index_;
  }

  Snapshot snapshot_;
  std::optional<Time> now_;
  std::shared_ptr<FlagIndex> index_;  // null until a dict is read; shared by what differs only in time and overlay
};

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_SNAPSHOT_ENGINE_H_
