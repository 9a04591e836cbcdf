// Undoes the Content-Encoding of a request body within bounds.
#ifndef EXPT_CONTROL_PLANE_HTTP_INFLATE_H_
#define EXPT_CONTROL_PLANE_HTTP_INFLATE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace expt::http {

// A body of n bytes may inflate to min(max_bytes, max_ratio * n) bytes.
struct InflateLimits {
  size_t max_bytes = 8u << 20;
  size_t max_ratio = 100;
};

// `encoding` is "gzip", "zstd" or "identity" (also ""). The memory that it takes is bounded by the limits.
//
// Errors:
//   kInvalidArgument     the bytes are damaged, cut short, or something follows them
//   kResourceExhausted   over the limits
//   kUnimplemented       another encoding
absl::StatusOr<std::string> Inflate(std::string_view encoding, std::string_view body, const InflateLimits& limits);

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_INFLATE_H_
