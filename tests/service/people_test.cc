// Members from their invitation to the day they leave: passwords, sessions, second factors, rights.
#include "control-plane/service/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>
#include <vector>

#include "control-plane/service/totp.h"
#include "tests/service/installation.h"

namespace expt::service {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kPassword[] = "correct horse battery";

class PeopleTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
    ASSERT_TRUE(service_->CreateProject(Call(), {{"key", "bank"}}).ok());
    MakePeople({});
  }
  void TearDown() override {
    people_.reset();
    Installation::TearDown();
  }
  void MakePeople(PeopleOptions options) { people_ = std::make_unique<People>(*state_, options); }

  service::Call Call() const { return Installation::Caller(); }
  // An administrator without an account, as setup makes one.
  const Principal& Admin() {
    admin_ = {.id = "tok_setup", .name = "setup", .rights = std::make_shared<Rights>(Rights::Everything())};
    return admin_;
  }
  struct By {
    service::Call call;
    Principal principal;
    operator service::Caller() const { return {call, principal}; }
  };
  By ByAdmin() { return {Call(), Admin()}; }
  By As(const Principal& principal) const { return {Call(), principal}; }

  json Redeem(const json& ticket, const std::string& password = kPassword) {
    return {{"token", ticket["token"]}, {"password", password}};
  }
  // The id of a new member with kPassword.
  std::string MakeMember(const std::string& email) {
    const json invited = Value(people_->Invite(ByAdmin(), {{"email", email}, {"name", "Ann"}}));
    Value(people_->RedeemTicket(Call(), Redeem(invited)));
    return invited["member"]["id"];
  }
  std::string Bind(const json& binding) { return Value(people_->CreateBinding(ByAdmin(), binding)).body["id"]; }

  Result<SignedIn> SignIn(const std::string& email, const std::string& password = kPassword,
                          const std::string& totp = "") {
    json body = {{"email", email}, {"password", password}};
    if (!totp.empty()) body["totp"] = totp;
    return people_->SignIn(Call(), body, {.agent = "test"});
  }
  // What the session may do now; nothing when it has ended.
  std::shared_ptr<const Rights> RightsOf(const SignedIn& session) {
    const auto principal = people_->AuthenticateSession(Call(), session.cookie);
    return principal.ok() ? principal->rights : nullptr;
  }
  bool IsOpen(const SignedIn& session) { return RightsOf(session) != nullptr; }
  std::string StateOf(const std::string& member) { return Value(people_->GetMember(member)).body["state"]; }
  Result<Versioned> SetState(const std::string& member, const std::string& state) {
    json body = Value(people_->GetMember(member)).body;
    body["state"] = state;
    return people_->ReplaceMember(ByAdmin(), member, body, std::nullopt);
  }
  std::vector<std::string> Actions() {
    std::vector<std::string> actions;
    for (const json& entry : Value(service_->ListAudit({}, {}, Rights::Everything())).items) {
      actions.push_back(entry["action"]);
    }
    return actions;
  }

  std::unique_ptr<People> people_;
  Principal admin_;
};

TEST_F(PeopleTest, AnInvitedMemberChoosesAPasswordOnceAndSignsIn) {
  const json invited = Value(people_->Invite(ByAdmin(), {{"email", "Ann@Example.com"}, {"name", "Ann"}}));
  const std::string member = invited["member"]["id"];
  EXPECT_EQ(invited["member"]["email"], "ann@example.com");
  EXPECT_EQ(StateOf(member), "invited");
  EXPECT_EQ(StatusOf(SignIn("ann@example.com")), 401);
  EXPECT_THAT(ProblemsOf(people_->RedeemTicket(Call(), Redeem(invited, "password"))),
              ElementsAre(HasSubstr("/password: expected a password that is not one of the most common")));
  Value(people_->RedeemTicket(Call(), Redeem(invited)));
  EXPECT_EQ(StateOf(member), "active");
  EXPECT_EQ(StatusOf(people_->RedeemTicket(Call(), Redeem(invited))), 401);
  const SignedIn session = Value(SignIn("ANN@example.com"));
  const Principal principal = Value(people_->AuthenticateSession(Call(), session.cookie));
  EXPECT_EQ(principal.actor(), "member " + member);
  EXPECT_EQ(principal.email, "ann@example.com");
  EXPECT_TRUE(principal.rights->At("shop", "prod").empty());  // nobody has said what Ann may do
}

