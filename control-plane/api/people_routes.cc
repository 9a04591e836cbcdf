#include "control-plane/api/people_routes.h"

#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

using auth::Need;
using service::Permission;

constexpr size_t kSmallBody = 16u << 10;
constexpr size_t kLargeBody = 256u << 10;  // a team may have a thousand members

void AddSession(std::vector<Route>* routes) {
  routes->push_back({.method = "POST",
                     .path = "/api/v1/session",
                     .operation = "startSession",
                     .access = Need::kSetup,
                     .text = "Signs a browser in with e-mail address and password, or with an API token, by a cookie "
                             "that scripts cannot read.",
                     .tag = "session",
                     .body = {.schema = "SessionRequest", .limit = kSmallBody},
                     .success = {.status = 201, .schema = "Session"},
                     .call = PostSession});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/session",
                     .operation = "getSession",
                     .access = Need::kSignedIn,
                     .text = "Tells who is calling, and what they may do.",
                     .tag = "session",
                     .success = {.schema = "Session"},
                     .call = GetSession});
  routes->push_back({.method = "DELETE",
                     .path = "/api/v1/session",
                     .operation = "endSession",
                     .access = Need::kPublic,
                     .text = "Signs the browser out: its session ends.",
                     .tag = "session",
                     .success = {.status = 204},
                     .call = DeleteSession});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/password",
                     .operation = "redeemTicket",
                     .access = Need::kSetup,
                     .text = "Sets the password of a member with the token of an invitation or a reset. Works once; "
                             "ends all their sessions.",
                     .tag = "session",
                     .body = {.schema = "TicketRequest", .limit = kSmallBody},
                     .success = {.status = 204},
                     .faults = {404},
                     .call = PostPassword});
}

void AddAccount(std::vector<Route>* routes) {
  routes->push_back({.method = "PUT",
                     .path = "/api/v1/account/password",
                     .operation = "changePassword",
                     .access = Need::kSignedIn,
                     .text = "Changes the password of the caller; needs a fresh login. Ends all their sessions.",
                     .tag = "account",
                     .body = {.schema = "PasswordRequest", .limit = kSmallBody},
                     .success = {.status = 204},
                     .faults = {404, 409},
                     .call = PutOwnPassword});
  routes->push_back({.method = "PUT",
                     .path = "/api/v1/account/email",
                     .operation = "changeEmail",
                     .access = Need::kSignedIn,
                     .text = "Changes the e-mail address of the caller; needs a fresh login.",
                     .tag = "account",
                     .body = {.schema = "EmailRequest", .limit = kSmallBody},
                     .success = {.status = 204},
                     .faults = {404, 409},
                     .call = PutOwnEmail});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/account/totp",
                     .operation = "enrolTotp",
                     .access = Need::kSignedIn,
                     .text = "Makes a secret for an authenticator app; in force once a code confirms it. Needs a "
                             "fresh login.",
                     .tag = "account",
                     .success = {.status = 201, .schema = "TotpSecret", .is_secret = true},
                     .faults = {404, 409},
                     .call = PostTotp});
  routes->push_back({.method = "PUT",
                     .path = "/api/v1/account/totp",
                     .operation = "confirmTotp",
                     .access = Need::kSignedIn,
                     .text = "Puts the second factor in force with a code of the app. The recovery codes are shown "
                             "here only.",
                     .tag = "account",
                     .body = {.schema = "TotpCode", .limit = kSmallBody},
                     .success = {.schema = "RecoveryCodes", .is_secret = true},
                     .faults = {404, 409},
                     .call = PutTotp});
  routes->push_back({.method = "DELETE",
                     .path = "/api/v1/account/totp",
                     .operation = "removeTotp",
                     .access = Need::kSignedIn,
                     .text = "Removes the second factor; needs a fresh login.",
                     .tag = "account",
                     .success = {.status = 204},
                     .faults = {404},
                     .call = DeleteTotp});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/account/sessions",
                     .operation = "listSessions",
                     .access = Need::kSignedIn,
                     .text = "Lists the sessions of the caller.",
                     .tag = "account",
                     .success = {.schema = "LoginSessionPage"},
                     .call = ListOwnSessions});
  routes->push_back({.method = "DELETE",
                     .path = "/api/v1/account/sessions/{session}",
                     .operation = "endOwnSession",
                     .access = Need::kSignedIn,
                     .text = "Ends a session of the caller.",
                     .tag = "account",
                     .success = {.status = 204},
                     .call = DeleteOwnSession});
}

