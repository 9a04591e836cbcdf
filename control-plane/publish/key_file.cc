#include "control-plane/publish/key_file.h"

#include <sodium.h>

#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "control-plane/publish/hex.h"
#include "control-plane/storage/whole_file.h"
#include "src/base/status.h"
#include "src/wire/ed25519_encoding.h"

namespace expt::publish {
namespace {

using nlohmann::json;

constexpr size_t kMaxKeyFileSize = 16u << 10;
constexpr std::string_view kFormat = "expt-key/1";
constexpr std::string_view kPublicFormat = "expt-public-key/1";

std::string Base64(std::span<const uint8_t> bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminator
  return text;
}

// Exactly 32 bytes, or nothing.
std::optional<std::array<uint8_t, 32>> ParseBase64(const std::string& text) {
  std::array<uint8_t, 32> bytes;
  size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end,
                                       sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0 || size != bytes.size() || end != text.data() + text.size()) return std::nullopt;
  return bytes;
}

absl::Status Refuse(std::string_view text) {
  return base::Error(absl::StatusCode::kInvalidArgument, "key file: " + std::string(text));
}

absl::Status CheckTexts(const json& document, std::initializer_list<const char*> names) {
  if (!document.is_object()) return Refuse("expected a JSON object");
  for (const char* name : names) {
    if (!document.contains(name) || !document[name].is_string()) {
      return Refuse("expected a string \"" + std::string(name) + "\"");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string FormatKeyFile(const host::SecretKey& key) {
  const wire::PublicKey public_key = key.public_key();
  const json document = {{"format", kFormat},
                         {"key_id", Hex(host::KeyIdOf(public_key))},
                         {"public_key", Base64(public_key)},
                         {"seed", Base64(key.seed())}};
  return document.dump(2) + "\n";
}

absl::StatusOr<host::SecretKey> ReadKeyFile(const std::string& path) {
  const absl::StatusOr<std::string> text = storage::ReadSecretFile(path, kMaxKeyFileSize);
  if (!text.ok()) return text.status();
  return ParseKeyFile(*text);
}

std::string FormatPublicKeyFile(const wire::PublicKey& key) {
  const json document = {
      {"format", kPublicFormat}, {"key_id", Hex(host::KeyIdOf(key))}, {"public_key", Base64(key)}};
  return document.dump(2) + "\n";
}

absl::StatusOr<wire::PublicKey> ParsePublicKeyFile(std::string_view text) {
  const json document = json::parse(text.begin(), text.end(), nullptr, false);
  if (absl::Status status = CheckTexts(document, {"format", "key_id", "public_key"}); !status.ok()) return status;
  if (document["format"] == kFormat) {
    const absl::StatusOr<host::SecretKey> key = ParseKeyFile(text);
    if (!key.ok()) return key.status();
    return key->public_key();
  }
  if (document["format"] != kPublicFormat) {
    return Refuse("expected format \"" + std::string(kPublicFormat) + "\" or \"" + std::string(kFormat) + "\"");
  }
  const auto key = ParseBase64(document["public_key"].get_ref<const std::string&>());
  if (!key.has_value()) return Refuse("public key: expected 32 bytes in base64");
  if (!wire::IsWellFormed(*key)) return Refuse("the public key is not canonical, or of small order");
  if (document["key_id"] != Hex(host::KeyIdOf(*key))) return Refuse("the key id is not that of the public key");
  return *key;
}

absl::StatusOr<host::SecretKey> ParseKeyFile(std::string_view text) {
  const json document = json::parse(text.begin(), text.end(), nullptr, false);
  if (absl::Status status = CheckTexts(document, {"format", "key_id", "public_key", "seed"}); !status.ok()) {
    return status;
  }
  if (document["format"] != kFormat) return Refuse("expected format \"" + std::string(kFormat) + "\"");
  const auto seed = ParseBase64(document["seed"].get_ref<const std::string&>());
  if (!seed.has_value()) return Refuse("seed: expected 32 bytes in base64");
  host::SecretKey key = host::SecretKey::FromSeed(*seed);
  const wire::PublicKey public_key = key.public_key();
  if (document["public_key"] != Base64(public_key)) return Refuse("the public key is not that of the seed");
  if (document["key_id"] != Hex(host::KeyIdOf(public_key))) return Refuse("the key id is not that of the public key");
  return key;
}

}  // namespace expt::publish
