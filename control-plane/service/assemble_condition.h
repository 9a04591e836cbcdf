// Conditions of documents -> rows of the model, with the rows that they refer to: attributes, segments, flags, time zones.
#ifndef EXPT_CONTROL_PLANE_SERVICE_ASSEMBLE_CONDITION_H_
#define EXPT_CONTROL_PLANE_SERVICE_ASSEMBLE_CONDITION_H_

#include <map>
#include <string>
#include <string_view>

#include "control-plane/service/library.h"
#include "src/model/builder.h"
#include "src/model/snapshot.h"

namespace expt::service {

using Rows = std::map<std::string, model::Index, std::less<>>;

// The value behind a key that the checks have found.
template <typename T>
const T& At(const Library::Shelf<T>& shelf, const std::string& key) {
  return *shelf.find(key)->second;
}

// kNone for a variant that the flag does not have.
model::Index VariantRow(const Flag& flag, std::string_view key);

// Used while one snapshot is made. What it is given must outlive it.
class ConditionAssembler {
 public:
  ConditionAssembler(const Library& library, Time now, model::Builder& builder)
      : library_(library), now_(now), builder_(builder) {}

  // Hands out the next row: segments and flags refer to each other before their tables are written.
  void NoteSegment(const std::string& key) { segments_.emplace(key, static_cast<model::Index>(segments_.size())); }
  void NoteFlag(const std::string& key) { flags_.emplace(key, static_cast<model::Index>(flags_.size())); }
  model::Index FlagRow(const std::string& key) const { return flags_.at(key); }

  // With the type and the properties that were declared.
  model::Index Attribute(std::string_view name);
  model::Index AddCondition(const Condition& condition);

  // Writes what has been gathered. Last call.
  void Finish();

 private:
  model::Index AddLeaf(const Condition& leaf);
  void AddOperands(const Condition& leaf, model::Condition& row);
  model::Index AddSecrets(const Condition& leaf);
  model::Index AddTimeZone(const std::string& name);

  const Library& library_;
  Time now_;
  model::Builder& builder_;
  Rows attributes_;
  Rows segments_;
  Rows flags_;
  Rows time_zones_;
  Rows secrets_;        // operand lists by their hashes
  std::string hashes_;  // 32 bytes each
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_ASSEMBLE_CONDITION_H_
