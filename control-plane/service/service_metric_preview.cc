#include <utility>

#include "control-plane/service/check.h"
#include "control-plane/service/library.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"

namespace expt::service {

using nlohmann::json;

Result<MetricPreviewRequest> Service::RequestMetricPreview(std::string_view project, std::string_view environment,
                                                           const json& body) {
  constexpr int64_t kDefaultDays = 7;
  constexpr int64_t kMostDays = 90;
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  Problems problems;
  ObjectReader object(body, "", problems);
  MetricPreviewRequest request{.environment_id = place->id, .metric = {}, .days = kDefaultDays};
  request.days = object.Integer("days", 1, kMostDays).value_or(kDefaultDays);
  if (const json* document = object.Object("metric", true)) {
    request.metric = *document;
    // What is not stored yet may have no key; what was read from the API carries what the server wrote.
    for (const char* name : {"id", "created", "updated", "archived"}) request.metric.erase(name);
    request.metric.emplace("key", "preview");
    request.metric["version"] = 1;
    Library library(state_, place->project, place->key);
    Problems inner;
    const Metric metric = ReadMetric(request.metric, inner);
    Problems more;
    CheckMetric(metric, library, more);
    Merge(inner, std::move(more));
    if (!library.status().ok()) return StorageFault(library.status());
    for (Problem& problem : inner) problems.push_back({object.At("metric") + problem.pointer, std::move(problem.text)});
  }
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("metric preview", std::move(problems));
  return request;
}

}  // namespace expt::service
