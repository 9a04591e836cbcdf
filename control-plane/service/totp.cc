#include "control-plane/service/totp.h"

#include <array>
#include <boost/uuid/detail/sha1.hpp>
#include <cstdio>

#include "src/host/crypto.h"

namespace expt::service {
namespace {

constexpr int64_t kStepMs = 30'000;
constexpr size_t kBlock = 64;  // bytes, of SHA-1

using Sha1Digest = std::array<uint8_t, 20>;

Sha1Digest Sha1(std::string_view bytes) {
  boost::uuids::detail::sha1 hash;
  hash.process_bytes(bytes.data(), bytes.size());
  unsigned int words[5];
  hash.get_digest(words);
  Sha1Digest digest;
  for (size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

// RFC 2104, for keys of at most one block.
Sha1Digest HmacSha1(std::string_view key, std::string_view message) {
  std::string inner(kBlock, '\x36');
  std::string outer(kBlock, '\x5c');
  for (size_t i = 0; i < key.size() && i < kBlock; ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  const Sha1Digest first = Sha1(inner.append(message));
  return Sha1(outer.append(reinterpret_cast<const char*>(first.data()), first.size()));
}

}  // namespace

std::string NewTotpSecret() {
  std::array<uint8_t, 20> bytes;
  host::RandomBytes(bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string Base32(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<uint8_t>(byte);
    for (count += 8; count >= 5; count -= 5) text += kDigits[(bits >> (count - 5)) & 31];
  }
  if (count > 0) text += kDigits[(bits << (5 - count)) & 31];
  return text;
}

std::string TotpUri(std::string_view secret, std::string_view email) {
  std::string label;
  for (const char c : email) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<uint8_t>(c));
    label += is_plain ? std::string(1, c) : std::string(escaped);
  }
  return "otpauth://totp/expt:" + label + "?secret=" + Base32(secret) + "&issuer=expt";
}

std::string TotpCode(std::string_view secret, int64_t step) {
  std::string counter;
  for (int shift = 56; shift >= 0; shift -= 8) counter += static_cast<char>(static_cast<uint64_t>(step) >> shift);
  const Sha1Digest hash = HmacSha1(secret, counter);
  const size_t at = hash[19] & 15u;
  const uint32_t number = (uint32_t{hash[at]} & 0x7fu) << 24 | uint32_t{hash[at + 1]} << 16 |
                          uint32_t{hash[at + 2]} << 8 | uint32_t{hash[at + 3]};
  char text[8];
  std::snprintf(text, sizeof text, "%06u", number % 1'000'000);
  return text;
}

std::optional<int64_t> MatchTotp(std::string_view secret, std::string_view code, int64_t now_ms, int64_t last_step) {
  const int64_t now = now_ms / kStepMs;
  for (const int64_t step : {now, now - 1, now + 1}) {
    if (step > last_step && host::EqualConstantTime(TotpCode(secret, step), code)) return step;
  }
  return std::nullopt;
}

}  // namespace expt::service
