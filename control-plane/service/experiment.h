// An experiment: a question with a flag, a split, metrics and dates. docs/definitions.md describes the document.
//
//   draft <-> review;  draft or review -> running;  running <-> paused;  running or paused -> stopped -> shipped
//
// experiment_life.h says what leads from one to the next.
#ifndef EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_H_
#define EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_H_

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
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

inline constexpr size_t kMaxReasonSize = 4096;
inline constexpr int64_t kDefaultMinDuration = 7;  // days: every day of the week once

// Nothing about it changes any more: "stopped", "shipped".
bool HasEnded(std::string_view status);
// "running", "paused".
bool IsUnderWay(std::string_view status);

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
  std::string owner;
  std::vector<std::string> tags;
  std::string flag;
  std::string status;  // "draft", "review", "running", "paused", "stopped", "shipped"
  std::string bucket_by;
  std::string salt;  // empty: still to be made
  Weights weights;
  std::string control;
  std::string layer;  // empty: none
  Allocation allocation;
  std::optional<int64_t> start_at_ms;  // when the server starts it, and stops it
  std::optional<int64_t> stop_at_ms;
  bool has_schedule_failed = false;  // nothing is tried again
  bool is_sticky = false;  // a unit keeps its variant while a phase lasts, wherever its buckets go
  std::optional<int64_t> start_ms;
  std::optional<int64_t> end_ms;
  std::string mode;
  double alpha = 0.05;
  std::optional<int64_t> planned_units;
  std::optional<int64_t> planned_end_ms;
  std::string multi_exposure;  // what becomes of units that met several variants: "exclude" or "first"
  bool rolls_back = false;  // by itself, when a guardrail is worse
  int64_t min_duration = kDefaultMinDuration;  // days that a phase runs before a variant is shipped
  std::vector<PlannedMetric> metrics;
  std::vector<Phase> phases;  // the last one is the current one; none before the start

  // Only in what a caller sends: units may be moved, and why.
  bool accepts_new_phase = false;
  std::string reason;
};

// Reads what a caller sent, or a stored document. Read-only fields are read where they are.
Experiment ReadExperiment(const nlohmann::json& document, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_EXPERIMENT_H_
