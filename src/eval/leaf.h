// One leaf against one value.
#ifndef EXPT_SRC_EVAL_LEAF_H_
#define EXPT_SRC_EVAL_LEAF_H_

#include <cstdint>

#include "expt/value.h"
#include "src/eval/ruleset.h"

namespace expt::eval {

// Kleene's three values.
enum class Truth : uint8_t { kFalse = 0, kTrue = 1, kUnknown = 2 };

// The operands of a leaf over text, of `operand_texts`; not for kStringIs.
Range TextsOf(const Ruleset& ruleset, const Leaf& leaf);

// The truth of a leaf over an attribute (not kMember, not kSegment), before `not`.
Truth Test(const Ruleset& ruleset, const Leaf& leaf, const ValueView& value);

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_LEAF_H_
