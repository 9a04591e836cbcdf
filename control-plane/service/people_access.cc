// Bindings, teams and roles: who may do what, and where.
#include <algorithm>
#include <utility>

#include "control-plane/service/json_reader.h"
#include "control-plane/service/people.h"
#include "control-plane/service/stored.h"
#include "control-plane/storage/document_kinds.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Document;
using storage::kBindingKind;
using storage::kRoleKind;
using storage::kTeamKind;

constexpr size_t kMaxMembers = 1000;
constexpr size_t kMaxTeamName = 256;

json KeyOrNull(const std::string& key) { return key.empty() ? json(nullptr) : json(key); }

std::vector<std::string> MembersIn(const json& team) { return team["members"].get<std::vector<std::string>>(); }

// Whose rights a binding changes.
std::vector<std::string> PrincipalsOf(const json& binding, const json& team) {
  if (!team.is_null()) return MembersIn(team);
  for (const char* kind : {"member", "token"}) {  // one of them is null, or absent
    if (const json id = binding.value(kind, json()); id.is_string()) return {id.get<std::string>()};
  }
  return {};
}

}  // namespace

std::optional<Fault> People::NeedCover(const Caller& caller, const std::vector<Grant>& grants) const {
  const Rights& rights = *caller.principal.rights;
  const bool is_covered = std::all_of(grants.begin(), grants.end(), [&](const Grant& grant) {
    return rights.At(grant.project, grant.environment).HasAll(grant.permissions);
  });
  if (is_covered) return std::nullopt;
  return Fault{.status = 403, .title = "not permitted", .detail = "this permits more than you may do yourself"};
}

std::optional<Fault> People::NeedCoverOf(const Caller& caller, std::string_view principal) {
  const absl::StatusOr<std::vector<Grant>> grants = book_.GrantsOf(principal);
  if (!grants.ok()) return StorageFault(grants.status());
  return NeedCover(caller, *grants);
}

Result<PermissionSet> People::PermissionsOfRole(std::string_view role) {
  if (const std::optional<Role> built_in = RoleByName(role)) return PermissionsOf(*built_in);
  const Result<Document> document = FindDocument(kRoleKind, role);
  if (!document.ok()) return document.fault();
  PermissionSet set;
  const json body = json::parse(document->body);
  for (const json& word : body["permissions"]) {
    if (const auto permission = PermissionByWord(word.get_ref<const std::string&>())) set.Add(*permission);
  }
  return set;
}

Result<People::NewBinding> People::ReadBinding(const json& body, std::string_view pointer, bool has_principal) {
  Problems problems;
  ObjectReader object(body, pointer, problems);
  NewBinding binding;
  std::vector<std::pair<const char*, std::string>> named;
  if (has_principal) {
    for (const char* kind : {"member", "team", "token"}) {
      std::string key = object.OptionalKey(kind);
      binding.body[kind] = KeyOrNull(key);
      if (!key.empty()) named.emplace_back(kind, std::move(key));
    }
    if (named.size() != 1) object.Report("member", "expected one of member, team and token");
  }
  const std::string role = object.Key("role");
  const std::string project = object.OptionalKey("project");
  const std::string environment = object.OptionalKey("environment");
  object.RefuseOthers();
  binding.body.update({{"role", role}, {"project", KeyOrNull(project)}, {"environment", KeyOrNull(environment)}});

  const auto unknown = [&](const char* name, std::string_view kind, const std::string& key) {
    object.Report(name, "unknown " + Named(kind, key));
  };
  for (const auto& [kind, key] : named) {
    const std::string_view where = kind;
    const auto found = where == "token" ? state_.FindCredential(key) : std::optional<storage::Credential>();
    if (!found.ok()) return StorageFault(found.status());
    const bool is_known = where == "token" ? found->has_value() && (*found)->kind == "api" && (*found)->revoked_ms == 0
                                           : FindDocument(where, key).ok();
    if (!is_known) unknown(kind, where, key);
  }
  const Result<PermissionSet> permissions = PermissionsOfRole(role);
  if (permissions.ok()) {
    binding.grant = {project, environment, *permissions};
  } else if (!role.empty()) {
    unknown("role", kRoleKind, role);
  }
  if (project.empty() && !environment.empty()) object.Report("project", "expected the project of the environment");
  const auto is_missing = [&](storage::DocumentName name) -> Result<bool> {
    const auto document = state_.Find(name);
    if (!document.ok()) return StorageFault(document.status());
    return !document->has_value();
  };
  if (!project.empty()) {
    const Result<bool> missing = is_missing({"", "", std::string(storage::kProjectKind), project});
    if (!missing.ok()) return missing.fault();
    if (*missing) unknown("project", storage::kProjectKind, project);
  }
  if (!project.empty() && !environment.empty()) {
    const Result<bool> missing = is_missing({project, "", std::string(storage::kEnvironmentKind), environment});
    if (!missing.ok()) return missing.fault();
    if (*missing) unknown("environment", storage::kEnvironmentKind, environment);
  }
  if (!problems.empty()) return Invalid("binding", std::move(problems));
  return binding;
}

