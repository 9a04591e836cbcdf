// One HTTP request as handlers see it: framing checked, path canonical, body complete.
#ifndef EXPT_CONTROL_PLANE_HTTP_REQUEST_H_
#define EXPT_CONTROL_PLANE_HTTP_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace expt::http {

// Names and values in the order in which they came.
using Pairs = std::vector<std::pair<std::string, std::string>>;

// The value of `name`, compared byte by byte.
std::optional<std::string_view> Find(const Pairs& pairs, std::string_view name);

struct Request {
  uint64_t id = 0;                // unique in this process; also in the log line and in problem documents
  std::string method = {};        // "GET"; a HEAD request says "GET" here
  std::string path = {};          // decoded once, without query
  std::string route = {};         // the template that matched, "/api/v1/projects/{project}"
  Pairs path_parameters = {};     // decoded
  Pairs query = {};               // decoded; names the route has declared, each at most once
  Pairs headers = {};             // names in lower case
  std::string body = {};          // as sent; Content-Encoding is not undone
  std::string peer_address = {};  // of the socket, without port

  // `name` in lower case.
  std::optional<std::string_view> Header(std::string_view name) const { return Find(headers, name); }
  // The path parameter `name`; empty when the route has none of that name.
  std::string_view Parameter(std::string_view name) const { return Find(path_parameters, name).value_or(""); }
  std::optional<std::string_view> Query(std::string_view name) const { return Find(query, name); }
  // The media type of the body in lower case, without parameters.
  std::string MediaType() const;
};

// ASCII only.
std::string LowerCase(std::string_view text);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
std::string_view Trim(std::string_view text);

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_REQUEST_H_
