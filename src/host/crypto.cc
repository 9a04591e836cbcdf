#include "src/host/crypto.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>

#include "src/base/sha256.h"
#include "src/base/sha256_x86.h"
#include "src/wire/ed25519_encoding.h"

namespace expt::host {
namespace {

const unsigned char* BytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// libsodium chooses its implementations and opens its source of randomness once; sodium_init() may be called by
// several threads at a time. It fails only where the system has no randomness, and then nothing is safe.
void EnsureReady() {
  static const bool is_ready = sodium_init() >= 0;
  if (!is_ready) std::abort();
}

}  // namespace

// libsodium has no use for the processor's own instructions.
Digest Sha256(std::string_view bytes) {
  if (base::HasShaInstructions()) return base::Sha256(bytes);
  EnsureReady();
  Digest digest;
  crypto_hash_sha256(digest.data(), BytesOf(bytes), bytes.size());
  return digest;
}

Digest HmacSha256(std::string_view key, std::string_view message) {
  EnsureReady();
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, BytesOf(key), key.size());
  crypto_auth_hmacsha256_update(&state, BytesOf(message), message.size());
  Digest digest;
  crypto_auth_hmacsha256_final(&state, digest.data());
  return digest;
}

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

SecretKey SecretKey::Generate() {
  std::array<uint8_t, 32> seed;
  RandomBytes(seed);
  SecretKey key = FromSeed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

SecretKey SecretKey::FromSeed(const std::array<uint8_t, 32>& seed) {
  EnsureReady();
  SecretKey key;
  wire::PublicKey public_key;
  crypto_sign_seed_keypair(public_key.data(), key.bytes_.data(), seed.data());
  return key;
}

wire::PublicKey SecretKey::public_key() const {
  wire::PublicKey key;
  std::copy_n(bytes_.begin() + 32, key.size(), key.begin());
  return key;
}

std::array<uint8_t, 32> SecretKey::seed() const {
  std::array<uint8_t, 32> seed;
  std::copy_n(bytes_.begin(), seed.size(), seed.begin());
  return seed;
}

wire::Signature SecretKey::Sign(std::string_view message) const {
  EnsureReady();
  wire::Signature signature;
  crypto_sign_detached(signature.data(), nullptr, BytesOf(message), message.size(), bytes_.data());
  return signature;
}

wire::KeyId KeyIdOf(const wire::PublicKey& key) { return wire::KeyIdOf(key); }

bool VerifyEd25519(const wire::PublicKey& key, std::string_view message, const wire::Signature& signature) {
  EnsureReady();
  return wire::IsWellFormed(key) && wire::IsWellFormed(signature) &&
         crypto_sign_verify_detached(signature.data(), BytesOf(message), message.size(), key.data()) == 0;
}

void RandomBytes(std::span<uint8_t> out) {
  EnsureReady();
  randombytes_buf(out.data(), out.size());
}

bool EqualConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace expt::host
