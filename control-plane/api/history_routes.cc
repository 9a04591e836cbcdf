#include "control-plane/api/history_routes.h"

#include <array>

#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using service::Kind;
using service::Permission;

// The three routes of the documents of one kind. `paths`: revisions, one revision, revert.
template <int kind>
void AddHistoryOf(std::vector<Route>* routes, const std::array<std::string_view, 3>& paths, std::string_view tag,
                  std::string_view schema, Permission read, Permission write,
                  const std::array<std::string_view, 3>& operations) {
  routes->push_back({.method = "GET",
                     .path = paths[0],
                     .operation = operations[0],
                     .access = read,
                     .text = "Lists the revisions of a document with what each has changed, newest first.",
                     .tag = tag,
                     .query = Paging(),
                     .success = {.schema = "RevisionPage"},
                     .call = ListRevisions<kind>});
  routes->push_back({.method = "GET",
                     .path = paths[1],
                     .operation = operations[1],
                     .access = read,
                     .text = "Reads a revision of a document, and how it differs from another one.",
                     .tag = tag,
                     .query = {{"against", "RevisionNumber", "The other one; the one before when it is left out."}},
                     .success = {.schema = "RevisionBody"},
                     .call = GetRevision<kind>});
  routes->push_back({.method = "POST",
                     .path = paths[2],
                     .operation = operations[2],
                     .access = write,
                     .text = "Makes a new revision that is like an earlier one.",
                     .tag = tag,
                     .body = {.schema = "Revert", .limit = 4096},
                     .success = {.schema = schema, .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PostRevert<kind>});
}

#define EXPT_PROJECT "/api/v1/projects/{project}"
#define EXPT_ENVIRONMENT EXPT_PROJECT "/environments/{environment}"
#define EXPT_HISTORY(folder) \
  {folder "/{key}/revisions", folder "/{key}/revisions/{revision}", folder "/{key}/revert"}

}  // namespace

void AddHistoryRoutes(std::vector<Route>* routes) {
  AddHistoryOf<static_cast<int>(Kind::kFlag)>(
      routes, EXPT_HISTORY(EXPT_PROJECT "/flags"), "flags", "Flag", Permission::kFlagsRead, Permission::kFlagsWrite,
      {"listFlagRevisions", "getFlagRevision", "revertFlag"});
  AddHistoryOf<static_cast<int>(Kind::kSegment)>(
      routes, EXPT_HISTORY(EXPT_PROJECT "/segments"), "segments", "Segment", Permission::kSegmentsRead,
      Permission::kSegmentsWrite, {"listSegmentRevisions", "getSegmentRevision", "revertSegment"});
  AddHistoryOf<static_cast<int>(Kind::kAttribute)>(
      routes, EXPT_HISTORY(EXPT_PROJECT "/attributes"), "attributes", "Attribute", Permission::kAttributesRead,
      Permission::kAttributesWrite, {"listAttributeRevisions", "getAttributeRevision", "revertAttribute"});
  AddHistoryOf<static_cast<int>(Kind::kMetric)>(
      routes, EXPT_HISTORY(EXPT_PROJECT "/metrics"), "metrics", "Metric", Permission::kMetricsRead,
      Permission::kMetricsWrite, {"listMetricRevisions", "getMetricRevision", "revertMetric"});
  AddHistoryOf<static_cast<int>(Kind::kExperiment)>(
      routes, EXPT_HISTORY(EXPT_ENVIRONMENT "/experiments"), "experiments", "Experiment", Permission::kExperimentsRead,
      Permission::kExperimentsWrite, {"listExperimentRevisions", "getExperimentRevision", "revertExperiment"});
  AddHistoryOf<static_cast<int>(Kind::kLayer)>(routes, EXPT_HISTORY(EXPT_ENVIRONMENT "/layers"), "layers", "Layer",
                                               Permission::kLayersRead, Permission::kLayersWrite,
                                               {"listLayerRevisions", "getLayerRevision", "revertLayer"});
  AddHistoryOf<static_cast<int>(Kind::kHoldout)>(
      routes, EXPT_HISTORY(EXPT_ENVIRONMENT "/holdouts"), "holdouts", "Holdout", Permission::kHoldoutsRead,
      Permission::kHoldoutsWrite, {"listHoldoutRevisions", "getHoldoutRevision", "revertHoldout"});
  AddHistoryOf<kConfigurations>(
      routes, EXPT_HISTORY(EXPT_ENVIRONMENT "/flags"), "flags", "FlagConfiguration", Permission::kFlagsRead,
      Permission::kFlagsWrite,
      {"listFlagConfigurationRevisions", "getFlagConfigurationRevision", "revertFlagConfiguration"});
}

#undef EXPT_HISTORY
#undef EXPT_ENVIRONMENT
#undef EXPT_PROJECT

}  // namespace expt::api
