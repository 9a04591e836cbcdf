// The table of all routes: what each takes, who may call it, what it answers. The router, the authorisation and
// /openapi.json are made from it.
#ifndef EXPT_CONTROL_PLANE_API_ROUTE_H_
#define EXPT_CONTROL_PLANE_API_ROUTE_H_

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "control-plane/api/services.h"
#include "control-plane/auth/gate.h"
#include "control-plane/auth/access.h"
#include "control-plane/http/request.h"
#include "control-plane/http/response.h"
#include "control-plane/service/service.h"

namespace expt::api {

// One request that its route's permission has let through.
struct Exchange {
  const http::Request& request;
  const auth::Admission& caller;
};

using Answer = service::Result<http::Response>;
// Answers at once. Called on a worker thread.
using Call = Answer (*)(const Services&, const Exchange&);
// Answers later, from any thread.
using LaterCall = void (*)(const Services&, const Exchange&, http::Responder);

struct QueryParameter {
  std::string_view name;
  std::string_view schema;  // of schemas.cc
  std::string_view text;
};

struct Body {
  std::string_view schema = {};  // JSON by this schema; empty: no body
  bool is_required = true;
  // Of another media type than JSON.
  std::string_view media_type = "application/json";
  std::string_view other_media_type = {};  // taken as well
  bool is_compressible = false;  // gzip or zstd by Content-Encoding
  size_t limit = 1u << 20;       // bytes as sent
};

struct Success {
  int status = 200;
  std::string_view schema = {};  // empty: no body
  std::string_view media_type = "application/json";
  bool has_etag = false;
  bool is_secret = false;  // shown once: a repetition does not see it again
};

struct Route {
  std::string_view method;
  std::string_view path;
  std::string_view operation;   // the operationId
  auth::Access access;          // without one the table does not compile
  std::string_view text;        // one line of documentation
  std::string_view tag;
  std::vector<QueryParameter> query = {};
  Body body = {};
  Success success = {};
  std::vector<int> faults = {};  // statuses beside those that follow from the other fields
  bool takes_if_match = false;
  bool any_origin = false;
  Call call = nullptr;  // one of the two
  LaterCall later = nullptr;
};

std::span<const Route> Routes();

// What every list takes: limit and cursor.
std::vector<QueryParameter> Paging();

// The statuses of problem replies that the route may give, sorted.
std::vector<int> FaultStatuses(const Route& route);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_ROUTE_H_
