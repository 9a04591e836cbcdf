#include "control-plane/service/password_rules.h"

#include <algorithm>
#include <array>

namespace expt::service {
namespace {

// In byte order.
constexpr std::array<std::string_view, kCommonPasswords> kCommon = {
#include "control-plane/service/common_passwords.inc"
};

// Of UTF-8: bytes that begin a character.
size_t Characters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

}  // namespace

std::string PasswordProblem(std::string_view password, std::string_view email) {
  const size_t size = Characters(password);
  if (size < kMinPasswordSize) {
    return "expected at least " + std::to_string(kMinPasswordSize) + " characters, found " + std::to_string(size);
  }
  if (password.size() > kMaxPasswordSizeBytes) {
    return "expected at most " + std::to_string(kMaxPasswordSizeBytes) + " bytes, found " +
           std::to_string(password.size());
  }
  const std::string lower = Lower(password);
  if (std::binary_search(kCommon.begin(), kCommon.end(), lower)) {
    return "expected a password that is not one of the most common";
  }
  if (lower == email || lower == email.substr(0, email.find('@'))) {
    return "expected another text than the e-mail address";
  }
  return {};
}

}  // namespace expt::service
