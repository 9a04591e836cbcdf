// Signing in and out, and who is behind a session or a token.
#include <utility>

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
using storage::LoginSession;

constexpr size_t kMaxAgentSize = 256;
constexpr std::string_view kDeviceSecret = "device_secret";  // a setting; stored, never renamed

std::string_view BytesOfDigest(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Sent where the password was right: the client asks for a code then.
Fault CodeNeeded(bool has_code) {
  Fault fault = Unauthenticated();
  fault.detail = "the account has a second factor";
  fault.errors = {{"/totp", has_code ? "expected a code of the app that was not used before, or a recovery code"
                                     : "expected a code of the app, or a recovery code"}};
  return fault;
}

}  // namespace

std::string Lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::pair<std::string_view, std::string_view> SplitSecret(std::string_view text) {
  const size_t dot = text.find('.');
  return {text.substr(0, dot), dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1)};
}

bool IsSecretOf(std::string_view secret, const Digest& hash) {
  const bool is_equal = host::EqualConstantTime(BytesOfDigest(host::Sha256(secret)), BytesOfDigest(hash));
  return is_equal && hash != Digest{};
}

// One of the few places in which a password may be hashed now.
class People::HashSlot {
 public:
  explicit HashSlot(std::counting_semaphore<>& slots) : slots_(slots), is_taken_(slots.try_acquire()) {}
  ~HashSlot() {
    if (is_taken_) slots_.release();
  }
  HashSlot(const HashSlot&) = delete;
  HashSlot& operator=(const HashSlot&) = delete;
  bool is_taken() const { return is_taken_; }
  static Fault Busy() {
    return {.status = 503, .title = "busy", .detail = "too many passwords are being checked; try again"};
  }

 private:
  std::counting_semaphore<>& slots_;
  const bool is_taken_;
};

Result<std::string> People::HashOf(std::string_view password) {
  const HashSlot slot(hash_slots_);
  if (!slot.is_taken()) return HashSlot::Busy();
  const absl::StatusOr<std::string> hash = host::HashPassword(password);
  if (!hash.ok()) return HashSlot::Busy();
  return *hash;
}

Result<bool> People::IsPassword(const std::string& hash, std::string_view password) {
  const HashSlot slot(hash_slots_);
  if (!slot.is_taken()) return HashSlot::Busy();
  std::call_once(prepared_, [this] {
    const absl::StatusOr<std::string> made = host::HashPassword(NewSecret());
    if (made.ok()) nobodys_password_ = *made;
  });
  const bool is_right = host::VerifyPassword(hash.empty() ? nobodys_password_ : hash, password);
  return is_right && !hash.empty();
}

std::string People::DeviceMac(std::string_view text) {
  const absl::StatusOr<std::string> secret = state_.KeepSetting(kDeviceSecret, NewSecret());
  // Without the store no device is known, and no sign-in can succeed.
  return Base64Url(host::HmacSha256(secret.ok() ? *secret : NewSecret(), text));
}

bool People::IsDeviceOf(std::string_view email, std::string_view device) {
  const size_t dot = device.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view text = device.substr(0, dot);
  if (!host::EqualConstantTime(DeviceMac(text), device.substr(dot + 1))) return false;
  const auto account = state_.FindAccountByEmail(Lowered(email));
  return account.ok() && account->has_value() && (*account)->member == text.substr(0, text.find('.'));
}

SignedIn People::NewSession(const Call& call, const Principal& principal, const Browser& browser,
                            storage::Change* change) {
  const std::string secret = NewSecret();
  LoginSession session{.id = NewId("ses_"),
                       .secret_hash = host::Sha256(secret),
                       .principal = principal.id,
                       .created_ms = Milliseconds(call.now),
                       .used_ms = Milliseconds(call.now),
                       .address = call.address,
                       .agent = browser.agent.substr(0, kMaxAgentSize)};
  SignedIn signed_in{.cookie = session.id + "." + secret, .principal = principal};
  signed_in.principal.session = session.id;
  change->actor = principal.actor();
  change->notes.push_back({.action = "sign_in", .subject = {"", "", "session", session.id}});
  change->people.end_sessions_before_ms = Milliseconds(call.now) - options_.session_max.count();
  if (const auto [id, old_secret] = SplitSecret(browser.session); !id.empty()) {
    const auto old = state_.FindSession(id);
    if (old.ok() && old->has_value() && IsSecretOf(old_secret, (*old)->secret_hash)) {
      change->people.end_sessions.push_back((*old)->id);
    }
  }
  change->people.sessions.push_back(std::move(session));
  return signed_in;
}

