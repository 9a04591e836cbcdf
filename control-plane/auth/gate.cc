#include "control-plane/auth/gate.h"

#include <algorithm>
#include <random>

#include "control-plane/http/problem.h"

namespace expt::auth {
namespace {

constexpr size_t kMaxBearerSize = 512;
constexpr size_t kLogPrefix = 6;
constexpr int64_t kLeastSpread = 4;  // seconds
constexpr std::string_view kSession = "expt_session";
constexpr std::string_view kDevice = "expt_device";
constexpr std::string_view kHostPrefix = "__Host-";  // a browser takes it with Secure and Path=/ only
constexpr std::chrono::milliseconds kDeviceLife = std::chrono::hours(24 * 365);

bool IsLoopback(std::string_view address) { return address == "::1" || address.starts_with("127."); }

// What stands behind "Bearer "; empty when there is nothing of that form.
std::string_view BearerOf(const http::Request& request) {
  static constexpr std::string_view kScheme = "bearer ";
  const std::string_view value = request.Header("authorization").value_or("");
  if (value.size() <= kScheme.size() || value.size() > kMaxBearerSize) return {};
  if (!http::EqualsIgnoringCase(value.substr(0, kScheme.size()), kScheme)) return {};
  return http::Trim(value.substr(kScheme.size()));
}

// "https://flags.example.com" of "https://flags.example.com/path".
std::string_view OriginOf(std::string_view url) {
  const size_t host = url.find("://");
  return host == url.npos ? std::string_view() : url.substr(0, url.find('/', host + 3));
}

http::Response Problem(const http::Request& request, int status, std::string detail) {
  return http::ProblemResponse({.status = status, .detail = std::move(detail), .request_id = request.id});
}

http::Response TooMany(const http::Request& request, int64_t seconds, std::string_view what) {
  http::Response response = Problem(request, 429, "too many " + std::string(what));
  // Not the same for all, so that they do not come back together.
  thread_local std::minstd_rand random{std::random_device{}()};
  const int64_t more = std::uniform_int_distribution<int64_t>(0, std::max<int64_t>(seconds, kLeastSpread))(random);
  response.Set("Retry-After", std::to_string(seconds + more));
  return response;
}

// Nothing when the caller has what `access` asks for.
std::optional<http::Response> RefuseRights(const http::Request& request, const Access& access,
                                           const service::Rights& rights) {
  if (access.need() == Need::kSignedIn) return std::nullopt;
  const service::Permission permission = access.permission().value_or(service::Permission::kServerRead);
  const std::string_view project = request.Parameter("project");
  const std::string_view environment = request.Parameter("environment");
  const service::PermissionSet permitted = rights.At(project, environment);
  if (access.is_anywhere() ? rights.Anywhere(permission) : permitted.Has(permission)) return std::nullopt;
  if (!project.empty() && permitted.empty()) {
    const bool is_environment = !environment.empty();
    return Problem(request, 404,
                   service::NotFound((is_environment ? "environment " : "project ") +
                                     service::Quoted(is_environment ? environment : project))
                       .Text());
  }
  return Problem(request, 403, "this needs the permission " + service::Quoted(service::PermissionWord(permission)));
}

}  // namespace

std::string_view Access::name() const {
  if (permission_.has_value()) return service::PermissionWord(*permission_);
  switch (*need_) {
    case Need::kPublic:
      return "public";
    case Need::kSetup:
      return "setup";
    case Need::kSdkSnapshots:
      return "sdk_snapshots";
    case Need::kSdkEvents:
      return "sdk_events";
    case Need::kSignedIn:
      return "signed_in";
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

Gate::Gate(service::Service& service, service::People& people, const GateOptions& options)
    : service_(service),
      people_(people),
      options_(options),
      sdk_keys_(options.sdk_key),
      api_tokens_(options.api_token),
      failures_(options.failures),
      sign_in_addresses_(options.sign_in_address),
      sign_in_accounts_(options.sign_in_account),
      sign_in_devices_(options.sign_in_device),
      noted_refusals_(options.noted_refusals) {}

Admission Gate::Admit(const http::Request& request, const Access& access, Time now) {
  Admission admission;
  admission.call = {.actor = "anybody", .address = request.peer_address, .now = now};
  if (access.need() == Need::kPublic) return admission;
  const std::string_view bearer = BearerOf(request);
  if (access.is_of_api()) {
    const bool is_operator = access.need() == Need::kOperator && bearer.empty() && !options_.behind_proxy &&
                             IsLoopback(request.peer_address);
    if (!is_operator) AdmitApi(request, bearer, access, &admission);
  } else if (access.need() == Need::kSetup) {
    admission.call.actor = "setup";
    admission.refusal = RefuseForeign(request);
  } else {
    AdmitSdk(request, bearer, access, &admission);
  }
  return admission;
}

void Gate::RefuseCredential(const http::Request& request, const service::Fault& fault, Admission* admission) {
  if (fault.status != 401) {  // the store did not answer: the credential may be good
    admission->refusal = Problem(request, fault.status, fault.detail);
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
  return Problem(request, 401, "this needs a valid key");
}

bool Gate::IsSameOrigin(const http::Request& request) const {
  // Browsers of today say where a request comes from, and no script can say it for them.
  if (const auto site = request.Header("sec-fetch-site")) return *site == "same-origin" || *site == "none";
  const std::string_view origin = request.Header("origin").value_or("");
  if (origin.empty()) return true;  // no browser, or one that then cannot send X-Expt-Session either
  if (!options_.public_url.empty() && origin == OriginOf(options_.public_url)) return true;
  const size_t host = origin.find("://");
  return host != origin.npos && origin.substr(host + 3) == request.Header("host").value_or("");
}

std::optional<http::Response> Gate::RefuseForeign(const http::Request& request) const {
  if (request.method == "GET" || IsSameOrigin(request)) return std::nullopt;
  return Problem(request, 403, "a page of another site may not do this");
}

service::Result<service::Principal> Gate::Authenticate(const http::Request& request, std::string_view token,
                                                       const service::Call& call) {
  if (token.empty()) {
    // A cookie never stands in for a credential that was given and is wrong.
    const std::string_view session = request.Header("authorization") ? "" : CookieOf(request, kSession);
    if (session.empty()) return service::Unauthenticated();
    return people_.AuthenticateSession(call, session);
  }
  const service::Result<service::ApiToken> known = service_.AuthenticateApi(call, token);
  if (!known.ok()) return known.fault();
  return people_.HolderOf(call, *known);
}

void Gate::AdmitApi(const http::Request& request, std::string_view token, const Access& access, Admission* admission) {
  service::Result<service::Principal> principal = Authenticate(request, token, admission->call);
  if (!principal.ok()) return RefuseCredential(request, principal.fault(), admission);
  if (!principal->session.empty() && request.method != "GET") {
    if (!request.Header("x-expt-session")) {
      admission->refusal = Problem(request, 403, "a change with a session cookie needs the header X-Expt-Session");
    } else {
      admission->refusal = RefuseForeign(request);
    }
    if (admission->refusal) return;
  }
  admission->call.actor = principal->actor();
  admission->api = *std::move(principal);
  if (const int64_t wait = api_tokens_.Take(admission->api->id, admission->call.now); wait > 0) {
    admission->refusal = TooMany(request, wait, "requests with this token");
  } else {
    admission->refusal = RefuseRights(request, access, *admission->api->rights);
  }
}

void Gate::AdmitSdk(const http::Request& request, std::string_view bearer, const Access& access,
                    Admission* admission) {
  const service::Result<service::SdkPrincipal> principal =
      bearer.empty() ? service::Fault{.status = 401} : service_.AuthenticateSdk(admission->call, bearer);
  if (!principal.ok()) return RefuseCredential(request, principal.fault(), admission);
  admission->sdk = *principal;
  admission->call.actor = "key " + principal->key_id;
  if (const int64_t wait = sdk_keys_.Take(principal->key_id, admission->call.now); wait > 0) {
    admission->refusal = TooMany(request, wait, "requests with this key");
    return;
  }
  using service::SdkScope;
  const SdkScope scope = access.need() == Need::kSdkEvents ? SdkScope::kEvents : SdkScope::kSnapshots;
  if (!principal->scopes.Has(scope)) {
    admission->refusal = Problem(request, 403, "this key lacks the scope " + service::Quoted(SdkScopeWord(scope)));
  }
}

std::string Gate::Cookie(std::string_view name, std::string_view value, std::chrono::milliseconds life) const {
  std::string cookie(options_.behind_proxy ? kHostPrefix : "");
  cookie.append(name).append("=").append(value);
  cookie.append(options_.behind_proxy ? "; Path=/; Secure" : "; Path=/api");
  cookie.append("; HttpOnly; SameSite=Strict; Max-Age=");
  return cookie + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(life).count());
}

std::string_view Gate::CookieOf(const http::Request& request, std::string_view name) const {
  const std::string wanted = std::string(options_.behind_proxy ? kHostPrefix : "").append(name);
  std::string_view rest = request.Header("cookie").value_or("");
  while (!rest.empty()) {
    const std::string_view pair = http::Trim(rest.substr(0, rest.find(';')));
    rest.remove_prefix(std::min(rest.size(), rest.find(';') == rest.npos ? rest.size() : rest.find(';') + 1));
    const size_t equals = pair.find('=');
    if (equals == pair.npos || pair.substr(0, equals) != wanted) continue;
    const std::string_view value = pair.substr(equals + 1);
    return value.size() <= kMaxBearerSize ? value : std::string_view();
  }
  return {};
}

service::Browser Gate::BrowserOf(const http::Request& request) const {
  return {.agent = std::string(request.Header("user-agent").value_or("")),
          .session = std::string(CookieOf(request, kSession))};
}

std::string_view Gate::DeviceOf(const http::Request& request) const { return CookieOf(request, kDevice); }

void Gate::SetCookies(const service::SignedIn& signed_in, http::Response* response) const {
  response->Set("Set-Cookie", Cookie(kSession, signed_in.cookie, options_.session_max));
  if (!signed_in.device.empty()) response->Set("Set-Cookie", Cookie(kDevice, signed_in.device, kDeviceLife));
}

void Gate::EndCookie(http::Response* response) const {
  response->Set("Set-Cookie", Cookie(kSession, "", std::chrono::milliseconds(0)));
  // What pages keep in the browser is of the one who has signed out.
  response->Set("Clear-Site-Data", "\"storage\"");
}

std::optional<http::Response> Gate::TakeSignIn(const http::Request& request, std::string_view email, Time now) {
  if (!options_.behind_proxy) {
    if (const int64_t wait = sign_in_addresses_.Take(request.peer_address, now); wait > 0) {
      return TooMany(request, wait, "passwords from this address");
    }
  }
  const std::string_view device = DeviceOf(request);
  const bool is_known = !device.empty() && people_.IsDeviceOf(email, device);
  const int64_t wait = is_known ? sign_in_devices_.Take(device, now)
                                : sign_in_accounts_.Take(http::LowerCase(email), now);
  if (wait == 0) return std::nullopt;
  return TooMany(request, wait, "passwords for this account");
}

http::Response Gate::RefuseSignIn(const http::Request& request, std::string_view email, const service::Call& call) {
  if (noted_refusals_.Take(options_.behind_proxy ? "" : request.peer_address, call.now) == 0) {
    people_.NoteRefusal(call, email);
  }
  return Refuse(request, call.now);
}

}  // namespace expt::auth
