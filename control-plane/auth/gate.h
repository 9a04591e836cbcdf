// Who is calling, and whether the route is for them.
//
//   Gate gate(service, people, {});
//   Admission admission = gate.Admit(request, Permission::kFlagsWrite, now);
//   if (admission.refusal) return *admission.refusal;
//   ... admission.call.actor ...
#ifndef EXPT_CONTROL_PLANE_AUTH_GATE_H_
#define EXPT_CONTROL_PLANE_AUTH_GATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "control-plane/auth/access.h"
#include "control-plane/auth/rate_limit.h"
#include "control-plane/http/request.h"
#include "control-plane/http/response.h"
#include "control-plane/service/people.h"
#include "control-plane/service/service.h"

namespace expt::auth {

struct GateOptions {
  // Behind a proxy every peer looks local, so kOperator takes a token from all of them, and limits per address do not
  // apply. Cookies are sent over TLS only.
  bool behind_proxy = false;
  std::string public_url;  // of this server, as browsers reach it; empty: not known
  std::chrono::milliseconds session_max{std::chrono::hours(12)};
  RateLimitOptions sdk_key = {.per_second = 5'000, .burst = 10'000};
  RateLimitOptions api_token = {.per_second = 100, .burst = 500};  // and member
  RateLimitOptions failures = {.per_second = 1, .burst = 60};      // refused credentials of one address
  // Passwords tried, right or wrong: from one address, for one account from browsers that it does not know, and from
  // one that it knows. Who guesses uses up the middle one, and not what the owner's own browsers have.
  RateLimitOptions sign_in_address = {.per_second = 1, .burst = 30};
  RateLimitOptions sign_in_account = {.per_second = 1.0 / 30, .burst = 10};
  RateLimitOptions sign_in_device = {.per_second = 1.0 / 10, .burst = 10};
  RateLimitOptions noted_refusals = {.per_second = 1.0 / 60, .burst = 10};  // of one address, in the audit
};

struct Admission {
  std::optional<http::Response> refusal;  // 401, 403, 404, 429, or 503 when the store does not answer
  service::Call call;                     // who, for the audit
  std::optional<service::Principal> api;
  std::optional<service::SdkPrincipal> sdk;
  // For logs: the public id of the key, token or member, at most six characters.
  std::string LogName() const;
};

// Thread-safe. Service and people must outlive it.
class Gate {
 public:
  Gate(service::Service& service, service::People& people, const GateOptions& options);

  // An SDK key never passes a route of the API, and an API token never one of the SDKs. Where a caller may do nothing
  // at all, the answer is the 404 of a project or environment that is not there.
  Admission Admit(const http::Request& request, const Access& access, Time now);

  // --- Browsers ---------------------------------------------------------------------------------------------------

  // The caller of a session needs no Authorization header: its cookie stands for one. What it changes must carry the
  // header X-Expt-Session, which a form of another site cannot have, and must not come from another site.
  service::Browser BrowserOf(const http::Request& request) const;
  // What IsDeviceOf() is asked about; empty when there is none.
  std::string_view DeviceOf(const http::Request& request) const;
  // Set-Cookie: scripts cannot read them and other sites cannot send them.
  void SetCookies(const service::SignedIn& signed_in, http::Response* response) const;
  void EndCookie(http::Response* response) const;

  // Before a password is checked: 429 when too many were tried.
  std::optional<http::Response> TakeSignIn(const http::Request& request, std::string_view email, Time now);
  // After one was refused: 401 or 429, as for every credential; and some of them are noted in the audit.
  http::Response RefuseSignIn(const http::Request& request, std::string_view email, const service::Call& call);

  // 401 for a credential that is not valid; 429 when the address has sent too many of those.
  http::Response Refuse(const http::Request& request, Time now);

 private:
  void AdmitApi(const http::Request& request, std::string_view token, const Access& access, Admission* admission);
  void AdmitSdk(const http::Request& request, std::string_view bearer, const Access& access, Admission* admission);
  service::Result<service::Principal> Authenticate(const http::Request& request, std::string_view token,
                                                   const service::Call& call);
  std::optional<http::Response> RefuseForeign(const http::Request& request) const;
  bool IsSameOrigin(const http::Request& request) const;
  void RefuseCredential(const http::Request& request, const service::Fault& fault, Admission* admission);
  std::string Cookie(std::string_view name, std::string_view value, std::chrono::milliseconds life) const;
  std::string_view CookieOf(const http::Request& request, std::string_view name) const;

  service::Service& service_;
  service::People& people_;
  const GateOptions options_;
  RateLimit sdk_keys_;
  RateLimit api_tokens_;
  RateLimit failures_;
  RateLimit sign_in_addresses_;
  RateLimit sign_in_accounts_;
  RateLimit sign_in_devices_;
  RateLimit noted_refusals_;
};

}  // namespace expt::auth

#endif  // EXPT_CONTROL_PLANE_AUTH_GATE_H_
