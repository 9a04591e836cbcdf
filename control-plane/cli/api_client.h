// Talks to the JSON API of a control plane.
#ifndef EXPT_CONTROL_PLANE_CLI_API_CLIENT_H_
#define EXPT_CONTROL_PLANE_CLI_API_CLIENT_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/cli/api_transport.h"
#include "expt/transport.h"

namespace expt::cli {

struct ApiReply {
  nlohmann::json body;  // null when the answer is empty
  std::string etag;     // quoted, as If-Match takes it; empty when there is none
};

// Not thread-safe.
class ApiClient {
 public:
  // `url` is where exptd answers, such as "https://flags.example.com"; `token` an API token, empty for none.
  ApiClient(std::string_view url, std::string token, std::unique_ptr<Transport> transport = ApiTransport());

  // One request; `path` begins with "/". Send() takes any answer below 300 as success.
  //
  // Errors carry what the server said, every problem in its own line:
  //   kInvalidArgument     400, 422          kUnauthenticated  401         kPermissionDenied   403
  //   kNotFound            404               kAlreadyExists    409         kFailedPrecondition 412, 428
  //   kResourceExhausted   429               kUnavailable      no answer, 5xx, or one that is not JSON
  absl::StatusOr<ApiReply> Get(const std::string& path);
  // `body` null: none is sent.
  absl::StatusOr<ApiReply> Post(const std::string& path, const nlohmann::json& body);
  absl::StatusOr<ApiReply> Put(const std::string& path, const nlohmann::json& body, const std::string& etag);

  absl::Status Delete(const std::string& path);

  // The bytes of an answer that is not JSON.
  absl::StatusOr<std::string> GetBytes(const std::string& path);

  const std::string& url() const { return url_; }

 private:
  absl::StatusOr<HttpReply> Send(HttpRequest request);
  absl::StatusOr<ApiReply> SendJson(const char* method, const std::string& path, const nlohmann::json* body,
                                    const std::string& etag);

  std::string url_;
  std::string token_;
  std::unique_ptr<Transport> transport_;
};

// One segment of a path, percent-encoded.
std::string PathSegment(std::string_view text);

// "/api/v1/projects/<p>" and "/api/v1/projects/<p>/environments/<e>".
std::string ProjectPath(std::string_view project);
std::string EnvironmentPath(std::string_view project, std::string_view environment);

// The member of an object as text; empty when there is none or it is no string.
std::string TextAt(const nlohmann::json& object, const char* name);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_API_CLIENT_H_
