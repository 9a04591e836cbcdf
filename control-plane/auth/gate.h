// Who is calling, and whether the route is for them.
//
//   Gate gate(service, {});
//   Admission admission = gate.Admit(request, Need::kEditor, now);
//   if (admission.refusal) return *admission.refusal;
//   ... admission.call.actor ...
#ifndef EXPT_CONTROL_PLANE_AUTH_GATE_H_
#define EXPT_CONTROL_PLANE_AUTH_GATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "control-plane/auth/permission.h"
#include "control-plane/auth/rate_limit.h"
#include "control-plane/http/request.h"
#include "control-plane/http/response.h"
#include "control-plane/service/service.h"

namespace expt::auth {

struct GateOptions {
  // Behind a proxy every peer looks local, so kOperator takes a token from all of them.
  bool behind_proxy = false;
  RateLimitOptions sdk_key = {.per_second = 5'000, .burst = 10'000};
  RateLimitOptions api_token = {.per_second = 100, .burst = 500};
  RateLimitOptions failures = {.per_second = 1, .burst = 60};  // refused credentials of one address; not behind a proxy
};

struct Admission {
  std::optional<http::Response> refusal;  // 401, 403, 429, or 503 when the store does not answer
  service::Call call;                     // who, for the audit
  std::optional<service::Principal> api;
  std::optional<service::SdkPrincipal> sdk;
  // For logs: the public id of the key or token, at most six characters.
  std::string LogName() const;
};

// Thread-safe. The service must outlive it.
class Gate {
 public:
  Gate(service::Service& service, const GateOptions& options);

  // An SDK key never passes a route of the API, and an API token never one of the SDKs.
  Admission Admit(const http::Request& request, Permission permission, Time now);

  // Set-Cookie of a browser session: the API token in a cookie that scripts cannot read and other sites cannot send.
  // A caller with this cookie needs no Authorization header. What it changes must carry the header X-Expt-Session, which
  // a form of another site cannot have.
  std::string SessionCookie(std::string_view api_token) const;
  std::string EndedSessionCookie() const;

  // 401 for a credential that is not valid; 429 when the address has sent too many of those.
  http::Response Refuse(const http::Request& request, Time now);

 private:
  void AdmitApi(const http::Request& request, std::string_view token, service::Role role, Admission* admission);
  void AdmitSdk(const http::Request& request, std::string_view bearer, Admission* admission);
  void RefuseCredential(const http::Request& request, const service::Fault& fault, Admission* admission);

  service::Service& service_;
  const GateOptions options_;
  RateLimit sdk_keys_;
  RateLimit api_tokens_;
  RateLimit failures_;
};

}  // namespace expt::auth

#endif  // EXPT_CONTROL_PLANE_AUTH_GATE_H_
