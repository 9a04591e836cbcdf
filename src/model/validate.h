// Says everything that is wrong with a snapshot's content, the same for publish and load.
#ifndef EXPT_SRC_MODEL_VALIDATE_H_
#define EXPT_SRC_MODEL_VALIDATE_H_

#include <cstdint>
#include <vector>

#include "src/base/large_memory.h"
#include "src/model/place.h"
#include "src/model/snapshot.h"

namespace expt::model {

struct Issue {
  enum class Scope : uint8_t {
    kSnapshot,  // the snapshot is refused
    kFlag,      // that flag is broken, the rest lives
    kWarning,   // works, but surely not as meant
  };
  Scope scope = Scope::kSnapshot;
  Index flag = kNone;  // with kFlag, and with kWarning where one flag is meant
  Message place;   // `flag "checkout": rule "r2": attribute "age"`
  Message text;    // `expected number, got string`
};

// What Validate() comes across that spares Compile() a search.
struct Findings {
  // For each entry of the string pool that a condition takes as a version: its base::PlainVersionKey(), or 0. Unset
  // elsewhere.
  base::Table<uint64_t> version_keys;
  // Whether conditions may need text of their own: folded, or with a salt.
  bool has_folded = true;
};

// Every problem at once, in the order of the tables. Publish refuses any kSnapshot or kFlag issue; load refuses
// kSnapshot and isolates kFlag. A flag that refers to a broken flag is broken too.
// Total: any model, also one with indices that point nowhere, gives an answer.
std::vector<Issue> Validate(const Snapshot& snapshot);
// The same; `findings` are whole when no issue has the scope kSnapshot.
std::vector<Issue> Validate(const Snapshot& snapshot, Findings& findings);

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_VALIDATE_H_
