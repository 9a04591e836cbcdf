// The routes of members, login sessions, teams, roles and API tokens.
#ifndef EXPT_CONTROL_PLANE_API_PEOPLE_ROUTES_H_
#define EXPT_CONTROL_PLANE_API_PEOPLE_ROUTES_H_

#include <vector>

#include "control-plane/api/route.h"

namespace expt::api {

void AddPeopleRoutes(std::vector<Route>* routes);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_PEOPLE_ROUTES_H_
