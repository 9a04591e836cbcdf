// Members and their own accounts.
#include <algorithm>
#include <array>
#include <utility>

#include "control-plane/service/instant.h"
#include "control-plane/service/json_reader.h"
#include "control-plane/service/password_rules.h"
#include "control-plane/service/people.h"
#include "control-plane/service/people_parts.h"
#include "control-plane/service/stored.h"
#include "control-plane/service/totp.h"
#include "control-plane/storage/document_kinds.h"
#include "src/host/crypto.h"
#include "src/host/password.h"

namespace expt::service {
namespace {

using nlohmann::json;
using storage::Account;
using storage::Document;
using storage::kMemberKind;

constexpr size_t kMaxEmailSize = 254;  // RFC 5321
constexpr size_t kRecoveryCodes = 10;

// An address as people write it. Whether mail arrives there is not known before somebody answers.
std::string ReadEmail(ObjectReader& object) {
  const std::string email = Lowered(object.Text("email", true, kMaxEmailSize));
  const size_t at = email.find('@');
  const bool is_printable = std::all_of(email.begin(), email.end(), [](char c) { return c > ' ' && c != '\x7f'; });
  if (!email.empty() &&
      (at == 0 || at == std::string::npos || at + 1 == email.size() || email.find('@', at + 1) != email.npos ||
       !is_printable)) {
    object.Report("email", "expected an e-mail address");
  }
  return email;
}

std::string ReadPassword(ObjectReader& object, const char* name, std::string_view email) {
  std::string password = object.Text(name, true, 1u << 16);
  if (password.empty()) return password;
  if (std::string problem = PasswordProblem(password, email); !problem.empty()) {
    object.Report(name, std::move(problem));
  }
  return password;
}

storage::DocumentName MemberName(std::string_view member) {
  return {"", "", std::string(kMemberKind), std::string(member)};
}

storage::DocumentWrite MemberWrite(std::string_view member, const json& body, int64_t revision) {
  return {.name = MemberName(member), .id = std::string(member), .body = Dump(body), .revision = revision};
}

// Of what concerns sessions: all of them end, and so do invitations and resets.
storage::PeopleChange WithNewPassword(Account account, std::string hash) {
  account.password = std::move(hash);
  storage::PeopleChange people;
  people.void_tickets_of = {account.member};
  people.end_sessions_of = {account.member};
  people.accounts = {std::move(account)};
  return people;
}

// 80 random bits, as people can type them: "k3m2-…".
std::string NewRecoveryCode() {
  std::array<uint8_t, 10> bytes;
  host::RandomBytes(bytes);
  std::string code;
  for (const char c : Base32({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) {
    if (code.size() % 5 == 4) code += '-';
    code += c;
  }
  return Lowered(code);
}

}  // namespace

People::People(storage::StateStore& state, const PeopleOptions& options)
    : state_(state), options_(options), book_(state), hash_slots_(std::max(1, options.max_hashes)) {}

Result<Document> People::FindDocument(std::string_view kind, std::string_view key) {
  const auto document = state_.Find({"", "", std::string(kind), std::string(key)});
  if (!document.ok()) return StorageFault(document.status());
  if (!document->has_value() || (*document)->is_archived) return NotFound(Named(kind, key));
  return **document;
}

Result<Page> People::ListDocuments(std::string_view kind, const ListOptions& options) {
  const size_t limit = LimitOf(options);
  const auto documents = state_.List({"", "", std::string(kind), ""}, options.cursor, limit + 1, options.archived);
  if (!documents.ok()) return StorageFault(documents.status());
  return PageOf(*documents, limit);
}

Result<Versioned> People::Answer(std::string_view kind, std::string_view key) {
  const Result<Document> document = FindDocument(kind, key);
  if (!document.ok()) return document.fault();
  return AnswerOf(*document);
}

Result<Done> People::Commit(const storage::Change& change, const storage::DocumentName& name) {
  const auto committed = state_.Commit(change);
  book_.Forget();
  if (!committed.ok()) return CommitFault(committed.status(), name);
  return Done{};
}

std::optional<Fault> People::NeedFresh(const Principal& principal) const {
  if (principal.is_fresh) return std::nullopt;
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(options_.fresh);
  return Fault{.status = 403,
               .title = "sign in again",
               .detail = "this needs a login of the last " + std::to_string(minutes.count()) + " minutes"};
}

Result<Account> People::AccountOf(const Principal& principal) {
  const auto account = state_.FindAccount(principal.id);
  if (!account.ok()) return StorageFault(account.status());
  if (!account->has_value()) return NotFound("an API token has no account");
  return **account;
}

Result<json> People::IssueTicket(const Caller& caller, storage::Change change, const Account& account,
                                 std::string_view purpose) {
  const std::string secret = NewSecret();
  const int64_t expires_ms = Milliseconds(caller.call.now) + options_.ticket_life.count();
  storage::Ticket ticket{NewId("tkt_"), host::Sha256(secret), account.member, std::string(purpose), expires_ms};
  const std::string token = ticket.id + "." + secret;
  change.people.void_tickets_of.push_back(account.member);
  change.people.tickets.push_back(std::move(ticket));
  change.notes.push_back({.action = "issue_" + std::string(purpose), .subject = MemberName(account.member)});
  if (const Result<Done> done = Commit(change, MemberName(account.member)); !done.ok()) return done.fault();
  const Result<Versioned> member = GetMember(account.member);
  if (!member.ok()) return member.fault();
  return json{{"member", member->body}, {"token", token}, {"expires", FormatInstant(expires_ms)}};
}

Result<json> People::Invite(const Caller& caller, const json& body) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string email = ReadEmail(object);
  const std::string name = object.Text("name", false, 256);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("member", std::move(problems));
  const std::lock_guard lock(writing_);
  const auto taken = state_.FindAccountByEmail(email);
  if (!taken.ok()) return StorageFault(taken.status());
  if (taken->has_value()) return Conflict("another member has this e-mail address");
  const Account account{.member = NewId("mem_"), .email = email};
  storage::Change change = ChangeBy(caller.call);
  change.writes.push_back(MemberWrite(account.member, {{"email", email}, {"name", name}, {"state", "invited"}}, 0));
  change.people.accounts.push_back(account);
  return IssueTicket(caller, std::move(change), account, "invite");
}

Result<Versioned> People::GetMember(std::string_view member) { return Answer(kMemberKind, member); }

Result<Page> People::ListMembers(const ListOptions& options) { return ListDocuments(kMemberKind, options); }

Result<Versioned> People::ReplaceMember(const Caller& caller, std::string_view member, const json& body,
                                        std::optional<int64_t> revision) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string email = ReadEmail(object);
  const std::string name = object.Text("name", false, 256);
  const bool is_disabled = object.Word("state", {"invited", "active", "disabled"}) == "disabled";
  object.Allow({"id", "created", "updated", "archived"});
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("member", std::move(problems));
  const std::lock_guard lock(writing_);
  const Result<Document> document = FindDocument(kMemberKind, member);
  if (!document.ok()) return document.fault();
  if (revision.has_value() && *revision != document->revision) {
    return CommitFault(absl::AbortedError(""), document->name);
  }
  auto account = state_.FindAccount(member);
  if (!account.ok() || !account->has_value()) return StorageFault(account.status());
  if (is_disabled && member == caller.principal.id) return Conflict("nobody can disable themselves");
  if (auto fault = NeedCoverOf(caller, member)) return *fault;

