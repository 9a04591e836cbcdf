// Passwords as they are kept: Argon2id by libsodium, with a salt of their own.
#ifndef EXPT_SRC_HOST_PASSWORD_H_
#define EXPT_SRC_HOST_PASSWORD_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace expt::host {

// What one hash takes; OWASP's least are 19 MiB and two passes. Measured: 40 to 60 ms on one core of a small server.
// May rise: a hash carries the figures with which it was made.
inline constexpr size_t kPasswordMemoryBytes = size_t{32} << 20;
inline constexpr int kPasswordPasses = 3;

// "$argon2id$v=19$m=32768,t=3,p=1$<salt>$<hash>". kResourceExhausted when there is no memory for it.
absl::StatusOr<std::string> HashPassword(std::string_view password);

// Takes as long as HashPassword(). False also for a hash that is none, at once.
bool VerifyPassword(const std::string& hash, std::string_view password);

// True when `hash` was made with other figures than those of today.
bool IsOutdatedHash(const std::string& hash);

}  // namespace expt::host

#endif  // EXPT_SRC_HOST_PASSWORD_H_
