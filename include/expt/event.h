// What a program reports: metric events, imported assignments, identities.
#ifndef EXPT_EVENT_H_
#define EXPT_EVENT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "expt/snapshot.h"
#include "expt/value.h"

namespace expt {
inline namespace v1 {

// A typed fact about an event: string (at most 256 bytes), integer, double or boolean.
struct Property {
  std::string_view name;
  ValueView value;
};

struct Unit {
  std::string_view unit_type;
  std::string_view unit_id;
};

inline constexpr size_t kMaxEventProperties = 16;

struct TrackOptions {
  std::optional<double> value = {};
  std::span<const Property> properties = {};  // at most kMaxEventProperties
  std::optional<Time> time = {};              // when it happened; now when absent
  // 1 to 64 bytes. The same id is stored once, so importing again is harmless. Made by the client when empty.
  std::string_view event_id = {};
  // Units beside those of the context: its targeting key and every attribute that the snapshot declares a unit type.
  std::span<const Unit> units = {};
};

struct ExposeOptions {
  std::optional<Time> time = {};
  std::string_view event_id = {};  // as in TrackOptions
};

// Why an event was not accepted. Sent to the server; never renumbered.
enum class DropReason : uint8_t {
  kNone = 0,
  kBufferFull = 1,
  kTooLarge = 2,
  kRejected = 3,
  kClosed = 4,
  kSpoolFull = 5,
  kExpired = 6,
  kInvalid = 7,  // no unit id, name empty or over 128 bytes, value not finite, too many properties
};
std::string_view DropReasonName(DropReason reason);  // "buffer_full", ...

// Sent to the server; never renumbered.
enum class EventKind : uint8_t {
  kExposure = 1,
  kMetric = 2,
  kIdentify = 3,
  kSummary = 4,
};

struct TrackResult {
  DropReason dropped = DropReason::kNone;
  bool accepted() const { return dropped == DropReason::kNone; }
};

}  // namespace v1
}  // namespace expt

#endif  // EXPT_EVENT_H_
