// How many units a ramp covers at a time.
#ifndef EXPT_SRC_EVAL_RAMP_H_
#define EXPT_SRC_EVAL_RAMP_H_

#include <cstdint>

#include "src/eval/ruleset.h"

namespace expt::eval {

// Parts per million; never falls as `now_ms` grows. Before the first point 0, from the last one its share; between two
// points that of the earlier, or for a linear ramp the floor of the exact value on the line.
uint32_t PpmAt(const Ramp& ramp, int64_t now_ms);

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_RAMP_H_
