#include "control-plane/service/experiment.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "control-plane/service/instant.h"

namespace expt::service {
namespace {

using nlohmann::json;

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

json PhaseDocument(uint32_t number, int64_t start_ms, std::string_view reason, const json& experiment) {
  return {{"number", number},
          {"start", FormatInstant(start_ms)},
          {"end", nullptr},
          {"reason", reason},
          {"bucket_by", experiment["bucket_by"]},
          {"salt", experiment["salt"]},
          {"weights", experiment["weights"]},
          {"layer", experiment["layer"]},
          {"allocation", experiment["allocation"]}};
}

bool MayFollow(std::string_view before, std::string_view after) {
  if (before == after) return true;
  if (before == "draft") return after == "running";
  if (before == "running") return after == "paused" || after == "stopped";
  if (before == "paused") return after == "running" || after == "stopped";
  return false;
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

Experiment ReadExperiment(const json& document, Problems& problems) {
  Experiment experiment;
  ObjectReader object(document, "", problems);
  object.Allow({"phase", "archived", "created", "updated"});
  experiment.id = object.OptionalKey("id");
  experiment.key = object.Key("key");
  experiment.name = object.Text("name", false, 256);
  experiment.hypothesis = object.Text("hypothesis", false, 4096);
  experiment.flag = object.Key("flag");
  experiment.status = object.Word("status", {"draft", "running", "paused", "stopped"}, "draft");
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
  experiment.metrics = ReadPlannedMetrics(object, problems);
  experiment.phases = ReadPhases(object, problems);
  object.RefuseOthers();
  return experiment;
}

std::string MovesUnits(const Experiment& before, const Experiment& after) {
  if (before.weights != after.weights) return "weights";
  if (before.salt != after.salt) return "salt";
  if (before.bucket_by != after.bucket_by) return "bucket_by";
  if (before.layer != after.layer) return "layer";
  if (!Covers(after.allocation, before.allocation)) return "allocation";
  if (before.is_sticky && !after.is_sticky) return "sticky";
  return {};
}

void ContinueExperiment(json& document, const json& before, int64_t now_ms, Problems& problems) {
  Problems ignored;  // both documents have been read before
  const json defaults = {{"name", ""},
                         {"hypothesis", ""},
                         {"status", "draft"},
                         {"bucket_by", "targeting_key"},
                         {"layer", nullptr},
                         {"allocation", json::array({json::array({0, kWholePpm})})},
                         {"sticky", false},
                         {"start", nullptr},
                         {"end", nullptr},
                         {"mode", "any_time"},
                         {"alpha", 0.05},
                         {"planned_units", nullptr},
                         {"metrics", json::array()}};
  for (const auto& [name, value] : defaults.items()) {
    if (!document.contains(name) || document[name].is_null()) document[name] = value;
  }
  // Read-only: whatever was sent back is replaced by what is known.
  document["phases"] = before.is_object() ? before["phases"] : json::array();
  const std::string was = before.is_object() ? before.value("status", "draft") : "draft";
  if (before.is_object()) {
    if (!document.contains("salt") || document["salt"].is_null()) document["salt"] = before["salt"];
    if (document["start"].is_null() && was != "draft") document["start"] = before["start"];
  }
  const std::string status = document["status"].get<std::string>();
  if (!MayFollow(was, status)) {
    problems.push_back({"/status", before.is_object()
                                       ? "an experiment that is " + was + " cannot become " + status
                                       : "an experiment begins as \"draft\" or \"running\", found \"" + status + "\""});
    return;
  }
  const bool is_new_run = was == "draft" && status == "running";
  if (was != "draft") {
    const Experiment old = ReadExperiment(before, ignored);
    const Experiment wanted = ReadExperiment(document, ignored);
    if (old.flag != wanted.flag) problems.push_back({"/flag", "the flag of a started experiment cannot be changed"});
    if (old.start_ms != wanted.start_ms && old.start_ms.value_or(0) <= now_ms) {
      problems.push_back({"/start", "the experiment has started already"});
    }
    const std::string reason = MovesUnits(old, wanted);
    if (was == "stopped") {
      if (!reason.empty()) problems.push_back({"/" + reason, "a stopped experiment cannot be changed"});
      document["end"] = before["end"];
      return;
    }
    json& phases = document["phases"];
    if (old.start_ms != wanted.start_ms && phases.size() == 1) phases.back()["start"] = document["start"];
    if (!reason.empty()) {
      const int64_t start_ms = std::max(now_ms, old.phases.empty() ? now_ms : old.phases.back().start_ms);
      if (wanted.end_ms.has_value() && *wanted.end_ms <= start_ms) {
        problems.push_back({"/end", "the experiment has ended; move its end before its units"});
        return;
      }
      const uint32_t number = old.phases.empty() ? 1 : old.phases.back().number + 1;
      if (!phases.empty()) phases.back()["end"] = FormatInstant(start_ms);
      phases.push_back(PhaseDocument(number, start_ms, reason, document));
    } else if (!phases.empty()) {
      phases.back()["allocation"] = document["allocation"];
    }
  }
  if (is_new_run) {
    const Experiment wanted = ReadExperiment(document, ignored);
    if (!wanted.start_ms.has_value()) document["start"] = FormatInstant(now_ms);
    document["phases"] = json::array({PhaseDocument(1, wanted.start_ms.value_or(now_ms), "start", document)});
  }
  if (status == "stopped") {
    const Experiment wanted = ReadExperiment(document, ignored);
    // One that never began ends right behind its start.
    const int64_t first_ms = wanted.phases.empty() ? 0 : wanted.phases.back().start_ms + 1;
    const int64_t end_ms = std::max(now_ms, first_ms);
    if (!wanted.end_ms.has_value() || *wanted.end_ms > end_ms) document["end"] = FormatInstant(end_ms);
    if (!document["phases"].empty()) document["phases"].back()["end"] = document["end"];
  }
}

}  // namespace expt::service
