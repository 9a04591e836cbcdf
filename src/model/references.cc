#include "src/model/references.h"

#include <algorithm>

#include "src/model/condition_walk.h"
#include "src/model/limits.h"

namespace expt::model {
namespace {

constexpr uint8_t kNamesAny = ConditionFact::kNamesSegments | ConditionFact::kNamesFlags;

}  // namespace

// Fills the rows of the graph, node by node.
class References::Maker {
 public:
  Maker(const Snapshot& snapshot, const ConditionFacts& facts, References& graph)
      : s_(snapshot), facts_(facts), graph_(graph), walk_(snapshot), seen_(graph.size(), kNone) {}

  void Run() {
    graph_.begin_.reserve(graph_.size() + 1);
    for (const Segment& segment : s_.segments) {
      Begin();
      Named(segment.condition);
    }
    for (const Flag& flag : s_.flags) {
      Begin();
      for (const Prerequisite& row : flag.prerequisites) Add(graph_.OfFlag(row.flag));
      uint64_t leaves = 0;
      for (const Index rule : flag.rules) {
        const Index root = s_.rules[rule].condition;
        if (root != kNone) leaves += facts_.rows[root].leaves;
        if (leaves <= kMaxFlagLeaves) Named(root);  // else the flag is broken anyway
      }
    }
    graph_.begin_.push_back(static_cast<uint32_t>(graph_.targets_.size()));
  }

 private:
  void Begin() {
    graph_.begin_.push_back(static_cast<uint32_t>(graph_.targets_.size()));
    node_ = static_cast<Index>(graph_.begin_.size() - 1);
    walk_.Restart();
  }

  void Add(Index target) {
    if (seen_[target] == node_) return;
    seen_[target] = node_;
    graph_.targets_.push_back(target);
  }

  void Named(Index root) {
    if (root == kNone || facts_.rows[root].leaves > kMaxFlagLeaves) return;
    walk_.Run(
        root, [&](Index row) { return (facts_.rows[row].marks & kNamesAny) != 0; },
        [&](Index row) {
          const Condition& condition = s_.conditions[row];
          for (const Index segment : SegmentsNamedBy(s_, condition)) Add(segment);
          if (condition.op == Operator::kFlagIs) Add(graph_.OfFlag(condition.subject));
          return true;
        });
  }

  const Snapshot& s_;
  const ConditionFacts& facts_;
  References& graph_;
  ConditionWalk walk_;
  std::vector<Index> seen_;  // per node: the last one that referred to it
  Index node_ = 0;
};

References::References(const Snapshot& snapshot, const ConditionFacts& facts)
    : segments_(static_cast<Index>(snapshot.segments.size())), flags_(static_cast<Index>(snapshot.flags.size())) {
  const auto has_prerequisites = [](const Flag& flag) { return !flag.prerequisites.empty(); };
  if ((facts.marks & kNamesAny) == 0 &&
      std::none_of(snapshot.flags.begin(), snapshot.flags.end(), has_prerequisites)) {
    return;
  }
  Maker(snapshot, facts, *this).Run();
}

}  // namespace expt::model
