// API tokens.
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/json_reader.h"
#include "control-plane/service/people.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/document_kinds.h"
#include "src/host/crypto.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Credential;
using storage::TokenTerms;

constexpr std::string_view kApiKind = "api";
constexpr size_t kMaxBindings = 100;

json TimeOrNull(int64_t time_ms) { return time_ms == 0 ? json(nullptr) : json(FormatInstant(time_ms)); }

bool IsForAllTokens(const Principal& principal) {
  return principal.rights->At("", "").Has(Permission::kTokensWrite);
}

// Its own token, of a token; what it owns, of a member.
bool IsOwn(const Principal& principal, const TokenTerms& terms) {
  return principal.is_member() ? terms.owner == principal.id : terms.id == principal.id;
}

json DescribeToken(const Credential& credential, const TokenTerms& terms) {
  return {{"id", credential.id},
          {"name", credential.name},
          {"role", credential.scope.empty() ? json(nullptr) : json(credential.scope)},
          {"owner", terms.owner.empty() ? json(nullptr) : json(terms.owner)},
          {"created", FormatInstant(credential.created_ms)},
          {"expires", TimeOrNull(terms.expires_ms)},
          {"last_used", TimeOrNull(credential.last_used_ms)},
          {"revoked", TimeOrNull(credential.revoked_ms)}};
}

}  // namespace

Result<Page> People::ListTokens(const Caller& caller, const ListOptions& options) {
  const bool is_for_all = IsForAllTokens(caller.principal);
  const size_t limit = LimitOf(options);
  Page page;
  for (std::string after = options.cursor;;) {
    const auto credentials = state_.ListCredentials(kApiKind, "", after, limit + 1);
    if (!credentials.ok()) return StorageFault(credentials.status());
    for (const Credential& credential : *credentials) {
      const auto terms = state_.FindTokenTerms(credential.id);
      if (!terms.ok()) return StorageFault(terms.status());
      const TokenTerms known = terms->value_or(TokenTerms{.id = credential.id, .owner = ""});
      if (!is_for_all && !IsOwn(caller.principal, known)) continue;
      if (page.items.size() == limit) {
        page.next_cursor = page.items.back()["id"].get<std::string>();
        return page;
      }
      page.items.push_back(DescribeToken(credential, known));
    }
    if (credentials->size() <= limit) return page;
    after = credentials->back().id;
  }
}

Result<json> People::CreateToken(const Caller& caller, const json& body) {
  if (auto fault = NeedFresh(caller.principal)) return *fault;
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string name = object.Text("name", true, 256);
  const std::optional<int64_t> expires_ms = object.Instant("expires");
  const json* bindings = object.Array("bindings", true, kMaxBindings);
  object.RefuseOthers();
  if (expires_ms && *expires_ms <= Milliseconds(caller.call.now)) {
    object.Report("expires", "expected a time in the future");
  }
  if (bindings != nullptr && bindings->empty()) object.Report("bindings", "expected at least one binding");
  if (!problems.empty()) return Invalid("token", std::move(problems));

  const std::lock_guard lock(writing_);
  TokenTerms terms{.id = NewId("tok_"), .owner = caller.principal.id, .expires_ms = expires_ms.value_or(0)};
  if (!caller.principal.is_member()) {
    // Else a token that has leaked could be made to last.
    if (!IsForAllTokens(caller.principal)) {
      return Fault{.status = 403, .title = "not permitted", .detail = "a token needs tokens.write to make another one"};
    }
    const auto own = state_.FindTokenTerms(caller.principal.id);
    if (!own.ok()) return StorageFault(own.status());
    terms.owner = own->value_or(TokenTerms{.id = "", .owner = ""}).owner;
  }
  storage::Change change = ChangeBy(caller.call);
  std::vector<Grant> grants;
  for (size_t i = 0; i < bindings->size(); ++i) {
    Result<NewBinding> binding = ReadBinding((*bindings)[i], Child("/bindings", i), false);
    if (!binding.ok()) return binding.fault();
    binding->body["token"] = terms.id;
    const std::string id = NewId("bnd_");
    change.writes.push_back(
        {.name = {"", "", std::string(storage::kBindingKind), id}, .id = id, .body = Dump(binding->body)});
    grants.push_back(binding->grant);
  }
  if (auto fault = NeedCover(caller, grants)) return *fault;
  change.people.tokens.push_back(terms);
  if (const Result<Done> done = Commit(change); !done.ok()) return done.fault();
  // Last: bindings of a token that is not there permit nothing to anybody.
  const std::string secret = NewSecret();
  Credential credential;
  credential.id = terms.id;
  credential.kind = kApiKind;
  credential.secret_hash = host::Sha256(secret);
  credential.name = name;
  credential.created_ms = Milliseconds(caller.call.now);
  if (const absl::Status status = state_.AddCredential(ChangeBy(caller.call), credential); !status.ok()) {
    return StorageFault(status);
  }
  json answer = DescribeToken(credential, terms);
  answer["token"] = credential.id + "." + secret;
  return answer;
}

Result<Done> People::RevokeToken(const Caller& caller, std::string_view token) {
  const std::lock_guard lock(writing_);
  const auto terms = state_.FindTokenTerms(token);
  if (!terms.ok()) return StorageFault(terms.status());
  const TokenTerms known = terms->value_or(TokenTerms{.id = std::string(token), .owner = ""});
  if (!IsForAllTokens(caller.principal) && !IsOwn(caller.principal, known)) return NotFound(Named("token", token));
  const auto revoked = state_.RevokeCredential(ChangeBy(caller.call), kApiKind, "", token);
  if (!revoked.ok()) return StorageFault(revoked.status());
  if (!*revoked) return NotFound(Named("token", token));
  storage::Change change = ChangeBy(caller.call);
  change.people.end_sessions_of = {std::string(token)};
  const auto documents = state_.ListEverywhere(storage::kBindingKind);
  if (!documents.ok()) return StorageFault(documents.status());
  for (const storage::Document& document : *documents) {
    if (json::parse(document.body).value("token", json()) != token) continue;
    change.writes.push_back({.name = document.name,
                             .id = document.id,
                             .body = document.body,
                             .revision = document.revision,
                             .is_archived = true});
  }
  return Commit(change);
}

}  // namespace expt::service
