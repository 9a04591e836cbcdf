// The routes that take an experiment through its life; routes.cc has those of its document.
#ifndef EXPT_CONTROL_PLANE_API_EXPERIMENT_ROUTES_H_
#define EXPT_CONTROL_PLANE_API_EXPERIMENT_ROUTES_H_

#include <vector>

#include "control-plane/api/route.h"

namespace expt::api {

void AddExperimentRoutes(std::vector<Route>* routes);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_EXPERIMENT_ROUTES_H_
