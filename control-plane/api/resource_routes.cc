#include "control-plane/api/resource_routes.h"

#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using service::Permission;

// Some hundred thousand unit ids; longer lists come in several calls.
constexpr size_t kMaxMemberFileBytes = 16u << 20;
constexpr size_t kMaxMemberChangeBytes = 4u << 20;
constexpr size_t kMaxCodeScanBytes = 16u << 20;
#define EXPT_PROJECT "/api/v1/projects/{project}"
#define EXPT_ENVIRONMENT EXPT_PROJECT "/environments/{environment}"

constexpr std::string_view kMembersPath = EXPT_PROJECT "/segments/{key}/members/{list}";

void AddSegmentMembers(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = kMembersPath,
                     .operation = "downloadSegmentMembers",
                     .access = Permission::kSegmentsRead,
                     .text = "Downloads the members that were uploaded, one unit id a line behind a header.",
                     .tag = "segments",
                     .success = {.schema = "CsvFile", .media_type = "text/csv"},
                     .call = GetSegmentMembers});
  routes->push_back({.method = "PUT",
                     .path = kMembersPath,
                     .operation = "uploadSegmentMembers",
                     .access = Permission::kSegmentsWrite,
                     .text = "Takes a file of unit ids as the include or the exclude list of a segment.",
                     .tag = "segments",
                     .query = {{"bucket_by", "Key", "What the ids are of; the targeting key when it is left out."},
                               {"column", "QueryText", "Name of the column, where the file has several."},
                               {"mode", "UploadMode", "add: beside the members that are there."}},
                     .body = {.schema = "CsvFile", .media_type = "text/csv", .limit = kMaxMemberFileBytes},
                     .success = {.schema = "Segment", .has_etag = true},
                     .faults = {409, 422},
                     .takes_if_match = true,
                     .call = PutSegmentMembers});
  routes->push_back({.method = "POST",
                     .path = kMembersPath,
                     .operation = "changeSegmentMembers",
                     .access = Permission::kSegmentsWrite,
                     .text = "Adds and removes single members of an uploaded list.",
                     .tag = "segments",
                     .body = {.schema = "MemberChange", .limit = kMaxMemberChangeBytes},
                     .success = {.schema = "Segment", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PostSegmentMembers});
  routes->push_back({.method = "DELETE",
                     .path = kMembersPath,
                     .operation = "removeSegmentMembers",
                     .access = Permission::kSegmentsWrite,
                     .text = "Takes an uploaded list away.",
                     .tag = "segments",
                     .success = {.schema = "Segment", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = DeleteSegmentMembers});
}

void AddTests(std::vector<Route>* routes) {
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/tests/run",
                     .operation = "runTests",
                     .access = Permission::kTestsWrite,
                     .text = "Decides all flag tests of the environment with the definitions as they are now.",
                     .tag = "tests",
                     .body = {.schema = "FlagTestRequest", .is_required = false, .limit = 4096},
                     .success = {.schema = "FlagTestRuns"},
                     .call = PostTestsRun});
}

