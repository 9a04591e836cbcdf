// The routes of the revisions of documents.
#ifndef EXPT_CONTROL_PLANE_API_HISTORY_ROUTES_H_
#define EXPT_CONTROL_PLANE_API_HISTORY_ROUTES_H_

#include <vector>

#include "control-plane/api/route.h"

namespace expt::api {

void AddHistoryRoutes(std::vector<Route>* routes);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_HISTORY_ROUTES_H_
