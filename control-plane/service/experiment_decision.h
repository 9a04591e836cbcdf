// What an experiment was decided to be: by whom, when and why.
#ifndef EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_DECISION_H_
#define EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_DECISION_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "control-plane/service/experiment.h"

namespace expt::service {

struct ExperimentDecision {
  std::string outcome;  // "ship", "roll_back", "inconclusive"
  std::string variant;  // that is shipped; of the other outcomes, the one that stays, or empty
  std::string reason;
};

// {"outcome", "variant", "reason"} as a caller sends it, about `experiment`.
ExperimentDecision ReadDecision(const nlohmann::json& document, const std::string& pointer,
                                const Experiment& experiment, Problems& problems);

// Reports a variant that `experiment` does not compare.
void CheckDecided(const Experiment& experiment, std::string_view variant, std::string pointer, Problems& problems);

// As it is stored. `is_early`: the phase was shorter than it should have been.
nlohmann::json DecisionDocument(const ExperimentDecision& decision, bool is_early, std::string_view actor,
                                int64_t now_ms);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_DECISION_H_
