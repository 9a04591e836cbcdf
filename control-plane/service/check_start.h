// Whether an experiment can find anything out when it starts now.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CHECK_START_H_
#define EXPT_CONTROL_PLANE_SERVICE_CHECK_START_H_

#include <cstdint>

#include "control-plane/service/library.h"

namespace expt::service {

// It has a metric to decide by and shares to compare, and a rule of its flag serves it to somebody. Pointers lead into
// the experiment.
void CheckStart(const Experiment& experiment, Library& library, int64_t now_ms, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CHECK_START_H_
