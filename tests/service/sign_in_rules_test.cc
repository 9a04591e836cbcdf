// Passwords that may be chosen, and codes of authenticator apps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control-plane/service/password_rules.h"
#include "control-plane/service/totp.h"

namespace expt::service {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string ProblemOf(std::string_view password) { return PasswordProblem(password, "ann.smith@example.com"); }

TEST(PasswordRules, CountCharactersAndNotTheirKinds) {
  EXPECT_THAT(ProblemOf("aaaaaaab"), IsEmpty());
  EXPECT_EQ(ProblemOf("kfwmzr7"), "expected at least 8 characters, found 7");
  EXPECT_EQ(ProblemOf("äöüßäöü"), "expected at least 8 characters, found 7");
  EXPECT_THAT(ProblemOf("äöüßäöüß"), IsEmpty());
  EXPECT_THAT(ProblemOf(std::string(64, 'x') + "\xf0\x9f\x8c\x8d"), IsEmpty());
  EXPECT_THAT(ProblemOf(std::string(512, 'x')), IsEmpty());
  EXPECT_EQ(ProblemOf(std::string(513, 'x')), "expected at most 512 bytes, found 513");
}

TEST(PasswordRules, RefuseTheMostCommonOnes) {
  for (const char* common : {"password", "12345678", "qwertyuiop", "trustno1", "PASSWORD", "Football"}) {
    EXPECT_THAT(ProblemOf(common), HasSubstr("most common")) << common;
  }
  EXPECT_THAT(ProblemOf("correct horse battery"), IsEmpty());
}

TEST(PasswordRules, RefuseTheAddress) {
  EXPECT_THAT(ProblemOf("Ann.Smith@example.com"), HasSubstr("e-mail address"));
  EXPECT_THAT(ProblemOf("ann.smith"), HasSubstr("e-mail address"));
}

// Appendix B of RFC 6238, of which an app shows the last six digits.
TEST(Totp, CodesAreThoseOfTheRfc) {
  const std::string secret = "12345678901234567890";
  EXPECT_EQ(TotpCode(secret, 59 / 30), "287082");
  EXPECT_EQ(TotpCode(secret, 1111111109 / 30), "081804");
  EXPECT_EQ(TotpCode(secret, 1111111111 / 30), "050471");
  EXPECT_EQ(TotpCode(secret, 1234567890 / 30), "005924");
  EXPECT_EQ(TotpCode(secret, 2000000000 / 30), "279037");
  EXPECT_EQ(TotpCode(secret, int64_t{20000000000} / 30), "353130");
}

TEST(Totp, ACodeIsGoodForItsStepAndItsNeighboursAndOnce) {
  const std::string secret = NewTotpSecret();
  const int64_t now_ms = 1'900'000'000'000;
  const int64_t now = now_ms / 30'000;
  for (const int64_t step : {now - 1, now, now + 1}) {
    EXPECT_EQ(MatchTotp(secret, TotpCode(secret, step), now_ms, 0), step);
    EXPECT_EQ(MatchTotp(secret, TotpCode(secret, step), now_ms, step), std::nullopt);
  }
  EXPECT_EQ(MatchTotp(secret, TotpCode(secret, now - 3), now_ms, 0), std::nullopt);
  EXPECT_EQ(MatchTotp(secret, "", now_ms, 0), std::nullopt);
}

TEST(Totp, TheUriIsWhatAppsRead) {
  EXPECT_EQ(Base32("12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(Base32("foob"), "MZXW6YQ");
  EXPECT_EQ(TotpUri("12345678901234567890", "ann+x@example.com"),
            "otpauth://totp/expt:ann%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=expt");
}

}  // namespace
}  // namespace expt::service
