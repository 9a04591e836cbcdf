// Keys as commands name them: a file, or the id of a key that a Root has.
#ifndef EXPT_CONTROL_PLANE_CLI_KEY_ARGUMENT_H_
#define EXPT_CONTROL_PLANE_CLI_KEY_ARGUMENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/cli/root_plan.h"
#include "src/host/crypto.h"

namespace expt::cli {

// Secret key files. kPermissionDenied when others may read one.
absl::StatusOr<std::vector<host::SecretKey>> ReadSecretKeys(const std::vector<std::string>& paths);

// A secret or public key file, or 16 hexadecimal digits that name a key of `plan`.
absl::StatusOr<wire::PublicKey> ReadPublicKey(const std::string& argument, const RootPlan& plan);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_KEY_ARGUMENT_H_
