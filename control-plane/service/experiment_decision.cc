#include "control-plane/service/experiment_decision.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "control-plane/service/instant.h"

namespace expt::service {

using nlohmann::json;

void CheckDecided(const Experiment& experiment, std::string_view variant, std::string pointer, Problems& problems) {
  const auto is_it = [variant](const auto& share) { return share.first == variant; };
  if (std::any_of(experiment.weights.begin(), experiment.weights.end(), is_it)) return;
  problems.push_back({std::move(pointer), "expected a variant of experiment " + Quoted(experiment.key) + ", found " +
                                              Quoted(variant)});
}

ExperimentDecision ReadDecision(const json& document, const std::string& pointer, const Experiment& experiment,
                                Problems& problems) {
  ExperimentDecision decision;
  ObjectReader object(document, pointer, problems);
  decision.outcome = object.Word("outcome", {"ship", "roll_back", "inconclusive"});
  decision.variant = decision.outcome == "ship" ? object.Key("variant") : object.OptionalKey("variant");
  decision.reason = object.Text("reason", true, kMaxReasonSize);
  object.RefuseOthers();
  if (!decision.variant.empty()) CheckDecided(experiment, decision.variant, object.At("variant"), problems);
  return decision;
}

json DecisionDocument(const ExperimentDecision& decision, bool is_early, std::string_view actor, int64_t now_ms) {
  return {{"outcome", decision.outcome},
          {"variant", decision.variant.empty() ? json(nullptr) : json(decision.variant)},
          {"reason", decision.reason},
          {"early", is_early},
          {"actor", actor},
          {"time", FormatInstant(now_ms)}};
}

}  // namespace expt::service
