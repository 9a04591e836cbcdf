// Where a client's events go, when it is not to the control plane.
//
//   class Warehouse : public expt::EventSink {
//     absl::StatusOr<std::vector<expt::EventResult>> Deliver(const expt::EventBatch& batch) override {
//       for (const expt::ReportedEvent& event : batch.events) rows_.Append(event.event_id, event.name);
//       if (absl::Status status = rows_.Commit(); !status.ok()) return status;  // the batch comes again
//       return std::vector(batch.events.size(), expt::EventResult::kStored);
//     }
//   };
//   auto client = expt::Client::Open({.url = url, .key = key, .event_sink = std::make_shared<Warehouse>()});
//
// The client keeps its promises: an event that was accepted comes until it is answered, always under the same id, and
// what is lost is counted. A sink that knows the ids it has stored counts every event once.
#ifndef EXPT_EVENT_SINK_H_
#define EXPT_EVENT_SINK_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/decision.h"
#include "expt/event.h"
#include "expt/value.h"

namespace expt {
inline namespace v1 {

struct ReportedProperty {
  std::string name;
  Value value;
};
struct ReportedUnit {
  std::string unit_type;
  std::string unit_id;
};

// One event. Fields of other kinds are empty.
struct ReportedEvent {
  EventKind kind = EventKind::kMetric;
  std::string event_id;  // the same whenever the event comes again
  Time time{};           // when it happened, by the clock of this process
  uint64_t sequence = 0;

  // Exposure.
  std::string experiment;  // id; of a holdout its key
  uint32_t phase = 0;
  std::string unit_type;
  std::string unit_id;
  ExposureOrigin origin = ExposureOrigin::kEngine;
  bool is_holdout = false;

  // Exposure, evaluation summary.
  std::string flag;
  std::string variant;
  std::string rule;
  int64_t snapshot_version = 0;

  // Metric event; an exposure has its analytics attributes as properties.
  std::string name;
  std::optional<double> value;
  std::vector<ReportedProperty> properties;

  // Metric event: all of its units. Identify: the two that are one person.
  std::vector<ReportedUnit> units;

  // Evaluation summary.
  Reason reason = Reason::kError;
  uint64_t count = 0;
  Time window_start{};
  Time window_end{};
};

struct EventBatch {
  std::span<const ReportedEvent> events;  // at most 500; none that is unreadable
  // The same as a message expt.v1.EventBatch (event.proto), not compressed: with the instance, the clock fields and
  // the counts of what was dropped.
  std::string_view bytes;
};

// What became of an event.
enum class EventResult : uint8_t {
  kStored = 1,
  kDuplicate = 2,  // stored before
  kRejected = 3,   // never will be stored: counted as dropped
  kRetry = 4,      // comes again
};

// Called from the client's background thread only, one call at a time. While it works, no snapshot is fetched: it
// should return within seconds, and soon after Cancel(). It must not throw.
class EventSink {
 public:
  virtual ~EventSink() = default;

  // Takes `batch`, which is valid during the call. Returns one result per event, in their order.
  //
  // Errors: any; the whole batch comes again after a back-off (ClientOptions::retry_initial, retry_max), as it does
  // when the number of results is wrong.
  virtual absl::StatusOr<std::vector<EventResult>> Deliver(const EventBatch& batch) = 0;

  // Ends a Deliver() that is under way and makes later ones fail. Called from another thread when the client closes.
  virtual void Cancel() {}
};

}  // namespace v1
}  // namespace expt

#endif  // EXPT_EVENT_SINK_H_
