// An experiment: a question with a flag, a split, metrics and dates. docs/definitions.md describes the document.
//
//   draft -> running;  running <-> paused;  running or paused -> stopped, which is the end
//
// A change that moves units while it runs or pauses starts a new phase.
#ifndef EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_H_
#define EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control-plane/service/flag_configuration.h"
#include "control-plane/service/json_reader.h"

namespace expt::service {

// Half-open ranges of buckets in [0, 1000000), ascending and apart.
using Allocation = std::vector<std::pair<uint32_t, uint32_t>>;

// True when both have a bucket in common.
bool Overlap(const Allocation& a, const Allocation& b);
// True when every bucket of `inner` is in `outer`.
bool Covers(const Allocation& outer, const Allocation& inner);

// A stretch of time in which no unit was moved. Results never mix two of them.
struct Phase {
  uint32_t number = 0;
  int64_t start_ms = 0;
  std::optional<int64_t> end_ms;
  std::string reason;  // "start", "weights", "salt", "bucket_by", "layer", "allocation", "sticky"
};

struct Experiment {
  struct PlannedMetric {
    std::string metric;
    std::string role;
    std::optional<int64_t> version;  // pinned at the start
    std::string group = {};          // that it was planned with; empty: by itself
  };

  std::string id;  // "exp_…"; empty before it is stored
  std::string key;
  std::string name;
  std::string hypothesis;
  std::string flag;
  std::string status;  // "draft", "running", "paused", "stopped"
  std::string bucket_by;
  std::string salt;  // empty: still to be made
  Weights weights;
  std::string control;
  std::string layer;  // empty: none
  Allocation allocation;
  bool is_sticky = false;  // a unit keeps its variant while a phase lasts, wherever its buckets go
  std::optional<int64_t> start_ms;
  std::optional<int64_t> end_ms;
  std::string mode;
  double alpha = 0.05;
  std::optional<int64_t> planned_units;
  std::vector<PlannedMetric> metrics;
  std::vector<Phase> phases;  // the last one is the current one; none before the start
};

// Reads what a caller sent, or a stored document. Read-only fields are read where they are.
Experiment ReadExperiment(const nlohmann::json& document, Problems& problems);

// Why a change from `before` to `after` moves units: the first of the reasons above, or empty when it moves none.
std::string MovesUnits(const Experiment& before, const Experiment& after);

// Carries the life of `before` (null for a new experiment) over into `document`, which is valid and holds what the
// caller wants: salt and start where they are left out, the end when it stops, the phases. Reports what may not happen.
void ContinueExperiment(nlohmann::json& document, const nlohmann::json& before, int64_t now_ms, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_H_
