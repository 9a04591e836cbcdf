// Walking through trees of conditions. Internal to src/model.
#ifndef EXPT_SRC_MODEL_CONDITION_WALK_H_
#define EXPT_SRC_MODEL_CONDITION_WALK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "src/model/snapshot.h"

namespace expt::model {

// Rows below conditions, each once between two calls of Restart(). Iterative: no depth is trusted.
class ConditionWalk {
 public:
  explicit ConditionWalk(const Snapshot& snapshot) : s_(snapshot) {}

  void Restart() { ++round_; }

  // Calls `visit` with `root`, which may be kNone, and every row below it that `enter` takes; `visit` says whether to
  // go on.
  template <typename Enter, typename Visit>
  void Run(Index root, Enter enter, Visit visit) {
    if (seen_.size() != s_.conditions.size()) seen_.resize(s_.conditions.size());
    open_.clear();
    Push(root, enter);
    while (!open_.empty()) {
      const Index row = open_.back();
      open_.pop_back();
      if (!visit(row)) return;
      const std::span<const Index> children = ChildrenOf(s_, s_.conditions[row]);
      for (size_t i = children.size(); i-- > 0;) Push(children[i], enter);
    }
  }

  // Conditions below an all or any; none for other operators.
  static std::span<const Index> ChildrenOf(const Snapshot& snapshot, const Condition& condition);

 private:
  template <typename Enter>
  void Push(Index row, Enter enter) {
    if (row == kNone || seen_[row] == round_ || !enter(row)) return;
    seen_[row] = round_;
    open_.push_back(row);
  }

  const Snapshot& s_;
  std::vector<uint32_t> seen_;  // per condition: the round it was seen in
  std::vector<Index> open_;
  uint32_t round_ = 1;
};


// Segments that an in_segment names; none for other operators.
std::span<const Index> SegmentsNamedBy(const Snapshot& snapshot, const Condition& condition);

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_CONDITION_WALK_H_
