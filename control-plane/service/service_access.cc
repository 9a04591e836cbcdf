#include <utility>

#include "control-plane/service/library.h"
#include "control-plane/service/sdk_scope.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/key_store.h"
#include "src/host/crypto.h"
#include "src/host/signed_file.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Credential;

constexpr std::string_view kSdk = "sdk";
constexpr std::string_view kApi = "api";
constexpr std::string_view kSetup = "setup";
constexpr int64_t kTouchIntervalMs = 60'000;

std::string_view BytesOf(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// The valid credential of that kind behind "<id>.<secret>". An unknown id costs as much as a wrong secret.
Result<Credential> Authenticate(storage::StateStore& state, std::string_view kind, std::string_view bearer,
                                int64_t now_ms) {
  const size_t dot = bearer.find('.');
  const std::string_view id = bearer.substr(0, dot);
  const std::string_view secret = dot == std::string_view::npos ? std::string_view() : bearer.substr(dot + 1);
  const auto found = state.FindCredential(id);
  if (!found.ok()) return StorageFault(found.status());
  const Credential none;
  const Credential& credential = found->has_value() ? **found : none;
  const Digest hash = host::Sha256(secret);
  const bool is_equal = host::EqualConstantTime(BytesOf(hash), BytesOf(credential.secret_hash));
  const bool is_over = credential.expires_ms != 0 && credential.expires_ms <= now_ms;
  if (!found->has_value() || !is_equal || credential.kind != kind || credential.revoked_ms != 0 || is_over) {
    return Unauthenticated();
  }
  if (now_ms - credential.last_used_ms >= kTouchIntervalMs) {
    // Not knowing when a key was used last is no reason to refuse it.
    (void)state.TouchCredential(id, now_ms);
  }
  return credential;
}

}  // namespace

Result<std::optional<std::string>> Service::NewSetupToken(const Call& call) {
  const std::lock_guard lock(writing_);
  const auto is_done = state_.HasCredential(kApi);
  if (!is_done.ok()) return StorageFault(is_done.status());
  if (*is_done) return std::optional<std::string>();
  const auto earlier = state_.ListCredentials(kSetup, "", "", 1000);
  if (!earlier.ok()) return StorageFault(earlier.status());
  for (const Credential& credential : *earlier) {
    const auto revoked = state_.RevokeCredential(ChangeBy(call), kSetup, "", credential.id);
    if (!revoked.ok()) return StorageFault(revoked.status());
  }
  const std::string secret = NewSecret();
  Credential credential;
  credential.id = NewId("setup_");
  credential.kind = kSetup;
  credential.secret_hash = host::Sha256(secret);
  credential.scope = RoleName(Role::kAdmin);
  credential.name = "first run";
  credential.created_ms = Milliseconds(call.now);
  const absl::Status status = state_.AddCredential(ChangeBy(call), credential);
  if (!status.ok()) return StorageFault(status);
  return std::optional(credential.id + "." + secret);
}

Result<json> Service::Setup(const Call& call, std::string_view setup_token) {
  const std::lock_guard lock(writing_);
  const Result<Credential> setup = Authenticate(state_, kSetup, setup_token, Milliseconds(call.now));
  if (!setup.ok()) return setup.fault();
  const std::string secret = NewSecret();
  Credential credential;
  credential.id = NewId("tok_");
  credential.kind = kApi;
  credential.secret_hash = host::Sha256(secret);
  credential.scope = RoleName(Role::kAdmin);
  credential.name = "first administrator";
  credential.created_ms = Milliseconds(call.now);
  const auto exchanged = state_.ExchangeCredential(ChangeBy(call), setup->id, credential);
  if (!exchanged.ok()) return StorageFault(exchanged.status());
  if (!*exchanged) return Unauthenticated();
  return json{{"api_token", credential.id + "." + secret}};
}

Result<ApiToken> Service::AuthenticateApi(const Call& call, std::string_view bearer) {
  const Result<Credential> credential = Authenticate(state_, kApi, bearer, Milliseconds(call.now));
  if (!credential.ok()) return credential.fault();
  return ApiToken{credential->id, credential->name, credential->scope};
}

Result<SdkPrincipal> Service::AuthenticateSdk(const Call& call, std::string_view bearer) {
  const Result<Credential> credential = Authenticate(state_, kSdk, bearer, Milliseconds(call.now));
  if (!credential.ok()) return credential.fault();
  const Audience audience = credential->scope == "server" ? Audience::kServer : Audience::kClient;
  return SdkPrincipal{.key_id = credential->id,
                      .environment = credential->environment,
                      .audience = audience,
                      .scopes = ScopesOf(*credential),
                      .expires_ms = credential->expires_ms};
}

absl::StatusOr<std::optional<Service::RootFile>> Service::NewestRoot() const {
  const int64_t version = keys_.newest_root();
  if (version == 0) return std::optional<RootFile>();
  absl::StatusOr<std::string> bytes = keys_.ReadRoot(version);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<wire::RootModel> root = host::OpenRootFile(*bytes);
  if (!root.ok()) return root.status();
  return std::optional(RootFile{*std::move(bytes), *std::move(root)});
}

}  // namespace expt::service
