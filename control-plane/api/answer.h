// Replies of the API, and what its calls have in common when they read requests.
#ifndef EXPT_CONTROL_PLANE_API_ANSWER_H_
#define EXPT_CONTROL_PLANE_API_ANSWER_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "control-plane/http/request.h"
#include "control-plane/http/response.h"
#include "control-plane/service/service.h"

namespace expt::api {

http::Response JsonResponse(int status, const nlohmann::json& body);

// With ETag. 304 when `request` has it already.
http::Response DocumentResponse(const http::Request& request, int status, const service::Versioned& document);

// `bytes` never change under this URL. 304 when `request` has them already. `etag` without quotes.
http::Response ImmutableResponse(const http::Request& request, std::string bytes, std::string_view etag,
                                 bool is_public);

// application/problem+json; Retry-After with 429 and 503.
http::Response FaultResponse(const http::Request& request, const service::Fault& fault);

// The canonical code as a Fault. The words of the status go out only where they name what the caller sent
// (kInvalidArgument, kNotFound, kFailedPrecondition, kAborted, kAlreadyExists).
service::Fault FaultOf(const absl::Status& status);

// The revision in If-Match: `"7"`. Nothing without the header or with `*`.
service::Result<std::optional<int64_t>> IfMatch(const http::Request& request);

// True when If-None-Match names `etag` (with its quotes) or is `*`.
bool IsNoneMatchHit(const http::Request& request, std::string_view etag);

// limit, cursor and the filters of a list.
service::Result<service::ListOptions> ListOptionsOf(const http::Request& request);

// "1f3a…": two lower-case digits per byte.
std::string HexText(const Digest& digest);

// `seconds` between low and low + spread, different from call to call, so that clients do not come back together.
std::string JitteredSeconds(int low, int spread);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_ANSWER_H_
