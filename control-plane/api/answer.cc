#include "control-plane/api/answer.h"

#include <charconv>
#include <random>

#include "control-plane/http/problem.h"

namespace expt::api {
namespace {

std::string EtagOf(int64_t revision) { return "\"" + std::to_string(revision) + "\""; }

std::optional<int64_t> NumberOf(std::string_view text) {
  int64_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size() || number < 0) return {};
  return number;
}

}  // namespace

http::Response JsonResponse(int status, const nlohmann::json& body) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

http::Response DocumentResponse(const http::Request& request, int status, const service::Versioned& document) {
  const std::string etag = EtagOf(document.revision);
  http::Response response;
  if (request.method == "GET" && IsNoneMatchHit(request, etag)) {
    response.status = 304;
  } else {
    response = JsonResponse(status, document.body);
  }
  response.Set("ETag", etag);
  return response;
}

http::Response ImmutableResponse(const http::Request& request, std::string bytes, std::string_view etag,
                                 bool is_public) {
  const std::string quoted = "\"" + std::string(etag) + "\"";
  http::Response response;
  response.Set("ETag", quoted);
  response.Set("Cache-Control",
               std::string(is_public ? "public" : "private") + ", max-age=31536000, immutable, no-transform");
  if (IsNoneMatchHit(request, quoted)) {
    response.status = 304;
    return response;
  }
  response.content_type = "application/octet-stream";
  response.body = std::move(bytes);
  return response;
}

http::Response FaultResponse(const http::Request& request, const service::Fault& fault) {
  http::Problem problem{.status = fault.status, .detail = fault.Text(), .request_id = request.id};
  for (const service::Problem& error : fault.errors) problem.errors.push_back({error.pointer, error.text});
  http::Response response = http::ProblemResponse(problem);
  if (fault.status == 429 || fault.status == 503) response.Set("Retry-After", JitteredSeconds(1, 5));
  return response;
}

service::Fault FaultOf(const absl::Status& status) {
  const std::string text(status.message());
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return {.status = 400, .detail = text};
    case absl::StatusCode::kNotFound:
      return {.status = 404, .detail = text};
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
      return {.status = 409, .detail = text};
    case absl::StatusCode::kResourceExhausted:
      return {.status = 429, .detail = "too much at once"};
    case absl::StatusCode::kUnavailable:
      return {.status = 503, .detail = "not available now, try again"};
    default:
      return {.status = 500};
  }
}

service::Result<std::optional<int64_t>> IfMatch(const http::Request& request) {
  const std::optional<std::string_view> value = request.Header("if-match");
  if (!value || *value == "*") return std::optional<int64_t>();
  if (value->size() > 2 && value->front() == '"' && value->back() == '"') {
    if (const auto number = NumberOf(value->substr(1, value->size() - 2))) return std::optional<int64_t>(*number);
  }
  return service::Fault{.status = 400, .detail = "if-match: expected one ETag as this server gave it, such as \"7\""};
}

bool IsNoneMatchHit(const http::Request& request, std::string_view etag) {
  std::string_view list = request.Header("if-none-match").value_or("");
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view one = http::Trim(list.substr(0, comma));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag || one == "*") return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

service::Result<service::ListOptions> ListOptionsOf(const http::Request& request) {
  service::ListOptions options;
  if (const auto limit = request.Query("limit")) {
    const std::optional<int64_t> number = NumberOf(*limit);
    if (!number || *number < 1 || *number > 1000) {
      return service::Fault{.status = 400, .detail = "query: limit: expected a number from 1 to 1000"};
    }
    options.limit = static_cast<size_t>(*number);
  }
  if (const auto archived = request.Query("archived")) {
    if (*archived != "true" && *archived != "false") {
      return service::Fault{.status = 400, .detail = "query: archived: expected true or false"};
    }
    options.archived = *archived == "true";
  }
  options.cursor = request.Query("cursor").value_or("");
  options.search = request.Query("search").value_or("");
  options.tag = request.Query("tag").value_or("");
  options.owner = request.Query("owner").value_or("");
  return options;
}

std::string HexText(const Digest& digest) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string JitteredSeconds(int low, int spread) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::to_string(std::uniform_int_distribution<int>(low, low + spread)(random));
}

}  // namespace expt::api