void AddUsage(std::vector<Route>* routes) {
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/metric-preview",
                     .operation = "previewMetric",
                     .access = Permission::kMetricsWrite,
                     .text = "Counts the events of the last days that a metric would count, stored or not.",
                     .tag = "metrics",
                     .body = {.schema = "MetricPreviewRequest", .limit = 64u << 10},
                     .success = {.schema = "MetricPreview"},
                     .call = PostMetricPreview});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/flags/{key}/usage",
                     .operation = "getFlagUsage",
                     .access = Permission::kFlagsRead,
                     .text = "Tells how often a flag was evaluated, by day and variant, and when it was seen last.",
                     .tag = "usage",
                     .query = {{"days", "UsageDays", "How many days back."}},
                     .success = {.schema = "FlagUsage"},
                     .call = GetFlagUsage});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/stale",
                     .operation = "listStaleFlags",
                     .access = Permission::kFlagsRead,
                     .text = "Lists flags that code could do without, with the reason and what to do about it.",
                     .tag = "usage",
                     .success = {.schema = "StaleFlags"},
                     .call = ListStaleFlags});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/attributes/{key}/values",
                     .operation = "listAttributeValues",
                     .access = Permission::kEventsRead,
                     .text = "Lists values that exposures carried, the most frequent first. Private ones never leave a "
                             "program.",
                     .tag = "usage",
                     .query = {{"limit", "Limit", "Most values."}},
                     .success = {.schema = "AttributeValues"},
                     .faults = {409},
                     .call = ListAttributeValues});
  routes->push_back({.method = "PUT",
                     .path = EXPT_PROJECT "/code-references",
                     .operation = "replaceCodeReferences",
                     .access = Permission::kCodeReferencesWrite,
                     .text = "Says where the code of a branch names flags, in place of what was said before.",
                     .tag = "usage",
                     .body = {.schema = "CodeScan", .limit = kMaxCodeScanBytes},
                     .success = {.schema = "CodeScanReply"},
                     .call = PutCodeReferences});
  routes->push_back({.method = "GET",
                     .path = EXPT_PROJECT "/code-references",
                     .operation = "listCodeScans",
                     .access = Permission::kFlagsRead,
                     .text = "Lists the branches whose code names flags.",
                     .tag = "usage",
                     .success = {.schema = "CodeScans"},
                     .call = ListCodeScans});
  routes->push_back({.method = "GET",
                     .path = EXPT_PROJECT "/flags/{key}/code-references",
                     .operation = "listCodeReferences",
                     .access = Permission::kFlagsRead,
                     .text = "Lists where code names a flag, at most 1000 places.",
                     .tag = "usage",
                     .success = {.schema = "CodeReferences"},
                     .call = ListCodeReferences});
}

void AddShares(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = EXPT_PROJECT "/shares",
                     .operation = "listShares",
                     .access = Permission::kSharesRead,
                     .text = "Lists what is shared, without the tokens.",
                     .tag = "dashboards",
                     .query = Paging(),
                     .success = {.schema = "SharePage"},
                     .call = ListShares});
  routes->push_back({.method = "POST",
                     .path = EXPT_PROJECT "/shares",
                     .operation = "createShare",
                     .access = Permission::kSharesWrite,
                     .text = "Lets whoever holds the token read one experiment or dashboard. The reply is the only "
                             "place where it is shown.",
                     .tag = "dashboards",
                     .body = {.schema = "ShareRequest", .limit = 16u << 10},
                     .success = {.status = 201, .schema = "NewShare"},
                     .call = PostShare});
  routes->push_back({.method = "DELETE",
                     .path = EXPT_PROJECT "/shares/{share}",
                     .operation = "revokeShare",
                     .access = Permission::kSharesWrite,
                     .text = "Revokes a share at once.",
                     .tag = "dashboards",
                     .success = {.status = 204},
                     .call = DeleteShare});
  routes->push_back({.method = "GET",
                     .path = "/share/v1/{token}",
                     .operation = "getShared",
                     .access = auth::Need::kPublic,
                     .text = "Reads what the token shares. 404 for any other token, without telling why.",
                     .tag = "dashboards",
                     .success = {.schema = "Shared"},
                     .call = GetShared});
}

void AddProjects(std::vector<Route>* routes) {
  routes->push_back({.method = "PUT",
                     .path = EXPT_PROJECT,
                     .operation = "replaceProject",
                     .access = Permission::kProjectsWrite,
                     .text = "Says how a project is called, its tags and its owner.",
                     .tag = "projects",
                     .body = {.schema = "Project", .limit = 64u << 10},
                     .success = {.schema = "Project", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PutProject});
  routes->push_back({.method = "DELETE",
                     .path = EXPT_PROJECT,
                     .operation = "archiveProject",
                     .access = Permission::kProjectsWrite,
                     .text = "Archives a project. 409 while it has an environment that is not archived.",
                     .tag = "projects",
                     .success = {.schema = "Project", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = DeleteProject});
  routes->push_back({.method = "DELETE",
                     .path = EXPT_ENVIRONMENT,
                     .operation = "archiveEnvironment",
                     .access = Permission::kEnvironmentsWrite,
                     .text = "Archives an environment. 409 while a key of it is valid or an experiment is under way.",
                     .tag = "projects",
                     .success = {.schema = "Environment", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = DeleteEnvironment});
}

#undef EXPT_ENVIRONMENT
#undef EXPT_PROJECT

}  // namespace

void AddResourceRoutes(std::vector<Route>* routes) {
  AddSegmentMembers(routes);
  AddTests(routes);
  AddUsage(routes);
  AddShares(routes);
  AddProjects(routes);
}

}  // namespace expt::api
