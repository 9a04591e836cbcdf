// Conditions as JSON turned into rows of a model.
#ifndef EXPT_TESTS_VECTORS_CONDITION_READER_H_
#define EXPT_TESTS_VECTORS_CONDITION_READER_H_

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "src/model/builder.h"
#include "src/model/snapshot.h"

namespace expt::vectors {

using Rows = std::map<std::string, model::Index>;  // of a table, by key

model::Index RowOf(const Rows& rows, const std::string& key);
// The list of that name; an absent one is empty.
const nlohmann::json& List(const nlohmann::json& object, const char* name);
// The row of a variant by its key, or the number itself.
model::Index VariantOf(const nlohmann::json& flag, const nlohmann::json& key);
// Epoch milliseconds, or RFC 3339.
int64_t TimeAt(const nlohmann::json& time);

class ConditionReader {
 public:
  // `builder` and `flags` must live longer.
  ConditionReader(model::Builder& builder, const nlohmann::json& flags, Rows segment_rows, Rows flag_rows, Rows zones)
      : b_(builder),
        flags_(flags),
        segment_rows_(std::move(segment_rows)),
        flag_rows_(std::move(flag_rows)),
        zones_(std::move(zones)) {}

  model::Index Read(const nlohmann::json& row);

  // Gives the model what was gathered over all conditions.
  void Finish();

 private:
  model::Index Leaf(const nlohmann::json& row, model::Operator op, uint8_t properties);
  model::Index FlagIs(const nlohmann::json& row, uint8_t properties);
  std::vector<model::Index> Children(const nlohmann::json& list);
  model::Index Operands(const nlohmann::json& list);
  model::Index Doubles(const nlohmann::json& list);
  model::Index Times(const nlohmann::json& list);
  model::Index Windows(const nlohmann::json& list);
  model::Index Hashes(const nlohmann::json& list, const std::string& salt, bool is_folded);
  model::Index References(const nlohmann::json& list, const Rows& rows);

  model::Builder& b_;
  const nlohmann::json& flags_;
  const Rows segment_rows_;
  const Rows flag_rows_;
  const Rows zones_;
  std::string hashes_;
};

}  // namespace expt::vectors

#endif  // EXPT_TESTS_VECTORS_CONDITION_READER_H_
