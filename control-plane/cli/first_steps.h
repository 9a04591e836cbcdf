// What a program needs before it can report: a project, an environment, and a key of its own.
#ifndef EXPT_CONTROL_PLANE_CLI_FIRST_STEPS_H_
#define EXPT_CONTROL_PLANE_CLI_FIRST_STEPS_H_

#include <string>

#include "absl/status/statusor.h"
#include "control-plane/cli/api_client.h"

namespace expt::cli {

// Makes the project and the environment where they are missing; answers with the environment's id.
absl::StatusOr<std::string> EnsureEnvironment(ApiClient& api, const std::string& project,
                                              const std::string& environment);

// A new SDK key; `kind` is "server" or "client". The control plane shows it this once.
absl::StatusOr<std::string> CreateSdkKey(ApiClient& api, const std::string& project, const std::string& environment,
                                         const std::string& kind, const std::string& name);

// The server key that the file `path` (mode 0600) remembers for `environment_id`; where it remembers none, a new one,
// which it remembers from then on. Without a path always a new one.
absl::StatusOr<std::string> RememberedServerKey(ApiClient& api, const std::string& project,
                                                const std::string& environment, const std::string& environment_id,
                                                const std::string& name, const std::string& path);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_FIRST_STEPS_H_
