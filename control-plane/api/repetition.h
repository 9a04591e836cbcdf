// POST with an Idempotency-Key: a request that comes again gets the answer of the first time.
#ifndef EXPT_CONTROL_PLANE_API_REPETITION_H_
#define EXPT_CONTROL_PLANE_API_REPETITION_H_

#include "control-plane/api/route.h"

namespace expt::api {

// True for routes that read the header: whatever the API is asked to POST.
bool TakesIdempotencyKey(const Route& route);

// What `route.call` answers, or has answered before; the latter with the header Idempotency-Replayed.
Answer CallOnce(const Services& services, const Route& route, const Exchange& exchange);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_REPETITION_H_
