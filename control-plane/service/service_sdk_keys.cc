#include <algorithm>
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/json_reader.h"
#include "control-plane/service/sdk_scope.h"
#include "control-plane/service/service.h"
#include "control-plane/service/stored.h"
#include "src/host/crypto.h"
#include "src/wire/sdk_key.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Credential;

constexpr std::string_view kSdkKeyKind = "sdk";
constexpr int64_t kMaxOverlapSeconds = 90 * 86'400;
constexpr int64_t kDefaultOverlapSeconds = 86'400;
constexpr size_t kMaxScopes = 16;

json InstantOrNull(int64_t time_ms) { return time_ms == 0 ? json(nullptr) : json(FormatInstant(time_ms)); }

json DescribeKey(const Credential& credential) {
  const std::string& successor = credential.replaced_by;
  return {{"key_id", credential.id},
          {"kind", credential.scope},
          {"scopes", ScopesOf(credential).Words()},
          {"name", credential.name},
          {"created", FormatInstant(credential.created_ms)},
          {"last_used", InstantOrNull(credential.last_used_ms)},
          {"expires", InstantOrNull(credential.expires_ms)},
          {"replaced_by", successor.empty() ? json(nullptr) : json(successor)},
          {"revoked", InstantOrNull(credential.revoked_ms)}};
}

SdkScopes ReadScopes(ObjectReader& object, Problems& problems) {
  if (!object.Has("scopes")) return SdkScopes::All();
  SdkScopes scopes;
  const std::vector<std::string> words = object.Texts("scopes", kMaxScopes, 64);
  for (size_t i = 0; i < words.size(); ++i) {
    if (const auto scope = FindSdkScope(words[i])) {
      scopes.Add(*scope);
    } else {
      problems.push_back({Child(object.At("scopes"), std::to_string(i)),
                          "expected \"snapshots\" or \"events\", found " + Quoted(words[i])});
    }
  }
  if (words.empty()) object.Report("scopes", "expected at least one scope");
  return scopes;
}

int64_t ReadExpiry(ObjectReader& object, int64_t now_ms) {
  const std::optional<int64_t> expires_ms = object.Instant("expires");
  if (expires_ms.has_value() && *expires_ms <= now_ms) object.Report("expires", "expected a time in the future");
  return expires_ms.value_or(0);
}

}  // namespace

Result<std::string> Service::NewSdkKey(const EnvironmentRef& place, Credential& credential) {
  const auto root = NewestRoot();
  if (!root.ok()) return StorageFault(root.status());
  if (!root->has_value() || (*root)->root.Epoch(place.id) == 0) {
    return Conflict(Named("environment", place.key) + " is not in the Root yet: sign a Root that names \"" + place.id +
                    "\"");
  }
  wire::SdkKey key;
  key.audience = credential.scope == "server" ? Audience::kServer : Audience::kClient;
  key.environment = place.id;
  key.key_id = NewId("key_");
  key.root_version = (*root)->root.root_version;
  key.root_digest = host::Sha256((*root)->bytes);
  key.secret = NewSecret();
  credential.id = key.key_id;
  credential.kind = kSdkKeyKind;
  credential.secret_hash = host::Sha256(key.secret);
  credential.project = place.project;
  credential.environment = place.id;
  return wire::FormatSdkKey(key);
}

Result<bool> Service::HasValidSdkKey(std::string_view environment_id, int64_t now_ms) {
  constexpr size_t kBatch = 500;
  for (std::string after;;) {
    const auto keys = state_.ListCredentials(kSdkKeyKind, environment_id, after, kBatch);
    if (!keys.ok()) return StorageFault(keys.status());
    const auto is_valid = [now_ms](const Credential& key) {
      return key.revoked_ms == 0 && (key.expires_ms == 0 || key.expires_ms > now_ms);
    };
    if (std::any_of(keys->begin(), keys->end(), is_valid)) return true;
    if (keys->size() < kBatch) return false;
    after = keys->back().id;
  }
}

