// The routes of change requests.
#ifndef EXPT_CONTROL_PLANE_API_CHANGE_ROUTES_H_
#define EXPT_CONTROL_PLANE_API_CHANGE_ROUTES_H_

#include <vector>

#include "control-plane/api/route.h"

namespace expt::api {

void AddChangeRoutes(std::vector<Route>* routes);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_CHANGE_ROUTES_H_
