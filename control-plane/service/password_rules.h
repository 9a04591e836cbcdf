// Which passwords may be chosen: long enough, not one of the most common. No rule about kinds of characters.
#ifndef EXPT_CONTROL_PLANE_SERVICE_PASSWORD_RULES_H_
#define EXPT_CONTROL_PLANE_SERVICE_PASSWORD_RULES_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace expt::service {

inline constexpr size_t kMinPasswordSize = 8;         // characters
inline constexpr size_t kMaxPasswordSizeBytes = 512;  // for the sake of the request's size only
inline constexpr size_t kCommonPasswords = 3000;

// What is wrong with it; empty when nothing is. `email` in lower case.
std::string PasswordProblem(std::string_view password, std::string_view email);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_PASSWORD_RULES_H_
