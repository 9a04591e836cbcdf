#include "control-plane/service/access_book.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "control-plane/storage/document_kinds.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {
namespace {

using nlohmann::json;

// The member of `object` as text; empty when it is null or missing.
std::string TextOrNothing(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

PermissionSet PermissionsIn(const json& role) {
  PermissionSet set;
  for (const json& word : role["permissions"]) {
    // A word that only a newer version knows permits nothing here.
    if (const auto permission = PermissionByWord(word.get_ref<const std::string&>())) set.Add(*permission);
  }
  return set;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const AccessBook::Page>> AccessBook::Read() const {
  std::map<std::string, PermissionSet, std::less<>> roles;
  for (const Role role : kRoles) roles.emplace(RoleName(role), PermissionsOf(role));
  const auto own_roles = state_.ListEverywhere(storage::kRoleKind);
  if (!own_roles.ok()) return own_roles.status();
  for (const storage::Document& role : *own_roles) roles.emplace(role.name.key, PermissionsIn(json::parse(role.body)));

  std::map<std::string, std::vector<std::string>, std::less<>> teams;
  const auto all_teams = state_.ListEverywhere(storage::kTeamKind);
  if (!all_teams.ok()) return all_teams.status();
  for (const storage::Document& team : *all_teams) {
    teams.emplace(team.name.key, json::parse(team.body)["members"].get<std::vector<std::string>>());
  }

  const auto bindings = state_.ListEverywhere(storage::kBindingKind);
  if (!bindings.ok()) return bindings.status();
  auto page = std::make_shared<Page>();
  for (const storage::Document& document : *bindings) {
    const json binding = json::parse(document.body);
    const auto role = roles.find(TextOrNothing(binding, "role"));
    if (role == roles.end()) continue;
    const Grant grant{TextOrNothing(binding, "project"), TextOrNothing(binding, "environment"), role->second};
    std::vector<std::string> principals = {TextOrNothing(binding, "member") + TextOrNothing(binding, "token")};
    if (const std::string team = TextOrNothing(binding, "team"); !team.empty()) principals = teams[team];
    for (const std::string& principal : principals) (*page)[principal].push_back(grant);
  }
  return page;
}

absl::StatusOr<std::shared_ptr<const AccessBook::Page>> AccessBook::Open() {
  uint64_t changes = 0;
  {
    const std::lock_guard lock(mutex_);
    if (page_ != nullptr) return page_;
    changes = changes_;
  }
  absl::StatusOr<std::shared_ptr<const Page>> page = Read();
  if (!page.ok()) return page;
  const std::lock_guard lock(mutex_);
  if (changes == changes_) page_ = *page;  // else it may be older than the last change
  return page;
}

absl::StatusOr<std::vector<Grant>> AccessBook::GrantsOf(std::string_view principal) {
  const absl::StatusOr<std::shared_ptr<const Page>> page = Open();
  if (!page.ok()) return page.status();
  const auto found = (*page)->find(principal);
  return found == (*page)->end() ? std::vector<Grant>() : found->second;
}

void AccessBook::Forget() {
  const std::lock_guard lock(mutex_);
  page_.reset();
  ++changes_;
}

}  // namespace expt::service
