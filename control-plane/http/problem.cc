#include "control-plane/http/problem.h"

#include <nlohmann/json.hpp>

namespace expt::http {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

Response ProblemResponse(const Problem& problem) {
  nlohmann::ordered_json document = {
      {"type", "about:blank"}, {"title", ReasonPhrase(problem.status)}, {"status", problem.status}};
  // The text of a fault of ours may name files or statements: it belongs in the log, not in the reply.
  if (!problem.detail.empty() && (problem.status < 500 || problem.status == 503)) document["detail"] = problem.detail;
  if (problem.request_id != 0) document["request_id"] = std::to_string(problem.request_id);
  if (!problem.errors.empty()) {
    nlohmann::ordered_json& errors = document["errors"] = nlohmann::ordered_json::array();
    for (const Problem::Place& place : problem.errors) {
      errors.push_back({{"pointer", place.pointer}, {"text", place.text}});
    }
  }
  Response response;
  response.status = problem.status;
  response.content_type = "application/problem+json";
  response.body = document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (problem.status == 401) response.Set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace expt::http
