// What works but is surely not as meant, and what a flag costs: read by people before a publish, never at load. Not
// part of the WASM module.
#ifndef EXPT_SRC_MODEL_REVIEW_H_
#define EXPT_SRC_MODEL_REVIEW_H_

#include <cstdint>
#include <vector>

#include "src/model/snapshot.h"
#include "src/model/validate.h"

namespace expt::model {

// Warnings, all of scope kWarning, in the order of flags, then segments and experiments. `previous`, which may be null,
// is the snapshot that this one replaces: then changes that move units are said too. Nothing where Validate() refuses
// either of them for its tables; broken flags are left out, Validate() names them.
//
// docs/definitions.md lists what is warned of.
std::vector<Issue> Review(const Snapshot& snapshot, const Snapshot* previous);

// What deciding a flag may touch in the worst case: itself, its segments, and the flags that it asks for.
struct Complexity {
  uint32_t leaves = 0;  // conditions on one attribute, segment or flag; shared ones as often as they stand there
  uint32_t attributes = 0;
  uint32_t regexes = 0;  // distinct conditions with a regular expression
  uint32_t segments = 0;
  uint32_t flags = 0;  // other than itself
  // leaves + 2 * attributes + 40 * regexes + 2 * segments + 10 * flags: about how many plain comparisons it is worth.
  uint32_t figure = 0;
};

// Nothing but zeros for a flag whose references end in a cycle, and where Validate() refuses the tables.
Complexity FlagComplexity(const Snapshot& snapshot, Index flag);
// The same for every flag, in the order of flags.
std::vector<Complexity> Complexities(const Snapshot& snapshot);

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_REVIEW_H_