Result<std::vector<json>> People::BindingsWith(const char* name, std::string_view value) {
  const auto documents = state_.ListEverywhere(kBindingKind);
  if (!documents.ok()) return StorageFault(documents.status());
  std::vector<json> bindings;
  for (const Document& document : *documents) {
    json binding = json::parse(document.body);
    if (binding.value(name, json()) == value) bindings.push_back(std::move(binding));
  }
  return bindings;
}

Result<Versioned> People::PutDocument(const Caller& caller, std::string_view kind, const json& body,
                                      std::string_view id_prefix, const Document* current,
                                      storage::PeopleChange people) {
  const std::string id = current == nullptr ? NewId(id_prefix) : current->id;
  const std::string key = current != nullptr ? current->name.key : body.value("key", id);
  storage::Change change = ChangeBy(caller.call);
  change.people = std::move(people);
  change.writes.push_back({.name = {"", "", std::string(kind), key},
                           .id = id,
                           .body = Dump(body),
                           .revision = current == nullptr ? 0 : current->revision});
  if (const Result<Done> done = Commit(change, change.writes.front().name); !done.ok()) return done.fault();
  return Answer(kind, key);
}

Result<Done> People::RemoveDocument(const Caller& caller, const Document& document, storage::PeopleChange people) {
  storage::Change change = ChangeBy(caller.call);
  change.people = std::move(people);
  change.writes.push_back({.name = document.name,
                           .id = document.id,
                           .body = document.body,
                           .revision = document.revision,
                           .is_archived = true});
  return Commit(change, document.name);
}

Result<Page> People::ListBindings(const ListOptions& options) { return ListDocuments(kBindingKind, options); }

// Whose rights change signs in anew: a session is never worth more than when it began.
Result<Versioned> People::CreateBinding(const Caller& caller, const json& body) {
  const std::lock_guard lock(writing_);
  Result<NewBinding> binding = ReadBinding(body, "", true);
  if (!binding.ok()) return binding.fault();
  if (auto fault = NeedCover(caller, {binding->grant})) return *fault;
  json team;
  if (binding->body["team"].is_string()) {
    const Result<Document> document = FindDocument(kTeamKind, binding->body["team"].get<std::string>());
    if (!document.ok()) return document.fault();
    team = json::parse(document->body);
  }
  storage::PeopleChange people;
  people.end_sessions_of = PrincipalsOf(binding->body, team);
  return PutDocument(caller, kBindingKind, binding->body, "bnd_", nullptr, std::move(people));
}

Result<Done> People::RemoveBinding(const Caller& caller, std::string_view binding) {
  const std::lock_guard lock(writing_);
  const Result<Document> document = FindDocument(kBindingKind, binding);
  if (!document.ok()) return document.fault();
  const json body = json::parse(document->body);
  json team;
  if (body.value("team", json()).is_string()) {
    const Result<Document> found = FindDocument(kTeamKind, body["team"].get<std::string>());
    if (!found.ok()) return found.fault();
    team = json::parse(found->body);
  }
  storage::PeopleChange people;
  people.end_sessions_of = PrincipalsOf(body, team);
  return RemoveDocument(caller, *document, std::move(people));
}

Result<Page> People::ListTeams(const ListOptions& options) { return ListDocuments(kTeamKind, options); }
Result<Versioned> People::GetTeam(std::string_view team) { return Answer(kTeamKind, team); }

