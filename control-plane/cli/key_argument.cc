#include "control-plane/cli/key_argument.h"

#include <algorithm>
#include <filesystem>

#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"
#include "control-plane/publish/key_file.h"

namespace expt::cli {
namespace {

constexpr size_t kKeyIdDigits = 16;

bool IsKeyId(const std::string& text) {
  return text.size() == kKeyIdDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

absl::StatusOr<std::vector<host::SecretKey>> ReadSecretKeys(const std::vector<std::string>& paths) {
  std::vector<host::SecretKey> keys;
  for (const std::string& path : paths) {
    absl::StatusOr<host::SecretKey> key = publish::ReadKeyFile(path);
    if (!key.ok()) return At("\"" + path + "\"", key.status());
    keys.push_back(*std::move(key));
  }
  return keys;
}

absl::StatusOr<wire::PublicKey> ReadPublicKey(const std::string& argument, const RootPlan& plan) {
  std::error_code error;
  if (IsKeyId(argument) && !std::filesystem::exists(argument, error)) return plan.FindKey(argument);
  const absl::StatusOr<std::string> text = ReadFile(argument);
  if (!text.ok()) return text.status();
  absl::StatusOr<wire::PublicKey> key = publish::ParsePublicKeyFile(*text);
  if (!key.ok()) return At("\"" + argument + "\"", key.status());
  return key;
}

}  // namespace expt::cli
