#include "src/host/password.h"

#include <sodium.h>

#include "src/base/status.h"

namespace expt::host {

absl::StatusOr<std::string> HashPassword(std::string_view password) {
  char text[crypto_pwhash_STRBYTES];
  if (sodium_init() < 0 || crypto_pwhash_str_alg(text, password.data(), password.size(), kPasswordPasses,
                                                 kPasswordMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return base::Error(absl::StatusCode::kResourceExhausted, "no memory to hash a password");
  }
  return std::string(text);
}

bool VerifyPassword(const std::string& hash, std::string_view password) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool IsOutdatedHash(const std::string& hash) {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), kPasswordPasses, kPasswordMemoryBytes) != 0;
}

}  // namespace expt::host
