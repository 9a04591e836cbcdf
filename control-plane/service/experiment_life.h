// The life of an experiment: which status follows which, and what each change carries along.
//
//   draft <-> review;  draft or review -> running;  running <-> paused;  running or paused -> stopped -> shipped
//
// A change that moves units while it runs or pauses starts a new phase. docs/decisions/experiment-life.md says why.
#ifndef EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_LIFE_H_
#define EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_LIFE_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "control-plane/service/experiment.h"

namespace expt::service {

// Why a change from `before` to `after` moves units: the first reason of Phase, or empty when it moves none.
std::string MovesUnits(const Experiment& before, const Experiment& after);

struct Continued {
  Problems conflicts;  // units would move, and nobody has said that they may
  std::vector<std::string> warnings;
};

// Carries the life of `before` (null for a new experiment) over into `document`, which is valid and holds what the
// caller wants: salt and start where they are left out, the end when it stops, the phases, the decision. Reports what
// may not happen. Takes out of it what only a request holds.
Continued ContinueExperiment(nlohmann::json& document, const nlohmann::json& before, int64_t now_ms,
                             Problems& problems);

// Ends `document`, an experiment under way, now, unless it has ended before.
void EndExperiment(nlohmann::json& document, int64_t now_ms);

// "phase 2 has run for 3 of at least 7 days", or empty when the current phase is long enough.
std::string ShortRun(const Experiment& experiment, int64_t now_ms);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_LIFE_H_
