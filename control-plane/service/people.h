// Members, their login sessions, teams, roles and API tokens. JSON in, JSON out, as in service.h.
//
//   People people(state, {});
//   Result<json> invited = people.Invite(caller, {{"email", "ann@example.com"}});      // "token" goes to Ann
//   people.RedeemTicket(call, {{"token", "…"}, {"password", "…"}});                    // by Ann
//   Result<SignedIn> ann = people.SignIn(call, {{"email", …}, {"password", …}}, browser);
//   people.AuthenticateSession(call, ann->cookie)->rights->At("shop", "production");
//
// Default deny: a member or a token may do what bindings say, and nothing else. docs/access.md describes all of it.
#ifndef EXPT_CONTROL_PLANE_SERVICE_PEOPLE_H_
#define EXPT_CONTROL_PLANE_SERVICE_PEOPLE_H_

#include <chrono>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/access_book.h"
#include "control-plane/service/call.h"
#include "control-plane/service/fault.h"
#include "control-plane/service/service.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {

struct PeopleOptions {
  std::chrono::milliseconds session_idle{std::chrono::minutes(30)};  // without a request
  std::chrono::milliseconds session_max{std::chrono::hours(12)};     // since signing in
  // How long a login counts as fresh: passwords, e-mail addresses, second factors and keys change only within it.
  std::chrono::milliseconds fresh{std::chrono::minutes(10)};
  std::chrono::milliseconds ticket_life{std::chrono::hours(1)};  // of invitations and resets
  // What only administrators may do is withheld from members without a second factor.
  bool admins_need_totp = false;
  // Passwords that are hashed at once: each takes 32 MiB and one of the threads that answer requests. More get 503.
  int max_hashes = 2;
};

// Who asks for a change, and what they may do.
struct Caller {
  const Call& call;
  const Principal& principal;
};

// What a browser says of itself.
struct Browser {
  std::string agent = {};
  std::string session = {};  // the cookie of its session, which ends when another one begins
};

struct SignedIn {
  std::string cookie;  // of the session
  // Of a browser in which this member has signed in before: guesses of others do not slow it down. Empty for a token.
  std::string device = {};
  Principal principal;
};

// Thread-safe. `state` must outlive it.
class People {
 public:
  People(storage::StateStore& state, const PeopleOptions& options);

  // --- Members: people_members.cc ---------------------------------------------------------------------------------

  // {"member": {...}, "token": "...", "expires": "..."}; the token is shown here only.
  Result<nlohmann::json> Invite(const Caller& caller, const nlohmann::json& body);
  Result<Versioned> GetMember(std::string_view member);
  Result<Page> ListMembers(const ListOptions& options);
  // Name, e-mail address, and whether the member is disabled. A new address needs a fresh login.
  Result<Versioned> ReplaceMember(const Caller& caller, std::string_view member, const nlohmann::json& body,
                                  std::optional<int64_t> revision);
  // As Invite(): lets a member choose a password anew. Earlier tokens are worthless.
  Result<nlohmann::json> ResetPassword(const Caller& caller, std::string_view member);
  // {"token", "password"}. Ends all sessions of the member. 401 when the token is wrong, used or too old.
  Result<Done> RedeemTicket(const Call& call, const nlohmann::json& body);
  // The first administrator as a member, with a password: {"email", "password"}. 422 before anything is done.
  std::optional<Fault> CheckFirstMember(const nlohmann::json& body);
  Result<nlohmann::json> AddFirstMember(const Call& call, const nlohmann::json& body);

  // 403 for a session that did not begin within PeopleOptions::fresh.
  std::optional<Fault> NeedFresh(const Principal& principal) const;

  // --- The caller's own account -----------------------------------------------------------------------------------

  // {"password", "new_password"}. Ends all sessions, this one too.
  Result<Done> ChangePassword(const Caller& caller, const nlohmann::json& body);
  Result<Done> ChangeEmail(const Caller& caller, const nlohmann::json& body);
  Result<nlohmann::json> EnrolTotp(const Caller& caller);  // {"secret", "uri"}; in force once it is confirmed
  Result<nlohmann::json> ConfirmTotp(const Caller& caller, const nlohmann::json& body);  // {"recovery_codes": [...]}
  Result<Done> RemoveTotp(const Caller& caller);
  Result<Page> ListSessions(const Caller& caller);
  Result<Done> EndSession(const Caller& caller, std::string_view session);

  // --- Signing in: people_sign_in.cc ------------------------------------------------------------------------------

  // {"email", "password"[, "totp"]}. 401 does not say what was wrong, and an unknown address takes as long as a wrong
  // password; only who knows the password learns that a code is needed. 503 when too many passwords are being checked.
  Result<SignedIn> SignIn(const Call& call, const nlohmann::json& body, const Browser& browser);
  // A browser in which the holder of an API token has signed in.
  Result<SignedIn> SignInWithToken(const Call& call, const Principal& principal, const Browser& browser);
  // True when `device` was given to a browser in which that member has signed in.
  bool IsDeviceOf(std::string_view email, std::string_view device);
  // Of a sign-in that was refused: for the audit.
  void NoteRefusal(const Call& call, std::string_view email);
  // Of a request without the permission for it: for the audit.
  struct Denial {
    std::string method;
    std::string route;        // as the table has it, "/api/v1/projects/{project}"
    std::string project;      // as asked for
    std::string environment;
    int status = 0;           // 403; 404 where the caller may do nothing at all
  };
  void NoteDenial(const Call& call, const Denial& denial);
  Result<Done> SignOut(const Call& call, std::string_view cookie);

