// The parts of Validate(), each for one kind of row. Internal to src/model.
#ifndef EXPT_SRC_MODEL_CHECK_H_
#define EXPT_SRC_MODEL_CHECK_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/model/snapshot.h"
#include "src/model/validate.h"

namespace expt::model {

// What is wrong at a place within a flag, segment or experiment.
struct Defect {
  std::string place;  // may be empty
  std::string text;
};

// Indices, text and shapes of all tables. When it finds something, no other check may run.
void CheckTables(const Snapshot& snapshot, std::vector<Issue>& issues);

// Keys: present, short enough, used once.
void CheckKeys(const Snapshot& snapshot, std::vector<Issue>& issues);

// What is known about each condition row.
struct ConditionFacts {
  std::vector<uint8_t> is_bad;         // the row or one below it has a defect
  std::vector<uint8_t> depth;          // 1 for a leaf; stops at 255
  std::vector<uint8_t> has_reference;  // the row or one below it names segments
  std::vector<uint32_t> leaves;        // written out as a tree; stops at 2^32 - 1
};
ConditionFacts CheckConditions(const Snapshot& snapshot);

// Empty when the row by itself is right.
Defect ConditionDefect(const Snapshot& snapshot, const Condition& condition);

// The defects of all rows below `root`.
void AppendConditionDefects(const Snapshot& snapshot, const ConditionFacts& facts, Index root,
                            std::vector<Defect>& defects);

// Segments that conditions below `root` name, each once, in order; root may be kNone.
std::vector<Index> SegmentsOf(const Snapshot& snapshot, const ConditionFacts& facts, Index root);

struct SegmentFacts {
  std::vector<std::vector<Defect>> defects;
  std::vector<std::vector<Index>> references;  // segments that the segment's condition names
};
SegmentFacts CheckSegments(const Snapshot& snapshot, const ConditionFacts& facts);

// Leaves of a segment's programs: its condition, its lists.
uint64_t SegmentLeaves(const Snapshot& snapshot, const ConditionFacts& facts, Index segment);

// Per experiment. Overlapping allocations go to `issues`.
std::vector<std::vector<Defect>> CheckExperiments(const Snapshot& snapshot, std::vector<Issue>& issues);

// Empty when units can be bucketed by it.
std::string BucketingDefect(const Snapshot& snapshot, Index bucketing);

// Empty when `weights` sum to everything.
std::string WeightsDefect(const std::vector<uint32_t>& weights);

// 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
bool IsSalt(std::string_view text);

void CheckFlags(const Snapshot& snapshot, const ConditionFacts& conditions, const SegmentFacts& segments,
                const std::vector<std::vector<Defect>>& experiments, std::vector<Issue>& issues);

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_CHECK_H_
