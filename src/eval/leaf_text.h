// Leaves as they were defined, for explanations.
#ifndef EXPT_SRC_EVAL_LEAF_TEXT_H_
#define EXPT_SRC_EVAL_LEAF_TEXT_H_

#include <string>
#include <string_view>

#include "src/base/json_writer.h"
#include "src/eval/ruleset.h"

namespace expt::eval {

// The word of the operator; "in_list" for a list of units, "condition" for a shared condition.
std::string_view OperatorText(const Leaf& leaf);

// The operands as a JSON array. Of private operands (hashes, lists of units) only their number.
void WriteOperands(const Ruleset& ruleset, const Leaf& leaf, base::JsonWriter& json);

// `not "country" in ["CH","DE"]`
std::string LeafText(const Ruleset& ruleset, const Program& program, const Leaf& leaf);

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_LEAF_TEXT_H_