Result<SignedIn> People::SignIn(const Call& call, const json& body, const Browser& browser) {
  Problems problems;
  ObjectReader object(body, "", problems);
  const std::string email = Lowered(object.Text("email", true));
  const std::string password = object.Text("password", true, kMaxPasswordSizeBytes);
  const std::string code = object.Text("totp", false, 64);
  object.RefuseOthers();
  if (!problems.empty()) return Invalid("session", std::move(problems));
  const auto found = state_.FindAccountByEmail(email);
  if (!found.ok()) return StorageFault(found.status());
  const Account checked = found->value_or(Account{});
  const Result<bool> is_right = IsPassword(checked.password, password);
  if (!is_right.ok()) return is_right.fault();
  if (!*is_right) return Unauthenticated();
  // With another strength than today's it is made anew, while the password is known.
  std::string better_hash;
  if (host::IsOutdatedHash(checked.password)) {
    if (Result<std::string> hash = HashOf(password); hash.ok()) better_hash = *std::move(hash);
  }

  const std::lock_guard lock(writing_);
  const auto current = state_.FindAccount(checked.member);
  if (!current.ok()) return StorageFault(current.status());
  const Result<storage::Document> member = FindDocument(storage::kMemberKind, checked.member);
  if (!member.ok()) return member.fault();
  const json about = json::parse(member->body);
  if (!current->has_value() || (*current)->password != checked.password || about["state"] != "active") {
    return Unauthenticated();
  }
  Account account = **current;
  storage::Change change = ChangeBy(call);
  if (account.is_totp_confirmed) {
    const storage::RecoveryCode recovery_code{account.member, host::Sha256(Lowered(code))};
    const auto has_code = state_.HasRecoveryCode(recovery_code);
    if (!has_code.ok()) return StorageFault(has_code.status());
    if (const auto step = MatchTotp(account.totp_secret, code, Milliseconds(call.now), account.totp_step)) {
      account.totp_step = *step;
    } else if (*has_code) {
      change.people.spent_codes.push_back(recovery_code);
      change.notes.push_back({.action = "spend_recovery_code", .subject = member->name});
    } else {
      return CodeNeeded(!code.empty());
    }
  }
  if (!better_hash.empty()) account.password = std::move(better_hash);
  change.people.accounts.push_back(account);
  Result<std::shared_ptr<const Rights>> rights = RightsOf(account);
  if (!rights.ok()) return rights.fault();
  const Principal principal{.id = account.member,
                            .name = about["name"],
                            .email = account.email,
                            .rights = *std::move(rights)};
  SignedIn signed_in = NewSession(call, principal, browser, &change);
  const std::string device = account.member + "." + NewSalt();
  signed_in.device = device + "." + DeviceMac(device);
  if (const Result<Done> done = Commit(change); !done.ok()) return done.fault();
  return signed_in;
}

Result<SignedIn> People::SignInWithToken(const Call& call, const Principal& principal, const Browser& browser) {
  const std::lock_guard lock(writing_);
  storage::Change change = ChangeBy(call);
  SignedIn signed_in = NewSession(call, principal, browser, &change);
  if (const Result<Done> done = Commit(change); !done.ok()) return done.fault();
  return signed_in;
}

void People::NoteRefusal(const Call& call, std::string_view email) {
  const auto account = state_.FindAccountByEmail(Lowered(email));
  if (!account.ok()) return;
  storage::Change change = ChangeBy(call);
  change.actor = "anybody";
  // What was typed may be a password: an address that is nobody's is not kept.
  const std::string member = account->has_value() ? (*account)->member : "";
  change.notes.push_back({.action = "refuse_sign_in", .subject = {"", "", std::string(storage::kMemberKind), member}});
  (void)state_.Commit(change);  // the refusal stands without it
}

void People::NoteDenial(const Call& call, const Denial& denial) {
  storage::Change change = ChangeBy(call);
  // A key that is none was never part of a document's name, and is not let in here.
  const auto named = [](const std::string& key) { return IsKey(key) ? key : std::string(); };
  change.notes.push_back({.action = "deny",
                          .subject = {named(denial.project), named(denial.environment), "route", denial.route},
                          .after = Dump(nlohmann::json{{"method", denial.method}, {"status", denial.status}})});
  (void)state_.Commit(change);  // the request is refused in any case
}

