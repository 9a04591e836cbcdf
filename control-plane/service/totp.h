// Codes of authenticator apps: RFC 6238 with SHA-1, six digits, steps of 30 seconds, as every such app reads them.
#ifndef EXPT_CONTROL_PLANE_SERVICE_TOTP_H_
#define EXPT_CONTROL_PLANE_SERVICE_TOTP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace expt::service {

// 160 random bits, as bytes.
std::string NewTotpSecret();

// RFC 4648, without padding: how people type a secret.
std::string Base32(std::string_view bytes);

// "otpauth://totp/expt:ann%40example.com?secret=…&issuer=expt": what the app reads as a picture.
std::string TotpUri(std::string_view secret, std::string_view email);

// "287082"
std::string TotpCode(std::string_view secret, int64_t step);

// The step whose code it is: the one of `now_ms`, the one before it or the one after it, and later than `last_step`.
std::optional<int64_t> MatchTotp(std::string_view secret, std::string_view code, int64_t now_ms, int64_t last_step);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_TOTP_H_
