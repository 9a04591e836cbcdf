#include "control-plane/service/metric_group.h"

#include <nlohmann/json.hpp>
#include <set>

namespace expt::service {
namespace {

using nlohmann::json;

constexpr size_t kMaxMetricsOfGroup = 64;

std::string TextOf(const json& entry, const char* name) {
  const auto text = entry.is_object() ? entry.find(name) : entry.end();
  return entry.is_object() && text != entry.end() && text->is_string() ? text->get<std::string>() : "";
}

}  // namespace

MetricGroup ReadMetricGroup(const json& document, Problems& problems) {
  MetricGroup group;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  group.key = object.Key("key");
  group.name = object.Text("name", false, 256);
  group.description = object.Text("description", false, 4096);
  if (object.is_object() && !object.Has("metrics")) object.Report("metrics", "expected a value, found none");
  group.metrics = object.Texts("metrics", kMaxMetricsOfGroup, kMaxKeySize);
  std::set<std::string> seen;
  for (const std::string& metric : group.metrics) {
    if (!seen.insert(metric).second) object.Report("metrics", "metric " + Quoted(metric) + " stands there twice");
  }
  object.RefuseOthers();
  return group;
}

void ExpandMetricGroups(json& experiment, const json& before, const FindMetricGroup& find, Problems& problems) {
  const auto metrics = experiment.find("metrics");
  if (metrics == experiment.end() || !metrics->is_array()) return;
  const bool is_draft = !before.is_object() || before.value("status", "draft") == "draft";
  const auto is_expanded = [is_draft](const json& entry) { return is_draft && !TextOf(entry, "group").empty(); };
  std::set<std::string> listed;
  for (const json& entry : *metrics) {
    if (!is_expanded(entry)) listed.insert(TextOf(entry, "metric"));
  }
  std::set<std::string> done;
  json expanded = json::array();
  for (size_t i = 0; i < metrics->size(); ++i) {
    const json& entry = (*metrics)[i];
    const std::string key = TextOf(entry, "group");
    const bool is_whole = !key.empty() && (is_draft || TextOf(entry, "metric").empty());
    if (!is_whole) {
      expanded.push_back(entry);
      continue;
    }
    if (!done.insert(key).second) continue;
    const MetricGroup* group = find(key);
    if (group == nullptr) {
      problems.push_back({Child("/metrics", i) + "/group", "unknown metric group " + Quoted(key)});
      continue;
    }
    for (const std::string& metric : group->metrics) {
      if (!listed.insert(metric).second) continue;
      json planned = entry;
      planned["metric"] = metric;
      expanded.push_back(std::move(planned));
    }
  }
  *metrics = std::move(expanded);
}

}  // namespace expt::service
