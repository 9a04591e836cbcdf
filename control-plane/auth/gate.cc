#include "control-plane/auth/gate.h"

#include <algorithm>
#include <random>

#include "control-plane/http/problem.h"

namespace expt::auth {
namespace {

constexpr size_t kMaxBearerSize = 512;
constexpr size_t kLogPrefix = 6;
constexpr int64_t kLeastSpread = 4;  // seconds

bool IsLoopback(std::string_view address) { return address == "::1" || address.starts_with("127."); }

// What stands behind "Bearer "; empty when there is nothing of that form.
std::string_view BearerOf(const http::Request& request) {
  static constexpr std::string_view kScheme = "bearer ";
  const std::string_view value = request.Header("authorization").value_or("");
  if (value.size() <= kScheme.size() || value.size() > kMaxBearerSize) return {};
  if (!http::EqualsIgnoringCase(value.substr(0, kScheme.size()), kScheme)) return {};
  return http::Trim(value.substr(kScheme.size()));
}

constexpr std::string_view kSessionCookie = "expt_session";
constexpr int64_t kSessionSeconds = 30 * 86'400;

// The value of the session cookie; empty when there is none.
std::string_view SessionOf(const http::Request& request) {
  std::string_view rest = request.Header("cookie").value_or("");
  while (!rest.empty()) {
    const std::string_view pair = http::Trim(rest.substr(0, rest.find(';')));
    rest.remove_prefix(std::min(rest.size(), rest.find(';') == rest.npos ? rest.size() : rest.find(';') + 1));
    const size_t equals = pair.find('=');
    if (equals == pair.npos || pair.substr(0, equals) != kSessionCookie) continue;
    const std::string_view value = pair.substr(equals + 1);
    return value.size() <= kMaxBearerSize ? value : std::string_view();
  }
  return {};
}

http::Response TooMany(const http::Request& request, int64_t seconds, std::string_view what) {
  http::Response response =
      http::ProblemResponse({.status = 429, .detail = "too many " + std::string(what), .request_id = request.id});
  // Not the same for all, so that they do not come back together.
  thread_local std::minstd_rand random{std::random_device{}()};
  const int64_t more = std::uniform_int_distribution<int64_t>(0, std::max<int64_t>(seconds, kLeastSpread))(random);
  response.Set("Retry-After", std::to_string(seconds + more));
  return response;
}

service::Role RoleOf(Need need) {
  switch (need) {
    case Need::kViewer:
      return service::Role::kViewer;
    case Need::kEditor:
      return service::Role::kEditor;
    case Need::kPublisher:
      return service::Role::kPublisher;
    default:
      return service::Role::kAdmin;
  }
}

}  // namespace

std::string_view NeedName(Need need) {
  switch (need) {
    case Need::kPublic:
      return "public";
    case Need::kSetup:
      return "setup";
    case Need::kSdkRead:
      return "sdk_read";
    case Need::kSdkWrite:
      return "sdk_write";
    case Need::kViewer:
      return "viewer";
    case Need::kEditor:
      return "editor";
    case Need::kPublisher:
      return "publisher";
    case Need::kAdmin:
      return "admin";
    case Need::kOperator:
      return "operator";
  }
  return "";
}

std::string Admission::LogName() const {
  if (api) return api->id.substr(0, kLogPrefix);
  if (sdk) return sdk->key_id.substr(0, kLogPrefix);
  return {};
}

Gate::Gate(service::Service& service, const GateOptions& options)
    : service_(service),
      options_(options),
      sdk_keys_(options.sdk_key),
      api_tokens_(options.api_token),
      failures_(options.failures) {}

Admission Gate::Admit(const http::Request& request, Permission permission, Time now) {
  Admission admission;
  admission.call = {.actor = "anybody", .address = request.peer_address, .now = now};
  const Need need = permission.need();
  if (need == Need::kPublic) return admission;
  const std::string_view bearer = BearerOf(request);
  if (need == Need::kOperator && bearer.empty() && !options_.behind_proxy && IsLoopback(request.peer_address)) {
    return admission;
  }
  switch (need) {
    case Need::kSetup:
      admission.call.actor = "setup";
      break;
    case Need::kSdkRead:
    case Need::kSdkWrite:
      AdmitSdk(request, bearer, &admission);
      break;
    default:
      AdmitApi(request, bearer, RoleOf(need), &admission);
      break;
  }
  return admission;
}

void Gate::RefuseCredential(const http::Request& request, const service::Fault& fault, Admission* admission) {
  if (fault.status != 401) {  // the store did not answer: the credential may be good
    admission->refusal =
        http::ProblemResponse({.status = fault.status, .detail = fault.detail, .request_id = request.id});
    if (fault.status == 503) admission->refusal->Set("Retry-After", "1");
    return;
  }
  admission->refusal = Refuse(request, admission->call.now);
}

http::Response Gate::Refuse(const http::Request& request, Time now) {
  // Only refused callers wait: a good key works from an address where others guess.
  if (!options_.behind_proxy) {
    if (const int64_t wait = failures_.Take(request.peer_address, now); wait > 0) {
      return TooMany(request, wait, "refused credentials from this address");
    }
  }
  return http::ProblemResponse({.status = 401, .detail = "this needs a valid key", .request_id = request.id});
}

std::string Gate::SessionCookie(std::string_view api_token) const {
  std::string cookie(kSessionCookie);
  cookie.append("=").append(api_token).append("; Path=/api; HttpOnly; SameSite=Strict; Max-Age=");
  cookie.append(std::to_string(api_token.empty() ? 0 : kSessionSeconds));
  if (options_.behind_proxy) cookie.append("; Secure");
  return cookie;
}

std::string Gate::EndedSessionCookie() const { return SessionCookie(""); }

void Gate::AdmitApi(const http::Request& request, std::string_view token, service::Role role, Admission* admission) {
  if (token.empty() && !request.Header("authorization")) {
    token = SessionOf(request);
    if (!token.empty() && request.method != "GET" && !request.Header("x-expt-session")) {
      admission->refusal =
          http::ProblemResponse({.status = 403,
                                 .detail = "a change with a session cookie needs the header X-Expt-Session",
                                 .request_id = request.id});
      return;
    }
  }
  const service::Result<service::Principal> principal =
      token.empty() ? service::Fault{.status = 401} : service_.AuthenticateApi(admission->call, token);
  if (!principal.ok()) return RefuseCredential(request, principal.fault(), admission);
  admission->api = *principal;
  admission->call.actor = "token " + principal->id;
  if (const int64_t wait = api_tokens_.Take(principal->id, admission->call.now); wait > 0) {
    admission->refusal = TooMany(request, wait, "requests with this token");
  } else if (principal->role < role) {
    admission->refusal =
        http::ProblemResponse({.status = 403,
                               .detail = "this needs the role \"" + std::string(service::RoleName(role)) + "\"",
                               .request_id = request.id});
  }
}

void Gate::AdmitSdk(const http::Request& request, std::string_view bearer, Admission* admission) {
  const service::Result<service::SdkPrincipal> principal =
      bearer.empty() ? service::Fault{.status = 401} : service_.AuthenticateSdk(admission->call, bearer);
  if (!principal.ok()) return RefuseCredential(request, principal.fault(), admission);
  admission->sdk = *principal;
  admission->call.actor = "key " + principal->key_id;
  if (const int64_t wait = sdk_keys_.Take(principal->key_id, admission->call.now); wait > 0) {
    admission->refusal = TooMany(request, wait, "requests with this key");
  }
}

}  // namespace expt::auth