  storage::Change change = ChangeBy(caller.call);
  if (email != (*account)->email) {
    if (auto fault = NeedFresh(caller.principal)) return *fault;
    const auto taken = state_.FindAccountByEmail(email);
    if (!taken.ok()) return StorageFault(taken.status());
    if (taken->has_value()) return Conflict("another member has this e-mail address");
    (*account)->email = email;
    change.people.accounts.push_back(**account);
    change.people.void_tickets_of = {std::string(member)};
  }
  if (is_disabled) {
    change.people.void_tickets_of = {std::string(member)};
    change.people.end_sessions_of = {std::string(member)};
  }
  const char* state = is_disabled ? "disabled" : (*account)->password.empty() ? "invited" : "active";
  change.writes.push_back(
      MemberWrite(member, {{"email", email}, {"name", name}, {"state", state}}, document->revision));
  if (const Result<Done> done = Commit(change, document->name); !done.ok()) return done.fault();
  return GetMember(member);
}

Result<json> People::ResetPassword(const Caller& caller, std::string_view member) {
  if (auto fault = NeedFresh(caller.principal)) return *fault;
  const std::lock_guard lock(writing_);
  const Result<Document> document = FindDocument(kMemberKind, member);
  if (!document.ok()) return document.fault();
  const std::string state = json::parse(document->body)["state"];
  if (state == "disabled") return Conflict(Named("member", member) + " is disabled");
  if (auto fault = NeedCoverOf(caller, member)) return *fault;
  const auto account = state_.FindAccount(member);
  if (!account.ok() || !account->has_value()) return StorageFault(account.status());
  return IssueTicket(caller, ChangeBy(caller.call), **account, state == "invited" ? "invite" : "reset");
}

Result<Done> People::RedeemTicket(const Call& call, const json& body) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string token = object.Text("token", true);
  if (!problems.empty()) return Invalid("password", std::move(problems));
  const auto [id, secret] = SplitSecret(token);
  // Asked twice: the hash is made in between, without the lock.
  const auto find = [&]() -> Result<storage::Ticket> {
    const auto ticket = state_.FindTicket(id);
    if (!ticket.ok()) return StorageFault(ticket.status());
    const storage::Ticket found = ticket->value_or(storage::Ticket{});
    if (!IsSecretOf(secret, found.secret_hash) || found.expires_ms <= Milliseconds(call.now)) return Unauthenticated();
    return found;
  };
  const Result<storage::Ticket> ticket = find();
  if (!ticket.ok()) return ticket.fault();
  const auto account = state_.FindAccount(ticket->member);
  if (!account.ok() || !account->has_value()) return StorageFault(account.status());
  const std::string password = ReadPassword(object, "password", (*account)->email);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("password", std::move(problems));
  Result<std::string> hash = HashOf(password);
  if (!hash.ok()) return hash.fault();

