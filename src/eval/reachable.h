// What deciding a flag may reach: segments, shared conditions and other flags, and with them their attributes.
#ifndef EXPT_SRC_EVAL_REACHABLE_H_
#define EXPT_SRC_EVAL_REACHABLE_H_

#include <vector>

#include "src/eval/program_writer.h"
#include "src/eval/ruleset.h"

namespace expt::eval {

// Gives each flag of `ruleset` that refers to anything the attributes and the dependence on time of all that it reaches.
void LookBehind(const SharedPrograms& shared, const std::vector<References>& of_flags, Ruleset& ruleset);

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_REACHABLE_H_
