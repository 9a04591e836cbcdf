// All items of a list of the API, page by page.
#ifndef EXPT_CONTROL_PLANE_CLI_PAGED_LIST_H_
#define EXPT_CONTROL_PLANE_CLI_PAGED_LIST_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/cli/api_client.h"

namespace expt::cli {

// `path` without a query. The errors are those of ApiClient::Get().
absl::StatusOr<std::vector<nlohmann::json>> ListAll(ApiClient& api, const std::string& path);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_PAGED_LIST_H_
