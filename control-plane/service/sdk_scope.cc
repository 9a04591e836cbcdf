#include "control-plane/service/sdk_scope.h"

#include "control-plane/storage/credential.h"

namespace expt::service {

std::string_view SdkScopeWord(SdkScope scope) {
  switch (scope) {
    case SdkScope::kSnapshots:
      return "snapshots";
    case SdkScope::kEvents:
      return "events";
  }
  return "";
}

std::optional<SdkScope> FindSdkScope(std::string_view word) {
  for (const SdkScope scope : kSdkScopes) {
    if (SdkScopeWord(scope) == word) return scope;
  }
  return std::nullopt;
}

std::vector<std::string_view> SdkScopes::Words() const {
  std::vector<std::string_view> words;
  for (const SdkScope scope : kSdkScopes) {
    if (Has(scope)) words.push_back(SdkScopeWord(scope));
  }
  return words;
}

SdkScopes ScopesOf(const storage::Credential& credential) {
  if (credential.scopes.empty()) return SdkScopes::All();
  SdkScopes scopes;
  std::string_view rest = credential.scopes;
  while (!rest.empty()) {
    const size_t blank = std::min(rest.find(' '), rest.size());
    if (const auto scope = FindSdkScope(rest.substr(0, blank))) scopes.Add(*scope);
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  return scopes;
}

std::string StoredScopes(const SdkScopes& scopes) {
  std::string text;
  for (const std::string_view word : scopes.Words()) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

}  // namespace expt::service
