// The parts of Validate(), each for one kind of row. Internal to src/model.
#ifndef EXPT_SRC_MODEL_CHECK_H_
#define EXPT_SRC_MODEL_CHECK_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "src/model/place.h"
#include "src/model/snapshot.h"
#include "src/model/validate.h"

namespace expt::model {

class ConditionWalk;  // src/model/condition_walk.h
class References;     // src/model/references.h
struct GraphFacts;

// What is wrong at a place within a flag, segment or experiment.
struct Defect {
  Message place;  // may be empty
  Message text;
};

// Keys: present, short enough, used once.
void CheckKeys(const Snapshot& snapshot, std::vector<Issue>& issues);

// What is known about a condition row and those below it.
struct ConditionFact {
  // Bits of `marks`.
  static constexpr uint8_t kIsBad = 1;          // has a defect
  static constexpr uint8_t kNamesSegments = 2;  // in_segment
  static constexpr uint8_t kNamesFlags = 4;     // flag_is
  static constexpr uint8_t kHasPattern = 8;     // matches

  static constexpr uint16_t kMostLeaves = 0xffff;  // more than a flag may have

  uint16_t leaves = 0;  // written out as a tree; stops at kMostLeaves
  uint8_t depth = 0;    // 1 for a leaf; stops at 255
  uint8_t marks = 0;
};
struct ConditionFacts {
  base::Table<ConditionFact> rows;
  uint8_t marks = 0;  // of all rows
  base::Table<uint64_t> version_keys;  // this and has_folded: as in Findings
  bool has_folded = false;
};

// Indices, text and shapes of all tables. When it finds something, no other check may run, and the facts are not whole.
ConditionFacts CheckTables(const Snapshot& snapshot, std::vector<Issue>& issues);
// Its part about conditions, for which operand lists lie in their pools.
ConditionFacts CheckConditions(const Snapshot& snapshot, std::vector<Issue>& issues);
// The same where tables are known to be right.
ConditionFacts FactsOf(const Snapshot& snapshot);

// Empty when the row by itself is right.
Defect ConditionDefect(const Snapshot& snapshot, const Condition& condition);

// The defects of all rows below `root`, which may be kNone.
void AppendConditionDefects(const Snapshot& snapshot, const ConditionFacts& facts, ConditionWalk& walk, Index root,
                            std::vector<Defect>& defects);

GraphFacts CheckGraph(const Snapshot& snapshot, const ConditionFacts& facts, const References& references);

// Holdouts that a rule names; none where it names them wrongly.
std::span<const Index> HoldoutsOf(const Snapshot& snapshot, const Rule& rule);

// Leaves of a segment's programs: its condition, its lists.
uint64_t SegmentLeaves(const Snapshot& snapshot, const ConditionFacts& facts, Index segment);

// Per experiment. Overlapping allocations go to `issues`.
std::vector<std::vector<Defect>> CheckExperiments(const Snapshot& snapshot, std::vector<Issue>& issues);

// Each is empty when nothing is wrong.
Message BucketingDefect(const Snapshot& snapshot, Index bucketing);  // units can be bucketed by it
Message WeightsDefect(std::span<const uint32_t> weights);            // they sum to everything
Message HoldoutDefect(const Snapshot& snapshot, const Holdout& holdout);
Message RampDefect(const Ramp& ramp);
Message TimeZoneDefect(const TimeZone& zone);

// 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
bool IsSalt(std::string_view text);

void CheckFlags(const Snapshot& snapshot, const ConditionFacts& conditions, const References& references,
                const GraphFacts& graph, const std::vector<std::vector<Defect>>& experiments,
                std::vector<Issue>& issues);

// Breaks the flags that refer to broken flags, directly or through segments. `is_broken`: per node, 1 for the flags
// that are broken. Issues of flags are in the order of flags, before and after.
void BreakReferrers(const Snapshot& snapshot, const References& references, const GraphFacts& graph,
                    std::vector<uint8_t> is_broken, std::vector<Issue>& issues);

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_CHECK_H_