void AddMembers(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = "/api/v1/members",
                     .operation = "listMembers",
                     .access = Permission::kMembersRead,
                     .text = "Lists members by id.",
                     .tag = "members",
                     .query = Paging(),
                     .success = {.schema = "MemberPage"},
                     .call = ListMembers});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/members",
                     .operation = "inviteMember",
                     .access = Permission::kMembersWrite,
                     .text = "Makes a member. The token in the reply lets them choose a password within an hour; it "
                             "is shown here only.",
                     .tag = "members",
                     .body = {.schema = "MemberRequest", .limit = kSmallBody},
                     .success = {.status = 201, .schema = "Ticket", .is_secret = true},
                     .faults = {409},
                     .call = PostMember});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/members/{member}",
                     .operation = "getMember",
                     .access = Permission::kMembersRead,
                     .text = "Reads a member.",
                     .tag = "members",
                     .success = {.schema = "Member", .has_etag = true},
                     .call = GetMember});
  routes->push_back({.method = "PUT",
                     .path = "/api/v1/members/{member}",
                     .operation = "replaceMember",
                     .access = Permission::kMembersWrite,
                     .text = "Changes name, e-mail address or state. A disabled member is signed out at once, and "
                             "their tokens are refused.",
                     .tag = "members",
                     .body = {.schema = "Member", .limit = kSmallBody},
                     .success = {.schema = "Member", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PutMember});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/members/{member}/reset",
                     .operation = "resetPassword",
                     .access = Permission::kMembersWrite,
                     .text = "Lets a member choose a password anew within an hour; needs a fresh login. The token is "
                             "shown here only.",
                     .tag = "members",
                     .success = {.status = 201, .schema = "Ticket", .is_secret = true},
                     .faults = {409},
                     .call = PostReset});
}

void AddTeams(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = "/api/v1/teams",
                     .operation = "listTeams",
                     .access = Permission::kRolesRead,
                     .text = "Lists teams by key.",
                     .tag = "teams",
                     .query = Paging(),
                     .success = {.schema = "TeamPage"},
                     .call = ListTeams});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/teams",
                     .operation = "createTeam",
                     .access = Permission::kRolesWrite,
                     .text = "Makes a team.",
                     .tag = "teams",
                     .body = {.schema = "Team", .limit = kLargeBody},
                     .success = {.status = 201, .schema = "Team", .has_etag = true},
                     .faults = {409},
                     .call = PostTeam});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/teams/{team}",
                     .operation = "getTeam",
                     .access = Permission::kRolesRead,
                     .text = "Reads a team.",
                     .tag = "teams",
                     .success = {.schema = "Team", .has_etag = true},
                     .call = GetTeam});
  routes->push_back({.method = "PUT",
                     .path = "/api/v1/teams/{team}",
                     .operation = "replaceTeam",
                     .access = Permission::kRolesWrite,
                     .text = "Replaces a team. Who joins or leaves signs in anew.",
                     .tag = "teams",
                     .body = {.schema = "Team", .limit = kLargeBody},
                     .success = {.schema = "Team", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PutTeam});
  routes->push_back({.method = "DELETE",
                     .path = "/api/v1/teams/{team}",
                     .operation = "removeTeam",
                     .access = Permission::kRolesWrite,
                     .text = "Removes a team. 409 while a binding names it.",
                     .tag = "teams",
                     .success = {.status = 204},
                     .faults = {409},
                     .call = DeleteTeam});
}