Result<Versioned> People::PutTeam(const Caller& caller, const json& body, const Document* current) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string key = current == nullptr ? object.Key("key") : current->name.key;
  object.Allow({"key", "id", "created", "updated", "archived"});
  const std::string name = object.Text("name", false, kMaxTeamName);
  std::vector<std::string> members = object.Texts("members", kMaxMembers, kMaxKeySize);
  object.RefuseOthers();
  for (size_t i = 0; i < members.size(); ++i) {
    if (!FindDocument(storage::kMemberKind, members[i]).ok()) {
      problems.push_back({Child("/members", i), "unknown " + Named(storage::kMemberKind, members[i])});
    }
  }
  std::sort(members.begin(), members.end());
  if (std::adjacent_find(members.begin(), members.end()) != members.end()) {
    object.Report("members", "expected each member once");
  }
  if (!problems.empty()) return Invalid(Named(kTeamKind, key), std::move(problems));
  const Result<std::vector<json>> bindings = BindingsWith("team", key);
  if (!bindings.ok()) return bindings.fault();
  std::vector<Grant> grants;
  for (const json& binding : *bindings) {
    const Result<PermissionSet> permissions = PermissionsOfRole(binding["role"].get<std::string>());
    if (!permissions.ok()) continue;
    const auto text = [&](const char* field) { return binding[field].is_string() ? binding[field] : json(""); };
    grants.push_back({text("project"), text("environment"), *permissions});
  }
  if (auto fault = NeedCover(caller, grants)) return *fault;
  storage::PeopleChange people;
  if (current != nullptr) {
    const std::vector<std::string> before = MembersIn(json::parse(current->body));  // sorted when it was written
    std::set_symmetric_difference(before.begin(), before.end(), members.begin(), members.end(),
                                  std::back_inserter(people.end_sessions_of));
  }
  return PutDocument(caller, kTeamKind, {{"key", key}, {"name", name}, {"members", members}}, "team_", current,
                     std::move(people));
}

Result<Versioned> People::CreateTeam(const Caller& caller, const json& body) {
  const std::lock_guard lock(writing_);
  return PutTeam(caller, body, nullptr);
}

Result<Versioned> People::ReplaceTeam(const Caller& caller, std::string_view team, const json& body,
                                      std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindDocument(kTeamKind, team);
  if (!current.ok()) return current.fault();
  if (revision.has_value() && *revision != current->revision) return CommitFault(absl::AbortedError(""), current->name);
  return PutTeam(caller, body, &*current);
}

Result<Done> People::RemoveTeam(const Caller& caller, std::string_view team) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindDocument(kTeamKind, team);
  if (!current.ok()) return current.fault();
  const Result<std::vector<json>> bindings = BindingsWith("team", team);
  if (!bindings.ok()) return bindings.fault();
  if (!bindings->empty()) return Conflict(Named(kTeamKind, team) + " is named by a binding: remove it first");
  return RemoveDocument(caller, *current, {});
}

Result<Page> People::ListRoles(const ListOptions& options) { return ListDocuments(kRoleKind, options); }
Result<Versioned> People::GetRole(std::string_view role) { return Answer(kRoleKind, role); }

Result<Versioned> People::PutRole(const Caller& caller, const json& body, const Document* current) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string key = current == nullptr ? object.Key("key") : current->name.key;
  object.Allow({"key", "id", "created", "updated", "archived"});
  const std::string name = object.Text("name", false, kMaxTeamName);
  const std::vector<std::string> words = object.Texts("permissions", PermissionTable().size(), kMaxKeySize);
  object.RefuseOthers();
  if (RoleByName(key).has_value()) object.Report("key", "expected another key than that of a built-in role");
  PermissionSet permissions;
  for (size_t i = 0; i < words.size(); ++i) {
    if (const auto permission = PermissionByWord(words[i])) {
      permissions.Add(*permission);
    } else {
      problems.push_back({Child("/permissions", i), "unknown permission " + Quoted(words[i])});
    }
  }
  if (!problems.empty()) return Invalid(Named(kRoleKind, key), std::move(problems));
  if (auto fault = NeedCover(caller, {{.permissions = permissions}})) return *fault;
  return PutDocument(caller, kRoleKind, {{"key", key}, {"name", name}, {"permissions", words}}, "role_", current, {});
}

Result<Versioned> People::CreateRole(const Caller& caller, const json& body) {
  const std::lock_guard lock(writing_);
  return PutRole(caller, body, nullptr);
}

Result<Versioned> People::ReplaceRole(const Caller& caller, std::string_view role, const json& body,
                                      std::optional<int64_t> revision) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindDocument(kRoleKind, role);
  if (!current.ok()) return current.fault();
  if (revision.has_value() && *revision != current->revision) return CommitFault(absl::AbortedError(""), current->name);
  return PutRole(caller, body, &*current);
}

Result<Done> People::RemoveRole(const Caller& caller, std::string_view role) {
  const std::lock_guard lock(writing_);
  const Result<Document> current = FindDocument(kRoleKind, role);
  if (!current.ok()) return current.fault();
  const Result<std::vector<json>> bindings = BindingsWith("role", role);
  if (!bindings.ok()) return bindings.fault();
  if (!bindings->empty()) return Conflict(Named(kRoleKind, role) + " is named by a binding: remove it first");
  return RemoveDocument(caller, *current, {});
}

}  // namespace expt::service
