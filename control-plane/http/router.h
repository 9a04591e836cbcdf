// From method and path to the handler, by a table.
#ifndef EXPT_CONTROL_PLANE_HTTP_ROUTER_H_
#define EXPT_CONTROL_PLANE_HTTP_ROUTER_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "control-plane/http/request.h"
#include "control-plane/http/response.h"
#include "control-plane/http/target.h"

namespace expt::http {

// Answers through the Responder, at once or later. Must not throw.
using Handler = std::function<void(Request, Responder)>;

struct Route {
  std::string method;                               // "GET", "POST", "PUT" or "DELETE"; HEAD goes to the GET route
  std::string path;                                 // "/api/v1/projects/{project}"; a parameter takes one whole segment
  std::vector<std::string> query = {};              // names of the query parameters that it takes
  size_t body_limit = 0;                            // bytes as sent; 0: takes no body
  std::vector<std::string> content_types = {};      // media types of a body, in lower case
  std::vector<std::string> content_encodings = {};  // of a body, beside "identity"
  bool is_slow = true;      // runs on a worker thread; false: on the I/O thread, must answer within microseconds
  bool any_query = false;   // takes any query parameter
  bool any_origin = false;  // browsers of any origin may call it, without credentials
  Handler handler = {};
};

struct Match {
  const Route* route = nullptr;  // null: no route, see `allowed`
  Pairs path_parameters;
  // The methods of the path, for the Allow header; empty when the path is unknown.
  std::string allowed;
  bool any_origin = false;  // some route of the path has it
};

// Built once, then read by all threads.
class Router {
 public:
  // Errors: kInvalidArgument for a path that is no template; kAlreadyExists for a second route of the same form.
  absl::Status Add(Route route);

  // Answers GET where no route has the path, with any query, unless the first segment of the path is one of `except`.
  void SetFallback(Handler handler, std::vector<std::string> except);

  // Literal segments win over parameters.
  Match Find(std::string_view method, const Target& target) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> segments;  // "{name}" for a parameter
  };
  std::vector<Entry> entries_;
  std::optional<Route> fallback_;
  std::vector<std::string> not_fallback_;
};

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_ROUTER_H_
