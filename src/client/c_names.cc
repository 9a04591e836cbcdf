// Numbers and names of expt/c.h: those of the C++ interface.
#include <array>
#include <bit>

#include "expt/client.h"
#include "expt/decision.h"
#include "expt/event.h"
#include "expt/options.h"
#include "expt/snapshot.h"
#include "expt/value.h"
#include "expt/version.h"
#include "src/client/c_call.h"

namespace expt::c {
namespace {

// static_assert(Same<EXPT_X, Enum::kX>) for each constant.
template <auto kC, auto kCpp>
inline constexpr bool Same = static_cast<int64_t>(kC) == static_cast<int64_t>(kCpp);

static_assert(Same<EXPT_OK, absl::StatusCode::kOk>);
static_assert(Same<EXPT_CANCELLED, absl::StatusCode::kCancelled>);
static_assert(Same<EXPT_UNKNOWN, absl::StatusCode::kUnknown>);
static_assert(Same<EXPT_INVALID_ARGUMENT, absl::StatusCode::kInvalidArgument>);
static_assert(Same<EXPT_DEADLINE_EXCEEDED, absl::StatusCode::kDeadlineExceeded>);
static_assert(Same<EXPT_NOT_FOUND, absl::StatusCode::kNotFound>);
static_assert(Same<EXPT_ALREADY_EXISTS, absl::StatusCode::kAlreadyExists>);
static_assert(Same<EXPT_PERMISSION_DENIED, absl::StatusCode::kPermissionDenied>);
static_assert(Same<EXPT_RESOURCE_EXHAUSTED, absl::StatusCode::kResourceExhausted>);
static_assert(Same<EXPT_FAILED_PRECONDITION, absl::StatusCode::kFailedPrecondition>);
static_assert(Same<EXPT_ABORTED, absl::StatusCode::kAborted>);
static_assert(Same<EXPT_OUT_OF_RANGE, absl::StatusCode::kOutOfRange>);
static_assert(Same<EXPT_UNIMPLEMENTED, absl::StatusCode::kUnimplemented>);
static_assert(Same<EXPT_INTERNAL, absl::StatusCode::kInternal>);
static_assert(Same<EXPT_UNAVAILABLE, absl::StatusCode::kUnavailable>);
static_assert(Same<EXPT_DATA_LOSS, absl::StatusCode::kDataLoss>);
static_assert(Same<EXPT_UNAUTHENTICATED, absl::StatusCode::kUnauthenticated>);

static_assert(Same<EXPT_LOAD_NONE, LoadCode::kNone>);
static_assert(Same<EXPT_LOAD_TOO_LARGE, LoadCode::kTooLarge>);
static_assert(Same<EXPT_LOAD_BAD_ENVELOPE, LoadCode::kBadEnvelope>);
static_assert(Same<EXPT_LOAD_DIGEST_MISMATCH, LoadCode::kDigestMismatch>);
static_assert(Same<EXPT_LOAD_UNKNOWN_KEY, LoadCode::kUnknownKey>);
static_assert(Same<EXPT_LOAD_BAD_SIGNATURE, LoadCode::kBadSignature>);
static_assert(Same<EXPT_LOAD_BAD_INFLATE, LoadCode::kBadInflate>);
static_assert(Same<EXPT_LOAD_WIRE_LIMIT, LoadCode::kWireLimit>);
static_assert(Same<EXPT_LOAD_BAD_ENCODING, LoadCode::kBadEncoding>);
static_assert(Same<EXPT_LOAD_UNSUPPORTED_VERSION, LoadCode::kUnsupportedVersion>);
static_assert(Same<EXPT_LOAD_WRONG_ENVIRONMENT, LoadCode::kWrongEnvironment>);
static_assert(Same<EXPT_LOAD_ROLLBACK, LoadCode::kRollback>);
static_assert(Same<EXPT_LOAD_EQUIVOCATION, LoadCode::kEquivocation>);
static_assert(Same<EXPT_LOAD_FAST_FORWARD, LoadCode::kFastForward>);
static_assert(Same<EXPT_LOAD_BAD_CONTENT, LoadCode::kBadContent>);
static_assert(Same<EXPT_LOAD_COMPILE_FAILED, LoadCode::kCompileFailed>);
static_assert(Same<EXPT_LOAD_GOLDEN_MISMATCH, LoadCode::kGoldenMismatch>);
static_assert(Same<EXPT_LOAD_PENDING_NOT_SAVED, LoadCode::kPendingNotSaved>);
static_assert(Same<EXPT_LOAD_UNHEALTHY, LoadCode::kUnhealthy>);
static_assert(Same<EXPT_LOAD_LKG_NOT_SAVED, LoadCode::kLkgNotSaved>);
static_assert(Same<EXPT_LOAD_HEAD_EXPIRED, LoadCode::kHeadExpired>);

static_assert(Same<EXPT_TYPE_MISSING, ValueType::kMissing>);
static_assert(Same<EXPT_TYPE_BOOLEAN, ValueType::kBoolean>);
static_assert(Same<EXPT_TYPE_STRING, ValueType::kString>);
static_assert(Same<EXPT_TYPE_INTEGER, ValueType::kInteger>);
static_assert(Same<EXPT_TYPE_DOUBLE, ValueType::kDouble>);
static_assert(Same<EXPT_TYPE_JSON, ValueType::kJson>);
static_assert(Same<EXPT_TYPE_STRING_LIST, ValueType::kStringList>);

static_assert(Same<EXPT_REASON_ERROR, Reason::kError>);
static_assert(Same<EXPT_REASON_STATIC, Reason::kStatic>);
static_assert(Same<EXPT_REASON_TARGETING_MATCH, Reason::kTargetingMatch>);
static_assert(Same<EXPT_REASON_SPLIT, Reason::kSplit>);
static_assert(Same<EXPT_REASON_DEFAULT, Reason::kDefault>);
static_assert(Same<EXPT_REASON_DISABLED, Reason::kDisabled>);
static_assert(Same<EXPT_REASON_PREREQUISITE_FAILED, Reason::kPrerequisiteFailed>);
static_assert(Same<EXPT_REASON_STALE, Reason::kStale>);

static_assert(Same<EXPT_ERROR_NONE, ErrorCode::kNone>);
static_assert(Same<EXPT_ERROR_PROVIDER_NOT_READY, ErrorCode::kProviderNotReady>);
static_assert(Same<EXPT_ERROR_FLAG_NOT_FOUND, ErrorCode::kFlagNotFound>);
static_assert(Same<EXPT_ERROR_PARSE_ERROR, ErrorCode::kParseError>);
static_assert(Same<EXPT_ERROR_TYPE_MISMATCH, ErrorCode::kTypeMismatch>);
static_assert(Same<EXPT_ERROR_TARGETING_KEY_MISSING, ErrorCode::kTargetingKeyMissing>);
static_assert(Same<EXPT_ERROR_INVALID_CONTEXT, ErrorCode::kInvalidContext>);
static_assert(Same<EXPT_ERROR_GENERAL, ErrorCode::kGeneral>);

static_assert(Same<EXPT_ORIGIN_ENGINE, ExposureOrigin::kEngine>);
static_assert(Same<EXPT_ORIGIN_STICKY, ExposureOrigin::kSticky>);
static_assert(Same<EXPT_ORIGIN_IMPORTED, ExposureOrigin::kImported>);

static_assert(Same<EXPT_AUDIENCE_SERVER, Audience::kServer>);
static_assert(Same<EXPT_AUDIENCE_CLIENT, Audience::kClient>);

static_assert(Same<EXPT_STALE_KEEP, Overlay::Stale::kKeep>);
static_assert(Same<EXPT_STALE_DEFAULTS, Overlay::Stale::kDefaults>);
static_assert(Same<EXPT_STALE_FAIL_CLOSED, Overlay::Stale::kFailClosed>);

static_assert(Same<EXPT_LOG_DEBUG, LogLevel::kDebug>);
static_assert(Same<EXPT_LOG_INFO, LogLevel::kInfo>);
static_assert(Same<EXPT_LOG_WARNING, LogLevel::kWarning>);
static_assert(Same<EXPT_LOG_ERROR, LogLevel::kError>);

static_assert(Same<EXPT_DROP_NONE, DropReason::kNone>);
static_assert(Same<EXPT_DROP_BUFFER_FULL, DropReason::kBufferFull>);
static_assert(Same<EXPT_DROP_TOO_LARGE, DropReason::kTooLarge>);
static_assert(Same<EXPT_DROP_REJECTED, DropReason::kRejected>);
static_assert(Same<EXPT_DROP_CLOSED, DropReason::kClosed>);
static_assert(Same<EXPT_DROP_SPOOL_FULL, DropReason::kSpoolFull>);
static_assert(Same<EXPT_DROP_EXPIRED, DropReason::kExpired>);
static_assert(Same<EXPT_DROP_INVALID, DropReason::kInvalid>);

static_assert(Same<EXPT_STATE_NOT_READY, ClientStatus::State::kNotReady>);
static_assert(Same<EXPT_STATE_FRESH, ClientStatus::State::kFresh>);
static_assert(Same<EXPT_STATE_STALE, ClientStatus::State::kStale>);
static_assert(Same<EXPT_STATE_VERY_STALE, ClientStatus::State::kVeryStale>);

static_assert(Same<EXPT_SOURCE_NONE, ClientStatus::Source::kNone>);
static_assert(Same<EXPT_SOURCE_NETWORK, ClientStatus::Source::kNetwork>);
static_assert(Same<EXPT_SOURCE_SAVED, ClientStatus::Source::kSaved>);
static_assert(Same<EXPT_SOURCE_PREVIOUS, ClientStatus::Source::kPrevious>);
static_assert(Same<EXPT_SOURCE_BUNDLE, ClientStatus::Source::kBundle>);

// Conditions are bits here and numbers there.
static_assert(EXPT_CONDITION_REJECTED == 1 << static_cast<int>(ClientStatus::Condition::kRejected));
static_assert(EXPT_CONDITION_RECOVERED == 1 << static_cast<int>(ClientStatus::Condition::kRecovered));
static_assert(EXPT_CONDITION_SAFE_MODE == 1 << static_cast<int>(ClientStatus::Condition::kSafeMode));
static_assert(EXPT_CONDITION_CACHE_UNAVAILABLE == 1 << static_cast<int>(ClientStatus::Condition::kCacheUnavailable));

static_assert(Same<EXPT_EVENT_EXPOSURE, EventKind::kExposure>);
static_assert(Same<EXPT_EVENT_METRIC, EventKind::kMetric>);
static_assert(Same<EXPT_EVENT_IDENTIFY, EventKind::kIdentify>);
static_assert(Same<EXPT_EVENT_SUMMARY, EventKind::kSummary>);

constexpr std::array<std::string_view, 17> kCodeNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// The name of a number in [0, last]; a number that this library does not know has none.
template <typename Enum>
expt_string NameOf(int32_t number, Enum last, std::string_view (*name)(Enum)) {
  if (number < 0 || number > static_cast<int32_t>(last)) return Out("unknown");
  return Out(name(static_cast<Enum>(number)));
}

}  // namespace
}  // namespace expt::c

