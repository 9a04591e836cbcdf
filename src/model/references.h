// The graph of references between flags and segments. Internal to src/model.
#ifndef EXPT_SRC_MODEL_REFERENCES_H_
#define EXPT_SRC_MODEL_REFERENCES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "src/model/check.h"
#include "src/model/snapshot.h"

namespace expt::model {

// Who refers to whom: flags and segments are nodes of one graph, segments first.
class References {
 public:
  References(const Snapshot& snapshot, const ConditionFacts& facts);

  Index OfFlag(Index flag) const { return segments_ + flag; }
  bool IsFlag(Index node) const { return node >= segments_; }
  Index RowOf(Index node) const { return IsFlag(node) ? node - segments_ : node; }
  size_t size() const { return segments_ + flags_; }

  // Nothing refers to anything.
  bool is_empty() const { return targets_.empty(); }
  // Nodes that a node refers to, each once, in order.
  std::span<const Index> Of(Index node) const {
    if (is_empty()) return {};
    return std::span(targets_).subspan(begin_[node], begin_[node + 1] - begin_[node]);
  }

 private:
  class Maker;

  Index segments_;
  Index flags_;
  std::vector<uint32_t> begin_;  // per node, and the end
  std::vector<Index> targets_;
};

// What is wrong with segments, and what is wrong with the references of flags.
struct GraphFacts {
  std::vector<std::vector<Defect>> segments;  // also those that refer to a broken segment
  std::vector<std::vector<Defect>> flags;     // cycles and depth; empty where nothing refers to anything
  std::vector<Index> order;                   // nodes, each behind all it refers to; without those behind a cycle
};

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_REFERENCES_H_
