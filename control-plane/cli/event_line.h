// Events as JSON lines.
//
//   {"type": "metric", "name": "purchase", "context": {"targetingKey": "u1"}, "value": 19.9,
//    "properties": {"plan": "pro"}, "units": {"account": "a1"}, "time": "2030-01-07T09:30:00Z", "event_id": "order-7"}
//   {"type": "exposure", "experiment": "checkout-test", "variant": "treatment", "context": {"targetingKey": "u1"}}
//   {"type": "identify", "context": {"targetingKey": "u1"}, "unit_type": "account", "unit_id": "a1"}
//
// `time` is RFC 3339 or milliseconds since 1970; it and `event_id` may be left out.
#ifndef EXPT_CONTROL_PLANE_CLI_EVENT_LINE_H_
#define EXPT_CONTROL_PLANE_CLI_EVENT_LINE_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/client.h"
#include "expt/context.h"
#include "expt/event.h"

namespace expt::cli {

struct EventLine {
  EventKind kind = EventKind::kMetric;
  Context context;
  std::string name;     // metric: event name; exposure: experiment; identify: unit type
  std::string variant;  // exposure: variant; identify: unit id
  std::optional<double> value;
  std::vector<std::pair<std::string, Value>> properties;
  std::vector<std::pair<std::string, std::string>> units;
  std::optional<Time> time;
  std::string event_id;
};

// Errors: kInvalidArgument, naming the member that is missing, unknown or of the wrong type.
absl::StatusOr<EventLine> ParseEventLine(std::string_view line);

// Records it. `client` must have room (WaitForRoom) where nothing may be dropped.
TrackResult Record(Client& client, const EventLine& event);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_EVENT_LINE_H_