  const std::lock_guard lock(writing_);
  if (const Result<storage::Ticket> again = find(); !again.ok()) return again.fault();
  const Result<Document> document = FindDocument(kMemberKind, ticket->member);
  if (!document.ok()) return document.fault();
  const auto current = state_.FindAccount(ticket->member);
  if (!current.ok() || !current->has_value()) return StorageFault(current.status());
  storage::Change change = ChangeBy(call);
  change.actor = "member " + ticket->member;
  change.people = WithNewPassword(**current, *std::move(hash));
  change.notes.push_back({.action = "set_password", .subject = document->name});
  json member = json::parse(document->body);
  if (member["state"] == "invited") {
    member["state"] = "active";
    change.writes.push_back(MemberWrite(ticket->member, member, document->revision));
  }
  return Commit(change, document->name);
}

std::optional<Fault> People::CheckFirstMember(const json& body) {
  Problems problems;
  ObjectReader object(body, "", problems);
  object.Allow({"token"});
  ReadPassword(object, "password", ReadEmail(object));
  object.Text("name", false, 256);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("setup", std::move(problems));
  return std::nullopt;
}

Result<json> People::AddFirstMember(const Call& call, const json& body) {
  const std::string email = Lowered(body["email"].get<std::string>());
  Result<std::string> hash = HashOf(body["password"].get<std::string>());
  if (!hash.ok()) return hash.fault();
  const std::lock_guard lock(writing_);
  const std::string member = NewId("mem_");
  const std::string binding = NewId("bnd_");
  storage::Change change = ChangeBy(call);
  change.writes.push_back(
      MemberWrite(member, {{"email", email}, {"name", body.value("name", "")}, {"state", "active"}}, 0));
  change.writes.push_back({.name = {"", "", std::string(storage::kBindingKind), binding},
                           .id = binding,
                           .body = Dump({{"member", member},
                                         {"role", RoleName(Role::kAdmin)},
                                         {"project", nullptr},
                                         {"environment", nullptr}})});
  change.people.accounts.push_back({.member = member, .email = email, .password = *std::move(hash)});
  if (const Result<Done> done = Commit(change, change.writes.front().name); !done.ok()) return done.fault();
  const Result<Versioned> answer = GetMember(member);
  if (!answer.ok()) return answer.fault();
  return answer->body;
}

Result<Done> People::ChangeAccount(const Caller& caller, std::string_view action, const Account& account,
                                   storage::PeopleChange more) {
  storage::Change change = ChangeBy(caller.call);
  change.people = std::move(more);
  change.people.accounts = {account};
  change.notes.push_back({.action = std::string(action), .subject = MemberName(account.member)});
  return Commit(change, MemberName(account.member));
}

Result<Done> People::ChangePassword(const Caller& caller, const json& body) {
  if (auto fault = NeedFresh(caller.principal)) return *fault;
  const Result<Account> account = AccountOf(caller.principal);
  if (!account.ok()) return account.fault();
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string old_password = object.Text("password", true, kMaxPasswordSizeBytes);
  const std::string new_password = ReadPassword(object, "new_password", account->email);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("password", std::move(problems));
  const Result<bool> is_right = IsPassword(account->password, old_password);
  if (!is_right.ok()) return is_right.fault();
  if (!*is_right) return Invalid("password", {{"/password", "expected the password of today"}});
  Result<std::string> hash = HashOf(new_password);
  if (!hash.ok()) return hash.fault();
  const std::lock_guard lock(writing_);
  const Result<Account> current = AccountOf(caller.principal);
  if (!current.ok()) return current.fault();
  if (current->password != account->password) return Conflict("the password was changed meanwhile");
  storage::PeopleChange people = WithNewPassword(*current, *std::move(hash));
  const Account changed = people.accounts.front();
  return ChangeAccount(caller, "set_password", changed, std::move(people));
}

