#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "control-plane/analysis/analysis.h"

namespace expt::analysis {
namespace {

using nlohmann::json;

// A number that JSON cannot say is null; stats gives none, and nothing here relies on it.
json Number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

template <typename T>
json Optional(const std::optional<T>& value) {
  return value.has_value() ? Number(static_cast<double>(*value)) : json(nullptr);
}

// RFC 3339, UTC.
std::string TimeText(Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss<std::chrono::milliseconds> clock(time - days);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

json Names(const std::vector<stats::Warning>& warnings) {
  json names = json::array();
  for (const stats::Warning warning : warnings) names.push_back(stats::Name(warning));
  return names;
}

json ToJson(const stats::Estimate& estimate) {
  return {{"status", stats::Name(estimate.status)},
          {"warnings", Names(estimate.warnings)},
          {"estimate", Optional(estimate.estimate)},
          {"se", Optional(estimate.se)},
          {"statistic", Optional(estimate.statistic)},
          {"df", Optional(estimate.df)},
          {"lower", Optional(estimate.lower)},
          {"upper", Optional(estimate.upper)},
          {"is_open", estimate.is_open},
          {"p", Optional(estimate.p)},
          {"log10_p", Optional(estimate.log10_p)},
          {"card", estimate.method}};
}

json ToJson(const MetricComparison& item) {
  const stats::Comparison& comparison = item.comparison;
  json sequential = nullptr;
  if (comparison.sequential.has_value()) {
    sequential = {{"mode", stats::Name(stats::Mode::kAnyTime)},
                  {"planned_units", comparison.sequential->planned_units},
                  {"critical", Optional(comparison.sequential->critical)},
                  {"log10_e", Optional(comparison.sequential->log10_e)},
                  {"p_now", Optional(comparison.sequential->p_now)}};
  }
  json supplements = nullptr;
  if (comparison.supplements.fixed.has_value()) supplements = {{"fixed", ToJson(*comparison.supplements.fixed)}};
  json invalid = nullptr;
  if (comparison.invalid.has_value()) {
    invalid = {{"field", comparison.invalid->field}, {"message", comparison.invalid->message}};
  }
  return {{"control", item.control},
          {"treatment", item.treatment},
          {"status", stats::Name(comparison.status)},
          {"invalid", invalid},
          {"warnings", Names(comparison.warnings)},
          {"effect", ToJson(comparison.effect)},
          {"lift", ToJson(comparison.lift)},
          {"sequential", sequential},
          {"supplements", supplements},
          {"verdict", comparison.verdict.has_value() ? json(stats::Name(*comparison.verdict)) : json(nullptr)}};
}

json ToJson(const MetricResult& metric) {
  json variants = json::array();
  for (const VariantResult& variant : metric.variants) {
    variants.push_back({{"variant", variant.variant},
                        {"n", variant.summary.n},
                        {"mean", Optional(variant.summary.mean)},
                        {"variance", Optional(variant.summary.variance)},
                        {"sum", Optional(variant.summary.sum)},
                        {"denominator", Optional(variant.summary.denominator)}});
  }
  json comparisons = json::array();
  for (const MetricComparison& comparison : metric.comparisons) comparisons.push_back(ToJson(comparison));
  return {{"metric", metric.metric},   {"kind", Name(metric.kind)}, {"direction", Name(metric.direction)},
          {"role", Name(metric.role)}, {"variants", variants},      {"comparisons", comparisons}};
}

json SrmToJson(const Results& results) {
  json variants = json::array();
  for (const VariantUnits& variant : results.variants) {
    variants.push_back({{"variant", variant.variant}, {"weight", Number(variant.weight)}, {"units", variant.units}});
  }
  const stats::SrmResult& srm = results.srm;
  return {{"status", stats::Name(srm.status)},
          {"warnings", Names(srm.warnings)},
          {"statistic", Optional(srm.statistic)},
          {"df", Optional(srm.df)},
          {"p", Optional(srm.p)},
          {"log10_p", Optional(srm.log10_p)},
          {"alarm", srm.alarm},
          {"unexpected_units", Number(srm.unexpected_units)},
          {"multi_exposed_alarm", srm.multi_exposed_alarm},
          {"card", srm.method},
          {"variants", variants}};
}

}  // namespace

std::string_view Name(MetricRole role) {
  switch (role) {
    case MetricRole::kSuccess:
      return "success";
    case MetricRole::kGuardrail:
      return "guardrail";
    case MetricRole::kSecondary:
      break;
  }
  return "secondary";
}

json ToJson(const Results& results) {
  json metrics = json::array();
  for (const MetricResult& metric : results.metrics) metrics.push_back(ToJson(metric));
  return {{"experiment", results.experiment},
          {"experiment_id", results.experiment_id},
          {"phase", results.phase},
          {"mode", stats::Name(results.mode)},
          {"alpha", Number(results.alpha)},
          {"watermark", results.watermark.has_value() ? json(TimeText(*results.watermark)) : json(nullptr)},
          {"exposures",
           {{"events", results.exposure_events},
            {"units", results.exposed_units},
            {"multi_exposed", results.multi_exposed_units},
            {"time_suspect", results.time_suspect_exposures}}},
          {"srm", SrmToJson(results)},
          {"metrics", metrics}};
}

}  // namespace expt::analysis
