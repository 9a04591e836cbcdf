// The routes beside those of the documents themselves: what belongs to a segment, a flag, an experiment.
#ifndef EXPT_CONTROL_PLANE_API_RESOURCE_ROUTES_H_
#define EXPT_CONTROL_PLANE_API_RESOURCE_ROUTES_H_

#include <vector>

#include "control-plane/api/route.h"

namespace expt::api {

void AddResourceRoutes(std::vector<Route>* routes);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_RESOURCE_ROUTES_H_
