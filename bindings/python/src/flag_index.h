// What the binding knows about the flags of one snapshot: their types, and the names to look up in a dict.
#ifndef EXPT_BINDINGS_PYTHON_FLAG_INDEX_H_
#define EXPT_BINDINGS_PYTHON_FLAG_INDEX_H_

#include <memory>
#include <vector>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "expt/snapshot.h"
#include "reference.h"

namespace expt::python {

struct FlagEntry {
  ValueType type = ValueType::kMissing;
  // Attributes that deciding the flag may read, and the same names as interned str.
  std::vector<std::string_view> names = {};
  std::vector<Reference> keys = {};
};

// Used with the GIL held.
class FlagIndex {
 public:
  explicit FlagIndex(Snapshot snapshot);

  const Snapshot& snapshot() const { return snapshot_; }

  // Null for a key that the snapshot does not hold.
  const FlagEntry* Find(std::string_view flag);

 private:
  struct Row {
    ValueType type;
    std::unique_ptr<FlagEntry> entry;  // made when it is first asked for
  };

  Snapshot snapshot_;
  std::unordered_map<std::string_view, Row> rows_;  // the keys view the snapshot
};

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_FLAG_INDEX_H_
