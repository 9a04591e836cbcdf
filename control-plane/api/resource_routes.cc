#include "control-plane/api/resource_routes.h"

#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using service::Permission;

// Some hundred thousand unit ids; longer lists come in several calls.
constexpr size_t kMaxMemberFileBytes = 16u << 20;
constexpr size_t kMaxMemberChangeBytes = 4u << 20;
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

#undef EXPT_ENVIRONMENT
#undef EXPT_PROJECT

}  // namespace

void AddResourceRoutes(std::vector<Route>* routes) {
  AddSegmentMembers(routes);
  AddTests(routes);
}

}  // namespace expt::api
