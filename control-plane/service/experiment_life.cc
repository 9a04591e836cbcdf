#include "control-plane/service/experiment_life.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "control-plane/service/instant.h"

namespace expt::service {
namespace {

using nlohmann::json;

constexpr int64_t kDayMs = 86'400'000;

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

bool IsBegun(std::string_view status) { return IsUnderWay(status) || HasEnded(status); }

bool MayFollow(std::string_view before, std::string_view after) {
  if (before == after) return true;
  if (before == "draft") return after == "review" || after == "running";
  if (before == "review") return after == "draft" || after == "running";
  if (before == "running") return after == "paused" || after == "stopped";
  if (before == "paused") return after == "running" || after == "stopped";
  return false;
}

void FillExperiment(json& document) {
  static const json& defaults = *new json{{"name", ""},
                                          {"hypothesis", ""},
                                          {"owner", ""},
                                          {"tags", json::array()},
                                          {"status", "draft"},
                                          {"bucket_by", "targeting_key"},
                                          {"layer", nullptr},
                                          {"allocation", json::array({json::array({0, kWholePpm})})},
                                          {"sticky", false},
                                          {"start", nullptr},
                                          {"end", nullptr},
                                          {"schedule", nullptr},
                                          {"schedule_failure", nullptr},
                                          {"mode", "any_time"},
                                          {"alpha", 0.05},
                                          {"planned_units", nullptr},
                                          {"planned_end", nullptr},
                                          {"multi_exposure", "exclude"},
                                          {"auto_rollback", false},
                                          {"min_duration", kDefaultMinDuration},
                                          {"metrics", json::array()},
                                          {"notes", json::array()},
                                          {"decision", nullptr}};
  for (const auto& [name, value] : defaults.items()) {
    if (!document.contains(name) || document[name].is_null()) document[name] = value;
  }
}

// Times that somebody sets are still to come. A failure stands until somebody sets others.
void ContinueSchedule(json& document, const Experiment& old, const Experiment& wanted, bool is_begun, int64_t now_ms,
                      Problems& problems) {
  const auto check = [&](const char* name, std::optional<int64_t> before, std::optional<int64_t> after) {
    if (!after.has_value() || after == before || *after > now_ms) return;
    problems.push_back({std::string("/schedule/") + name, "expected a time to come, found one that has passed"});
  };
  // Of one that is running already it only tells how it began.
  if (!IsBegun(wanted.status)) check("start_at", old.start_at_ms, wanted.start_at_ms);
  check("stop_at", old.stop_at_ms, wanted.stop_at_ms);
  if (is_begun && wanted.start_at_ms != old.start_at_ms && wanted.start_at_ms.has_value()) {
    problems.push_back({"/schedule/start_at", "the experiment has started already"});
  }
  const bool is_changed = old.start_at_ms != wanted.start_at_ms || old.stop_at_ms != wanted.stop_at_ms;
  if (is_changed || old.status != wanted.status) document["schedule_failure"] = nullptr;
}

// What a review is about.
json ReviewedPart(json document) {
  FillExperiment(document);
  for (const char* name : {"status", "notes", "screenshots", "schedule", "schedule_failure"}) document.erase(name);
  return document;
}

// A change of what is in review takes it out of it; it cannot start as something that nobody has looked at.
void ContinueReview(json& document, const json& before, Problems& problems, Continued& continued) {
  if (document["status"] == "draft" || ReviewedPart(document) == ReviewedPart(before)) return;
  if (document["status"] == "running") {
    problems.push_back({"/status", "what is in review starts as it is; change it first, and submit it again"});
    return;
  }
  document["status"] = "draft";
  continued.warnings.push_back("it was in review and has changed: it is a draft again");
}

void StartPhase(json& document, const Experiment& old, const Experiment& wanted, const std::string& reason,
                int64_t now_ms, Problems& problems, Continued& continued) {
  const int64_t start_ms = std::max(now_ms, old.phases.empty() ? now_ms : old.phases.back().start_ms);
  if (wanted.end_ms.has_value() && *wanted.end_ms <= start_ms) {
    problems.push_back({"/end", "the experiment has ended; move its end before its units"});
    return;
  }
  const uint32_t number = old.phases.empty() ? 1 : old.phases.back().number + 1;
  if (!wanted.accepts_new_phase && wanted.reason.empty()) {
    continued.conflicts.push_back(
        {"/" + reason, "moves units and starts phase " + std::to_string(number) +
                           ", whose results begin anew: expected \"new_phase\": true or a \"reason\""});
    return;
  }
  json& phases = document["phases"];
  if (!phases.empty()) phases.back()["end"] = FormatInstant(start_ms);
  phases.push_back(PhaseDocument(number, start_ms, reason, document));
  if (!wanted.reason.empty()) phases.back()["comment"] = wanted.reason;
}

void ContinueBegun(json& document, const json& before, const Experiment& wanted, int64_t now_ms, Problems& problems,
                   Continued& continued) {
  Problems ignored;
  const Experiment old = ReadExperiment(before, ignored);
  if (old.flag != wanted.flag) problems.push_back({"/flag", "the flag of a started experiment cannot be changed"});
  if (old.start_ms != wanted.start_ms && old.start_ms.value_or(0) <= now_ms) {
    problems.push_back({"/start", "the experiment has started already"});
  }
  const std::string reason = MovesUnits(old, wanted);
  if (HasEnded(old.status)) {
    if (!reason.empty()) problems.push_back({"/" + reason, "a " + old.status + " experiment cannot be changed"});
    document["end"] = before["end"];
    return;
  }
  json& phases = document["phases"];
  if (old.start_ms != wanted.start_ms && phases.size() == 1) phases.back()["start"] = document["start"];
  if (!reason.empty()) {
    StartPhase(document, old, wanted, reason, now_ms, problems, continued);
  } else if (!phases.empty()) {
    phases.back()["allocation"] = document["allocation"];
  }
}

}  // namespace

std::string MovesUnits(const Experiment& before, const Experiment& after) {
  if (before.weights != after.weights) return "weights";
  if (before.salt != after.salt) return "salt";
  if (before.bucket_by != after.bucket_by) return "bucket_by";
  if (before.layer != after.layer) return "layer";
  if (!Covers(after.allocation, before.allocation)) return "allocation";
  if (before.is_sticky && !after.is_sticky) return "sticky";
  return {};
}

Continued ContinueExperiment(json& document, const json& before, int64_t now_ms, Problems& problems) {
  Continued continued;
  Problems ignored;  // both documents have been read before
  const bool is_new = !before.is_object();
  const std::string was = is_new ? "draft" : before.value("status", "draft");
  FillExperiment(document);
  // Read-only: whatever was sent back is replaced by what is known.
  document["phases"] = is_new ? json::array() : before["phases"];
  document["notes"] = is_new ? json::array() : before.value("notes", json::array());
  if (!is_new && before.contains("screenshots")) document["screenshots"] = before["screenshots"];
  document["schedule_failure"] = is_new ? json(nullptr) : before.value("schedule_failure", json(nullptr));
  document["decision"] = is_new ? json(nullptr) : before.value("decision", json(nullptr));
  if (!is_new) {
    if (!document.contains("salt") || document["salt"].is_null()) document["salt"] = before["salt"];
    if (document["start"].is_null() && IsBegun(was)) document["start"] = before["start"];
  }
  const Experiment wanted = ReadExperiment(document, ignored);
  for (const char* name : {"new_phase", "reason"}) document.erase(name);
  if (!MayFollow(was, wanted.status) || (is_new && wanted.status == "review")) {
    problems.push_back({"/status", is_new ? "an experiment begins as \"draft\" or \"running\", found \"" +
                                                wanted.status + "\""
                                          : "an experiment that is " + was + " cannot become " + wanted.status});
    return continued;
  }
  Experiment old;
  if (!is_new) old = ReadExperiment(before, ignored);
  ContinueSchedule(document, old, wanted, IsBegun(was), now_ms, problems);
  if (was == "review") ContinueReview(document, before, problems, continued);
  if (IsBegun(was)) ContinueBegun(document, before, wanted, now_ms, problems, continued);
  if (!IsBegun(was) && wanted.status == "running") {
    const int64_t start_ms = wanted.start_ms.value_or(now_ms);
    if (!wanted.start_ms.has_value()) document["start"] = FormatInstant(start_ms);
    document["phases"] = json::array({PhaseDocument(1, start_ms, "start", document)});
  }
  if (wanted.status == "stopped" && was != "stopped") EndExperiment(document, now_ms);
  return continued;
}

void EndExperiment(json& document, int64_t now_ms) {
  Problems ignored;
  const Experiment experiment = ReadExperiment(document, ignored);
  // One that never began ends right behind its start.
  const int64_t first_ms = experiment.phases.empty() ? 0 : experiment.phases.back().start_ms + 1;
  const int64_t end_ms = std::max(now_ms, first_ms);
  if (!experiment.end_ms.has_value() || *experiment.end_ms > end_ms) document["end"] = FormatInstant(end_ms);
  if (!document["phases"].empty()) document["phases"].back()["end"] = document["end"];
}

std::string ShortRun(const Experiment& experiment, int64_t now_ms) {
  if (experiment.phases.empty()) return {};
  const Phase& phase = experiment.phases.back();
  const int64_t until_ms = std::min(now_ms, experiment.end_ms.value_or(now_ms));
  const int64_t run_ms = std::max<int64_t>(0, until_ms - phase.start_ms);
  if (run_ms >= experiment.min_duration * kDayMs) return {};
  return "phase " + std::to_string(phase.number) + " has run for " + std::to_string(run_ms / kDayMs) +
         " of at least " + std::to_string(experiment.min_duration) + " days";
}

}  // namespace expt::service
