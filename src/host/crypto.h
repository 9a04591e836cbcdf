// What a native host does for src/wire: SHA-256, Ed25519, random bytes. libsodium.
#ifndef EXPT_SRC_HOST_CRYPTO_H_
#define EXPT_SRC_HOST_CRYPTO_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "src/wire/envelope.h"

namespace expt::host {

Digest Sha256(std::string_view bytes);
Digest HmacSha256(std::string_view key, std::string_view message);

// seed | public key, as RFC 8032 and libsodium store it. Wiped when destroyed.
class SecretKey {
 public:
  SecretKey() = default;
  ~SecretKey();
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  static SecretKey Generate();
  static SecretKey FromSeed(const std::array<uint8_t, 32>& seed);
  wire::PublicKey public_key() const;
  std::array<uint8_t, 32> seed() const;
  wire::Signature Sign(std::string_view message) const;

 private:
  std::array<uint8_t, 64> bytes_{};
};

wire::KeyId KeyIdOf(const wire::PublicKey& key);
bool VerifyEd25519(const wire::PublicKey& key, std::string_view message, const wire::Signature& signature);
void RandomBytes(std::span<uint8_t> out);
// Equal in content, in time that does not depend on it.
bool EqualConstantTime(std::string_view a, std::string_view b);

}  // namespace expt::host

#endif  // EXPT_SRC_HOST_CRYPTO_H_