Result<Done> People::ChangeEmail(const Caller& caller, const json& body) {
  if (auto fault = NeedFresh(caller.principal)) return *fault;
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string email = ReadEmail(object);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("e-mail address", std::move(problems));
  const std::lock_guard lock(writing_);
  Result<Account> account = AccountOf(caller.principal);
  if (!account.ok()) return account.fault();
  const Result<Document> document = FindDocument(kMemberKind, account->member);
  if (!document.ok()) return document.fault();
  if (account->email == email) return Done{};
  const auto taken = state_.FindAccountByEmail(email);
  if (!taken.ok()) return StorageFault(taken.status());
  if (taken->has_value()) return Conflict("another member has this e-mail address");
  account->email = email;
  json member = json::parse(document->body);
  member["email"] = email;
  storage::Change change = ChangeBy(caller.call);
  change.writes.push_back(MemberWrite(account->member, member, document->revision));
  change.people.accounts = {*account};
  change.people.void_tickets_of = {account->member};
  return Commit(change, document->name);
}

Result<json> People::EnrolTotp(const Caller& caller) {
  if (auto fault = NeedFresh(caller.principal)) return *fault;
  const std::lock_guard lock(writing_);
  Result<Account> account = AccountOf(caller.principal);
  if (!account.ok()) return account.fault();
  if (account->is_totp_confirmed) return Conflict("there is a second factor already: remove it first");
  account->totp_secret = NewTotpSecret();
  account->totp_step = 0;
  if (const Result<Done> done = ChangeAccount(caller, "enrol_totp", *account, {}); !done.ok()) return done.fault();
  return json{{"secret", Base32(account->totp_secret)}, {"uri", TotpUri(account->totp_secret, account->email)}};
}

Result<json> People::ConfirmTotp(const Caller& caller, const json& body) {
  if (auto fault = NeedFresh(caller.principal)) return *fault;
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string code = object.Text("code", true, 16);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("code", std::move(problems));
  const std::lock_guard lock(writing_);
  Result<Account> account = AccountOf(caller.principal);
  if (!account.ok()) return account.fault();
  if (account->totp_secret.empty() || account->is_totp_confirmed) return Conflict("no second factor waits for a code");
  const auto step = MatchTotp(account->totp_secret, code, Milliseconds(caller.call.now), account->totp_step);
  if (!step) return Invalid("code", {{"/code", "expected the code that the app shows now"}});
  account->is_totp_confirmed = true;
  account->totp_step = *step;
  storage::PeopleChange people;
  people.void_codes_of = {account->member};
  json codes = json::array();
  for (size_t i = 0; i < kRecoveryCodes; ++i) {
    const std::string recovery_code = NewRecoveryCode();
    people.codes.push_back({account->member, host::Sha256(recovery_code)});
    codes.push_back(recovery_code);
  }
  // The other browsers have signed in without it.
  const auto sessions = state_.ListSessions(account->member);
  if (!sessions.ok()) return StorageFault(sessions.status());
  for (const storage::LoginSession& session : *sessions) {
    if (session.id != caller.principal.session) people.end_sessions.push_back(session.id);
  }
  if (const Result<Done> done = ChangeAccount(caller, "confirm_totp", *account, std::move(people)); !done.ok()) {
    return done.fault();
  }
  return json{{"recovery_codes", std::move(codes)}};
}

Result<Done> People::RemoveTotp(const Caller& caller) {
  if (auto fault = NeedFresh(caller.principal)) return *fault;
  const std::lock_guard lock(writing_);
  Result<Account> account = AccountOf(caller.principal);
  if (!account.ok()) return account.fault();
  if (account->totp_secret.empty()) return Done{};
  account->totp_secret.clear();
  account->is_totp_confirmed = false;
  account->totp_step = 0;
  storage::PeopleChange people;
  people.void_codes_of = {account->member};
  return ChangeAccount(caller, "remove_totp", *account, std::move(people));
}

Result<Page> People::ListSessions(const Caller& caller) {
  const auto sessions = state_.ListSessions(caller.principal.id);
  if (!sessions.ok()) return StorageFault(sessions.status());
  Page page;
  for (const storage::LoginSession& session : *sessions) {
    if (!IsOpen(session, caller.call.now)) continue;
    page.items.push_back({{"id", session.id},
                          {"created", FormatInstant(session.created_ms)},
                          {"last_used", FormatInstant(session.used_ms)},
                          {"address", session.address},
                          {"agent", session.agent},
                          {"is_this", session.id == caller.principal.session}});
  }
  return page;
}

Result<Done> People::EndSession(const Caller& caller, std::string_view session) {
  const std::lock_guard lock(writing_);
  const auto found = state_.FindSession(session);
  if (!found.ok()) return StorageFault(found.status());
  if (!found->has_value() || (*found)->principal != caller.principal.id) return NotFound(Named("session", session));
  storage::Change change = ChangeBy(caller.call);
  change.people.end_sessions = {std::string(session)};
  change.notes.push_back({.action = "end_session", .subject = {"", "", "session", std::string(session)}});
  return Commit(change);
}

}  // namespace expt::service