using expt::c::NameOf;
using expt::c::Out;

expt_string expt_version(void) { return Out(EXPT_VERSION); }
uint32_t expt_format_version(void) { return expt::kFormatVersion; }
uint32_t expt_semantics_version(void) { return expt::kSemanticsVersion; }

expt_string expt_code_name(expt_code code) {
  const bool is_known = code >= 0 && code < static_cast<expt_code>(expt::c::kCodeNames.size());
  return Out(is_known ? expt::c::kCodeNames[static_cast<size_t>(code)] : "unknown");
}
expt_string expt_load_code_name(expt_load_code code) {
  return NameOf(code, expt::LoadCode::kHeadExpired, expt::LoadCodeName);
}
expt_string expt_value_type_name(expt_value_type type) {
  return NameOf(type, expt::ValueType::kStringList, expt::ValueTypeName);
}
expt_string expt_reason_name(expt_reason reason) { return NameOf(reason, expt::Reason::kStale, expt::ReasonName); }
expt_string expt_error_code_name(expt_error_code code) {
  return NameOf(code, expt::ErrorCode::kGeneral, expt::ErrorCodeName);
}
expt_string expt_drop_reason_name(expt_drop_reason reason) {
  return NameOf(reason, expt::DropReason::kInvalid, expt::DropReasonName);
}
expt_string expt_state_name(expt_state state) {
  return NameOf(state, expt::ClientStatus::State::kVeryStale, expt::StateName);
}
expt_string expt_source_name(expt_source source) {
  return NameOf(source, expt::ClientStatus::Source::kBundle, expt::SourceName);
}
expt_string expt_condition_name(expt_condition condition) {
  const bool is_one_bit = condition > 0 && std::has_single_bit(static_cast<uint32_t>(condition));
  return NameOf(is_one_bit ? std::countr_zero(static_cast<uint32_t>(condition)) : -1,
                expt::ClientStatus::Condition::kCacheUnavailable, expt::ConditionName);
}
