// Explain() for a caller who has looked the attributes up.
#ifndef EXPT_SRC_CORE_EXPLAIN_H_
#define EXPT_SRC_CORE_EXPLAIN_H_

#include "expt/evaluate.h"
#include "expt/snapshot.h"
#include "expt/value.h"

namespace expt::core {

// `values`: one for each attribute of the ruleset, as a valid Context would hold it. Null: the context is not valid.
Explanation Explain(const Snapshot& snapshot, FlagRef flag, const ValueView* values, const EvaluateInput& input);

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_EXPLAIN_H_
