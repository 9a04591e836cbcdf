#include "control-plane/api/change_routes.h"

#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using service::Permission;

constexpr size_t kMaxChangeRequestBytes = 4u << 20;
constexpr size_t kMaxRemarkBytes = 64u << 10;

#define EXPT_ENVIRONMENT "/api/v1/projects/{project}/environments/{environment}"
#define EXPT_CHANGE_REQUESTS EXPT_ENVIRONMENT "/change-requests"

void AddDrafts(std::vector<Route>* routes) {
  std::vector<QueryParameter> query = Paging();
  query.push_back({"state", "ChangeRequestState", "Only those in this state."});
  routes->push_back({.method = "GET",
                     .path = EXPT_CHANGE_REQUESTS,
                     .operation = "listChangeRequests",
                     .access = Permission::kPublishRead,
                     .text = "Lists change requests without the bodies of their edits, newest first.",
                     .tag = "changes",
                     .query = query,
                     .success = {.schema = "ChangeRequestPage"},
                     .call = ListChangeRequests});
  routes->push_back({.method = "POST",
                     .path = EXPT_CHANGE_REQUESTS,
                     .operation = "createChangeRequest",
                     .access = Permission::kChangesWrite,
                     .text = "Makes a change request; with \"apply\" makes its edits and publishes them in one call.",
                     .tag = "changes",
                     .body = {.schema = "ChangeRequest", .limit = kMaxChangeRequestBytes},
                     .success = {.status = 201, .schema = "ChangeRequest", .has_etag = true},
                     .faults = {409},
                     .call = PostChangeRequest});
  routes->push_back({.method = "GET",
                     .path = EXPT_CHANGE_REQUESTS "/{id}",
                     .operation = "getChangeRequest",
                     .access = Permission::kPublishRead,
                     .text = "Reads a change request.",
                     .tag = "changes",
                     .success = {.schema = "ChangeRequest", .has_etag = true},
                     .call = GetChangeRequest});
  routes->push_back({.method = "PUT",
                     .path = EXPT_CHANGE_REQUESTS "/{id}",
                     .operation = "replaceChangeRequest",
                     .access = Permission::kChangesWrite,
                     .text = "Saves the draft. Changes nothing else; other edits void approvals.",
                     .tag = "changes",
                     .body = {.schema = "ChangeRequest", .limit = kMaxChangeRequestBytes},
                     .success = {.schema = "ChangeRequest", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PutChangeRequest});
  routes->push_back({.method = "GET",
                     .path = EXPT_CHANGE_REQUESTS "/{id}/diff",
                     .operation = "diffChangeRequest",
                     .access = Permission::kPublishRead,
                     .text = "Tells what each edit changes, and whether its document has changed since.",
                     .tag = "changes",
                     .success = {.schema = "ChangeRequestDiff"},
                     .call = GetChangeRequestDiff});
  routes->push_back({.method = "GET",
                     .path = EXPT_CHANGE_REQUESTS "/{id}/preview",
                     .operation = "previewChangeRequest",
                     .access = Permission::kPublishRead,
                     .text = "Tells what a publish of the edits would change for units, and changes nothing.",
                     .tag = "changes",
                     .success = {.schema = "PublishPreview"},
                     .faults = {409, 422},
                     .call = GetChangeRequestPreview});
}

// Change requests that the server writes.
void AddWritten(std::vector<Route>* routes) {
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/revert",
                     .operation = "revertEnvironment",
                     .access = Permission::kChangesWrite,
                     .text = "Makes a change request that takes the documents back to what a version was made from.",
                     .tag = "changes",
                     .body = {.schema = "EnvironmentRevert", .limit = kMaxRemarkBytes},
                     .success = {.status = 201, .schema = "ChangeRequest", .has_etag = true},
                     .call = PostEnvironmentRevert});
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/copy",
                     .operation = "copyFlags",
                     .access = Permission::kChangesWrite,
                     .text = "Makes a change request that lets flags serve what they serve in another environment.",
                     .tag = "changes",
                     .body = {.schema = "CopyRequest", .limit = kMaxRemarkBytes * 4},
                     .success = {.schema = "CopyReply"},
                     .call = PostCopy});
}

// A step on its way: POST with If-Match.
void AddStep(std::vector<Route>* routes, std::string_view path, std::string_view operation, Permission access,
             std::string_view text, std::string_view schema, Call call) {
  Route route{.method = "POST",
              .path = path,
              .operation = operation,
              .access = access,
              .text = text,
              .tag = "changes",
              .success = {.schema = "ChangeRequest", .has_etag = true},
              .faults = {409, 422},
              .takes_if_match = true,
              .call = call};
  if (!schema.empty()) route.body = {.schema = schema, .limit = kMaxRemarkBytes};
  routes->push_back(std::move(route));
}

void AddSteps(std::vector<Route>* routes) {
  AddStep(routes, EXPT_CHANGE_REQUESTS "/{id}/submit", "submitChangeRequest", Permission::kChangesWrite,
          "Checks the edits and puts them up for review; approved at once where none is asked for.", "",
          PostChangeRequestSubmit);
  AddStep(routes, EXPT_CHANGE_REQUESTS "/{id}/reviews", "reviewChangeRequest", Permission::kChangesReview,
          "Approves the edits, or asks for others. Not for who has edited them.", "Review", PostChangeRequestReview);
  AddStep(routes, EXPT_CHANGE_REQUESTS "/{id}/schedule", "scheduleChangeRequest", Permission::kPublishWrite,
          "Says when an approved change request is applied and published, or takes that back.", "Schedule",
          PostChangeRequestSchedule);
  AddStep(routes, EXPT_CHANGE_REQUESTS "/{id}/apply", "applyChangeRequest", Permission::kPublishWrite,
          "Makes all edits of an approved change request in one step and publishes them.", "", PostChangeRequestApply);
  AddStep(routes, EXPT_CHANGE_REQUESTS "/{id}/close", "closeChangeRequest", Permission::kChangesWrite,
          "Gives a change request up.", "", PostChangeRequestClose);
  routes->push_back({.method = "GET",
                     .path = EXPT_CHANGE_REQUESTS "/{id}/comments",
                     .operation = "listChangeRequestComments",
                     .access = Permission::kPublishRead,
                     .text = "Lists comments and verdicts, oldest first.",
                     .tag = "changes",
                     .query = Paging(),
                     .success = {.schema = "CommentPage"},
                     .call = ListChangeRequestComments});
  routes->push_back({.method = "POST",
                     .path = EXPT_CHANGE_REQUESTS "/{id}/comments",
                     .operation = "commentChangeRequest",
                     .access = Permission::kChangesWrite,
                     .text = "Adds a comment.",
                     .tag = "changes",
                     .body = {.schema = "CommentRequest", .limit = kMaxRemarkBytes},
                     .success = {.status = 204},
                     .call = PostChangeRequestComment});
}

#undef EXPT_CHANGE_REQUESTS
#undef EXPT_ENVIRONMENT

}  // namespace

void AddChangeRoutes(std::vector<Route>* routes) {
  AddDrafts(routes);
  AddWritten(routes);
  AddSteps(routes);
}

}  // namespace expt::api
