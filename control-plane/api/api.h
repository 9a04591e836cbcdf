// Binds the route table to the server: authorise, call, answer.
#ifndef EXPT_CONTROL_PLANE_API_API_H_
#define EXPT_CONTROL_PLANE_API_API_H_

#include "absl/status/statusor.h"
#include "control-plane/api/route.h"
#include "control-plane/http/router.h"
#include "control-plane/http/server.h"

namespace expt::api {

// `services` must outlive the router, and every answer that is still to come.
//
// Errors: kInternal when the table is wrong: a route twice, without a call, or with a schema that is not there.
absl::StatusOr<http::Router> MakeRouter(const Services& services);

// Counts every exchange and logs those that matter: faults of ours and refusals as warnings, changes as infos.
http::Observer MakeObserver(const Services& services);

// Declares what MakeObserver counts.
void DeclareMetrics(http::Metrics& metrics);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_API_H_