  // 401 without telling why.
  Result<Principal> AuthenticateSession(const Call& call, std::string_view cookie);
  Result<Principal> HolderOf(const Call& call, const ApiToken& token);

  // --- Who may do what: people_access.cc --------------------------------------------------------------------------

  // Nobody gives what they do not have: 403 for a binding, role or team that permits more than its maker may do.

  Result<Page> ListBindings(const ListOptions& options);
  Result<Versioned> CreateBinding(const Caller& caller, const nlohmann::json& body);
  Result<Done> RemoveBinding(const Caller& caller, std::string_view binding);

  Result<Page> ListTeams(const ListOptions& options);
  Result<Versioned> GetTeam(std::string_view team);
  Result<Versioned> CreateTeam(const Caller& caller, const nlohmann::json& body);
  Result<Versioned> ReplaceTeam(const Caller& caller, std::string_view team, const nlohmann::json& body,
                                std::optional<int64_t> revision);
  Result<Done> RemoveTeam(const Caller& caller, std::string_view team);  // 409 while a binding names it

  // Roles of this installation; the built-in ones are not among them.
  Result<Page> ListRoles(const ListOptions& options);
  Result<Versioned> GetRole(std::string_view role);
  Result<Versioned> CreateRole(const Caller& caller, const nlohmann::json& body);
  Result<Versioned> ReplaceRole(const Caller& caller, std::string_view role, const nlohmann::json& body,
                                std::optional<int64_t> revision);
  Result<Done> RemoveRole(const Caller& caller, std::string_view role);  // 409 while a binding names it

  // --- Two persons: people_persons.cc -----------------------------------------------------------------------------

  // Principal::person() of who an entry of the audit names; the name itself for the process and for first steps.
  Result<std::string> PersonOf(std::string_view actor);
  // Somebody else than `person` may publish in the environment.
  Result<bool> HasOtherPublisher(const Call& call, std::string_view person, std::string_view project,
                                 std::string_view environment);
  // Who an entry of the audit names may publish in the environment now.
  Result<bool> MayPublish(const Call& call, std::string_view actor, std::string_view project,
                          std::string_view environment);

  // --- API tokens: people_tokens.cc -------------------------------------------------------------------------------

  // The caller's own; all of them for who holds tokens.write.
  Result<Page> ListTokens(const Caller& caller, const ListOptions& options);
  // {"name", "expires", "bindings": [{"role", "project", "environment"}]}; "token" is shown here only. It belongs to
  // the member who asks (or to the owner of the token that asks, which needs tokens.write) and never permits more than
  // its owner may do.
  Result<nlohmann::json> CreateToken(const Caller& caller, const nlohmann::json& body);
  Result<Done> RevokeToken(const Caller& caller, std::string_view token);

 private:
  struct NewBinding {
    nlohmann::json body;
    Grant grant;
  };
  class HashSlot;

  Result<storage::Document> FindDocument(std::string_view kind, std::string_view key);
  Result<Page> ListDocuments(std::string_view kind, const ListOptions& options);
  Result<Versioned> Answer(std::string_view kind, std::string_view key);
  bool IsOpen(const storage::LoginSession& session, Time now) const;
  // 503 when too many are being hashed.
  Result<std::string> HashOf(std::string_view password);
  Result<bool> IsPassword(const std::string& hash, std::string_view password);
  // The member or token of that id, if it may sign in now.
  Result<Principal> PrincipalOf(const Call& call, std::string_view id);
  // 404 for the account of a token.
  Result<storage::Account> AccountOf(const Principal& principal);
  Result<std::shared_ptr<const Rights>> RightsOf(const storage::Account& account);
  // 403 unless the caller may do at each place all that is granted there.
  std::optional<Fault> NeedCover(const Caller& caller, const std::vector<Grant>& grants) const;
  std::optional<Fault> NeedCoverOf(const Caller& caller, std::string_view principal);
  // The callers of these hold the lock.
  Result<Done> Commit(const storage::Change& change, const storage::DocumentName& name = {});
  Result<nlohmann::json> IssueTicket(const Caller& caller, storage::Change change, const storage::Account& account,
                                     std::string_view purpose);
  Result<Done> ChangeAccount(const Caller& caller, std::string_view action, const storage::Account& account,
                             storage::PeopleChange more);
  SignedIn NewSession(const Call& call, const Principal& principal, const Browser& browser, storage::Change* change);
  Result<NewBinding> ReadBinding(const nlohmann::json& body, std::string_view pointer, bool has_principal);
  Result<PermissionSet> PermissionsOfRole(std::string_view role);
  Result<std::vector<nlohmann::json>> BindingsWith(const char* name, std::string_view value);
  Result<Versioned> PutDocument(const Caller& caller, std::string_view kind, const nlohmann::json& body,
                                std::string_view id_prefix, const storage::Document* current,
                                storage::PeopleChange people);
  Result<Done> RemoveDocument(const Caller& caller, const storage::Document& document, storage::PeopleChange people);
  Result<Versioned> PutTeam(const Caller& caller, const nlohmann::json& body, const storage::Document* current);
  Result<Versioned> PutRole(const Caller& caller, const nlohmann::json& body, const storage::Document* current);
  std::string DeviceMac(std::string_view text);

  storage::StateStore& state_;
  const PeopleOptions options_;
  AccessBook book_;
  std::counting_semaphore<> hash_slots_;
  std::once_flag prepared_;
  std::string nobodys_password_;  // a hash: set once
  std::mutex writing_;            // one change at a time, from reading what it depends on to the commit
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_PEOPLE_H_
