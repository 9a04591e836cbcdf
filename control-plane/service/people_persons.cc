#include "control-plane/service/people.h"
#include "control-plane/storage/document_kinds.h"

namespace expt::service {
namespace {

constexpr size_t kMaxTokens = 100'000;

}  // namespace

Result<std::string> People::PersonOf(std::string_view actor) {
  constexpr std::string_view kMember = "member ";
  constexpr std::string_view kToken = "token ";
  if (actor.starts_with(kMember)) return std::string(actor.substr(kMember.size()));
  if (!actor.starts_with(kToken)) return std::string(actor);
  const std::string_view id = actor.substr(kToken.size());
  const auto terms = state_.FindTokenTerms(id);
  if (!terms.ok()) return StorageFault(terms.status());
  return terms->has_value() && !(*terms)->owner.empty() ? (*terms)->owner : std::string(id);
}

Result<bool> People::HasOtherPublisher(const Call& call, std::string_view person, std::string_view project,
                                       std::string_view environment) {
  const auto is_other = [&](const Result<Principal>& principal) {
    return principal.ok() && principal->person() != person &&
           principal->rights->At(project, environment).Has(Permission::kPublishWrite);
  };
  const auto members = state_.ListEverywhere(storage::kMemberKind);
  if (!members.ok()) return StorageFault(members.status());
  for (const storage::Document& member : *members) {
    if (is_other(PrincipalOf(call, member.name.key))) return true;
  }
  const auto tokens = state_.ListCredentials("api", "", "", kMaxTokens);
  if (!tokens.ok()) return StorageFault(tokens.status());
  for (const storage::Credential& token : *tokens) {
    if (token.revoked_ms == 0 && is_other(HolderOf(call, {token.id, token.name, token.scope}))) return true;
  }
  return false;
}

Result<bool> People::MayPublish(const Call& call, std::string_view actor, std::string_view project,
                                std::string_view environment) {
  const size_t space = actor.find(' ');
  const auto principal = PrincipalOf(call, space == actor.npos ? actor : actor.substr(space + 1));
  if (principal.ok()) return principal->rights->At(project, environment).Has(Permission::kPublishWrite);
  if (principal.fault().status >= 500) return principal.fault();
  return false;
}

}  // namespace expt::service
