// What the parts of People have in common.
#ifndef EXPT_CONTROL_PLANE_SERVICE_PEOPLE_PARTS_H_
#define EXPT_CONTROL_PLANE_SERVICE_PEOPLE_PARTS_H_

#include <string>
#include <string_view>
#include <utility>

#include "expt/snapshot.h"

namespace expt::service {

// ASCII only.
std::string Lowered(std::string_view text);

// "<id>.<secret>"; the secret is empty where there is no dot.
std::pair<std::string_view, std::string_view> SplitSecret(std::string_view text);
// In time that does not depend on it. Nothing is the secret of a hash that is zero.
bool IsSecretOf(std::string_view secret, const Digest& hash);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_PEOPLE_PARTS_H_
