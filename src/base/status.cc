#include "src/base/status.h"

#include <iterator>
#include <string>

#include "absl/strings/cord.h"

namespace expt {
namespace {

constexpr char kPayloadUrl[] = "type.expt.dev/load-code";

struct CodeRow {
  LoadCode code;
  uint8_t step;
  uint8_t canonical;  // absl::StatusCode
};

constexpr CodeRow Row(LoadCode code, uint8_t step, absl::StatusCode canonical) {
  return {code, step, static_cast<uint8_t>(canonical)};
}

constexpr CodeRow kCodes[] = {
    Row(LoadCode::kNone, 0, absl::StatusCode::kUnknown),
    Row(LoadCode::kTooLarge, 1, absl::StatusCode::kInvalidArgument),
    Row(LoadCode::kBadEnvelope, 2, absl::StatusCode::kInvalidArgument),
    Row(LoadCode::kDigestMismatch, 3, absl::StatusCode::kDataLoss),
    Row(LoadCode::kUnknownKey, 4, absl::StatusCode::kPermissionDenied),
    Row(LoadCode::kBadSignature, 5, absl::StatusCode::kPermissionDenied),
    Row(LoadCode::kBadInflate, 6, absl::StatusCode::kInvalidArgument),
    Row(LoadCode::kWireLimit, 7, absl::StatusCode::kInvalidArgument),
    Row(LoadCode::kBadEncoding, 8, absl::StatusCode::kInvalidArgument),
    Row(LoadCode::kUnsupportedVersion, 8, absl::StatusCode::kUnimplemented),
    Row(LoadCode::kWrongEnvironment, 9, absl::StatusCode::kPermissionDenied),
    Row(LoadCode::kRollback, 10, absl::StatusCode::kFailedPrecondition),
    Row(LoadCode::kEquivocation, 10, absl::StatusCode::kFailedPrecondition),
    Row(LoadCode::kFastForward, 10, absl::StatusCode::kFailedPrecondition),
    Row(LoadCode::kBadContent, 11, absl::StatusCode::kInvalidArgument),
    Row(LoadCode::kCompileFailed, 12, absl::StatusCode::kInternal),
    Row(LoadCode::kGoldenMismatch, 13, absl::StatusCode::kInternal),
    Row(LoadCode::kPendingNotSaved, 14, absl::StatusCode::kUnavailable),
    Row(LoadCode::kUnhealthy, 16, absl::StatusCode::kInternal),
    Row(LoadCode::kLkgNotSaved, 17, absl::StatusCode::kUnavailable),
    Row(LoadCode::kHeadExpired, 11, absl::StatusCode::kFailedPrecondition),
};
constexpr std::string_view kNames[] = {
    "",
    "TOO_LARGE",
    "BAD_ENVELOPE",
    "DIGEST_MISMATCH",
    "UNKNOWN_KEY",
    "BAD_SIGNATURE",
    "BAD_INFLATE",
    "WIRE_LIMIT",
    "BAD_ENCODING",
    "UNSUPPORTED_VERSION",
    "WRONG_ENVIRONMENT",
    "ROLLBACK",
    "EQUIVOCATION",
    "FAST_FORWARD",
    "BAD_CONTENT",
    "COMPILE_FAILED",
    "GOLDEN_MISMATCH",
    "PENDING_NOT_SAVED",
    "UNHEALTHY",
    "LKG_NOT_SAVED",
    "HEAD_EXPIRED",
};
static_assert(std::size(kNames) == std::size(kCodes));

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

absl::Status LoadFailure(LoadCode code, MessagePart text) {
  return LoadFailure(code, static_cast<absl::StatusCode>(RowOf(code).canonical), text);
}

absl::Status LoadFailure(LoadCode code, absl::StatusCode canonical, MessagePart text) {
  absl::Status status = Error(canonical, text);
  const char payload[1] = {static_cast<char>(code)};
  status.SetPayload(kPayloadUrl, absl::Cord(absl::string_view(payload, 1)));
  return status;
}

int LoadStep(LoadCode code) { return RowOf(code).step; }

}  // namespace base

inline namespace v1 {

std::string_view LoadCodeName(LoadCode code) {
  const auto row = static_cast<size_t>(code);
  return row < std::size(kNames) ? kNames[row] : "";
}

std::optional<LoadError> LoadErrorOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value() || payload->size() != 1) return std::nullopt;
  const auto code = static_cast<LoadCode>(static_cast<uint8_t>((*payload)[0]));
  return LoadError{base::LoadStep(code), code};
}

}  // namespace v1
}  // namespace expt