Result<Done> People::SignOut(const Call& call, std::string_view cookie) {
  const auto [id, secret] = SplitSecret(cookie);
  const std::lock_guard lock(writing_);
  const auto session = state_.FindSession(id);
  if (!session.ok()) return StorageFault(session.status());
  if (!session->has_value() || !IsSecretOf(secret, (*session)->secret_hash)) return Done{};
  storage::Change change = ChangeBy(call);
  change.actor = Principal{.id = (*session)->principal, .name = "", .rights = nullptr}.actor();
  change.people.end_sessions = {(*session)->id};
  change.notes.push_back({.action = "sign_out", .subject = {"", "", "session", (*session)->id}});
  return Commit(change);
}

Result<std::shared_ptr<const Rights>> People::RightsOf(const Account& account) {
  absl::StatusOr<std::vector<Grant>> grants = book_.GrantsOf(account.member);
  if (!grants.ok()) return StorageFault(grants.status());
  const bool is_withheld = options_.admins_need_totp && !account.is_totp_confirmed;
  return std::shared_ptr<const Rights>(std::make_shared<Rights>(
      *std::move(grants), nullptr, is_withheld ? AdminPermissions() : PermissionSet()));
}

bool People::IsOpen(const LoginSession& session, Time now) const {
  const int64_t now_ms = Milliseconds(now);
  return now_ms - session.created_ms < options_.session_max.count() &&
         now_ms - session.used_ms < options_.session_idle.count();
}

Result<Principal> People::AuthenticateSession(const Call& call, std::string_view cookie) {
  const auto [id, secret] = SplitSecret(cookie);
  const auto found = state_.FindSession(id);
  if (!found.ok()) return StorageFault(found.status());
  const LoginSession session = found->value_or(LoginSession{});
  if (!IsSecretOf(secret, session.secret_hash)) return Unauthenticated();
  if (!IsOpen(session, call.now)) return Unauthenticated();
  const int64_t now_ms = Milliseconds(call.now);
  Result<Principal> principal = PrincipalOf(call, session.principal);
  if (!principal.ok()) return principal.fault();
  principal->session = session.id;
  principal->is_fresh = now_ms - session.created_ms < options_.fresh.count();
  // Written once a minute. A session that is not lengthened ends too early at worst.
  (void)state_.TouchSession(session.id, now_ms);
  return principal;
}

Result<Principal> People::PrincipalOf(const Call& call, std::string_view id) {
  if (!id.starts_with("mem_")) {
    const auto credential = state_.FindCredential(id);
    if (!credential.ok()) return StorageFault(credential.status());
    if (!credential->has_value() || (*credential)->revoked_ms != 0) return Unauthenticated();
    return HolderOf(call, {(*credential)->id, (*credential)->name, (*credential)->scope});
  }
  const Result<storage::Document> member = FindDocument(storage::kMemberKind, id);
  if (!member.ok()) return member.fault().status == 404 ? Unauthenticated() : member.fault();
  const json about = json::parse(member->body);
  if (about["state"] != "active") return Unauthenticated();
  const auto account = state_.FindAccount(id);
  if (!account.ok() || !account->has_value()) return StorageFault(account.status());
  Result<std::shared_ptr<const Rights>> rights = RightsOf(**account);
  if (!rights.ok()) return rights.fault();
  return Principal{
      .id = std::string(id), .name = about["name"], .email = (*account)->email, .rights = *std::move(rights)};
}

Result<Principal> People::HolderOf(const Call& call, const ApiToken& token) {
  const auto terms = state_.FindTokenTerms(token.id);
  if (!terms.ok()) return StorageFault(terms.status());
  std::shared_ptr<const Rights> ceiling;
  if (terms->has_value()) {
    if ((*terms)->expires_ms != 0 && (*terms)->expires_ms <= Milliseconds(call.now)) return Unauthenticated();
    if (!(*terms)->owner.empty()) {
      const Result<Principal> owner = PrincipalOf(call, (*terms)->owner);
      if (!owner.ok()) return owner.fault();
      ceiling = owner->rights;
    }
  }
  absl::StatusOr<std::vector<Grant>> grants = book_.GrantsOf(token.id);
  if (!grants.ok()) return StorageFault(grants.status());
  if (const std::optional<Role> role = RoleByName(token.role)) grants->push_back({.permissions = PermissionsOf(*role)});
  return Principal{.id = token.id,
                   .name = token.name,
                   .rights = std::make_shared<Rights>(*std::move(grants), std::move(ceiling)),
                   .owner = terms->has_value() ? (*terms)->owner : ""};
}

}  // namespace expt::service
