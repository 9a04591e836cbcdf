#include "control-plane/service/experiment.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

namespace expt::service {
namespace {

using nlohmann::json;

constexpr int64_t kMostMinDuration = 366;

Allocation ReadAllocation(ObjectReader& object, Problems& problems) {
  if (!object.Has("allocation")) {
    object.Allow({"allocation"});
    return {{0, kWholePpm}};
  }
  Allocation allocation;
  const json* ranges = object.Array("allocation", false, 64);
  if (ranges == nullptr) return allocation;
  if (ranges->empty()) object.Report("allocation", "expected at least one range");
  for (size_t i = 0; i < ranges->size(); ++i) {
    const json& range = (*ranges)[i];
    const std::string pointer = Child(object.At("allocation"), i);
    const auto in_range = [](const json& bound) {
      return IsInt64(bound) && bound.get<int64_t>() >= 0 && bound.get<int64_t>() <= kWholePpm;
    };
    if (!range.is_array() || range.size() != 2 || !in_range(range[0]) || !in_range(range[1])) {
      problems.push_back({pointer, "expected two integers in [0, 1000000]"});
      continue;
    }
    const auto begin = range[0].get<uint32_t>();
    const auto end = range[1].get<uint32_t>();
    if (begin >= end) {
      problems.push_back({pointer, "the range is empty: it begins at " + std::to_string(begin) + " and ends before " +
                                       std::to_string(end)});
      continue;
    }
    if (!allocation.empty() && begin < allocation.back().second) {
      problems.push_back({pointer, "expected ranges in ascending order and apart from each other"});
      continue;
    }
    allocation.emplace_back(begin, end);
  }
  return allocation;
}

std::vector<Experiment::PlannedMetric> ReadPlannedMetrics(ObjectReader& object, Problems& problems) {
  std::vector<Experiment::PlannedMetric> metrics;
  const json* entries = object.Array("metrics", false, 64);
  if (entries == nullptr) return metrics;
  std::set<std::string> seen;
  for (size_t i = 0; i < entries->size(); ++i) {
    ObjectReader entry((*entries)[i], Child(object.At("metrics"), i), problems);
    Experiment::PlannedMetric metric;
    metric.metric = entry.Key("metric");
    metric.role = entry.Word("role", {"success", "guardrail", "secondary"}, "secondary");
    metric.version = entry.Integer("version", 1, std::numeric_limits<int64_t>::max());
    metric.group = entry.OptionalKey("group");
    entry.RefuseOthers();
    if (!metric.metric.empty() && !seen.insert(metric.metric).second) {
      entry.Report("metric", "metric \"" + metric.metric + "\" stands there twice");
    }
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

std::vector<Phase> ReadPhases(ObjectReader& object, Problems& problems) {
  std::vector<Phase> phases;
  const json* entries = object.Array("phases", false, 10'000);
  if (entries == nullptr) return phases;
  for (size_t i = 0; i < entries->size(); ++i) {
    ObjectReader entry((*entries)[i], Child(object.At("phases"), i), problems);
    Phase phase;
    phase.number = static_cast<uint32_t>(entry.Integer("number", 1, std::numeric_limits<uint32_t>::max()).value_or(0));
    phase.start_ms = entry.Instant("start").value_or(0);
    phase.end_ms = entry.Instant("end");
    phase.reason = entry.Text("reason", false, 64);
    phases.push_back(std::move(phase));
  }
  return phases;
}

}  // namespace

bool Overlap(const Allocation& a, const Allocation& b) {
  return std::any_of(a.begin(), a.end(), [&b](const auto& left) {
    return std::any_of(b.begin(), b.end(),
                       [&left](const auto& right) { return left.first < right.second && right.first < left.second; });
  });
}

bool Covers(const Allocation& outer, const Allocation& inner) {
  return std::all_of(inner.begin(), inner.end(), [&outer](const auto& range) {
    // Ranges of `outer` that touch each other count as one.
    uint32_t reached = range.first;
    for (const auto& [begin, end] : outer) {
      if (begin <= reached && reached < end) reached = end;
    }
    return reached >= range.second;
  });
}

bool HasEnded(std::string_view status) { return status == "stopped" || status == "shipped"; }

bool IsUnderWay(std::string_view status) { return status == "running" || status == "paused"; }

Experiment ReadExperiment(const json& document, Problems& problems) {
  Experiment experiment;
  ObjectReader object(document, "", problems);
  object.Allow({"phase", "decision", "notes", "screenshots", "archived", "created", "updated"});
  experiment.id = object.OptionalKey("id");
  experiment.key = object.Key("key");
  experiment.name = object.Text("name", false, 256);
  experiment.hypothesis = object.Text("hypothesis", false, 4096);
  experiment.owner = object.Text("owner", false, 256);
  experiment.tags = object.Texts("tags", 32, 64);
  experiment.flag = object.Key("flag");
  experiment.status =
      object.Word("status", {"draft", "review", "running", "paused", "stopped", "shipped"}, "draft");
  experiment.bucket_by = object.Text("bucket_by", false, kMaxKeySize);
  if (experiment.bucket_by.empty()) experiment.bucket_by = "targeting_key";
  experiment.salt = object.OptionalKey("salt", "", kMaxSaltSize);
  experiment.weights = ReadWeights(object, "weights");
  experiment.control = object.Key("control");
  const auto is_control = [&](const auto& share) { return share.first == experiment.control; };
  if (!experiment.control.empty() && !experiment.weights.empty() &&
      std::none_of(experiment.weights.begin(), experiment.weights.end(), is_control)) {
    object.Report("control", "expected one of the variants in \"weights\", found \"" + experiment.control + "\"");
  }
  if (!experiment.weights.empty() && experiment.weights.size() < 2) {
    object.Report("weights", "an experiment compares at least two variants, found 1");
  }
  experiment.layer = object.OptionalKey("layer");
  experiment.allocation = ReadAllocation(object, problems);
  if (experiment.layer.empty() && experiment.allocation != Allocation{{0, kWholePpm}} && object.Has("allocation")) {
    object.Report("allocation", "an allocation is a part of a layer: name the layer, or use the coverage of the rule");
  }
  if (const json* schedule = object.Object("schedule", false)) {
    ObjectReader times(*schedule, object.At("schedule"), problems);
    experiment.start_at_ms = times.Instant("start_at");
    experiment.stop_at_ms = times.Instant("stop_at");
    if (experiment.start_at_ms && experiment.stop_at_ms && *experiment.stop_at_ms <= *experiment.start_at_ms) {
      times.Report("stop_at", "is not after \"start_at\"");
    }
    times.RefuseOthers();
  }
  experiment.has_schedule_failed = object.Has("schedule_failure");
  object.Allow({"schedule_failure"});
  experiment.is_sticky = object.Boolean("sticky", false);
  experiment.start_ms = object.Instant("start");
  experiment.end_ms = object.Instant("end");
  if (experiment.start_ms && experiment.end_ms && *experiment.end_ms <= *experiment.start_ms) {
    object.Report("end", "the end is not after the start");
  }
  experiment.mode = object.Word("mode", {"any_time", "fixed"}, "any_time");
  experiment.alpha = object.Number("alpha").value_or(0.05);
  if (!(experiment.alpha > 0 && experiment.alpha < 1)) {
    object.Report("alpha", "expected a number between 0 and 1, both excluded");
  }
  experiment.planned_units = object.Integer("planned_units", 1, std::numeric_limits<int64_t>::max());
  experiment.planned_end_ms = object.Instant("planned_end");
  if (experiment.start_ms && experiment.planned_end_ms && *experiment.planned_end_ms <= *experiment.start_ms) {
    object.Report("planned_end", "the planned end is not after the start");
  }
  experiment.multi_exposure = object.Word("multi_exposure", {"exclude", "first"}, "exclude");
  experiment.rolls_back = object.Boolean("auto_rollback", false);
  if (experiment.rolls_back && experiment.mode == "fixed") {
    object.Report("auto_rollback", "it looks again and again, which only the mode \"any_time\" allows");
  }
  experiment.min_duration = object.Integer("min_duration", 0, kMostMinDuration).value_or(kDefaultMinDuration);
  experiment.metrics = ReadPlannedMetrics(object, problems);
  experiment.accepts_new_phase = object.Boolean("new_phase", false);
  experiment.reason = object.Text("reason", false, kMaxReasonSize);
  experiment.phases = ReadPhases(object, problems);
  object.RefuseOthers();
  return experiment;
}

}  // namespace expt::service
