// Event batches and their replies. The bytes are those of event.proto.
#ifndef EXPT_SRC_WIRE_EVENT_CODEC_H_
#define EXPT_SRC_WIRE_EVENT_CODEC_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/event.h"
#include "expt/value.h"

namespace expt::wire {

inline constexpr size_t kMaxBatchEvents = 500;
inline constexpr size_t kMaxBatchBytes = 512u << 10;  // before compression
// What DecodeBatch() takes: room for the header and drop counts beside kMaxBatchBytes of events.
inline constexpr size_t kMaxBatchFileBytes = kMaxBatchBytes + (64u << 10);
inline constexpr size_t kMaxDropCounts = 1000;
inline constexpr size_t kMaxEventIdSize = 64;
inline constexpr size_t kMaxEventNameSize = 128;
inline constexpr size_t kMaxUnitIdSize = 256;
inline constexpr size_t kMaxEventUnits = 32;
inline constexpr size_t kMaxPropertyText = 256;          // of a metric event
inline constexpr size_t kMaxExposureAttributeText = 64;  // of an exposure

enum class Origin : uint8_t { kEngine = 1, kSticky = 2, kImported = 3 };

struct EventProperty {
  std::string name;
  Value value;
};
struct EventUnit {
  std::string unit_type;
  std::string unit_id;
};

struct ExposureEvent {
  std::string experiment;  // id, or holdout key
  uint32_t phase = 0;
  std::string variant;
  std::string flag;
  std::string rule;
  int64_t snapshot_version = 0;
  std::string unit_type;
  std::string unit_id;
  Origin origin = Origin::kEngine;
  std::vector<EventProperty> attributes;
  bool is_holdout = false;
};
struct MetricEvent {
  std::string name;
  std::optional<double> value;
  std::vector<EventProperty> properties;
  std::vector<EventUnit> units;
};
struct IdentifyEvent {
  EventUnit first;
  EventUnit second;
};
struct SummaryEvent {
  std::string flag;
  std::string variant;
  uint32_t reason = 0;
  std::string rule;
  int64_t snapshot_version = 0;
  uint64_t count = 0;
  int64_t window_start_ms = 0;
  int64_t window_end_ms = 0;
};

struct Event {
  std::string event_id;  // 1..64 bytes
  int64_t time_ms = 0;
  uint64_t monotonic_ms = 0;
  uint64_t sequence = 0;
  std::variant<ExposureEvent, MetricEvent, IdentifyEvent, SummaryEvent> body;
  EventKind kind() const { return static_cast<EventKind>(body.index() + 1); }
};

struct DropCount {
  DropReason reason = DropReason::kNone;
  EventKind kind = EventKind::kExposure;
  std::string experiment;
  std::string variant;
  uint64_t count = 0;
};

struct BatchHeader {
  std::array<uint8_t, 16> batch_id{};
  std::array<uint8_t, 16> instance_id{};
  std::string sdk;
  std::string sdk_version;
  int64_t sent_at_ms = 0;
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
  bool is_clock_suspect = false;
  std::vector<DropCount> drops;
};

// One Event message, without the field header that a batch puts before it. Checks nothing: what breaks a limit is
// refused by DecodeEvent(). A property whose value is missing, JSON or a list is written without a value.
std::string EncodeEvent(const Event& event);

// Puts encoded events (EncodeEvent) into a batch without decoding them.
std::string EncodeBatch(const BatchHeader& header, const std::vector<std::string_view>& encoded_events);

struct Batch {
  BatchHeader header;
  // Encoded bytes of each event (views into the batch) and what they say, or why they say nothing.
  struct Item {
    std::string_view bytes;
    absl::StatusOr<Event> event;
  };
  std::vector<Item> items;
};
// Errors: kInvalidArgument when the batch itself is not readable, is larger than kMaxBatchFileBytes or holds more than
// kMaxBatchEvents or kMaxDropCounts. An event that is not readable or breaks a limit is an error of its item only,
// text `event 3: ...`.
absl::StatusOr<Batch> DecodeBatch(std::string_view bytes);

// Errors: kInvalidArgument, text `exposure: unit id is missing`: not readable, a name or id that is empty or too long,
// more properties or units than allowed, a number that is not finite, an unknown origin, no kind.
absl::StatusOr<Event> DecodeEvent(std::string_view bytes);

enum class AckResult : uint8_t { kStored = 1, kDuplicate = 2, kRejected = 3, kRetry = 4 };
struct Rejection {
  uint32_t index = 0;
  std::string code;
  std::string text;
};
struct BatchReply {
  std::vector<AckResult> results;  // one per event
  std::vector<Rejection> rejections;
  int64_t received_at_ms = 0;
};
std::string EncodeReply(const BatchReply& reply);
// Errors: kInvalidArgument, also for a result that is not an AckResult.
absl::StatusOr<BatchReply> DecodeReply(std::string_view bytes);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_EVENT_CODEC_H_
