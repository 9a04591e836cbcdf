#include "control-plane/cli/api_client.h"

#include <utility>

#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

using nlohmann::json;

absl::StatusCode CodeOf(int http_status) {
  switch (http_status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kAlreadyExists;
    case 412:
    case 428:
      return absl::StatusCode::kFailedPrecondition;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    default:
      return http_status >= 500 ? absl::StatusCode::kUnavailable : absl::StatusCode::kInternal;
  }
}

// problem+json as lines: the detail (or title), then one line for each problem.
std::string ProblemText(const HttpReply& reply) {
  const json body = json::parse(reply.body, nullptr, false);
  std::string text = TextAt(body, "detail");
  if (text.empty()) text = TextAt(body, "title");
  if (text.empty()) text = "no explanation";
  text += " (HTTP " + std::to_string(reply.status) + ")";
  if (body.is_object() && body.contains("errors") && body["errors"].is_array()) {
    for (const json& error : body["errors"]) {
      const std::string pointer = TextAt(error, "pointer");
      text += "\n  " + (pointer.empty() ? "" : pointer + ": ") + TextAt(error, "text");
    }
  }
  return text;
}

}  // namespace

std::string TextAt(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string PathSegment(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '_' || c == '.' || c == '~';
    if (is_plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::string ProjectPath(std::string_view project) { return "/api/v1/projects/" + PathSegment(project); }

std::string EnvironmentPath(std::string_view project, std::string_view environment) {
  return ProjectPath(project) + "/environments/" + PathSegment(environment);
}

ApiClient::ApiClient(std::string_view url, std::string token, std::unique_ptr<Transport> transport)
    : url_(url), token_(std::move(token)), transport_(std::move(transport)) {
  while (!url_.empty() && url_.back() == '/') url_.pop_back();
}

absl::StatusOr<HttpReply> ApiClient::Send(HttpRequest request) {
  const std::string place = request.method + " " + request.url;
  request.url = url_ + request.url;
  request.timeout = std::chrono::seconds(60);
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  absl::StatusOr<HttpReply> reply = transport_->Send(request);
  if (!reply.ok()) return At(url_, reply.status());
  if (reply->status >= 200 && reply->status < 300) return reply;
  return Error(CodeOf(reply->status), place + ": " + ProblemText(*reply));
}

absl::StatusOr<ApiReply> ApiClient::SendJson(const char* method, const std::string& path, const json* body,
                                             const std::string& etag) {
  HttpRequest request;
  request.method = method;
  request.url = path;
  request.headers.emplace_back("Accept", "application/json");
  if (!etag.empty()) request.headers.emplace_back("If-Match", etag);
  if (body) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body->dump();
  }
  absl::StatusOr<HttpReply> reply = Send(std::move(request));
  if (!reply.ok()) return reply.status();
  ApiReply answer;
  answer.etag = std::string(reply->header("etag"));
  if (reply->body.empty()) return answer;
  answer.body = json::parse(reply->body, nullptr, false);
  if (answer.body.is_discarded()) {
    return Error(absl::StatusCode::kUnavailable,
                 std::string(method) + " " + path + ": expected JSON, got something else; is this an exptd?");
  }
  return answer;
}

absl::StatusOr<ApiReply> ApiClient::Get(const std::string& path) { return SendJson("GET", path, nullptr, ""); }

absl::StatusOr<ApiReply> ApiClient::Post(const std::string& path, const json& body) {
  return SendJson("POST", path, body.is_null() ? nullptr : &body, "");
}

absl::StatusOr<ApiReply> ApiClient::Put(const std::string& path, const json& body, const std::string& etag) {
  return SendJson("PUT", path, &body, etag);
}

absl::Status ApiClient::Delete(const std::string& path) { return SendJson("DELETE", path, nullptr, "").status(); }

absl::StatusOr<std::string> ApiClient::GetBytes(const std::string& path) {
  HttpRequest request;
  request.url = path;
  absl::StatusOr<HttpReply> reply = Send(std::move(request));
  if (!reply.ok()) return reply.status();
  return std::move(reply->body);
}

}  // namespace expt::cli
