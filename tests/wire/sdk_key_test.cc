#include "src/wire/sdk_key.h"

#include <gtest/gtest.h>

#include <string>

namespace expt::wire {
namespace {

constexpr std::string_view kDigest = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8";

SdkKey Sample() {
  SdkKey key;
  key.audience = Audience::kClient;
  key.environment = "env_7f3a";
  key.key_id = "k-01";
  key.root_version = 12;
  for (uint8_t i = 0; i < 32; ++i) key.root_digest[i] = i;
  key.root_digest[31] = 255;
  key.secret = "s3cr3t_-";
  return key;
}

TEST(SdkKey, FormatAndParseAreInverse) {
  const std::string text = FormatSdkKey(Sample());
  EXPECT_EQ(text, "expt1.cli.env_7f3a.k-01.12." + std::string(kDigest) + ".s3cr3t_-");
  const auto parsed = ParseSdkKey(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->audience, Audience::kClient);
  EXPECT_EQ(parsed->environment, "env_7f3a");
  EXPECT_EQ(parsed->key_id, "k-01");
  EXPECT_EQ(parsed->root_version, 12);
  EXPECT_EQ(parsed->root_digest, Sample().root_digest);
  EXPECT_EQ(parsed->secret, "s3cr3t_-");
  EXPECT_EQ(FormatSdkKey(*parsed), text);
}

TEST(SdkKey, AudienceIsInTheSecondPart) {
  SdkKey key = Sample();
  key.audience = Audience::kServer;
  const auto parsed = ParseSdkKey(FormatSdkKey(key));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->audience, Audience::kServer);
}

TEST(SdkKey, AuthorizationHoldsKeyIdAndSecret) { EXPECT_EQ(AuthorizationHeader(Sample()), "Bearer k-01.s3cr3t_-"); }

TEST(SdkKey, RefusalNamesThePartAndNotTheSecret) {
  const std::string digest(kDigest);
  const struct {
    std::string text;
    std::string place;
  } kCases[] = {
      {"", "expt1."},
      {"expt2.srv.e.k.1." + digest + ".sEcReT", "expt1."},
      {"expt1", "7 parts"},
      {"expt1.srv.e.k.sEcReT", "7 parts"},
      {"expt1.srv.e.k.1." + digest + ".sEcReT.more", "7 parts"},
      {"expt1.srv.e.k.1." + digest + ".sEcReT.", "7 parts"},
      {"expt1.any.e.k.1." + digest + ".sEcReT", "second part"},
      {"expt1.srv..k.1." + digest + ".sEcReT", "environment"},
      {"expt1.srv.e/x.k.1." + digest + ".sEcReT", "environment"},
      {"expt1.srv." + std::string(129, 'e') + ".k.1." + digest + ".sEcReT", "environment"},
      {"expt1.srv.e..1." + digest + ".sEcReT", "key id"},
      {"expt1.srv.e.k.." + digest + ".sEcReT", "root version"},
      {"expt1.srv.e.k.0." + digest + ".sEcReT", "root version"},
      {"expt1.srv.e.k.-1." + digest + ".sEcReT", "root version"},
      {"expt1.srv.e.k.01." + digest + ".sEcReT", "root version"},
      {"expt1.srv.e.k.1x." + digest + ".sEcReT", "root version"},
      {"expt1.srv.e.k.9223372036854775808." + digest + ".sEcReT", "root version"},
      {"expt1.srv.e.k.1.." + std::string("sEcReT"), "root digest"},
      {"expt1.srv.e.k.1." + digest.substr(1) + ".sEcReT", "root digest"},
      {"expt1.srv.e.k.1." + digest.substr(0, 42) + "+.sEcReT", "root digest"},
      {"expt1.srv.e.k.1." + digest.substr(0, 42) + "9.sEcReT", "root digest"},  // bits beyond the 256th
      {"expt1.srv.e.k.1." + digest + ".", "secret"},
      {"expt1.srv.e.k.1." + digest + ".sEcReT ", "secret"},
  };
  for (const auto& row : kCases) {
    SCOPED_TRACE(row.text);
    const auto parsed = ParseSdkKey(row.text);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    const std::string text(parsed.status().message());
    EXPECT_NE(text.find(row.place), std::string::npos) << text;
    EXPECT_EQ(text.find("sEcReT"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace expt::wire
