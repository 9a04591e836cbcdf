#include "control-plane/cli/results_table.h"

#include <cmath>
#include <cstdio>
#include <optional>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/text_table.h"

namespace expt::cli {
namespace {

using nlohmann::json;

const json& MemberAt(const json& object, const char* name) {
  static const json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

std::optional<double> NumberAt(const json& object, const char* name) {
  const json& value = MemberAt(object, name);
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

std::string CountAt(const json& object, const char* name) {
  const std::optional<double> number = NumberAt(object, name);
  return number ? WithCommas(std::llround(*number)) : "-";
}

// Four decimals, and powers of ten below that.
std::string PText(const json& block) {
  const std::optional<double> p = NumberAt(block, "p");
  if (!p) return "-";
  if (*p >= 0.00005) return Fixed(*p, 4);
  const std::optional<double> log10_p = NumberAt(block, "log10_p");
  char text[32];
  if (*p <= 1e-300 && log10_p) {
    std::snprintf(text, sizeof text, "1e%.0f", std::floor(*log10_p));
  } else {
    std::snprintf(text, sizeof text, "%.1e", *p);
  }
  return text;
}

// How one metric's numbers are written.
struct Scale {
  bool is_percent;
  std::string Value(std::optional<double> number) const {
    if (!number) return "-";
    return is_percent ? Fixed(*number * 100, 2) + " %" : Fixed(*number, 2);
  }
  std::string Difference(std::optional<double> number) const {
    if (!number) return "-";
    const std::string text = is_percent ? Fixed(*number * 100, 2) : Fixed(*number, 2);
    return (*number > 0 && text[0] != '-' ? "+" : "") + text + (is_percent ? " pp" : "");
  }
};

std::string LiftText(const json& lift) {
  const std::optional<double> estimate = NumberAt(lift, "estimate");
  if (!estimate) return "-";
  return (*estimate > 0 ? "+" : "") + Fixed(*estimate * 100, 2) + " %";
}

std::string IntervalText(const json& effect, const Scale& scale) {
  const std::optional<double> lower = NumberAt(effect, "lower");
  const std::optional<double> upper = NumberAt(effect, "upper");
  if (!lower && !upper) return "-";
  return "[" + (lower ? scale.Difference(lower) : "-inf") + ", " + (upper ? scale.Difference(upper) : "+inf") + "]";
}

// "better", or why there is no verdict.
std::string VerdictText(const json& comparison) {
  const std::string verdict = TextAt(comparison, "verdict");
  if (!verdict.empty()) return verdict;
  const std::string status = TextAt(comparison, "status");
  if (!status.empty() && status != "ok") return status;
  return "withheld";
}

std::string WarningsText(const json& block) {
  const json& warnings = MemberAt(block, "warnings");
  if (!warnings.is_array()) return "";
  std::string text;
  for (const json& warning : warnings) {
    if (!warning.is_string()) continue;
    text += (text.empty() ? "" : ", ") + warning.get<std::string>();
  }
  return text;
}

// Nothing unless the variants lost different shares of their exposures.
std::string LossLine(const json& losses) {
  const json& alarm = MemberAt(losses, "alarm");
  if (!alarm.is_boolean() || !alarm.get<bool>()) return "";
  return "losses: p = " + PText(losses) + "  ALARM: some variants lost a larger share of their exposures\n";
}

std::string Heading(const json& results) {
  std::string text = "experiment \"" + TextAt(results, "experiment") + "\"";
  if (const std::string id = TextAt(results, "experiment_id"); !id.empty()) text += " (" + id + ")";
  if (MemberAt(results, "phase").is_number()) text += ", phase " + CountAt(results, "phase");
  if (const std::string mode = TextAt(results, "mode"); !mode.empty()) text += ", mode " + mode;
  if (const std::optional<double> alpha = NumberAt(results, "alpha")) {
    char number[32];
    std::snprintf(number, sizeof number, "%g", *alpha);
    text += ", alpha " + std::string(number);
  }
  if (const std::string watermark = TextAt(results, "watermark"); !watermark.empty()) {
    text += ", as of " + watermark;
  } else if (MemberAt(results, "watermark").is_number()) {
    text += ", as of event " + CountAt(results, "watermark");
  }
  const json& exposures = MemberAt(results, "exposures");
  text += "\nexposures: " + CountAt(exposures, "events") + " events of " + CountAt(exposures, "units") + " units, " +
          CountAt(exposures, "multi_exposed") + " of them in more than one variant\n";
  return text;
}

std::string SrmLine(const json& srm) {
  std::string text = "SRM: ";
  const std::string status = TextAt(srm, "status");
  if (NumberAt(srm, "p")) {
    text += "chi2 = " + Fixed(NumberAt(srm, "statistic").value_or(0), 2) + ", df = " + CountAt(srm, "df") +
            ", p = " + PText(srm);
  } else {
    text += status.empty() ? "-" : status;
  }
  const json& alarm = MemberAt(srm, "alarm");
  if (alarm.is_boolean()) {
    text += alarm.get<bool>() ? "  ALARM: the variants do not have the units that their weights promise" : "  no alarm";
  }
  if (const std::string warnings = WarningsText(srm); !warnings.empty()) text += "  (" + warnings + ")";
  text += "\n";
  const json& variants = MemberAt(srm, "variants");
  if (!variants.is_array()) return text;
  for (const json& variant : variants) {
    text += "  " + TextAt(variant, "variant") + " " + CountAt(variant, "units") + " units";
    if (const std::optional<double> weight = NumberAt(variant, "weight")) {
      text += " (weight " + Fixed(*weight > 1 ? *weight / 10'000 : *weight * 100, 2) + " %)";
    }
  }
  return variants.empty() ? text : text + "\n";
}

const json* ComparisonOf(const json& metric, const std::string& variant) {
  const json& comparisons = MemberAt(metric, "comparisons");
  if (!comparisons.is_array()) return nullptr;
  for (const json& comparison : comparisons) {
    if (TextAt(comparison, "treatment") == variant) return &comparison;
  }
  return nullptr;
}

void AddMetric(const json& metric, TextTable& table, std::string& notes) {
  const Scale scale{TextAt(metric, "kind") == "proportion"};
  const json& variants = MemberAt(metric, "variants");
  if (!variants.is_array()) return;
  std::string name = TextAt(metric, "metric");
  std::string role = TextAt(metric, "role");
  const std::string metric_name = name;
  for (const json& variant : variants) {
    const std::string key = TextAt(variant, "variant");
    std::vector<std::string> row = {name, role, key, CountAt(variant, "n"), scale.Value(NumberAt(variant, "mean"))};
    name.clear();
    role.clear();
    if (const json* comparison = ComparisonOf(metric, key)) {
      const json& effect = MemberAt(*comparison, "effect");
      row.push_back(scale.Difference(NumberAt(effect, "estimate")));
      row.push_back(LiftText(MemberAt(*comparison, "lift")));
      row.push_back(IntervalText(effect, scale));
      row.push_back(PText(effect));
      row.push_back(VerdictText(*comparison));
      std::string warnings = WarningsText(*comparison);
      if (const std::string more = WarningsText(effect); !more.empty()) {
        warnings += (warnings.empty() ? "" : ", ") + more;
      }
      if (!warnings.empty()) notes += "note: " + metric_name + ", " + key + ": " + warnings + "\n";
    }
    table.Row(std::move(row));
  }
}

}  // namespace

std::string ResultsTable(const json& results) {
  std::string out = Heading(results) + SrmLine(MemberAt(results, "srm")) + LossLine(MemberAt(results, "losses"));
  const json& metrics = MemberAt(results, "metrics");
  if (!metrics.is_array() || metrics.empty()) return out + "no metrics\n";
  TextTable table("lllrrrrlrl");
  const double coverage = 100 * (1 - NumberAt(results, "alpha").value_or(0.05));
  char interval[32];
  std::snprintf(interval, sizeof interval, "%g %% interval", coverage);
  table.Row({"metric", "role", "variant", "n", "value", "difference", "lift", interval, "p", "verdict"});
  table.Rule();
  std::string notes;
  for (const json& metric : metrics) AddMetric(metric, table, notes);
  return out + table.Print() + notes;
}

}  // namespace expt::cli
