#include "control-plane/cli/first_steps.h"

#include "control-plane/cli/definitions.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"

namespace expt::cli {

using nlohmann::json;

absl::StatusOr<std::string> EnsureEnvironment(ApiClient& api, const std::string& project,
                                              const std::string& environment) {
  absl::StatusOr<json> made = CreateIfMissing(api, "/api/v1/projects", project, {{"key", project}, {"name", project}});
  if (!made.ok()) return made.status();
  made = CreateIfMissing(api, ProjectPath(project) + "/environments", environment,
                         {{"key", environment}, {"name", environment}});
  if (!made.ok()) return made.status();
  const std::string id = TextAt(*made, "id");
  if (id.empty()) {
    return Error(absl::StatusCode::kUnavailable, "environment \"" + environment + "\": the answer holds no \"id\"");
  }
  return id;
}

absl::StatusOr<std::string> CreateSdkKey(ApiClient& api, const std::string& project, const std::string& environment,
                                         const std::string& kind, const std::string& name) {
  absl::StatusOr<ApiReply> made =
      api.Post(EnvironmentPath(project, environment) + "/keys", {{"kind", kind}, {"name", name}});
  if (!made.ok()) return made.status();
  const std::string key = TextAt(made->body, "key");
  if (key.empty()) return Error(absl::StatusCode::kUnavailable, "SDK key: the answer holds no \"key\"");
  return key;
}

absl::StatusOr<std::string> RememberedServerKey(ApiClient& api, const std::string& project,
                                                const std::string& environment, const std::string& environment_id,
                                                const std::string& name, const std::string& path) {
  if (!path.empty()) {
    const absl::StatusOr<std::string> text = ReadFile(path);
    if (text.ok()) {
      const json remembered = json::parse(*text, nullptr, false);
      const std::string key = TextAt(remembered, "key");
      if (!key.empty() && TextAt(remembered, "environment") == environment_id) return key;
    } else if (text.status().code() != absl::StatusCode::kNotFound) {
      return text.status();
    }
  }
  absl::StatusOr<std::string> key = CreateSdkKey(api, project, environment, "server", name);
  if (!key.ok() || path.empty()) return key;
  const json remembered = {{"url", api.url()}, {"environment", environment_id}, {"key", *key}};
  if (absl::Status status = ReplaceFile(path, remembered.dump(2) + "\n", 0600); !status.ok()) return status;
  return key;
}

}  // namespace expt::cli