Result<json> Service::CreateSdkKey(const Call& call, std::string_view project, std::string_view environment,
                                   const json& body) {
  const std::lock_guard lock(writing_);
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const int64_t now_ms = Milliseconds(call.now);
  Problems problems;
  ObjectReader object(body, "", problems);
  Credential credential;
  credential.scope = object.Word("kind", {"server", "client"});
  credential.name = object.Text("name", false, 256);
  credential.scopes = StoredScopes(ReadScopes(object, problems));
  credential.expires_ms = ReadExpiry(object, now_ms);
  credential.created_ms = now_ms;
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("key", std::move(problems));
  const Result<std::string> key = NewSdkKey(*place, credential);
  if (!key.ok()) return key.fault();
  const absl::Status status = state_.AddCredential(ChangeBy(call), credential);
  if (!status.ok()) return StorageFault(status);
  json answer = DescribeKey(credential);
  answer["key"] = *key;
  return answer;
}

Result<Service::Rotation> Service::RotateSdkKey(const Call& call, std::string_view project,
                                                std::string_view environment, std::string_view key_id,
                                                const json& body) {
  const std::lock_guard lock(writing_);
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const int64_t now_ms = Milliseconds(call.now);
  Problems problems;
  ObjectReader object(body, "", problems);
  const int64_t overlap_seconds =
      object.Integer("overlap_seconds", 0, kMaxOverlapSeconds).value_or(kDefaultOverlapSeconds);
  const int64_t expires_ms = ReadExpiry(object, now_ms);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("key", std::move(problems));
  const auto found = state_.FindCredential(key_id);
  if (!found.ok()) return StorageFault(found.status());
  if (!found->has_value() || (*found)->kind != kSdkKeyKind || (*found)->environment != place->id) {
    return NotFound(Named("key", key_id));
  }
  const Credential& old = **found;
  if (old.revoked_ms != 0) return Conflict(Named("key", key_id) + " is revoked");
  if (old.expires_ms != 0 && old.expires_ms <= now_ms) return Conflict(Named("key", key_id) + " has expired");
  if (!old.replaced_by.empty()) {
    return Conflict(Named("key", key_id) + " has been replaced by " + Named("key", old.replaced_by));
  }
  Credential fresh;
  fresh.scope = old.scope;
  fresh.scopes = old.scopes;
  fresh.name = old.name;
  fresh.created_ms = now_ms;
  fresh.expires_ms = expires_ms;
  const Result<std::string> key = NewSdkKey(*place, fresh);
  if (!key.ok()) return key.fault();
  int64_t old_expires_ms = now_ms + overlap_seconds * 1000;
  if (old.expires_ms != 0) old_expires_ms = std::min(old_expires_ms, old.expires_ms);
  const auto rotated = state_.RotateCredential(ChangeBy(call), key_id, old_expires_ms, fresh);
  if (!rotated.ok()) return StorageFault(rotated.status());
  if (!*rotated) return Conflict(Named("key", key_id) + " has been changed meanwhile");
  Rotation rotation{DescribeKey(fresh), old_expires_ms};
  rotation.answer["key"] = *key;
  return rotation;
}

Result<Page> Service::ListSdkKeys(std::string_view project, std::string_view environment, const ListOptions& options) {
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const size_t limit = LimitOf(options);
  const auto credentials = state_.ListCredentials(kSdkKeyKind, place->id, options.cursor, limit + 1);
  if (!credentials.ok()) return StorageFault(credentials.status());
  Page page;
  for (const Credential& credential : *credentials) {
    if (page.items.size() == limit) {
      page.next_cursor = (*credentials)[limit - 1].id;
      break;
    }
    page.items.push_back(DescribeKey(credential));
  }
  return page;
}

Result<Done> Service::RevokeSdkKey(const Call& call, std::string_view project, std::string_view environment,
                                   std::string_view key_id) {
  const std::lock_guard lock(writing_);
  const Result<EnvironmentRef> place = FindEnvironment(project, environment);
  if (!place.ok()) return place.fault();
  const auto revoked = state_.RevokeCredential(ChangeBy(call), kSdkKeyKind, place->id, key_id);
  if (!revoked.ok()) return StorageFault(revoked.status());
  if (!*revoked) return NotFound(Named("key", key_id));
  return Done{};
}

}  // namespace expt::service
