// What an event must satisfy to be stored, and when it happened.
#ifndef EXPT_CONTROL_PLANE_INGEST_EVENT_RULES_H_
#define EXPT_CONTROL_PLANE_INGEST_EVENT_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/wire/event_codec.h"

namespace expt::ingest {

struct Refusal {
  std::string_view code;
  std::string text;  // without values of the event
};

// Codes: IMPORTED_NOT_ALLOWED, UNIT_ID_EMPTY, VALUE_NOT_FINITE, LIMIT_EXCEEDED, EVENT_INVALID. The first one found, in
// the order of the event's fields.
std::optional<Refusal> Refuse(const wire::Event& event, bool is_server_key);

struct EventTime {
  int64_t corrected_ms = 0;
  bool is_suspect = false;
};

// Moves the time of an event by as much as its sender's clock is off: corrected = time + (received - sent_at).
// A difference of at most kClockTolerance is transport, not clock, and moves nothing: so that the same event gets the
// same time in whichever batch it comes, and events of several senders keep their order. Suspect when the clock is more
// than 24 h behind or more than 5 min ahead, or the sender says so. A time that Refuse() would not take stays as it is.
inline constexpr int64_t kClockToleranceMs = 2'000;
EventTime CorrectTime(int64_t time_ms, const wire::BatchHeader& header, int64_t received_ms);

// When a UUIDv7 in binary was made, by the clock that made it; nothing for other ids, and for those of a clock that had
// not been set (before 2020).
std::optional<int64_t> IdTime(std::string_view event_id);

// What the event says, apart from where in its sender's life it was said: equal for a second import of the same event.
uint64_t BodyHash(const wire::Event& event);

}  // namespace expt::ingest

#endif  // EXPT_CONTROL_PLANE_INGEST_EVENT_RULES_H_
