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
Answer ListEnvironments(const Services&, const Exchange&);
Answer PostEnvironment(const Services&, const Exchange&);
Answer GetEnvironment(const Services&, const Exchange&);
Answer PutEnvironment(const Services&, const Exchange&);
Answer ListAudit(const Services&, const Exchange&);

// session_calls.cc
Answer PostSession(const Services&, const Exchange&);
Answer GetSession(const Services&, const Exchange&);
Answer DeleteSession(const Services&, const Exchange&);

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

// key_calls.cc
Answer ListKeys(const Services&, const Exchange&);
Answer PostKey(const Services&, const Exchange&);
Answer DeleteKey(const Services&, const Exchange&);

// publish_calls.cc
Answer PostPublish(const Services&, const Exchange&);
Answer GetChanges(const Services&, const Exchange&);
Answer GetLiveSnapshot(const Services&, const Exchange&);
Answer GetEnvironmentRoot(const Services&, const Exchange&);

// results_calls.cc
Answer GetResults(const Services&, const Exchange&);
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
// The environment in the path; 404 when there is none.
service::Result<service::EnvironmentRef> EnvironmentOf(const Services& services, const Exchange& exchange);

// How a publish is on its way; null for one that went to everyone at once.
nlohmann::json RingsJson(const std::optional<storage::Rings>& rings);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_CALLS_H_