TEST_F(PeopleTest, ATicketIsWorthlessAfterAnHourAfterANewerOneAndAfterAPasswordChange) {
  const json first = Value(people_->Invite(ByAdmin(), {{"email", "ann@example.com"}}));
  const std::string member = first["member"]["id"];
  const json second = Value(people_->ResetPassword(ByAdmin(), member));
  EXPECT_EQ(StatusOf(people_->RedeemTicket(Call(), Redeem(first))), 401);
  now_ += hours(1);
  EXPECT_EQ(StatusOf(people_->RedeemTicket(Call(), Redeem(second))), 401);
  const json third = Value(people_->ResetPassword(ByAdmin(), member));
  now_ += minutes(59);
  Value(people_->RedeemTicket(Call(), Redeem(third)));

  const json reset = Value(people_->ResetPassword(ByAdmin(), member));
  const SignedIn session = Value(SignIn("ann@example.com"));
  const Principal ann = Value(people_->AuthenticateSession(Call(), session.cookie));
  Value(people_->ChangePassword(As(ann), {{"password", kPassword}, {"new_password", "another long text"}}));
  EXPECT_EQ(StatusOf(people_->RedeemTicket(Call(), Redeem(reset))), 401);
  EXPECT_EQ(StatusOf(SignIn("ann@example.com")), 401);
  EXPECT_TRUE(SignIn("ann@example.com", "another long text").ok());
}

TEST_F(PeopleTest, WhoIsUnknownInvitedOrDisabledGetsTheAnswerOfAWrongPassword) {
  MakeMember("ann@example.com");
  Value(people_->Invite(ByAdmin(), {{"email", "invited@example.com"}}));
  const std::string disabled = MakeMember("disabled@example.com");
  Value(SetState(disabled, "disabled"));
  const auto wrong = SignIn("ann@example.com", "a wrong password");
  ASSERT_EQ(StatusOf(wrong), 401);
  for (const char* email : {"nobody@example.com", "invited@example.com", "disabled@example.com"}) {
    const auto refused = SignIn(email);
    ASSERT_EQ(StatusOf(refused), 401) << email;
    EXPECT_EQ(refused.fault().Text(), wrong.fault().Text()) << email;
    EXPECT_TRUE(refused.fault().errors.empty()) << email;
  }
}

TEST_F(PeopleTest, AnAddressIsOfOneMemberOnly) {
  MakeMember("ann@example.com");
  const std::string bob = MakeMember("bob@example.com");
  EXPECT_EQ(StatusOf(people_->Invite(ByAdmin(), {{"email", "ANN@example.com"}})), 409);
  EXPECT_EQ(
      StatusOf(people_->ReplaceMember(ByAdmin(), bob, {{"email", "ann@example.com"}, {"state", "active"}}, {})), 409);
  for (const char* wrong : {"", "ann", "@example.com", "ann@", "a@b@c", "a b@c"}) {
    EXPECT_EQ(StatusOf(people_->Invite(ByAdmin(), {{"email", wrong}})), 422) << wrong;
  }
  const Principal principal = Value(SignIn("bob@example.com")).principal;
  EXPECT_EQ(StatusOf(people_->ChangeEmail(As(principal), {{"email", "ann@example.com"}})), 409);
  Value(people_->ChangeEmail(As(principal), {{"email", "Robert@example.com"}}));
  EXPECT_TRUE(SignIn("robert@example.com").ok());
  EXPECT_EQ(StatusOf(SignIn("bob@example.com")), 401);
}

TEST_F(PeopleTest, ASessionEndsWhenIdleAndAfterItsLongestTime) {
  MakeMember("ann@example.com");
  const SignedIn idle = Value(SignIn("ann@example.com"));
  now_ += minutes(29);
  EXPECT_TRUE(IsOpen(idle));
  now_ += minutes(29);
  EXPECT_TRUE(IsOpen(idle));
  now_ += minutes(30);
  EXPECT_FALSE(IsOpen(idle));
  EXPECT_THAT(Value(people_->ListSessions(As(idle.principal))).items, IsEmpty());

  const SignedIn busy = Value(SignIn("ann@example.com"));
  for (int i = 0; i < 12 * 60 / 20 - 1; ++i) {
    now_ += minutes(20);
    ASSERT_TRUE(IsOpen(busy)) << i;
  }
  now_ += minutes(20);
  EXPECT_FALSE(IsOpen(busy));
}

