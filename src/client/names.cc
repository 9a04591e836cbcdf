#include "expt/client.h"
#include "expt/event.h"

namespace expt {
inline namespace v1 {

std::string_view DropReasonName(DropReason reason) {
  switch (reason) {
    case DropReason::kNone:
      return "none";
    case DropReason::kBufferFull:
      return "buffer_full";
    case DropReason::kTooLarge:
      return "too_large";
    case DropReason::kRejected:
      return "rejected";
    case DropReason::kClosed:
      return "closed";
    case DropReason::kSpoolFull:
      return "spool_full";
    case DropReason::kExpired:
      return "expired";
    case DropReason::kInvalid:
      return "invalid";
  }
  return "unknown";
}

std::string_view StateName(ClientStatus::State state) {
  switch (state) {
    case ClientStatus::State::kNotReady:
      return "not_ready";
    case ClientStatus::State::kFresh:
      return "fresh";
    case ClientStatus::State::kStale:
      return "stale";
    case ClientStatus::State::kVeryStale:
      return "very_stale";
  }
  return "unknown";
}

std::string_view SourceName(ClientStatus::Source source) {
  switch (source) {
    case ClientStatus::Source::kNone:
      return "none";
    case ClientStatus::Source::kNetwork:
      return "network";
    case ClientStatus::Source::kSaved:
      return "saved";
    case ClientStatus::Source::kPrevious:
      return "previous";
    case ClientStatus::Source::kBundle:
      return "bundle";
  }
  return "unknown";
}

std::string_view ConditionName(ClientStatus::Condition condition) {
  switch (condition) {
    case ClientStatus::Condition::kRejected:
      return "rejected";
    case ClientStatus::Condition::kRecovered:
      return "recovered";
    case ClientStatus::Condition::kSafeMode:
      return "safe_mode";
    case ClientStatus::Condition::kCacheUnavailable:
      return "cache_unavailable";
  }
  return "unknown";
}

}  // namespace v1
}  // namespace expt
