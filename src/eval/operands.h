// Operand lists -> sets. Each list of the model is compiled once, however many leaves use it.
#ifndef EXPT_SRC_EVAL_OPERANDS_H_
#define EXPT_SRC_EVAL_OPERANDS_H_

#include <cstdint>
#include <vector>

#include "src/eval/ruleset.h"
#include "src/model/snapshot.h"

namespace expt::eval {

// Appends to the pools of `ruleset`. Each function takes a row of the model's operand table of the right kind and
// returns what Leaf::operand names.
class Operands {
 public:
  // `texts` are the model's strings as they stand in the ruleset.
  Operands(const model::Snapshot& snapshot, const std::vector<Text>& texts, Ruleset& ruleset);

  uint32_t FirstText(Index list);                    // entry of `operand_texts`
  uint32_t Strings(Index list, bool needs_look_up);  // entry of `string_sets`
  uint32_t NumberSet(Index list);
  uint32_t Numbers(Index list);  // first entry of `numbers`
  uint32_t BooleanMask(Index list) const;
  uint32_t Members(Index member_list);

 private:
  void BuildTable(StringSet& set);

  const model::Snapshot& s_;
  const std::vector<Text>& texts_;
  Ruleset& out_;
  std::vector<uint32_t> text_of_;  // per list: entry + 1; 0 is not compiled yet
  std::vector<uint32_t> strings_of_;
  std::vector<uint32_t> number_set_of_;
  std::vector<uint32_t> numbers_of_;
  std::vector<uint32_t> members_of_;
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_OPERANDS_H_