TEST_F(PeopleTest, SigningInMakesANewSessionAndEndsTheOneOfTheSameBrowser) {
  MakeMember("ann@example.com");
  const SignedIn first = Value(SignIn("ann@example.com"));
  const SignedIn other = Value(SignIn("ann@example.com"));
  const json body = {{"email", "ann@example.com"}, {"password", kPassword}};
  const SignedIn second = Value(people_->SignIn(Call(), body, {.agent = "test", .session = first.cookie}));
  EXPECT_NE(first.cookie, second.cookie);
  EXPECT_FALSE(IsOpen(first));
  EXPECT_TRUE(IsOpen(second));
  EXPECT_TRUE(IsOpen(other));
  Value(people_->SignOut(Call(), second.cookie));
  EXPECT_FALSE(IsOpen(second));
  EXPECT_TRUE(IsOpen(other));
  // A cookie with the right id and another secret ends nothing.
  Value(people_->SignOut(Call(), other.cookie.substr(0, other.cookie.find('.')) + ".x"));
  EXPECT_TRUE(IsOpen(other));
}

TEST_F(PeopleTest, DisablingAPasswordChangeAndAResetEndAllSessionsAtOnce) {
  const std::string ann = MakeMember("ann@example.com");
  std::vector<SignedIn> sessions = {Value(SignIn("ann@example.com")), Value(SignIn("ann@example.com"))};
  Value(SetState(ann, "disabled"));
  for (const SignedIn& session : sessions) EXPECT_FALSE(IsOpen(session));
  EXPECT_EQ(StatusOf(people_->ResetPassword(ByAdmin(), ann)), 409);
  Value(SetState(ann, "active"));
  for (const SignedIn& session : sessions) EXPECT_FALSE(IsOpen(session));

  sessions = {Value(SignIn("ann@example.com")), Value(SignIn("ann@example.com"))};
  const json change = {{"password", kPassword}, {"new_password", "another long text"}};
  Value(people_->ChangePassword(As(sessions[0].principal), change));
  for (const SignedIn& session : sessions) EXPECT_FALSE(IsOpen(session));

  const SignedIn session = Value(SignIn("ann@example.com", "another long text"));
  Value(people_->RedeemTicket(Call(), Redeem(Value(people_->ResetPassword(ByAdmin(), ann)))));
  EXPECT_FALSE(IsOpen(session));
}

TEST_F(PeopleTest, MembersListAndEndTheirOwnSessionsOnly) {
  MakeMember("ann@example.com");
  MakeMember("bob@example.com");
  const SignedIn ann = Value(SignIn("ann@example.com"));
  const SignedIn elsewhere = Value(SignIn("ann@example.com"));
  const SignedIn bob = Value(SignIn("bob@example.com"));
  const Page sessions = Value(people_->ListSessions(As(ann.principal)));
  ASSERT_EQ(sessions.items.size(), 2u);
  for (const json& session : sessions.items) {
    EXPECT_EQ(session["is_this"], session["id"] == ann.principal.session);
    EXPECT_EQ(session["agent"], "test");
  }
  EXPECT_EQ(StatusOf(people_->EndSession(As(ann.principal), bob.principal.session)), 404);
  EXPECT_TRUE(IsOpen(bob));
  Value(people_->EndSession(As(ann.principal), elsewhere.principal.session));
  EXPECT_FALSE(IsOpen(elsewhere));
  EXPECT_TRUE(IsOpen(ann));
}

TEST_F(PeopleTest, PasswordsAddressesAndSecondFactorsNeedAFreshLogin) {
  MakeMember("ann@example.com");
  const SignedIn session = Value(SignIn("ann@example.com"));
  now_ += minutes(9);
  EXPECT_TRUE(Value(people_->AuthenticateSession(Call(), session.cookie)).is_fresh);
  now_ += minutes(1);
  const Principal ann = Value(people_->AuthenticateSession(Call(), session.cookie));
  EXPECT_FALSE(ann.is_fresh);
  const json change = {{"password", kPassword}, {"new_password", "another long text"}};
  EXPECT_EQ(StatusOf(people_->ChangePassword(As(ann), change)), 403);
  EXPECT_EQ(StatusOf(people_->ChangeEmail(As(ann), {{"email", "a@example.com"}})), 403);
  EXPECT_EQ(StatusOf(people_->EnrolTotp(As(ann))), 403);
  EXPECT_EQ(StatusOf(people_->RemoveTotp(As(ann))), 403);
  EXPECT_EQ(StatusOf(people_->CreateToken(As(ann), {{"name", "ci"}})), 403);
  EXPECT_EQ(StatusOf(people_->ResetPassword(As(ann), ann.id)), 403);
}

