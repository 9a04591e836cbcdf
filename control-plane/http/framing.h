// Strict checks of the bytes before a request body: what two HTTP implementations could read differently is refused.
#ifndef EXPT_CONTROL_PLANE_HTTP_FRAMING_H_
#define EXPT_CONTROL_PLANE_HTTP_FRAMING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace expt::http {

struct HeadLimits {
  size_t max_bytes = 16u << 10;  // request line and fields
  size_t max_line_bytes = 8u << 10;
  size_t max_fields = 100;
};

// The status of the reply, and the sentence in it. The connection closes after it.
struct HeadFault {
  int status = 400;
  std::string text = {};
};

struct HeadScan {
  std::optional<HeadFault> fault;
  size_t size = 0;  // of the head with its empty line; 0 while it is not complete
};

// Looks for the end of the head in `bytes`, all that has been read of it so far, and at once for what can never
// become valid: NUL and other control bytes, a bare CR or LF, sizes over the limits.
HeadScan ScanHead(std::string_view bytes, const HeadLimits& limits);

// Checks a complete head: the form of the request line and of every field, one Host, at most one of the fields that
// may stand once, and a body length that cannot be read in two ways.
std::optional<HeadFault> CheckHead(std::string_view head, const HeadLimits& limits);

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_FRAMING_H_
