#include "src/host/crypto.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "src/base/sha256.h"
#include "src/wire/ed25519_encoding.h"

namespace expt::host {
namespace {

std::string FromHex(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

template <size_t kSize>
std::array<uint8_t, kSize> ArrayOf(std::string_view hex) {
  const std::string bytes = FromHex(hex);
  EXPECT_EQ(bytes.size(), kSize);
  std::array<uint8_t, kSize> out{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), kSize), out.begin());
  return out;
}

struct Rfc8032Row {
  std::string_view seed;
  std::string_view public_key;
  std::string_view message;
  std::string_view signature;
};

// RFC 8032, section 7.1: TEST 1, TEST 2, TEST 3 and TEST SHA(abc).
constexpr Rfc8032Row kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
     "655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
     "b00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
     "c027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
     "2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
     "d9bef1177331a704"},
};

TEST(Ed25519, SignsAndVerifiesAsRfc8032Says) {
  for (const Rfc8032Row& row : kRfc8032) {
    SCOPED_TRACE(row.seed);
    const SecretKey key = SecretKey::FromSeed(ArrayOf<32>(row.seed));
    const std::string message = FromHex(row.message);
    EXPECT_EQ(key.public_key(), ArrayOf<32>(row.public_key));
    EXPECT_EQ(key.seed(), ArrayOf<32>(row.seed));
    EXPECT_EQ(key.Sign(message), ArrayOf<64>(row.signature));
    EXPECT_TRUE(VerifyEd25519(key.public_key(), message, ArrayOf<64>(row.signature)));
    EXPECT_FALSE(VerifyEd25519(key.public_key(), message + "x", ArrayOf<64>(row.signature)));
    EXPECT_TRUE(wire::IsWellFormed(key.public_key()));
    EXPECT_TRUE(wire::IsWellFormed(ArrayOf<64>(row.signature)));
  }
}

TEST(Ed25519, AnyChangedBitOfKeyOrSignatureFails) {
  const SecretKey key = SecretKey::FromSeed(ArrayOf<32>(kRfc8032[1].seed));
  const wire::Signature signature = key.Sign("message");
  for (size_t bit = 0; bit < 512; ++bit) {
    wire::Signature changed = signature;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ASSERT_FALSE(VerifyEd25519(key.public_key(), "message", changed)) << bit;
    if (bit >= 256) continue;
    wire::PublicKey other = key.public_key();
    other[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ASSERT_FALSE(VerifyEd25519(other, "message", signature)) << bit;
  }
}

// The encodings of points of small order, canonical or not; each with and without the sign bit.
constexpr std::string_view kSmallOrder[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

TEST(Ed25519, KeysAndPointsOfSmallOrderAreRefused) {
  for (std::string_view hex : kSmallOrder) {
    for (const uint8_t sign : {0x00, 0x80}) {
      SCOPED_TRACE(std::string(hex) + " " + std::to_string(sign));
      wire::PublicKey key = ArrayOf<32>(hex);
      key[31] |= sign;
      EXPECT_TRUE(wire::IsSmallOrderPoint(key));
      EXPECT_FALSE(wire::IsWellFormed(key));
      // S = 0 and R of small order: what a verifier without the check accepts for every message.
      wire::Signature forged{};
      std::copy(key.begin(), key.end(), forged.begin());
      EXPECT_FALSE(wire::IsWellFormed(forged));
      EXPECT_FALSE(VerifyEd25519(key, "any message", forged));
    }
  }
}

TEST(Ed25519, EncodingsAboveThePrimeAreNotCanonical) {
  for (int low = 0; low < 256; ++low) {
    wire::PublicKey key;
    key.fill(0xff);
    key[0] = static_cast<uint8_t>(low);
    for (const uint8_t top : {0x7f, 0xff}) {
      key[31] = top;
      EXPECT_EQ(wire::IsCanonicalPoint(key), low < 0xed) << low;
    }
  }
}

TEST(Ed25519, ScalarsFromTheOrderUpAreRefused) {
  std::array<uint8_t, 32> order = ArrayOf<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  EXPECT_FALSE(wire::IsCanonicalScalar(order));
  order[0] -= 1;
  EXPECT_TRUE(wire::IsCanonicalScalar(order));
  order[0] += 2;
  EXPECT_FALSE(wire::IsCanonicalScalar(order));
  order.fill(0xff);
  EXPECT_FALSE(wire::IsCanonicalScalar(order));
  order.fill(0);
  EXPECT_TRUE(wire::IsCanonicalScalar(order));

  // S + L satisfies the equation too; only the check on S tells them apart.
  const SecretKey key = SecretKey::FromSeed(ArrayOf<32>(kRfc8032[0].seed));
  wire::Signature signature = key.Sign("message");
  const auto add = ArrayOf<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  int carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    const int sum = signature[32 + i] + add[i] + carry;
    signature[32 + i] = static_cast<uint8_t>(sum);
    carry = sum >> 8;
  }
  EXPECT_FALSE(wire::IsWellFormed(signature));
  EXPECT_FALSE(VerifyEd25519(key.public_key(), "message", signature));
}

TEST(Ed25519, KeyIdIsTheBeginningOfTheHashOfTheKey) {
  const SecretKey key = SecretKey::FromSeed(ArrayOf<32>(kRfc8032[0].seed));
  const wire::PublicKey public_key = key.public_key();
  const Digest digest = Sha256({reinterpret_cast<const char*>(public_key.data()), public_key.size()});
  const wire::KeyId id = KeyIdOf(public_key);
  EXPECT_TRUE(std::equal(id.begin(), id.end(), digest.begin()));
}

TEST(Sha256, IsFips180) {
  EXPECT_EQ(Sha256("abc"), ArrayOf<32>("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  EXPECT_EQ(Sha256(""), ArrayOf<32>("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
}

TEST(Sha256, TheCoresOwnAgreesWithTheHosts) {
  std::mt19937_64 random(1);
  for (size_t size = 0; size < 300; ++size) {
    std::string bytes(size, 0);
    for (char& c : bytes) c = static_cast<char>(random());
    ASSERT_EQ(base::Sha256(bytes), Sha256(bytes)) << size;
  }
}

TEST(SecretKey, GeneratedKeysDiffer) {
  std::set<wire::PublicKey> keys;
  for (int i = 0; i < 20; ++i) keys.insert(SecretKey::Generate().public_key());
  EXPECT_EQ(keys.size(), 20u);
}

TEST(Crypto, MayBeUsedFirstBySeveralThreads) {
  std::vector<std::thread> threads;
  std::array<wire::PublicKey, 8> keys;
  for (size_t i = 0; i < keys.size(); ++i) {
    threads.emplace_back([&keys, i] { keys[i] = SecretKey::FromSeed({}).public_key(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const wire::PublicKey& key : keys) EXPECT_EQ(key, keys[0]);
}

TEST(EqualConstantTime, ComparesContentAndSize) {
  EXPECT_TRUE(EqualConstantTime("", ""));
  EXPECT_TRUE(EqualConstantTime("secret", "secret"));
  EXPECT_FALSE(EqualConstantTime("secret", "secres"));
  EXPECT_FALSE(EqualConstantTime("secret", "secre"));
}

// Test case 1 of RFC 4231.
TEST(Hmac, IsThatOfTheRfc) {
  const Digest mac = HmacSha256(std::string(20, '\x0b'), "Hi There");
  EXPECT_EQ(mac, ArrayOf<32>("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
}

}  // namespace
}  // namespace expt::host