void AddRoles(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = "/api/v1/roles",
                     .operation = "listRoles",
                     .access = Permission::kRolesRead,
                     .text = "Lists roles by key.",
                     .tag = "roles",
                     .query = Paging(),
                     .success = {.schema = "RolePage"},
                     .call = ListRoles});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/roles",
                     .operation = "createRole",
                     .access = Permission::kRolesWrite,
                     .text = "Makes a role: a named set of permissions. Nobody gives what they may not do.",
                     .tag = "roles",
                     .body = {.schema = "Role", .limit = kLargeBody},
                     .success = {.status = 201, .schema = "Role", .has_etag = true},
                     .faults = {409},
                     .call = PostRole});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/roles/{role}",
                     .operation = "getRole",
                     .access = Permission::kRolesRead,
                     .text = "Reads a role.",
                     .tag = "roles",
                     .success = {.schema = "Role", .has_etag = true},
                     .call = GetRole});
  routes->push_back({.method = "PUT",
                     .path = "/api/v1/roles/{role}",
                     .operation = "replaceRole",
                     .access = Permission::kRolesWrite,
                     .text = "Replaces a role. In force with the next request.",
                     .tag = "roles",
                     .body = {.schema = "Role", .limit = kLargeBody},
                     .success = {.schema = "Role", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PutRole});
  routes->push_back({.method = "DELETE",
                     .path = "/api/v1/roles/{role}",
                     .operation = "removeRole",
                     .access = Permission::kRolesWrite,
                     .text = "Removes a role. 409 while a binding names it.",
                     .tag = "roles",
                     .success = {.status = 204},
                     .faults = {409},
                     .call = DeleteRole});
}

void AddBindings(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = "/api/v1/bindings",
                     .operation = "listBindings",
                     .access = Permission::kRolesRead,
                     .text = "Lists who has which role where.",
                     .tag = "roles",
                     .query = Paging(),
                     .success = {.schema = "BindingPage"},
                     .call = ListBindings});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/bindings",
                     .operation = "createBinding",
                     .access = Permission::kRolesWrite,
                     .text = "Gives a member, a team or an API token a role: everywhere, in a project, or in an "
                             "environment.",
                     .tag = "roles",
                     .body = {.schema = "Binding", .limit = kSmallBody},
                     .success = {.status = 201, .schema = "Binding", .has_etag = true},
                     .faults = {409},
                     .call = PostBinding});
  routes->push_back({.method = "DELETE",
                     .path = "/api/v1/bindings/{binding}",
                     .operation = "removeBinding",
                     .access = Permission::kRolesWrite,
                     .text = "Takes the role away, at once.",
                     .tag = "roles",
                     .success = {.status = 204},
                     .faults = {409},
                     .call = DeleteBinding});
}

void AddTokens(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = "/api/v1/tokens",
                     .operation = "listTokens",
                     .access = Need::kSignedIn,
                     .text = "Lists API tokens without their secrets: those of the caller, and all of them with "
                             "tokens.write.",
                     .tag = "tokens",
                     .query = Paging(),
                     .success = {.schema = "TokenPage"},
                     .call = ListTokens});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/tokens",
                     .operation = "createToken",
                     .access = Need::kSignedIn,
                     .text = "Makes an API token that belongs to the caller and never permits more than they may do. "
                             "It is shown here only.",
                     .tag = "tokens",
                     .body = {.schema = "TokenRequest", .limit = kLargeBody},
                     .success = {.status = 201, .schema = "NewToken", .is_secret = true},
                     .faults = {409},
                     .call = PostToken});
  routes->push_back({.method = "DELETE",
                     .path = "/api/v1/tokens/{token}",
                     .operation = "revokeToken",
                     .access = Need::kSignedIn,
                     .text = "Revokes an API token at once.",
                     .tag = "tokens",
                     .success = {.status = 204},
                     .faults = {409},
                     .call = DeleteToken});
}

}  // namespace

void AddPeopleRoutes(std::vector<Route>* routes) {
  AddSession(routes);
  AddAccount(routes);
  AddMembers(routes);
  AddTeams(routes);
  AddRoles(routes);
  AddBindings(routes);
  AddTokens(routes);
}

}  // namespace expt::api
