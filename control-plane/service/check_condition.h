// What a condition says about other documents: that attributes, segments, flags and their variants fit.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CHECK_CONDITION_H_
#define EXPT_CONTROL_PLANE_SERVICE_CHECK_CONDITION_H_

#include <string>
#include <string_view>

#include "control-plane/service/library.h"

namespace expt::service {

void CheckCondition(const Condition& condition, Library& library, Problems& problems);

// Nothing to say about an empty key: it has been reported where it was read.
void CheckVariant(const Flag& flag, std::string_view variant, std::string pointer, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CHECK_CONDITION_H_
