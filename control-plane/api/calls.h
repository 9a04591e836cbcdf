// What the routes do. Each parses its request, calls one room, and writes the answer.
#ifndef EXPT_CONTROL_PLANE_API_CALLS_H_
#define EXPT_CONTROL_PLANE_API_CALLS_H_

#include "control-plane/api/route.h"

namespace expt::api {

// project_calls.cc
Answer PostSetup(const Services&, const Exchange&);
Answer ListProjects(const Services&, const Exchange&);
Answer PostProject(const Services&, const Exchange&);
Answer GetProject(const Services&, const Exchange&);
Answer PutProject(const Services&, const Exchange&);
Answer DeleteProject(const Services&, const Exchange&);
Answer ListEnvironments(const Services&, const Exchange&);
Answer PostEnvironment(const Services&, const Exchange&);
Answer GetEnvironment(const Services&, const Exchange&);
Answer PutEnvironment(const Services&, const Exchange&);
Answer DeleteEnvironment(const Services&, const Exchange&);

// audit_calls.cc
Answer ListAudit(const Services&, const Exchange&);
Answer GetAuditActivity(const Services&, const Exchange&);
Answer ExportAudit(const Services&, const Exchange&);
Answer GetAuditKey(const Services&, const Exchange&);

// session_calls.cc
Answer PostSession(const Services&, const Exchange&);
Answer GetSession(const Services&, const Exchange&);
Answer DeleteSession(const Services&, const Exchange&);

// account_calls.cc
Answer PostPassword(const Services&, const Exchange&);
Answer PutOwnPassword(const Services&, const Exchange&);
Answer PutOwnEmail(const Services&, const Exchange&);
Answer PostTotp(const Services&, const Exchange&);
Answer PutTotp(const Services&, const Exchange&);
Answer DeleteTotp(const Services&, const Exchange&);
Answer ListOwnSessions(const Services&, const Exchange&);
Answer DeleteOwnSession(const Services&, const Exchange&);

// people_calls.cc
Answer ListMembers(const Services&, const Exchange&);
Answer PostMember(const Services&, const Exchange&);
Answer GetMember(const Services&, const Exchange&);
Answer PutMember(const Services&, const Exchange&);
Answer PostReset(const Services&, const Exchange&);
Answer ListTeams(const Services&, const Exchange&);
Answer PostTeam(const Services&, const Exchange&);
Answer GetTeam(const Services&, const Exchange&);
Answer PutTeam(const Services&, const Exchange&);
Answer DeleteTeam(const Services&, const Exchange&);
Answer ListRoles(const Services&, const Exchange&);
Answer PostRole(const Services&, const Exchange&);
Answer GetRole(const Services&, const Exchange&);
Answer PutRole(const Services&, const Exchange&);
Answer DeleteRole(const Services&, const Exchange&);
Answer ListBindings(const Services&, const Exchange&);
Answer PostBinding(const Services&, const Exchange&);
Answer DeleteBinding(const Services&, const Exchange&);
Answer ListTokens(const Services&, const Exchange&);
Answer PostToken(const Services&, const Exchange&);
Answer DeleteToken(const Services&, const Exchange&);

// document_calls.cc: one set for all kinds of documents
template <service::Kind kind>
Answer ListDocuments(const Services&, const Exchange&);
template <service::Kind kind>
Answer PostDocument(const Services&, const Exchange&);
template <service::Kind kind>
Answer GetDocument(const Services&, const Exchange&);
template <service::Kind kind>
Answer PutDocument(const Services&, const Exchange&);
template <service::Kind kind>
Answer DeleteDocument(const Services&, const Exchange&);
Answer ListConfigurations(const Services&, const Exchange&);
Answer GetConfiguration(const Services&, const Exchange&);
Answer PutConfiguration(const Services&, const Exchange&);
Answer GetEmergencyOff(const Services&, const Exchange&);
Answer PutEmergencyOff(const Services&, const Exchange&);

// experiment_calls.cc
template <service::ExperimentStep step>
Answer PostExperimentStep(const Services&, const Exchange&);
Answer PostExperimentShip(const Services&, const Exchange&);
// member_calls.cc
Answer GetSegmentMembers(const Services&, const Exchange&);
Answer PutSegmentMembers(const Services&, const Exchange&);
Answer PostSegmentMembers(const Services&, const Exchange&);
Answer DeleteSegmentMembers(const Services&, const Exchange&);

// flag_test_calls.cc
Answer PostTestsRun(const Services&, const Exchange&);
Answer PostExperimentNote(const Services&, const Exchange&);
Answer PostScreenshot(const Services&, const Exchange&);
Answer GetScreenshot(const Services&, const Exchange&);
Answer DeleteScreenshot(const Services&, const Exchange&);
Answer PostGuardedRamp(const Services&, const Exchange&);
Answer PostExperimentEstimate(const Services&, const Exchange&);
// history_calls.cc: one set for all kinds of documents, by the number of the kind
inline constexpr int kConfigurations = -1;  // of flags
template <int kind>
Answer ListRevisions(const Services&, const Exchange&);
template <int kind>
Answer GetRevision(const Services&, const Exchange&);
template <int kind>
Answer PostRevert(const Services&, const Exchange&);

// usage_calls.cc
Answer GetFlagUsage(const Services&, const Exchange&);
Answer ListStaleFlags(const Services&, const Exchange&);
Answer ListAttributeValues(const Services&, const Exchange&);

// code_reference_calls.cc
Answer PutCodeReferences(const Services&, const Exchange&);
Answer ListCodeScans(const Services&, const Exchange&);
Answer ListCodeReferences(const Services&, const Exchange&);

// share_calls.cc
Answer PostShare(const Services&, const Exchange&);
Answer ListShares(const Services&, const Exchange&);
Answer DeleteShare(const Services&, const Exchange&);
Answer GetShared(const Services&, const Exchange&);

// key_calls.cc
Answer ListKeys(const Services&, const Exchange&);
Answer PostKey(const Services&, const Exchange&);
Answer PostKeyRotation(const Services&, const Exchange&);
Answer DeleteKey(const Services&, const Exchange&);

// publish_calls.cc
Answer PostPublish(const Services&, const Exchange&);
Answer GetPublishPreview(const Services&, const Exchange&);
Answer PostPublishApproval(const Services&, const Exchange&);
Answer GetChanges(const Services&, const Exchange&);
Answer GetLiveSnapshot(const Services&, const Exchange&);
Answer GetEnvironmentRoot(const Services&, const Exchange&);

// change_calls.cc
Answer ListChangeRequests(const Services&, const Exchange&);
Answer PostChangeRequest(const Services&, const Exchange&);
Answer PostEnvironmentRevert(const Services&, const Exchange&);
Answer PostCopy(const Services&, const Exchange&);
Answer GetChangeRequest(const Services&, const Exchange&);
Answer PutChangeRequest(const Services&, const Exchange&);
Answer PostChangeRequestSubmit(const Services&, const Exchange&);
Answer PostChangeRequestReview(const Services&, const Exchange&);
Answer PostChangeRequestSchedule(const Services&, const Exchange&);
Answer PostChangeRequestApply(const Services&, const Exchange&);
Answer PostChangeRequestClose(const Services&, const Exchange&);
Answer ListChangeRequestComments(const Services&, const Exchange&);
Answer PostChangeRequestComment(const Services&, const Exchange&);
Answer GetChangeRequestDiff(const Services&, const Exchange&);
Answer GetChangeRequestPreview(const Services&, const Exchange&);

// metric_preview_calls.cc
Answer PostMetricPreview(const Services&, const Exchange&);

// results_calls.cc
Answer GetResults(const Services&, const Exchange&);

// event_calls.cc
Answer GetAccounting(const Services&, const Exchange&);
Answer GetQuarantine(const Services&, const Exchange&);

// sdk_calls.cc
Answer GetHead(const Services&, const Exchange&);
Answer GetStream(const Services&, const Exchange&);
Answer GetSnapshot(const Services&, const Exchange&);
Answer GetRoot(const Services&, const Exchange&);
void PostEvents(const Services&, const Exchange&, http::Responder);

// ring_calls.cc
Answer GetRings(const Services&, const Exchange&);
Answer PostRingsComplete(const Services&, const Exchange&);
Answer PostRingsHalt(const Services&, const Exchange&);

// status_calls.cc
Answer PostStatus(const Services&, const Exchange&);
Answer GetInstances(const Services&, const Exchange&);

// operations_calls.cc
Answer GetLive(const Services&, const Exchange&);
Answer GetReady(const Services&, const Exchange&);
Answer GetMetrics(const Services&, const Exchange&);
Answer GetOpenApi(const Services&, const Exchange&);

// The body as strict JSON; an empty body is an empty object.
service::Result<nlohmann::json> BodyOf(const Exchange& exchange);
service::Caller CallerOf(const Exchange& exchange);
// 204.
Answer DoneAnswer(const service::Result<service::Done>& done);
Answer PageAnswer(const service::Result<service::Page>& page);
// 201 with Location.
Answer CreatedAnswer(const Exchange& exchange, const std::string& location,
                     const service::Result<service::Versioned>& made);
// The environment in the path; 404 when there is none.
service::Result<service::EnvironmentRef> EnvironmentOf(const Services& services, const Exchange& exchange);

// How a publish is on its way; null for one that went to everyone at once.
nlohmann::json RingsJson(const std::optional<storage::Rings>& rings);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_CALLS_H_
