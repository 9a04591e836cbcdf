// The experiment as definitions of the control plane.
#ifndef EXPT_EXAMPLES_COOKIE_CATS_DEFINITIONS_H_
#define EXPT_EXAMPLES_COOKIE_CATS_DEFINITIONS_H_

#include <string_view>

namespace cookie_cats {

// The game stops its players at a gate. Does a gate at level 40 keep them better than one at level 30?
//
// The rows carry no dates, so the import gives them some: everybody installs the game when the experiment starts, and
// the events follow a day, a week and two weeks later.
inline constexpr std::string_view kStart = "2014-01-01T00:00:00Z";
inline constexpr std::string_view kExperiment = "cookie-cats";

inline constexpr std::string_view kDefinitions = R"({
  "flags": [{
    "key": "gate",
    "type": "integer",
    "description": "Level at which players wait",
    "variants": [{"key": "gate_30", "value": 30}, {"key": "gate_40", "value": 40}],
    "configuration": {
      "enabled": true,
      "off_variant": "gate_30",
      "rules": [{"id": "experiment", "serve": {"experiment": "cookie-cats"}}],
      "default_serve": {"variant": "gate_30"}
    }
  }],
  "metrics": [
    {"key": "retention_1", "name": "1-day retention", "kind": "proportion",
     "numerator": {"event": "retained_1", "value": "none", "aggregation": "any"}},
    {"key": "retention_7", "name": "7-day retention", "kind": "proportion",
     "numerator": {"event": "retained_7", "value": "none", "aggregation": "any"}},
    {"key": "rounds", "name": "rounds in 14 days", "kind": "mean",
     "numerator": {"event": "rounds", "value": "value", "aggregation": "sum"}}
  ],
  "experiments": [{
    "key": "cookie-cats",
    "name": "Gate at level 30 or 40",
    "hypothesis": "A later gate keeps more players",
    "flag": "gate",
    "status": "running",
    "weights": {"gate_30": 500000, "gate_40": 500000},
    "control": "gate_30",
    "start": "2014-01-01T00:00:00Z",
    "mode": "fixed",
    "metrics": [
      {"metric": "retention_1", "role": "success"},
      {"metric": "retention_7", "role": "success"},
      {"metric": "rounds", "role": "secondary"}
    ]
  }]
})";

}  // namespace cookie_cats

#endif  // EXPT_EXAMPLES_COOKIE_CATS_DEFINITIONS_H_
