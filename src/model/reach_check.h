// What deciding a flag may reach. Internal to src/model.
#ifndef EXPT_SRC_MODEL_REACH_CHECK_H_
#define EXPT_SRC_MODEL_REACH_CHECK_H_

#include <cstdint>
#include <span>
#include <vector>

#include "src/model/check.h"
#include "src/model/condition_walk.h"
#include "src/model/place.h"
#include "src/model/references.h"
#include "src/model/snapshot.h"

namespace expt::model {

// Caps on everything that a flag reads, itself or through what it refers to. Not thread-safe.
class ReachCheck {
 public:
  ReachCheck(const Snapshot& snapshot, const ConditionFacts& conditions, const References& references);

  // Appends what is too much. `leaves`: of the flag's own rules.
  void Run(Index flag, uint64_t leaves, std::vector<Message>& texts);

 private:
  // What one node has itself, cut short behind the first that is too many.
  struct Own {
    bool is_known = false;
    std::vector<Index> attributes;
    std::vector<Index> patterns;  // conditions
  };

  // Nodes that a flag reaches, itself first. False when they are too many.
  bool Reach(Index flag, std::vector<Message>& texts);
  bool MayReadTooMuch(const Flag& flag, uint64_t leaves) const;
  void Count(std::vector<Message>& texts);

  const Own& OwnOf(Index node);
  void FlagParts(const Flag& flag, Own& own);
  void SegmentParts(const Segment& segment, Own& own);
  void ConditionParts(Index root, Own& own);
  void AddServe(const Serve& serve, Own& own);
  void AddBucketing(Index bucketing, Own& own) { AddAttribute(s_.bucketings[bucketing].bucket_by, own); }
  void AddAttribute(Index attribute, Own& own);

  const Snapshot& s_;
  const ConditionFacts& conditions_;
  const References& references_;
  ConditionWalk walk_;
  std::vector<Index> nodes_;
  std::vector<Own> own_;                  // per node, when first asked
  std::vector<uint32_t> node_seen_;       // per node: the last round that came by
  std::vector<uint32_t> attribute_seen_;  // per attribute
  uint32_t round_ = 0;
};

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_REACH_CHECK_H_
