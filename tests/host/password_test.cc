#include "src/host/password.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace expt::host {
namespace {

TEST(Password, AHashKnowsItsPasswordAndNoOther) {
  const auto hash = HashPassword("correct horse");
  ASSERT_TRUE(hash.ok()) << hash.status();
  EXPECT_TRUE(VerifyPassword(*hash, "correct horse"));
  EXPECT_FALSE(VerifyPassword(*hash, "correct horse "));
  EXPECT_FALSE(VerifyPassword(*hash, ""));
  EXPECT_FALSE(VerifyPassword("", "correct horse"));
}

TEST(Password, IsHashedWithArgon2idAndASaltOfItsOwn) {
  const auto hash = HashPassword("correct horse");
  const auto other = HashPassword("correct horse");
  ASSERT_TRUE(hash.ok() && other.ok());
  EXPECT_THAT(*hash, ::testing::StartsWith("$argon2id$v=19$m=32768,t=3,p=1$"));
  EXPECT_NE(*hash, *other);
  static_assert(kPasswordMemoryBytes >= size_t{19} << 20 && kPasswordPasses >= 2);
}

TEST(Password, AHashWithOtherFiguresIsOutdated) {
  const auto hash = HashPassword("correct horse");
  ASSERT_TRUE(hash.ok());
  EXPECT_FALSE(IsOutdatedHash(*hash));
  std::string weaker = *hash;
  weaker.replace(weaker.find("t=3"), 3, "t=2");
  EXPECT_TRUE(IsOutdatedHash(weaker));
}

}  // namespace
}  // namespace expt::host
