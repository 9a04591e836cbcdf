// The same results in the slowest obvious way: every event in memory, one pass per unit and metric.
#ifndef EXPT_TESTS_ANALYSIS_NAIVE_H_
#define EXPT_TESTS_ANALYSIS_NAIVE_H_

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "control-plane/analysis/analysis.h"
#include "src/wire/event_codec.h"

namespace expt::analysis {

struct NaiveArm {
  int64_t n = 0;
  double mean = 0;      // of a ratio: the ratio
  double variance = 0;  // of a unit; of a ratio: of the linearised value
  double sum = 0;
};

struct NaiveResults {
  int64_t exposure_events = 0;
  int64_t units = 0;
  int64_t multi_exposed = 0;
  std::map<std::string, int64_t> by_variant;             // units of one variant
  std::vector<std::map<std::string, NaiveArm>> metrics;  // by variant
};

// Conditions are not looked at; units are those of the request's unit type.
inline NaiveResults ComputeNaively(const std::vector<wire::Event>& sent, const ExperimentRequest& request) {
  std::map<std::string, wire::Event> events;  // each id once
  for (const wire::Event& event : sent) events.emplace(event.event_id, event);

  struct Unit {
    int64_t t0 = INT64_MAX;
    std::map<std::string, int64_t> first;  // variant -> first seen
  };
  NaiveResults results;
  std::map<std::string, Unit> units;
  std::map<std::pair<std::string, std::string>, std::pair<int64_t, std::string>> links;  // secondary -> first unit
  for (const auto& [id, event] : events) {
    if (const auto* exposure = std::get_if<wire::ExposureEvent>(&event.body)) {
      if (exposure->experiment != request.experiment_id || exposure->phase != request.phase) continue;
      if (request.start.has_value() && event.time_ms < request.start->time_since_epoch().count()) continue;
      if (request.end.has_value() && event.time_ms >= request.end->time_since_epoch().count()) continue;
      ++results.exposure_events;
      Unit& unit = units[exposure->unit_id];
      unit.t0 = std::min(unit.t0, event.time_ms);
      const auto [it, is_new] = unit.first.emplace(exposure->variant, event.time_ms);
      if (!is_new) it->second = std::min(it->second, event.time_ms);
    } else if (const auto* identify = std::get_if<wire::IdentifyEvent>(&event.body)) {
      for (const auto& [unit, other] :
           {std::pair(&identify->first, &identify->second), std::pair(&identify->second, &identify->first)}) {
        if (unit->unit_type != request.unit_type) continue;
        const std::pair link(event.time_ms, unit->unit_id);
        const auto [it, is_new] = links.emplace(std::pair(other->unit_type, other->unit_id), link);
        if (!is_new) it->second = std::min(it->second, link);
      }
    }
  }
  results.units = static_cast<int64_t>(units.size());
  for (const auto& [id, unit] : units) {
    if (unit.first.size() > 1) {
      ++results.multi_exposed;
    } else {
      ++results.by_variant[unit.first.begin()->first];
    }
  }

  int64_t longest = -1;
  for (const ExperimentMetric& metric : request.metrics)
    longest = std::max(longest, metric.definition.end_ms.value_or(-1));
  for (const ExperimentMetric& metric : request.metrics) {
    const MetricDefinition& definition = metric.definition;
    const auto total = [&](const MetricSource& source, const std::string& id, const Unit& unit, int64_t& count) {
      double sum = 0;
      int64_t rows = 0;
      for (const auto& [event_id, event] : events) {
        const auto* body = std::get_if<wire::MetricEvent>(&event.body);
        if (body == nullptr || body->name != source.event) continue;
        std::string owner;
        for (const wire::EventUnit& of : body->units) {
          if (of.unit_type == request.unit_type) owner = of.unit_id;
        }
        if (owner.empty()) {
          for (const wire::EventUnit& of : body->units) {
            const auto link = links.find({of.unit_type, of.unit_id});
            if (link != links.end()) owner = link->second.second;
          }
        }
        if (owner != id) continue;
        if (source.value == ValueSource::kValue && !body->value.has_value()) continue;
        if (event.time_ms < unit.t0 + definition.start_ms) continue;
        if (definition.end_ms.has_value() && event.time_ms >= unit.t0 + *definition.end_ms) continue;
        if (request.end.has_value() && longest >= 0 &&
            event.time_ms >= request.end->time_since_epoch().count() + longest) {
          continue;
        }
        ++rows;
        sum += source.value == ValueSource::kValue ? *body->value : 1;
      }
      count += rows;
      if (source.aggregation == Aggregation::kAny) return rows > 0 ? 1.0 : 0.0;
      return source.aggregation == Aggregation::kCount ? static_cast<double>(rows) : sum;
    };
    std::map<std::string, std::vector<std::pair<double, double>>> values;
    for (const auto& [id, unit] : units) {
      if (unit.first.size() > 1 && request.multi_exposure == MultiExposure::kExclude) continue;
      std::string variant;
      int64_t first = INT64_MAX;
      for (const auto& [key, time] : unit.first) {
        if (time < first) variant = key;
        first = std::min(first, time);
      }
      int64_t count = 0;
      const double y = total(definition.numerator, id, unit, count);
      const double d = definition.denominator.has_value() ? total(*definition.denominator, id, unit, count) : 1;
      if (count == 0 && definition.units_without_events == UnitsWithoutEvents::kLeaveOut) continue;
      values[variant].emplace_back(y, d);
    }
    std::map<std::string, NaiveArm> arms;
    for (const auto& [variant, pairs] : values) {
      NaiveArm arm;
      arm.n = static_cast<int64_t>(pairs.size());
      const double n = static_cast<double>(pairs.size());
      double sum_d = 0;
      for (const auto& [y, d] : pairs) {
        arm.sum += y;
        sum_d += d;
      }
      arm.mean = arm.sum / sum_d;
      double squares = 0;
      for (const auto& [y, d] : pairs) {
        const double value = (y - arm.mean * d) / (sum_d / n);
        squares += value * value;
      }
      arm.variance = definition.kind == MetricKind::kProportion ? arm.mean * (1 - arm.mean) : squares / (n - 1);
      arms[variant] = arm;
    }
    results.metrics.push_back(std::move(arms));
  }
  return results;
}

}  // namespace expt::analysis

#endif  // EXPT_TESTS_ANALYSIS_NAIVE_H_