TEST_F(PeopleTest, AWrongPasswordOfTodayChangesNothing) {
  MakeMember("ann@example.com");
  const SignedIn session = Value(SignIn("ann@example.com"));
  const json change = {{"password", "not the password"}, {"new_password", "another long text"}};
  EXPECT_THAT(ProblemsOf(people_->ChangePassword(As(session.principal), change)),
              ElementsAre("/password: expected the password of today"));
  EXPECT_TRUE(IsOpen(session));
}

class TotpTest : public PeopleTest {
 protected:
  // Ann with a second factor; her session stays open.
  void Enrol() {
    MakeMember("ann@example.com");
    session_ = Value(SignIn("ann@example.com"));
    const json enrolled = Value(people_->EnrolTotp(As(session_.principal)));
    secret_ = (*state_->FindAccount(session_.principal.id))->totp_secret;
    EXPECT_EQ(enrolled["secret"], Base32(secret_));
    EXPECT_TRUE(SignIn("ann@example.com").ok());  // not in force yet
    EXPECT_EQ(StatusOf(people_->ConfirmTotp(As(session_.principal), {{"code", "000"}})), 422);
    codes_ = Value(people_->ConfirmTotp(As(session_.principal), {{"code", Code()}}))["recovery_codes"];
    ASSERT_EQ(codes_.size(), 10u);
  }
  std::string Code() const { return TotpCode(secret_, now_.time_since_epoch().count() / 30'000); }

  SignedIn session_;
  std::string secret_;
  std::vector<std::string> codes_;
};

TEST_F(TotpTest, EachCodeWorksOnce) {
  Enrol();
  const auto without = SignIn("ann@example.com");
  ASSERT_EQ(StatusOf(without), 401);
  EXPECT_THAT(ProblemsOf(without), ElementsAre("/totp: expected a code of the app, or a recovery code"));
  // Only who knows the password is told.
  EXPECT_THAT(ProblemsOf(SignIn("ann@example.com", "a wrong password", Code())), IsEmpty());
  EXPECT_EQ(StatusOf(SignIn("ann@example.com", kPassword, Code())), 401);  // it has confirmed the factor
  now_ += minutes(1);
  EXPECT_TRUE(SignIn("ann@example.com", kPassword, Code()).ok());
  EXPECT_EQ(StatusOf(SignIn("ann@example.com", kPassword, Code())), 401);
}

TEST_F(TotpTest, EachRecoveryCodeWorksOnce) {
  Enrol();
  EXPECT_TRUE(SignIn("ann@example.com", kPassword, codes_[3]).ok());
  EXPECT_EQ(StatusOf(SignIn("ann@example.com", kPassword, codes_[3])), 401);
  EXPECT_TRUE(SignIn("ann@example.com", kPassword, codes_[4]).ok());
}

TEST_F(TotpTest, ConfirmingEndsTheSessionsThatBeganWithout) {
  MakeMember("ann@example.com");
  const SignedIn elsewhere = Value(SignIn("ann@example.com"));
  session_ = Value(SignIn("ann@example.com"));
  Value(people_->EnrolTotp(As(session_.principal)));
  secret_ = (*state_->FindAccount(session_.principal.id))->totp_secret;
  Value(people_->ConfirmTotp(As(session_.principal), {{"code", Code()}}));
  EXPECT_TRUE(IsOpen(session_));
  EXPECT_FALSE(IsOpen(elsewhere));
  EXPECT_EQ(StatusOf(people_->EnrolTotp(As(session_.principal))), 409);
  Value(people_->RemoveTotp(As(session_.principal)));
  EXPECT_TRUE(SignIn("ann@example.com").ok());
}

TEST_F(TotpTest, AdministratorsWithoutOneLoseWhatOnlyTheyMayDoWhereItIsAskedFor) {
  const std::string ann = MakeMember("admin@example.com");
  Bind({{"member", ann}, {"role", "admin"}});
  MakePeople({.admins_need_totp = true});
  session_ = Value(SignIn("admin@example.com"));
  EXPECT_EQ(session_.principal.rights->At("", ""), PermissionsOf(Role::kPublisher));
  Value(people_->EnrolTotp(As(session_.principal)));
  secret_ = (*state_->FindAccount(ann))->totp_secret;
  Value(people_->ConfirmTotp(As(session_.principal), {{"code", Code()}}));
  EXPECT_EQ(RightsOf(session_)->At("", ""), PermissionsOf(Role::kAdmin));
}

TEST_F(PeopleTest, ABindingHoldsAtItsPlaceAndARemovedOneIsGoneAtOnce) {
  const std::string ann = MakeMember("ann@example.com");
  const std::string binding = Bind({{"member", ann}, {"role", "editor"}, {"project", "shop"}});
  const SignedIn session = Value(SignIn("ann@example.com"));
  EXPECT_EQ(RightsOf(session)->At("shop", "prod"), PermissionsOf(Role::kEditor));
  EXPECT_TRUE(RightsOf(session)->At("bank", "").empty());
  Value(people_->RemoveBinding(ByAdmin(), binding));
  EXPECT_FALSE(IsOpen(session));  // another role, another session
  EXPECT_TRUE(RightsOf(Value(SignIn("ann@example.com")))->At("shop", "prod").empty());
  EXPECT_EQ(StatusOf(people_->RemoveBinding(ByAdmin(), binding)), 404);
}

TEST_F(PeopleTest, ATeamsRoleIsThatOfItsMembersForAsLongAsTheyAreInIt) {
  const std::string ann = MakeMember("ann@example.com");
  Value(people_->CreateTeam(ByAdmin(), {{"key", "web"}, {"members", {ann}}}));
  const std::string binding =
      Bind({{"team", "web"}, {"role", "publisher"}, {"project", "shop"}, {"environment", "prod"}});
  SignedIn session = Value(SignIn("ann@example.com"));
  EXPECT_TRUE(RightsOf(session)->At("shop", "prod").Has(Permission::kPublishWrite));
  EXPECT_EQ(StatusOf(people_->RemoveTeam(ByAdmin(), "web")), 409);
  Value(people_->ReplaceTeam(ByAdmin(), "web", {{"members", json::array()}}, std::nullopt));
  EXPECT_FALSE(IsOpen(session));
  session = Value(SignIn("ann@example.com"));
  EXPECT_TRUE(RightsOf(session)->At("shop", "prod").empty());
  Value(people_->RemoveBinding(ByAdmin(), binding));
  Value(people_->RemoveTeam(ByAdmin(), "web"));
  EXPECT_EQ(StatusOf(people_->GetTeam("web")), 404);
}

TEST_F(PeopleTest, ARoleOfOnesOwnIsANamedSetOfPermissions) {
  const std::string ann = MakeMember("ann@example.com");
  Value(people_->CreateRole(ByAdmin(), {{"key", "switcher"}, {"permissions", {"flags.read", "emergency.write"}}}));
  Bind({{"member", ann}, {"role", "switcher"}});
  const SignedIn session = Value(SignIn("ann@example.com"));
  EXPECT_TRUE(RightsOf(session)->At("shop", "prod").Has(Permission::kEmergencyWrite));
  EXPECT_FALSE(RightsOf(session)->At("shop", "prod").Has(Permission::kFlagsWrite));
  Value(people_->ReplaceRole(ByAdmin(), "switcher", {{"permissions", {"flags.read"}}}, std::nullopt));
  EXPECT_FALSE(RightsOf(session)->At("shop", "prod").Has(Permission::kEmergencyWrite));
  EXPECT_EQ(StatusOf(people_->RemoveRole(ByAdmin(), "switcher")), 409);
  EXPECT_THAT(ProblemsOf(people_->CreateRole(ByAdmin(), {{"key", "admin"}, {"permissions", {"flags.own"}}})),
              ElementsAre("/key: expected another key than that of a built-in role",
                          "/permissions/0: unknown permission \"flags.own\""));
}

TEST_F(PeopleTest, ABindingNamesWhatThereIs) {
  EXPECT_THAT(ProblemsOf(people_->CreateBinding(
                  ByAdmin(), {{"member", "mem_x"}, {"role", "owner"}, {"project", "lost"}, {"environment", "prod"}})),
              ElementsAre("/member: unknown member \"mem_x\"", "/role: unknown role \"owner\"",
                          "/project: unknown project \"lost\"", "/environment: unknown environment \"prod\""));
  EXPECT_THAT(ProblemsOf(people_->CreateBinding(ByAdmin(), {{"role", "viewer"}, {"environment", "prod"}})),
              ElementsAre("/member: expected one of member, team and token",
                          "/project: expected the project of the environment"));
}

TEST_F(PeopleTest, NobodyGivesWhatTheyDoNotHave) {
  const std::string boss = MakeMember("boss@example.com");
  Bind({{"member", boss}, {"role", "admin"}});
  const json permissions = {"members.read", "members.write", "roles.read", "roles.write"};
  Value(people_->CreateRole(ByAdmin(), {{"key", "helpdesk"}, {"permissions", permissions}}));
  Value(people_->CreateTeam(ByAdmin(), {{"key", "bosses"}, {"members", {boss}}}));
  Bind({{"team", "bosses"}, {"role", "admin"}});
  const std::string ann = MakeMember("ann@example.com");
  Bind({{"member", ann}, {"role", "helpdesk"}});
  const Principal helper = Value(SignIn("ann@example.com")).principal;
  EXPECT_EQ(StatusOf(people_->CreateBinding(As(helper), {{"member", ann}, {"role", "admin"}})), 403);
  EXPECT_EQ(StatusOf(people_->ReplaceTeam(As(helper), "bosses", {{"members", {ann, boss}}}, {})), 403);
  EXPECT_EQ(StatusOf(people_->ReplaceRole(As(helper), "helpdesk", {{"permissions", {"publish.write"}}}, {})), 403);
  EXPECT_EQ(StatusOf(people_->ResetPassword(As(helper), boss)), 403);
  EXPECT_EQ(
      StatusOf(people_->ReplaceMember(As(helper), boss, {{"email", "x@example.com"}, {"state", "active"}}, {})), 403);
  EXPECT_TRUE(people_->CreateBinding(As(helper), {{"member", boss}, {"role", "helpdesk"}}).ok());
}

TEST_F(PeopleTest, ATokenPermitsWhatItsBindingsSayAndNoMoreThanItsOwnerMayDo) {
  const std::string ann = MakeMember("ann@example.com");
  const std::string binding = Bind({{"member", ann}, {"role", "editor"}, {"project", "shop"}});
  const SignedIn session = Value(SignIn("ann@example.com"));
  EXPECT_EQ(StatusOf(people_->CreateToken(As(session.principal),
                                          {{"name", "ci"}, {"bindings", {{{"role", "admin"}}}}})),
            403);
  const json made = Value(people_->CreateToken(
      As(session.principal), {{"name", "ci"}, {"bindings", {{{"role", "editor"}, {"project", "shop"}}}}}));
  const auto rights = [&]() -> std::shared_ptr<const Rights> {
    const auto token = service_->AuthenticateApi(Call(), made["token"].get<std::string>());
    if (!token.ok()) return nullptr;
    const auto holder = people_->HolderOf(Call(), *token);
    return holder.ok() ? holder->rights : nullptr;
  };
  ASSERT_NE(rights(), nullptr);
  EXPECT_EQ(rights()->At("shop", "prod"), PermissionsOf(Role::kEditor));
  EXPECT_EQ(made["owner"], ann);
  // A token that may not make tokens makes none.
  const Principal holder =
      Value(people_->HolderOf(Call(), Value(service_->AuthenticateApi(Call(), made["token"].get<std::string>()))));
  EXPECT_EQ(StatusOf(people_->CreateToken(As(holder), {{"name", "x"}, {"bindings", {{{"role", "viewer"}}}}})), 403);
  Value(people_->RemoveBinding(ByAdmin(), binding));
  EXPECT_TRUE(rights()->At("shop", "prod").empty());
  Value(SetState(ann, "disabled"));
  EXPECT_EQ(rights(), nullptr);
}

TEST_F(PeopleTest, ATokenExpiresIsRevokedAtOnceAndIsSeenByItsOwnerAndAdministrators) {
  const std::string ann = MakeMember("ann@example.com");
  Bind({{"member", ann}, {"role", "viewer"}});
  const SignedIn session = Value(SignIn("ann@example.com"));
  MakeMember("bob@example.com");
  const Principal bob = Value(SignIn("bob@example.com")).principal;
  const json body = {
      {"name", "ci"}, {"expires", "2030-03-17T18:46:40Z"}, {"bindings", {{{"role", "viewer"}}}}};  // in an hour
  const json made = Value(people_->CreateToken(As(session.principal), body));
  const auto status = [&] {
    const auto token = service_->AuthenticateApi(Call(), made["token"].get<std::string>());
    return token.ok() ? StatusOf(people_->HolderOf(Call(), *token)) : token.fault().status;
  };
  EXPECT_EQ(status(), 200);
  const std::string id = made["id"];
  EXPECT_EQ(Value(people_->ListTokens(As(session.principal), {})).items.size(), 1u);
  EXPECT_EQ(Value(people_->ListTokens(As(bob), {})).items.size(), 0u);
  EXPECT_EQ(Value(people_->ListTokens(ByAdmin(), {})).items.size(), 1u);
  EXPECT_EQ(StatusOf(people_->RevokeToken(As(bob), id)), 404);
  const ApiToken token = Value(service_->AuthenticateApi(Call(), made["token"].get<std::string>()));
  const SignedIn browser = Value(people_->SignInWithToken(Call(), Value(people_->HolderOf(Call(), token)), {}));
  EXPECT_TRUE(IsOpen(browser));
  now_ += hours(1);
  EXPECT_EQ(status(), 401);
  now_ -= hours(1);
  Value(people_->RevokeToken(As(session.principal), id));
  EXPECT_EQ(status(), 401);
  EXPECT_FALSE(IsOpen(browser));
  EXPECT_EQ(StatusOf(people_->CreateToken(As(session.principal), {{"name", "x"}, {"bindings", json::array()}})), 422);
}

TEST_F(PeopleTest, ABrowserIsKnownToTheMemberWhoSignedInInIt) {
  MakeMember("ann@example.com");
  MakeMember("bob@example.com");
  const std::string device = Value(SignIn("ann@example.com")).device;
  EXPECT_TRUE(people_->IsDeviceOf("Ann@example.com", device));
  EXPECT_FALSE(people_->IsDeviceOf("bob@example.com", device));
  EXPECT_FALSE(people_->IsDeviceOf("nobody@example.com", device));
  EXPECT_FALSE(people_->IsDeviceOf("ann@example.com", device + "x"));
  EXPECT_FALSE(people_->IsDeviceOf("ann@example.com", ""));
}

TEST_F(PeopleTest, NoMorePasswordsAreHashedAtOnceThanAllowed) {
  MakeMember("ann@example.com");
  MakePeople({.max_hashes = 1});
  std::vector<std::thread> threads;
  std::vector<int> statuses(8);
  for (size_t i = 0; i < statuses.size(); ++i) {
    threads.emplace_back([&, i] { statuses[i] = StatusOf(SignIn("ann@example.com")); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int status : statuses) EXPECT_TRUE(status == 200 || status == 503) << status;
  EXPECT_THAT(statuses, ::testing::Contains(200));
}

TEST_F(PeopleTest, WhoSignsInAndWhatChangesIsInTheAuditWithoutSecrets) {
  const std::string ann = MakeMember("ann@example.com");
  Bind({{"member", ann}, {"role", "viewer"}});
  const SignedIn session = Value(SignIn("ann@example.com"));
  people_->NoteRefusal(Call(), "ann@example.com");
  Value(people_->SignOut(Call(), session.cookie));
  const std::vector<std::string> actions = Actions();
  EXPECT_THAT(std::vector<std::string>(actions.begin(), actions.begin() + 4),
              ElementsAre("sign_out", "refuse_sign_in", "sign_in", "create"));
  EXPECT_THAT(actions, ::testing::IsSupersetOf({"issue_invite", "set_password"}));
  EXPECT_TRUE(state_->VerifyAudit().ok());
  const std::string secret = session.cookie.substr(session.cookie.find('.') + 1);
  people_.reset();
  Close();
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_EQ(bytes.find(kPassword), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(secret), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace expt::service
