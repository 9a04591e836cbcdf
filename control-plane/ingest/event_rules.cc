#include "control-plane/ingest/event_rules.h"

#include <cmath>
#include <variant>

#include "src/base/hash.h"

namespace expt::ingest {
namespace {

constexpr int64_t kMaxBehindMs = 24 * 3'600'000;
constexpr int64_t kMaxAheadMs = 5 * 60'000;
constexpr int64_t kFirstPlausibleIdMs = 1'577'836'800'000;  // 2020-01-01
constexpr size_t kUuidSize = 16;
constexpr size_t kMaxKeySize = 128;
constexpr size_t kMaxPropertyText = 256;
constexpr size_t kMaxUnits = 16;
// Event times beyond these, in the years -5000 and 9999, are mistakes; inside, no sum of times and windows overflows.
constexpr int64_t kMinTimeMs = -220'000'000'000'000;
constexpr int64_t kMaxTimeMs = 253'402'300'799'999;

Refusal Limit(std::string_view what, size_t limit, size_t found) {
  return {"LIMIT_EXCEEDED",
          std::string(what) + ": expected at most " + std::to_string(limit) + ", got " + std::to_string(found)};
}

std::optional<Refusal> CheckKey(std::string_view what, std::string_view key, bool may_be_empty) {
  if (key.empty() && !may_be_empty)
    return Refusal{"EVENT_INVALID", std::string(what) + ": expected a key, got nothing"};
  if (key.size() > kMaxKeySize) return Limit(what, kMaxKeySize, key.size());
  return std::nullopt;
}

std::optional<Refusal> CheckUnit(std::string_view unit_type, std::string_view unit_id) {
  if (auto refusal = CheckKey("unit type", unit_type, false)) return refusal;
  if (unit_id.empty()) return Refusal{"UNIT_ID_EMPTY", "unit id: expected text, got nothing"};
  if (unit_id.size() > wire::kMaxUnitIdSize) return Limit("unit id", wire::kMaxUnitIdSize, unit_id.size());
  return std::nullopt;
}

std::optional<Refusal> CheckProperties(const std::vector<wire::EventProperty>& properties) {
  if (properties.size() > kMaxEventProperties) return Limit("properties", kMaxEventProperties, properties.size());
  for (const wire::EventProperty& property : properties) {
    if (auto refusal = CheckKey("property name", property.name, false)) return refusal;
    const ValueView& value = property.value.view();
    if (value.type() == ValueType::kDouble && !std::isfinite(value.real())) {
      return Refusal{"VALUE_NOT_FINITE", "property \"" + property.name + "\": expected a finite number"};
    }
    if (value.text().size() > kMaxPropertyText) {
      return Limit("property \"" + property.name + "\"", kMaxPropertyText, value.text().size());
    }
  }
  return std::nullopt;
}

std::optional<Refusal> Check(const wire::ExposureEvent& exposure, bool is_server_key) {
  if (exposure.origin == wire::Origin::kImported && !is_server_key) {
    return Refusal{"IMPORTED_NOT_ALLOWED", "imported exposure: expected a server key, got a client key"};
  }
  if (auto refusal = CheckKey("experiment", exposure.experiment, false)) return refusal;
  if (auto refusal = CheckKey("variant", exposure.variant, false)) return refusal;
  if (auto refusal = CheckKey("flag", exposure.flag, true)) return refusal;
  if (auto refusal = CheckKey("rule", exposure.rule, true)) return refusal;
  if (auto refusal = CheckUnit(exposure.unit_type, exposure.unit_id)) return refusal;
  return CheckProperties(exposure.attributes);
}

std::optional<Refusal> Check(const wire::MetricEvent& metric, bool) {
  if (metric.name.empty()) return Refusal{"EVENT_INVALID", "event name: expected text, got nothing"};
  if (metric.name.size() > wire::kMaxEventNameSize) {
    return Limit("event name", wire::kMaxEventNameSize, metric.name.size());
  }
  if (metric.value.has_value() && !std::isfinite(*metric.value)) {
    return Refusal{"VALUE_NOT_FINITE", "value: expected a finite number"};
  }
  if (auto refusal = CheckProperties(metric.properties)) return refusal;
  if (metric.units.empty()) return Refusal{"UNIT_ID_EMPTY", "units: expected at least one, got none"};
  if (metric.units.size() > kMaxUnits) return Limit("units", kMaxUnits, metric.units.size());
  for (const wire::EventUnit& unit : metric.units) {
    if (auto refusal = CheckUnit(unit.unit_type, unit.unit_id)) return refusal;
  }
  return std::nullopt;
}

std::optional<Refusal> Check(const wire::IdentifyEvent& identify, bool) {
  if (auto refusal = CheckUnit(identify.first.unit_type, identify.first.unit_id)) return refusal;
  if (auto refusal = CheckUnit(identify.second.unit_type, identify.second.unit_id)) return refusal;
  if (identify.first.unit_type == identify.second.unit_type) {
    return Refusal{"EVENT_INVALID", "identify: expected two unit types, got the same twice"};
  }
  return std::nullopt;
}

std::optional<Refusal> Check(const wire::SummaryEvent& summary, bool) {
  if (auto refusal = CheckKey("flag", summary.flag, false)) return refusal;
  if (auto refusal = CheckKey("variant", summary.variant, true)) return refusal;
  return CheckKey("rule", summary.rule, true);
}

}  // namespace

std::optional<Refusal> Refuse(const wire::Event& event, bool is_server_key) {
  if (event.event_id.empty() || event.event_id.size() > wire::kMaxEventIdSize) {
    return Refusal{"EVENT_INVALID", "event id: expected 1 to " + std::to_string(wire::kMaxEventIdSize) +
                                        " bytes, got " + std::to_string(event.event_id.size())};
  }
  if (event.time_ms < kMinTimeMs || event.time_ms > kMaxTimeMs) {
    return Refusal{"EVENT_INVALID", "time: expected milliseconds since 1970 before the year 10000"};
  }
  return std::visit([&](const auto& body) { return Check(body, is_server_key); }, event.body);
}

EventTime CorrectTime(int64_t time_ms, const wire::BatchHeader& header, int64_t received_ms) {
  // Any sent_at may come over the wire; unsigned arithmetic wraps where signed would be undefined.
  const auto skew_ms =
      static_cast<int64_t>(static_cast<uint64_t>(received_ms) - static_cast<uint64_t>(header.sent_at_ms));
  EventTime time{time_ms, header.is_clock_suspect};
  const bool is_plausible = header.sent_at_ms >= kMinTimeMs && header.sent_at_ms <= kMaxTimeMs;
  if (!is_plausible || skew_ms > kMaxBehindMs || skew_ms < -kMaxAheadMs) time.is_suspect = true;
  const bool is_off = skew_ms > kClockToleranceMs || skew_ms < -kClockToleranceMs;
  if (is_plausible && is_off && time_ms >= kMinTimeMs && time_ms <= kMaxTimeMs) time.corrected_ms += skew_ms;
  return time;
}

std::optional<int64_t> IdTime(std::string_view event_id) {
  if (event_id.size() != kUuidSize) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(event_id[i]); };
  if (byte(6) >> 4 != 7 || byte(8) >> 6 != 2) return std::nullopt;
  int64_t time_ms = 0;
  for (size_t i = 0; i < 6; ++i) time_ms = time_ms << 8 | byte(i);
  if (time_ms < kFirstPlausibleIdMs) return std::nullopt;
  return time_ms;
}

uint64_t BodyHash(const wire::Event& event) {
  wire::Event said = event;
  said.sequence = 0;
  said.monotonic_ms = 0;
  return base::Xxh3(wire::EncodeEvent(said));
}

}  // namespace expt::ingest
