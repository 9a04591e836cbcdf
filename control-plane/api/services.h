// What the calls of the API work with.
#ifndef EXPT_CONTROL_PLANE_API_SERVICES_H_
#define EXPT_CONTROL_PLANE_API_SERVICES_H_

#include <functional>
#include <span>
#include <string>

#include "control-plane/analysis/analysis.h"
#include "control-plane/analysis/usage.h"
#include "control-plane/api/head_streams.h"
#include "control-plane/api/log.h"
#include "control-plane/auth/gate.h"
#include "control-plane/http/metrics.h"
#include "control-plane/ingest/ingest.h"
#include "control-plane/publish/audit_seal.h"
#include "control-plane/publish/head_issuer.h"
#include "control-plane/publish/instances.h"
#include "control-plane/publish/publisher.h"
#include "control-plane/publish/ring_keeper.h"
#include "control-plane/publish/signing_keys.h"
#include "control-plane/service/idempotency.h"
#include "control-plane/service/change_requests.h"
#include "control-plane/service/history.h"
#include "control-plane/service/people.h"
#include "control-plane/service/service.h"
#include "control-plane/ui/assets.h"

namespace expt::api {

// All of it thread-safe; the owner keeps it alive for as long as the server runs.
struct Services {
  service::Service& service;
  service::People& people;
  service::Idempotency& idempotency;
  service::ChangeRequests& changes;
  service::History& history;
  publish::Publisher& publisher;
  publish::HeadIssuer& heads;
  HeadStreams& streams;
  publish::Instances& instances;
  publish::RingKeeper& rings;
  publish::SigningKeys& signing;
  const publish::AuditSeal& audit_seal;
  ingest::Ingest& ingest;
  analysis::Analysis& analysis;
  analysis::Usage& usage;
  auth::Gate& gate;
  http::Metrics& metrics;
  Log& log;
  std::span<const ui::Asset> ui = {};  // empty: this server has no pages
  std::string event_log = {};          // its directory
  std::string public_url = {};         // of this server, as others reach it; empty: not known
  std::string version = {};
  std::function<Time()> now;
};

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_SERVICES_H_
