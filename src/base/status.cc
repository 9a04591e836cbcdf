#include "src/base/status.h"

#include <iterator>
#include <string>

#include "absl/strings/cord.h"

namespace expt {
namespace {

constexpr char kPayloadUrl[] = "type.expt.dev/load-code";

struct CodeRow {
  LoadCode code;
  int step;
  absl::StatusCode canonical;
  std::string_view name;
};

constexpr CodeRow kCodes[] = {
    {LoadCode::kNone, 0, absl::StatusCode::kUnknown, ""},
    {LoadCode::kTooLarge, 1, absl::StatusCode::kInvalidArgument, "TOO_LARGE"},
    {LoadCode::kBadEnvelope, 2, absl::StatusCode::kInvalidArgument, "BAD_ENVELOPE"},
    {LoadCode::kDigestMismatch, 3, absl::StatusCode::kDataLoss, "DIGEST_MISMATCH"},
    {LoadCode::kUnknownKey, 4, absl::StatusCode::kPermissionDenied, "UNKNOWN_KEY"},
    {LoadCode::kBadSignature, 5, absl::StatusCode::kPermissionDenied, "BAD_SIGNATURE"},
    {LoadCode::kBadInflate, 6, absl::StatusCode::kInvalidArgument, "BAD_INFLATE"},
    {LoadCode::kWireLimit, 7, absl::StatusCode::kInvalidArgument, "WIRE_LIMIT"},
    {LoadCode::kBadEncoding, 8, absl::StatusCode::kInvalidArgument, "BAD_ENCODING"},
    {LoadCode::kUnsupportedVersion, 8, absl::StatusCode::kUnimplemented, "UNSUPPORTED_VERSION"},
    {LoadCode::kWrongEnvironment, 9, absl::StatusCode::kPermissionDenied, "WRONG_ENVIRONMENT"},
    {LoadCode::kRollback, 10, absl::StatusCode::kFailedPrecondition, "ROLLBACK"},
    {LoadCode::kEquivocation, 10, absl::StatusCode::kFailedPrecondition, "EQUIVOCATION"},
    {LoadCode::kFastForward, 10, absl::StatusCode::kFailedPrecondition, "FAST_FORWARD"},
    {LoadCode::kBadContent, 11, absl::StatusCode::kInvalidArgument, "BAD_CONTENT"},
    {LoadCode::kCompileFailed, 12, absl::StatusCode::kInternal, "COMPILE_FAILED"},
    {LoadCode::kGoldenMismatch, 13, absl::StatusCode::kInternal, "GOLDEN_MISMATCH"},
    {LoadCode::kPendingNotSaved, 14, absl::StatusCode::kUnavailable, "PENDING_NOT_SAVED"},
    {LoadCode::kUnhealthy, 16, absl::StatusCode::kInternal, "UNHEALTHY"},
    {LoadCode::kLkgNotSaved, 17, absl::StatusCode::kUnavailable, "LKG_NOT_SAVED"},
    {LoadCode::kHeadExpired, 11, absl::StatusCode::kFailedPrecondition, "HEAD_EXPIRED"},
};

constexpr bool RowsStandAtTheirCode() {
  for (size_t i = 0; i < std::size(kCodes); ++i) {
    if (static_cast<size_t>(kCodes[i].code) != i) return false;
  }
  return true;
}
static_assert(RowsStandAtTheirCode());

const CodeRow& RowOf(LoadCode code) {
  const auto row = static_cast<size_t>(code);
  return kCodes[row < std::size(kCodes) ? row : 0];
}

}  // namespace

namespace base {

absl::Status LoadFailure(LoadCode code, std::string_view text) {
  return LoadFailure(code, RowOf(code).canonical, text);
}

absl::Status LoadFailure(LoadCode code, absl::StatusCode canonical, std::string_view text) {
  absl::Status status = Error(canonical, text);
  const char payload[1] = {static_cast<char>(code)};
  status.SetPayload(kPayloadUrl, absl::Cord(absl::string_view(payload, 1)));
  return status;
}

int LoadStep(LoadCode code) { return RowOf(code).step; }

}  // namespace base

inline namespace v1 {

std::string_view LoadCodeName(LoadCode code) { return RowOf(code).name; }

std::optional<LoadError> LoadErrorOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value() || payload->size() != 1) return std::nullopt;
  const auto code = static_cast<LoadCode>(static_cast<uint8_t>((*payload)[0]));
  return LoadError{base::LoadStep(code), code};
}

}  // namespace v1
}  // namespace expt
