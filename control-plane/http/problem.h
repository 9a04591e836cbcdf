// Error replies: application/problem+json (RFC 9457).
//
//   {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "flag \"checkout\" exists",
//    "request_id": "17", "errors": [{"pointer": "/key", "text": "..."}]}
#ifndef EXPT_CONTROL_PLANE_HTTP_PROBLEM_H_
#define EXPT_CONTROL_PLANE_HTTP_PROBLEM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/http/response.h"

namespace expt::http {

struct Problem {
  int status = 500;
  std::string detail = {};  // a sentence for the caller; left out when empty, and always for 5xx but 503
  struct Place {
    std::string pointer;  // RFC 6901, into the request body
    std::string text;
  };
  std::vector<Place> errors = {};
  uint64_t request_id = 0;  // 0: not known yet
};

Response ProblemResponse(const Problem& problem);

// The reason phrase, such as "Not Found".
std::string_view ReasonPhrase(int status);

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_PROBLEM_H_
