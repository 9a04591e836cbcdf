#include "src/wire/sdk_key.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "src/base/status.h"

namespace expt::wire {
namespace {

constexpr std::string_view kPrefix = "expt1";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr size_t kDigestText = 43;  // 32 bytes in base64url without padding
constexpr size_t kPartCount = 7;
constexpr size_t kMaxPart = 128;

absl::Status Error(std::string_view text) {
  return base::Error(absl::StatusCode::kInvalidArgument, std::string("sdk key: ").append(text));
}

std::string DigestText(const Digest& digest) {
  std::string text;
  uint32_t bits = 0;
  int count = 0;
  for (uint8_t byte : digest) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) text.push_back(kAlphabet[bits >> (count - 6) & 63]);
  }
  text.push_back(kAlphabet[bits << (6 - count) & 63]);
  return text;
}

bool ParseDigest(std::string_view text, Digest& digest) {
  if (text.size() != kDigestText) return false;
  uint32_t bits = 0;
  int count = 0;
  size_t size = 0;
  for (char c : text) {
    const size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return false;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    digest[size++] = static_cast<uint8_t>(bits >> count);
  }
  return (bits & 3) == 0;  // the two bits left over
}

bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPart && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

}  // namespace

std::string FormatSdkKey(const SdkKey& key) {
  return std::string(kPrefix)
      .append(key.audience == Audience::kClient ? ".cli." : ".srv.")
      .append(key.environment)
      .append(".")
      .append(key.key_id)
      .append(".")
      .append(std::to_string(key.root_version))
      .append(".")
      .append(DigestText(key.root_digest))
      .append(".")
      .append(key.secret);
}

absl::StatusOr<SdkKey> ParseSdkKey(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size() && parts.size() <= kPartCount;) {
    const size_t end = std::min(text.find('.', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (parts[0] != kPrefix)
    return Error("expected it to begin with \"expt1.\"; copy it from the environment's keys page");
  if (parts.size() != kPartCount) {
    return Error("expected 7 parts separated by dots; copy the whole key from the environment's keys page");
  }
  SdkKey key;
  if (parts[1] == "srv") {
    key.audience = Audience::kServer;
  } else if (parts[1] == "cli") {
    key.audience = Audience::kClient;
  } else {
    return Error("second part: expected \"srv\" or \"cli\"");
  }
  if (!IsWord(parts[2])) return Error("environment: expected 1 to 128 of A-Z a-z 0-9 _ -");
  if (!IsWord(parts[3])) return Error("key id: expected 1 to 128 of A-Z a-z 0-9 _ -");
  const std::string_view version = parts[4];
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), key.root_version);
  if (error != std::errc() || end != version.data() + version.size() || version.front() == '0' ||
      key.root_version < 1) {
    return Error("root version: expected a positive number; copy the whole key from the environment's keys page");
  }
  if (!ParseDigest(parts[5], key.root_digest)) {
    return Error(
        "root digest: expected 43 characters of base64url; copy the whole key from the environment's keys page");
  }
  if (!IsWord(parts[6])) return Error("secret: expected 1 to 128 of A-Z a-z 0-9 _ -");
  key.environment = parts[2];
  key.key_id = parts[3];
  key.secret = parts[6];
  return key;
}

std::string AuthorizationHeader(const SdkKey& key) {
  return std::string("Bearer ").append(key.key_id).append(".").append(key.secret);
}

}  // namespace expt::wire
